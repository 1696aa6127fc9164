/// All intervals of a watch together.
public struct LiveTotals {
    private var requests: RequestSummary?
    private var startNs: UInt64?
    private var endNs: UInt64 = 0
    /// Events lost in all of them.
    public private(set) var lost = LiveInterval.Lost()
    /// Events that came too late in any of them.
    public private(set) var lateEvents = 0

    /// Without any.
    public init() {}

    /// Adds the next one.
    public mutating func add(_ interval: LiveInterval) {
        requests = interval.requests.map { requests?.merged(with: $0) ?? $0 } ?? requests
        startNs = startNs ?? interval.startNs
        endNs = interval.endNs
        lost.events += interval.lost.events
        lost.uncounted += interval.lost.uncounted
        lateEvents += interval.lateEvents
    }

    /// What was watched in all, a line each.
    public var lines: [String] {
        let length = Figures.duration(endNs - min(startNs ?? endNs, endNs))
        var lines: [String] = []
        if let requests {
            let values = requests.latency.percentiles([0.5, 0.99])
            let latency =
                requests.joined == 0
                ? ""
                : ", latency p50 \(Figures.duration(values[0])), p99 \(Figures.duration(values[1])), "
                    + "max \(Figures.duration(requests.latency.max))"
            lines.append("watched for \(length): \(Figures.plural(requests.joined, "request"))\(latency)")
            if requests.failed > 0 { lines.append("\(Figures.plural(requests.failed, "request")) failed") }
        } else {
            lines.append("watched for \(length)")
        }
        if let loss = Figures.loss(lost.events, uncounted: lost.uncounted) { lines.append("events lost: \(loss)") }
        if lateEvents > 0 {
            lines.append("\(Figures.plural(lateEvents, "event")) came too late to stand in the order of time")
        }
        return lines
    }
}
