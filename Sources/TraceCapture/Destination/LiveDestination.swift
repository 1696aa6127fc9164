import Glibc
import TraceFormat

/// Somebody who looks at the pages as they come, on a thread of their own. Nothing is written.
final class LiveDestination: CaptureDestination {
    private let path: String
    private let interval: UInt64
    private let prepare: (WatchedTrace) -> Void
    private let watch: @Sendable (LiveFeed) -> Void
    private var feed: LiveFeed?

    /// How often to look whether the watcher has ended, in microseconds.
    private static let pace: UInt32 = 10_000

    /// - Parameters:
    ///   - path: where tracefs is, for messages.
    ///   - interval: ns after which the watcher wants to know how things are.
    ///   - prepare: called once, before tracing begins.
    ///   - watch: called once, on a thread of its own; the capture ends when it returns.
    init(
        path: String, interval: UInt64, prepare: @escaping (WatchedTrace) -> Void,
        watch: @escaping @Sendable (LiveFeed) -> Void
    ) {
        (self.path, self.interval, self.prepare, self.watch) = (path, interval, prepare, watch)
    }

    func open(
        _ setup: RecordingSetup, ended: @escaping @Sendable () -> Void
    ) throws(CaptureError) -> any PageRecording {
        let pages = try LivePages(setup.own, cpus: setup.cpus, pageSize: setup.pageSize, clock: setup.clock)
        let trace = WatchedTrace(
            path: path, metadata: try setup.metadata(), cpus: setup.cpus, pageSize: setup.pageSize, facts: setup.facts,
            topology: setup.topology)
        prepare(trace)
        let feed = try LiveFeed(trace, pages, pace: LiveFeed.pace(interval: interval, bufferSize: setup.bufferSize))
        self.feed = feed
        return LiveRecording(feed, watch, ended: ended)
    }

    /// Lets the watcher come to an end. It may hang where it prints: nobody has to wait for that, and the machine is as it was.
    func complete(_ recorded: RecordedTrace, interrupted: () -> Bool) throws(CaptureError) -> Bool {
        while let feed, !feed.isWatcherDone {
            if interrupted() { throw CaptureError(.interruptedWhileWatching) }
            usleep(Self.pace)
        }
        if let failure = feed?.failure { throw failure }
        return true
    }
}

/// The thread of whoever watches.
final class LiveRecording: PageRecording {
    private let feed: LiveFeed
    private let watch: @Sendable (LiveFeed) -> Void
    private let ended: @Sendable () -> Void

    init(_ feed: LiveFeed, _ watch: @escaping @Sendable (LiveFeed) -> Void, ended: @escaping @Sendable () -> Void) {
        (self.feed, self.watch, self.ended) = (feed, watch, ended)
    }

    func start(at moment: TraceStart) throws(CaptureError) {
        feed.begin(at: moment)
        let thread = try StartedThread { [feed, watch, ended] in
            watch(feed)
            feed.watcherIsDone()
            ended()
        }
        thread.detach()
    }

    var bytes: Int { feed.bytes }

    var end: RecordingEnd? {
        if let failure = feed.failure { return .broken(failure) }
        return feed.isWatcherDone ? .notWanted : nil
    }

    /// The watcher may still be at what it has been given: it has no part in what is to be put back.
    func finish() -> RecordedPages {
        let end = end
        feed.stop()
        return RecordedPages(kept: nil, bytes: feed.bytes, end: end)
    }
}
