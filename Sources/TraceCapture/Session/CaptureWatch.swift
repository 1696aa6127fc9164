import Glibc
import TraceFormat

/// Looks at a recording while it runs, and says when it is to end.
struct CaptureWatch {
    typealias Ending = CaptureSummary.Ending

    private let limits: CaptureLimits
    /// The files of the place that records.
    private let own: any TracingFiles
    private let probes: StopProbes?
    private let hitsBefore: [String: UInt64]
    private let callCostNs: Double?
    private let started: UInt64
    private let before: [CPUStatistics]
    private var rates: (at: UInt64, statistics: [CPUStatistics])
    private var stopped: (function: String, at: UInt64)?

    /// How often to look at what the kernel counts, in nanoseconds.
    private static let pace: UInt64 = 100_000_000
    /// A rate is taken over a second: a flow may come in bursts.
    private static let rateInterval: UInt64 = 1_000_000_000
    /// Among fewer events, a few that are lost would be a large part.
    private static let fewEvents: UInt64 = 10_000

    /// - Parameters:
    ///   - started: when tracing began, on the monotonic clock.
    ///   - before: what the kernel had counted until then.
    ///   - hitsBefore: how often the probes had been hit until then.
    ///   - callCostNs: what tracing one call costs; nil if that is not known.
    init(
        _ limits: CaptureLimits, own: any TracingFiles, probes: StopProbes?, started: UInt64, before: [CPUStatistics],
        hitsBefore: [String: UInt64], callCostNs: Double?
    ) {
        (self.limits, self.own, self.probes) = (limits, own, probes)
        (self.started, self.before, self.callCostNs) = (started, before, callCostNs)
        self.hitsBefore = hitsBefore
        rates = (started, before)
    }

    /// When to look next, on the monotonic clock; the capture's end if that is sooner. Each look costs the workload time.
    var nextLook: UInt64 {
        let counts = limits.bytes != nil || limits.lost != nil || limits.overhead != nil || probes != nil
        let next = counts ? monotonicNanoseconds() + Self.pace : .max
        let end = limits.duration.map { started + $0 } ?? .max
        let delayed = stopped.map { $0.at + limits.stopDelay } ?? .max
        return min(next, end, delayed)
    }

    /// - Parameter bytes: recorded so far.
    /// - Returns: why to end now; nil to go on. What cannot be read just now is looked at again next time: it is no reason to
    ///   lose what is recorded.
    mutating func look(bytes: Int) -> Ending? {
        let now = monotonicNanoseconds()
        if let duration = limits.duration, now >= started + duration { return .durationPassed }
        if let limit = limits.bytes, bytes > limit { return .sizeReached }
        if stopped == nil, let function = probes?.firstHit(since: hitsBefore) { stopped = (function, now) }
        if let stopped, now >= stopped.at + limits.stopDelay { return .stopFunctionCalled(stopped.function) }
        if limits.lost == nil && limits.overhead == nil { return nil }
        let statistics = before.compactMap { try? CPUStatistics(own, cpu: $0.cpu) }
        if statistics.count < before.count { return nil }
        return lossExceeded(statistics) ?? overheadExceeded(statistics, now)
    }

    private func lossExceeded(_ statistics: [CPUStatistics]) -> Ending? {
        guard let limit = limits.lost else { return nil }
        let lost = zip(before, statistics).reduce(0) { $0 &+ $1.1.growth(of: \.lost, since: $1.0) }
        let written = zip(before, statistics).reduce(0) { $0 &+ $1.1.growth(of: \.written, since: $1.0) }
        guard written >= Self.fewEvents else { return nil }
        let share = Double(lost) / Double(written)
        return share > limit ? .lossExceeded(share) : nil
    }

    private mutating func overheadExceeded(_ statistics: [CPUStatistics], _ now: UInt64) -> Ending? {
        guard let limit = limits.overhead, let callCostNs, now - rates.at >= Self.rateInterval else { return nil }
        // A call is two events, its entry and its exit.
        let busiest = zip(rates.statistics, statistics).map { $1.growth(of: \.written, since: $0) }.max() ?? 0
        let share = Double(busiest) / 2 * callCostNs / Double(now - rates.at)
        rates = (now, statistics)
        return share > limit ? .overheadExceeded(share) : nil
    }
}
