import Glibc
import Synchronization

/// One thread that moves the pages of one CPU's ring buffer to a file, as they are.
///
/// It looks at no event. Whole pages go by splice(2): the kernel hands the page over, and nobody copies it on the way to the
/// file's page cache. The last page of a drain is mostly not full, and is read. While tracing runs it wakes at its own pace
/// rather than by poll(2) on the pipe: that wakes for every single event on many kernels, and each wake costs a page that is
/// mostly empty.
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
        /// Of whole pages in the file.
        var bytes = 0
        /// Of pages that were taken out of the ring buffer and are not in the file.
        var dropped = 0
        /// The errno of the call that ended it early; 0 if none.
        var failure: Int32 = 0
    }

    /// Pages that are moved in one call: as many as a pipe holds.
    private static let pagesPerMove = 16
    /// Milliseconds between two looks at the buffer, which then takes 160 MB/s without loss, unless it is very small.
    private let pace: (shortest: Int, longest: Int)
    /// Bytes in one look at which the next one comes soon.
    private let busy: Int

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
        pace = (shortest: 5, longest: min(100, max(5, 100 * bufferSize >> 24)))
        busy = min(pageSize * Self.pagesPerMove, bufferSize / 4)
    }

    var result: Outcome { outcome.withLock { $0 } }

    /// Records until `stop`, then reads what is left. To be called once, on a thread of its own.
    func run() {
        let page = UnsafeMutableRawBufferPointer.allocate(byteCount: pageSize, alignment: pageSize)
        defer { page.deallocate() }
        let pipe = PagePipe(capacity: pageSize * Self.pagesPerMove)
        var wait = pace.shortest
        var stopping = false
        while true {
            let before = result.bytes
            if let pipe, !moveWholePages(through: pipe) { return }
            // A page that is not full is taken out of the buffer when it is read; while tracing goes on, it shall fill first.
            if pipe == nil || stopping, !readPages(into: page) { return }
            if stopping { return }
            // Much was there: look again soon. Little was: let whole pages fill.
            wait = result.bytes - before > busy ? pace.shortest : min(wait * 2, pace.longest)
            stopping = waitForStop(milliseconds: wait)
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

    private func waitForStop(milliseconds: Int) -> Bool {
        var request = pollfd(fd: stop.number, events: Int16(POLLIN), revents: 0)
        return (retrying { poll(&request, 1, Int32(milliseconds)) } ?? 1) != 0
    }
}
