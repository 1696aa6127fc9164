import Foundation
import Synchronization
import Testing
import TraceFormat

@testable import TraceCapture

/// Captures that are watched and not kept, against a kernel that is made.
@Suite struct WatchedCaptureTests {
    private let directory = TemporaryDirectory()
    private let journals = TemporaryDirectory()
    private let kernel: FakeKernel
    private let pages = (1...3).flatMap { SyntheticPage.oneTree(at: $0 * 1_000_000) }

    init() {
        kernel = FakeKernel(directory: directory.path)
        kernel.pages = [0: pages, 1: SyntheticPage.oneTree(at: 2_000_000)]
        directory.write("kallsyms", SyntheticPage.symbols)
    }

    private func watch(
        duration: UInt64 = 30_000_000, change: (inout CaptureOptions) -> Void = { _ in },
        _ watcher: @escaping @Sendable (LiveFeed) -> Void
    ) throws(CaptureError) -> CaptureSummary {
        var options = CaptureOptions(flows: ["io"])
        options.limits.duration = duration
        options.bufferKilobytes = 512
        change(&options)
        var session = CaptureSession(options, catalogue: .builtin, files: kernel, report: { _ in })
        session.journals = "\(journals.path)/dmflow"
        session.symbolFile = "\(directory.path)/kallsyms"
        session.obstacles = { _ in [] }
        session.resolver = { _, _ in KnownFields() }
        session.release = KernelRelease(major: 6, minor: 1)
        return try session.watch(every: 10_000_000, watcher)
    }

    /// What a watcher has been handed.
    private final class Taken: Sendable {
        let pages = Mutex<[Int: [UInt8]]>([:])
        let rounds = Mutex(0)

        func all(of feed: LiveFeed) {
            while next(of: feed) {}
        }

        func next(of feed: LiveFeed) -> Bool {
            let watermark = feed.next { cpu, page in
                let bytes = page.withUnsafeBufferPointer { Array($0) }
                pages.withLock { $0[cpu, default: []] += bytes }
            }
            rounds.withLock { $0 += 1 }
            return watermark != nil
        }

        var bytes: [Int: [UInt8]] { pages.withLock { $0 } }
    }

    @Test(arguments: [false, true])
    func allPagesAreHandedOverAndNothingIsLeft(odd: Bool) throws {
        if odd { kernel.makeOdd() }
        let before = kernel.snapshot
        let taken = Taken()
        let trace = Mutex<WatchedTrace?>(nil)
        let end = Mutex<UInt64?>(nil)
        let summary = try watch { feed in
            trace.withLock { $0 = feed.trace }
            taken.all(of: feed)
            end.withLock { $0 = feed.endNs }
        }
        #expect(kernel.snapshot == before && directory.names == ["kallsyms"] && journals.names == [])
        #expect(taken.bytes == kernel.pages && taken.rounds.withLock { $0 } > 0)
        #expect(summary.ending == .durationPassed && summary.output == nil && summary.bytes == 4 * 4096)
        let watched = try #require(trace.withLock { $0 })
        #expect(watched.cpus == [0, 1] && watched.pageSize == 4096 && watched.identity.clock == "mono")
        #expect(watched.facts.roots?.contains("dm_mq_queue_rq") == true && watched.identity.startOnClockNs ?? 0 > 0)
        #expect(end.withLock { $0 } ?? 0 > watched.identity.startOnClockNs ?? .max)
        #expect(watched.symbols.isEmpty == false && watched.formats.contains { $0.system == "ftrace" })
    }

    /// Whoever looks has closed the terminal.
    @Test func aWatcherThatWantsNoMoreIsTheEnd() throws {
        let before = kernel.snapshot
        let summary = try watch(duration: 60_000_000_000) { _ in }
        #expect(kernel.snapshot == before && summary.ending == .notWanted)
    }

    /// The terminal is held, or a pipe is full: what was changed is put back all the same, and what was left is handed over later.
    @Test func aWatcherThatHangsHoldsNobodyUp() throws {
        let before = kernel.snapshot
        let restored = DispatchSemaphore(value: 0)
        kernel.onWrite = { file, value throws(CaptureError) in
            if file == "current_tracer" && value.trimmed == "nop" { restored.signal() }
        }
        defer { kernel.onWrite = { _, _ throws(CaptureError) in } }
        let taken = Taken()
        let summary = try watch { feed in
            restored.wait()
            taken.all(of: feed)
        }
        #expect(kernel.snapshot == before && taken.bytes == kernel.pages && summary.ending == .durationPassed)
    }

    /// The second Ctrl-C, where it hangs for ever.
    @Test func aWatcherThatNeverEndsIsLeftBehind() throws {
        let before = kernel.snapshot
        // Blocked signals are not ignored; one that comes when they are not blocked any more is.
        let previous = signal(SIGQUIT, SIG_IGN)
        let isOver = Mutex(false)
        kernel.onWrite = { file, value throws(CaptureError) in
            guard file == "current_tracer" && value.trimmed == "nop" else { return }
            // The capture is about to wait for its watcher.
            let thread = pthread_self()
            Thread.detachNewThread {
                while !isOver.withLock({ $0 }) {
                    pthread_kill(thread, SIGQUIT)
                    usleep(20_000)
                }
            }
        }
        defer { kernel.onWrite = { _, _ throws(CaptureError) in } }
        let forever = DispatchSemaphore(value: 0)
        #expect(throws: CaptureError(.interruptedWhileWatching)) { try watch { _ in forever.wait() } }
        isOver.withLock { $0 = true }
        forever.signal()
        usleep(60_000)
        signal(SIGQUIT, previous)
        #expect(kernel.snapshot == before)
    }

    @Test func pagesThatCannotBeReadAreAnError() throws {
        kernel.clocks = ["local", "global"]
        let before = kernel.snapshot
        kernel.onRead = { file throws(CaptureError) in
            if file.hasSuffix("/stats"), self.kernel.values["tracing_on"]?.trimmed == "1" {
                throw CaptureError(.readFailed, path: file, errno: EIO)
            }
        }
        defer { kernel.onRead = { _ throws(CaptureError) in } }
        #expect(throws: CaptureError.self) { try watch(duration: 5_000_000_000) { feed in Taken().all(of: feed) } }
        kernel.onRead = { _ throws(CaptureError) in }
        #expect(kernel.snapshot == before)
    }

    /// Rounds fall on the ends of intervals, and are no further apart than the ring buffer holds.
    @Test(
        arguments: [
            (1_000_000_000, 16 << 20, 100_000_000), (50_000_000, 16 << 20, 50_000_000),
            (250_000_000, 16 << 20, 83_333_333),
            (1_000_000_000, 512 << 10, 5_000_000), (1_000_000_000, 8 << 20, 50_000_000), (1, 1, 1),
        ] as [(UInt64, Int, UInt64)])
    func theLooksArePaced(interval: UInt64, bufferSize: Int, pace: UInt64) {
        #expect(LiveFeed.pace(interval: interval, bufferSize: bufferSize) == pace)
    }
}
