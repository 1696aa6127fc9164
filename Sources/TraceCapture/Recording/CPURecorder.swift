import Glibc
import Synchronization

/// One thread that moves the pages of one CPU's ring buffer to a file, as they are.
///
/// It looks at no event. Whole pages go by splice(2): the kernel hands the page over, and nobody copies it on the way to the
/// file's page cache. The last page of a drain is mostly not full, and is read. While tracing runs, the kernel wakes it when the
/// part of the buffer that `CaptureSettings` asks for is full. Older kernels wake for every event: then it looks away for a
/// while, since each look costs the workload time.
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
        /// Bytes of whole pages in the file.
        var bytes = 0
        /// Bytes of pages that were taken out of the ring buffer and are not in the file.
        var dropped = 0
        /// The errno of the call that ended it early; 0 if none.
        var failure: Int32 = 0
    }

    /// Pages that are moved in one call: as many as a pipe holds.
    private static let pagesPerMove = 16
    /// Milliseconds after which it looks even if the kernel did not wake it: a limit of the trace's size wants to know.
    private static let maxWait = 500
    private let pause: RecorderPause

    /// - Parameters:
    ///   - source: the CPU's `trace_pipe_raw`, not blocking.
    ///   - file: an empty file, for the pages.
    ///   - bufferSize: bytes that the CPU's ring buffer holds.
    ///   - failed: called when recording ends early; `result` says why.
    init(
        cpu: Int, source: Descriptor, file: Descriptor, stop: Descriptor, pageSize: Int, bufferSize: Int,
        failed: @escaping @Sendable () -> Void
    ) {
        self.cpu = cpu
        self.file = file
        self.source = source
        self.stop = stop
        self.pageSize = pageSize
        self.failed = failed
        pause = RecorderPause(bufferSize: bufferSize, move: pageSize * Self.pagesPerMove)
    }

    var result: Outcome { outcome.withLock { $0 } }

    /// Records until `stop`, then reads what is left. To be called once, on a thread of its own.
    func run() {
        let page = UnsafeMutableRawBufferPointer.allocate(byteCount: pageSize, alignment: pageSize)
        defer { page.deallocate() }
        let pipe = PagePipe(capacity: pageSize * Self.pagesPerMove)
        var wake = Wake.time
        var pause = pause
        while true {
            let before = result.bytes
            if let pipe, !moveWholePages(through: pipe) { return }
            // A page that is not full is taken out of the buffer when it is read; while tracing goes on, it shall fill first.
            if pipe == nil || wake == .stop, !readPages(into: page) { return }
            if wake == .stop { return }
            pause.woken(forPages: wake == .pages, bytes: result.bytes - before)
            if pause.milliseconds > 0 { wake = wait(milliseconds: pause.milliseconds, pages: false) }
            if wake != .stop { wake = wait(milliseconds: Self.maxWait, pages: true) }
        }
    }

    /// Moves all full pages.
    ///
    /// - Returns: false after a failure, which is then recorded.
    private func moveWholePages(through pipe: PagePipe) -> Bool {
        while true {
            guard let count = pipe.fill(from: source) else { return errno == EAGAIN || fail(errno) }
            if count == 0 { return true }
            let (moved, code) = pipe.empty(into: file, bytes: count)
            if code != 0 { return fail(code, written: moved, of: count) }
            outcome.withLock { $0.bytes += count }
        }
    }

    /// Reads all pages that there are, full or not.
    private func readPages(into page: UnsafeMutableRawBufferPointer) -> Bool {
        while true {
            guard let count = retrying({ read(source.number, page.baseAddress, pageSize) }) else {
                return errno == EAGAIN || fail(errno)
            }
            if count == 0 { return true }
            let code = writeAll(UnsafeRawBufferPointer(rebasing: page[..<count]), to: file.number)
            if code != 0 { return fail(code, of: count) }
            outcome.withLock { $0.bytes += count }
        }
    }

    /// - Parameters:
    ///   - written: bytes of the last move that are in the file.
    ///   - count: bytes of the last move.
    private func fail(_ code: Int32, written: Int = 0, of count: Int = 0) -> Bool {
        let whole = written / pageSize * pageSize
        outcome.withLock { outcome in
            outcome.bytes += whole
            outcome.dropped += count - whole
            outcome.failure = code
        }
        failed()
        return false
    }

    /// What ended a wait.
    private enum Wake {
        case stop, pages, time
    }

    /// - Parameter pages: whether the kernel shall wake it for pages.
    private func wait(milliseconds: Int, pages: Bool) -> Wake {
        var requests = [stop, source].map { pollfd(fd: $0.number, events: Int16(POLLIN), revents: 0) }
        let count = nfds_t(pages ? 2 : 1)
        guard retrying({ poll(&requests, count, Int32(milliseconds)) }) != nil else { return .stop }
        if requests[0].revents != 0 { return .stop }
        return requests[1].revents != 0 ? .pages : .time
    }
}
