import Glibc
import Synchronization

/// One thread that takes the pages of one CPU's ring buffer and appends them to a file, as they are.
///
/// It looks at no event. While tracing runs it wakes at its own pace rather than by poll(2) on the pipe: that wakes
/// for every single event on many kernels, and each wake costs a page that is mostly empty.
final class CPURecorder: Sendable {
    let cpu: Int
    let file: Descriptor
    private let source: Descriptor
    /// Hung up once tracing has stopped and the rest is to be read.
    private let stop: Descriptor
    private let pageSize: Int
    private let failed: @Sendable () -> Void
    private let outcome = Mutex(Outcome())

    /// What a recorder did.
    struct Outcome: Sendable {
        var bytes = 0
        /// The errno of the read or write that ended it early; 0 if none.
        var failure: Int32 = 0
    }

    /// Pages that are gathered before they are written.
    private static let pagesPerWrite = 64
    /// Milliseconds between two looks at the buffer. At the longest, a buffer of 16 MiB takes 160 MB/s without loss.
    private static let pace = (shortest: 5, longest: 100)

    /// - Parameters:
    ///   - source: the CPU's `trace_pipe_raw`, not blocking.
    ///   - file: an empty file, for the pages.
    ///   - failed: called when recording ends early; `result` says why.
    init(
        cpu: Int, source: Descriptor, file: Descriptor, stop: Descriptor, pageSize: Int,
        failed: @escaping @Sendable () -> Void
    ) {
        self.cpu = cpu
        self.file = file
        self.source = source
        self.stop = stop
        self.pageSize = pageSize
        self.failed = failed
    }

    var result: Outcome { outcome.withLock { $0 } }

    /// Records until `stop`, then reads what is left. To be called once, on a thread of its own.
    func run() {
        let capacity = pageSize * Self.pagesPerWrite
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: pageSize)
        defer { buffer.deallocate() }
        var wait = Self.pace.shortest
        var stopping = false
        while true {
            let bytes = drain(into: buffer)
            guard let bytes, !stopping else { return }
            // Much was there: look again soon. Little was: let whole pages fill.
            wait = bytes > capacity ? Self.pace.shortest : min(wait * 2, Self.pace.longest)
            stopping = waitForStop(milliseconds: wait)
        }
    }

    /// Moves all that the buffer holds, the last page even if it is not full.
    ///
    /// - Returns: the bytes moved; nil after a failure, which is then recorded.
    private func drain(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        var moved = 0
        var filled = 0
        while true {
            let page = buffer.baseAddress! + filled
            let count = retrying { read(source.number, page, pageSize) }
            if let count, count > 0 { filled += count }
            let isEmpty = count == 0 || (count == nil && errno == EAGAIN)
            if count == nil && !isEmpty { return fail(errno) }
            if filled + pageSize > buffer.count || (isEmpty && filled > 0) {
                let code = writeAll(UnsafeRawBufferPointer(rebasing: buffer[..<filled]), to: file.number)
                if code != 0 { return fail(code) }
                moved += filled
                filled = 0
            }
            if isEmpty {
                outcome.withLock { $0.bytes += moved }
                return moved
            }
        }
    }

    private func fail(_ code: Int32) -> Int? {
        outcome.withLock { $0.failure = code }
        failed()
        return nil
    }

    private func waitForStop(milliseconds: Int) -> Bool {
        var request = pollfd(fd: stop.number, events: Int16(POLLIN), revents: 0)
        return (retrying { poll(&request, 1, Int32(milliseconds)) } ?? 1) != 0
    }
}
