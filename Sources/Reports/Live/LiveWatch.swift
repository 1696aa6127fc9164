public import GraphParser
import TraceFormat

/// Watches a trace while it is recorded: sums up what happens, and begins anew with each interval, so that all intervals together are the
/// whole. An interval ends at the first watermark that is not before its time, and has exactly what was handed on since the last.
///
/// Its memory follows what is under way and how many names there are, not the time. Used on the thread that reads the trace.
public final class LiveWatch {
    private let requests = RequestAnalyzer()
    private let failover: FailoverAnalyzer
    private let calls: SummaryBuilder
    private let losses = LossCounter()
    private let source: String

    private let length: UInt64
    private var number = 0
    /// When the interval that goes on began, and when it is to end.
    private var begin: UInt64?
    private var due: UInt64 = 0
    private var late = 0
    private var cost: LiveCost

    /// - Parameters:
    ///   - interval: how long each is to be, in ns.
    ///   - map: tells the layers of functions.
    ///   - cost: what this process has taken so far.
    ///   - source: the trace, for messages.
    public init(interval: UInt64, map: LayerMap, cost: LiveCost, source: String) {
        (length, self.cost, self.source) = (max(interval, 1), cost, source)
        failover = FailoverAnalyzer(requests)
        calls = SummaryBuilder(map: map)
    }

    /// Those that have to take part in the pass, in this order.
    public var analyzers: [any Analyzer] { [failover, requests, calls, losses] }

    /// All up to a time has been handed on.
    ///
    /// - Parameters:
    ///   - watermark: that time, in ns of the trace clock.
    ///   - lateEvents: how many came too late so far.
    ///   - cost: what this process has taken so far; asked if it goes into an interval.
    /// - Returns: the interval that has come to its end; nil if it goes on.
    public func reach(_ watermark: UInt64, lateEvents: Int, cost: @autoclosure () -> LiveCost) -> LiveInterval? {
        guard begin != nil else {
            start(at: losses.trace?.identity.startOnClockNs.map { min($0, watermark) } ?? watermark)
            return nil
        }
        // A look is never on the dot.
        guard watermark.addingSaturated(min(length / 16, 20_000_000)) >= due else { return nil }
        return take(until: watermark, lateEvents, cost(), isLast: false)
    }

    /// The trace is over.
    ///
    /// - Parameters:
    ///   - time: when it ended, in ns of the trace clock; nil where only its last event is known.
    ///   - lateEvents: that came too late to stand in the order of time, since the beginning.
    ///   - cost: of the recording, since the beginning.
    /// - Returns: what is left.
    public func finish(at time: UInt64?, lateEvents: Int, cost: LiveCost) -> LiveInterval {
        let end = time ?? max(requests.time?.upperBound ?? 0, begin ?? 0)
        if begin == nil { start(at: requests.time?.lowerBound ?? end) }
        return take(until: end, lateEvents, cost, isLast: true)
    }

    private func start(at time: UInt64) {
        begin = time
        due = time.addingSaturated(length)
    }

    private func take(until end: UInt64, _ lateEvents: Int, _ cost: LiveCost, isLast: Bool) -> LiveInterval {
        let begin = begin ?? end
        number += 1
        let interval = LiveInterval(
            number: number, startNs: begin, endNs: max(begin, end), isLast: isLast,
            requests: requests.isRecorded ? requests.takeSummary(source: source) : nil,
            underWay: requests.underWay, names: requests.pathNames, calls: losses.hasCalls ? calls.takeCalls() : nil,
            troubles: failover.troubles(at: end), lost: losses.take(), lateEvents: lateEvents - late,
            cpuNs: cost.cpuNs - min(self.cost.cpuNs, cost.cpuNs), cpuSpanNs: cost.atNs - min(self.cost.atNs, cost.atNs),
            clock: WallClock(losses.trace?.identity ?? TraceIdentity()))
        (late, self.cost, self.begin) = (lateEvents, cost, interval.endNs)
        // A reader that was held up makes one long interval, and none behind it that is much too short.
        while due <= end.addingSaturated(length / 2), due < .max { due = due.addingSaturated(length) }
        return interval
    }
}

/// What this process has taken by a moment.
public struct LiveCost: Sendable {
    let cpuNs: UInt64
    let atNs: UInt64

    /// - Parameters:
    ///   - cpuNs: CPU time since it began, in ns.
    ///   - atNs: the moment, in ns of whichever clock.
    public init(cpuNs: UInt64, atNs: UInt64) { (self.cpuNs, self.atNs) = (cpuNs, atNs) }
}

/// Counts losses, and sees whether there are calls at all.
private final class LossCounter: Analyzer {
    let interest = Interest(losses: true)
    private(set) var trace: TraceContext?
    private var lost = LiveInterval.Lost()
    /// Whether calls are recorded.
    private(set) var hasCalls = false

    func begin(_ trace: TraceContext) {
        self.trace = trace
        hasCalls = trace.recording.map { !($0.roots ?? []).isEmpty } ?? true
    }

    func take(_ batch: TraceBatch) -> Demand {
        for loss in batch.losses {
            if let count = loss.count { lost.events += count } else { lost.uncounted += 1 }
        }
        return .more
    }

    func take() -> LiveInterval.Lost {
        defer { lost = LiveInterval.Lost() }
        return lost
    }
}
