import Glibc
import TraceFormat

/// Takes the pages of all CPUs' ring buffers while tracing runs, and waits for none of them.
///
/// A page that is not full is taken too, and the kernel begins another: so a look costs the ring buffer up to a page for each CPU
/// that has events.
struct LivePages {
    private struct Source {
        let cpu: Int
        let pipe: Descriptor
    }

    private let files: any TracingFiles
    private let sources: [Source]
    private let clock: String
    private var page: [UInt8]

    /// Opens the raw pipes. As long as they are open, the kernel refuses to change the tracer.
    ///
    /// - Parameters:
    ///   - files: those of the place that is traced to.
    ///   - pageSize: see `ringBufferPageSize`.
    ///   - clock: the name of the trace clock.
    /// - Throws: `.readFailed`.
    init(_ files: any TracingFiles, cpus: [Int], pageSize: Int, clock: String) throws(CaptureError) {
        var sources: [Source] = []
        for cpu in cpus { sources.append(Source(cpu: cpu, pipe: Descriptor(try files.openRawPipe(cpu: cpu)))) }
        (self.files, self.sources, self.clock) = (files, sources, clock)
        page = [UInt8](repeating: 0, count: pageSize)
    }

    /// Asks the trace's clock, then takes from each CPU what there is: all events up to that time, but for those that are being
    /// written at this moment, and some later ones.
    ///
    /// - Parameter take: gets the pages, each CPU's in order.
    /// - Returns: the time, in ns of the trace clock.
    /// - Throws: `.readFailed`.
    mutating func round(_ take: (_ cpu: Int, _ page: Span<UInt8>) -> Void) throws(CaptureError) -> UInt64 {
        let watermark = try now()
        for source in sources {
            while let count = try read(source), count > 0 {
                take(source.cpu, page.span.extracting(0..<count))
                // On a busy CPU there are always more; those behind it are later still.
                if let begin = page.span.bytes.number(at: 0, as: UInt64.self), begin > watermark { break }
            }
        }
        return watermark
    }

    /// Takes all that there is, with tracing off.
    ///
    /// - Throws: `.readFailed`.
    mutating func drain(_ take: (_ cpu: Int, _ page: Span<UInt8>) -> Void) throws(CaptureError) {
        for source in sources {
            while let count = try read(source), count > 0 { take(source.cpu, page.span.extracting(0..<count)) }
        }
    }

    /// - Returns: bytes of a page; nil if there is none now.
    private mutating func read(_ source: Source) throws(CaptureError) -> Int? {
        if let count = retrying({ Glibc.read(source.pipe.number, &page, page.count) }) { return count }
        if errno == EAGAIN { return nil }
        throw CaptureError(
            .readFailed, path: files.path("per_cpu/cpu\(source.cpu)/trace_pipe_raw"), errno: errno)
    }

    /// The trace's clock, never ahead of it.
    private func now() throws(CaptureError) -> UInt64 {
        switch clock {
        case "mono": return monotonicNanoseconds()
        case "boot": return nanoseconds(CLOCK_BOOTTIME)
        // All others are the kernel's own; it tells them in microseconds.
        default:
            guard let cpu = sources.first?.cpu else { return 0 }
            return try CPUStatistics(files, cpu: cpu).now ?? 0
        }
    }
}
