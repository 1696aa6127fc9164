import Glibc
import Synchronization
import TraceFormat

/// Hands over the pages of ring buffers as they come, to one watcher; and takes them by itself once tracing is to end, whatever the
/// watcher is at: putting the machine back waits for nobody. What changes in it is changed under its lock.
public final class LiveFeed: @unchecked Sendable {
    /// What a reader has to know.
    public private(set) var trace: WatchedTrace

    /// What is shared by the watcher's thread and the capture's.
    private struct State {
        /// nil once the raw pipes are closed.
        var pages: LivePages?
        /// What was taken when tracing ended, and not handed over yet.
        var rest: [(cpu: Int, page: [UInt8])] = []
        var bytes = 0
        var failure: CaptureError?
        var isWatcherDone = false
        /// When tracing had ended, on the monotonic clock.
        var stoppedAt: UInt64?
        /// Closing it is the sign that tracing ends.
        var running: Descriptor?
    }

    private let lock = Mutex(())
    private var state: State
    /// Nanoseconds from a look to the next.
    private let pace: UInt64
    /// On the monotonic clock.
    private var began: UInt64 = 0
    /// Hung up when tracing ends.
    private let stopped: Descriptor

    /// While the longest pause passes, 160 MB/s get into the buffer without loss, unless it is very small.
    static func pace(interval: UInt64, bufferSize: Int) -> UInt64 {
        let longest = min(100_000_000, max(5_000_000, UInt64(bufferSize) * 100_000_000 / (16 << 20)))
        // A look shall fall on the end of an interval.
        return interval / max(1, (interval + longest - 1) / longest)
    }

    init(_ trace: WatchedTrace, _ pages: LivePages, pace: UInt64) throws(CaptureError) {
        var ends: [Int32] = [-1, -1]
        if pipe(&ends) != 0 { throw CaptureError(.threadFailed, errno: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (self.trace, self.pace, stopped) = (trace, max(pace, 1), Descriptor(ends[0]))
        state = State(pages: pages, running: Descriptor(ends[1]))
    }

    /// Waits until it is worth to look, and takes all pages that there are. For the watcher's thread.
    ///
    /// - Parameter take: gets a CPU's next page; the span is not kept.
    /// - Returns: up to which time, in ns of the trace clock, all has been handed over; nil if there will be no more.
    public func next(_ take: (_ cpu: Int, _ page: Span<UInt8>) -> Void) -> UInt64? {
        wait()
        return lock.withLock { _ in
            guard state.pages != nil else {
                for (cpu, page) in state.rest { take(cpu, page.span) }
                state.rest = []
                return nil
            }
            do throws(CaptureError) {
                var bytes = 0
                let watermark = try state.pages?.round { cpu, page in
                    bytes += page.count
                    take(cpu, page)
                }
                state.bytes += bytes
                return watermark
            } catch {
                state.failure = error
                return nil
            }
        }
    }

    /// When tracing had ended, in ns of the trace clock; nil before, and where the kernel alone can read that clock.
    public var endNs: UInt64? { lock.withLock { _ in trace.identity.startOnClockNs == nil ? nil : state.stoppedAt } }

    /// Until the next look is due, or tracing ends.
    private func wait() {
        let now = monotonicNanoseconds()
        let due = began + ((now - min(began, now)) / pace + 1) * pace
        var request = pollfd(fd: stopped.number, events: Int16(POLLIN), revents: 0)
        _ = retrying { poll(&request, 1, Int32(clamping: (due - now + 999_999) / 1_000_000)) }
    }

    // MARK: For the capture

    /// Tracing is on. To be called before the watcher's thread begins.
    func begin(at moment: TraceStart) {
        began = moment.monotonic
        trace.begin(at: moment)
    }

    /// Of pages that have been taken so far.
    var bytes: Int { lock.withLock { _ in state.bytes } }
    var failure: CaptureError? { lock.withLock { _ in state.failure } }
    var isWatcherDone: Bool { lock.withLock { _ in state.isWatcherDone } }

    func watcherIsDone() { lock.withLock { _ in state.isWatcherDone = true } }

    /// Takes what is left, at most what the ring buffers hold, and closes the raw pipes. Tracing must be off.
    func stop() {
        lock.withLock { _ in
            state.running = nil
            state.stoppedAt = monotonicNanoseconds()
            var rest: [(cpu: Int, page: [UInt8])] = []
            do throws(CaptureError) {
                if state.failure == nil {
                    try state.pages?.drain { cpu, page in
                        rest.append((cpu, page.withUnsafeBufferPointer { Array($0) }))
                    }
                }
            } catch { state.failure = error }
            state.pages = nil
            state.bytes += rest.reduce(0) { $0 + $1.page.count }
            state.rest = state.isWatcherDone ? [] : rest
        }
    }
}
