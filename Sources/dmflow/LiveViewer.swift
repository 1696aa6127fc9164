import GraphParser
import Reports
import Synchronization
import TraceCapture
import TraceFormat

/// Where intervals are shown.
protocol LiveDisplay: AnyObject, Sendable {
    /// An interval is over.
    func show(_ interval: LiveInterval) throws

    /// Called several times a second, on the same thread.
    ///
    /// - Returns: whether whoever looks wants no more.
    func look() throws -> Bool

    /// Something that a user should know, on any thread.
    func note(_ line: String)

    /// Leaves the terminal as it was, on any thread, as often as one likes.
    func close()
}

extension LiveDisplay {
    func look() -> Bool { false }
    func note(_ line: String) { printError(line) }
    func close() {}
}

/// Reads the pages of a capture that goes on, and shows each interval.
///
/// It is prepared on the capture's thread, and then runs on the watcher's. Its results are looked at when that has ended.
final class LiveViewer: @unchecked Sendable {
    private let display: any LiveDisplay
    private let map: LayerMap
    private let interval: UInt64
    /// Of all intervals.
    private(set) var totals = LiveTotals()
    private var trace: Result<LiveTrace, TraceError>?
    /// What ended it early.
    private(set) var failure: (any Error)?

    init(_ display: any LiveDisplay, map: LayerMap, interval: UInt64) {
        (self.display, self.map, self.interval) = (display, map, interval)
    }

    /// Reads all that describes the pages, symbols too.
    func prepare(_ watched: WatchedTrace) {
        trace = Result { () throws(TraceError) in try LiveTrace(watched) }
    }

    /// Whoever looks wants no more.
    private struct Enough: Error {}

    func run(_ feed: LiveFeed) {
        do {
            try read(feed)
        } catch is Enough {
        } catch {
            failure = error
        }
    }

    private func read(_ feed: LiveFeed) throws {
        guard var trace = try trace?.get() else { return }
        // When it began is known by now.
        (trace.identity, trace.recording) = (feed.trace.identity, feed.trace.facts)
        let watch = LiveWatch(
            interval: interval, map: map, cost: .now, source: feed.trace.path)
        var late = 0
        try trace.read(PagesOfFeed(feed: feed), into: watch.analyzers) { mark in
            late = mark.lateEvents
            if let interval = watch.reach(mark.watermark, lateEvents: late, cost: .now) {
                try show(interval)
            }
            if try display.look() { throw Enough() }
        }
        try show(watch.finish(at: feed.endNs, lateEvents: late, cost: .now))
    }

    private func show(_ interval: LiveInterval) throws {
        totals.add(interval)
        try display.show(interval)
    }
}

/// A capture's pages, as a reader takes them.
private struct PagesOfFeed: PageFeed {
    let feed: LiveFeed

    /// Without an error of its own: what keeps the capture from reading is told by the capture.
    mutating func next(_ take: (_ cpu: Int, _ pages: Span<UInt8>) -> Void) throws(TraceError) -> LiveRound? {
        feed.next(take).map { LiveRound(watermark: $0) }
    }
}

extension LiveCost {
    fileprivate static var now: LiveCost { LiveCost(cpuNs: processCPUNanoseconds(), atNs: monotonicNanoseconds()) }
}

extension LiveTrace {
    fileprivate init(_ watched: WatchedTrace) throws(TraceError) {
        var files = TracefsDescription()
        (files.path, files.headerPage, files.formats) = (watched.path, watched.headerPage, watched.formats)
        (files.symbols, files.commandLines) = (watched.symbols, watched.commandLines)
        self.init(
            path: watched.path, description: try TraceDescription(files), cpus: watched.cpus,
            pageSize: watched.pageSize)
        (identity, recording, topology) = (watched.identity, watched.facts, watched.topology)
    }
}

/// A block of text for each interval.
final class LiveBlocks: LiveDisplay {
    private let text: LiveText

    init(_ style: Style) { text = LiveText(style: style) }

    func show(_ interval: LiveInterval) throws { try emit(text.block(interval)) }
}

/// A line of JSON for each interval.
final class LiveLines: LiveDisplay {
    func show(_ interval: LiveInterval) throws { try emit(LiveJSON().line(interval)) }
}
