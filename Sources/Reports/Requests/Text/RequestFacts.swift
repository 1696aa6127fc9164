public import GraphParser

/// What can be trusted of a summary of requests: how many there are, and what could not be told of which.
public struct RequestFacts {
    private let summary: RequestSummary

    /// Of a summary.
    public init(_ summary: RequestSummary) { self.summary = summary }

    /// A fact each, most important first.
    public var lines: [String] { [joined] + unjoined + doubts }

    /// How many more requests the kernel counted than the trace has; nil if it has them all, or nobody counted.
    ///
    /// The kernel counts from a little before the recording to a little behind it, so that a few more are no difference.
    public static func unseen(_ summary: RequestSummary, _ source: TraceSource) -> String? {
        unseen(summary.seen, counted: source.recording?.multipathRequests)
    }

    /// The same by the number of requests in the trace.
    static func unseen(_ seen: Int, counted: UInt64?) -> String? {
        guard let counted, case let seen = UInt64(max(seen, 0)) else { return nil }
        guard counted > seen, counted - seen > min(64, max(8, counted / 10)) else { return nil }
        return "the kernel counted \(counted) reads and writes meanwhile; those missing were lost or missed"
    }

    private var joined: String {
        let how =
            switch (summary.byPointer, summary.bySector) {
            case (0, 0): "joined"
            case (_, 0): "joined by address"
            case (0, _): "joined by device and sector, as far as that goes"
            default:
                "\(Figures.count(summary.byPointer)) joined by address, \(Figures.count(summary.bySector)) by device and sector"
            }
        return "\(Figures.plural(summary.seen, "request")), \(Figures.count(summary.joined)) \(how)"
    }

    private var unjoined: [String] {
        if summary.unjoined.isEmpty { return [] }
        let reasons = summary.unjoined.map { "\(Figures.count($0.count)) \($0.name)" }
        return ["not in the figures: " + reasons.joined(separator: "; ")]
    }

    private var doubts: [String] {
        var lines: [String] = []
        if !summary.stoodIn.isEmpty {
            let points = summary.stoodIn.map { "\($0.name) \(Figures.count($0.count))" }
            lines.append(
                "points that no event shows, whose neighbours stand for them: " + points.joined(separator: ", "))
        }
        if summary.ambiguous > 0 {
            lines.append(
                "ambiguous: \(Figures.count(summary.ambiguous)), where several requests could be meant")
        }
        if summary.disagreed > 0 {
            lines.append(
                "\(Figures.plural(summary.disagreed, "request")) where device and sector say something else than addresses"
            )
        }
        return lines
    }
}
