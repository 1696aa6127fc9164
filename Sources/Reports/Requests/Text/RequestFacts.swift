/// What can be trusted of a summary of requests: how many there are, and what could not be told of which.
public struct RequestFacts {
    private let summary: RequestSummary

    /// Of a summary.
    public init(_ summary: RequestSummary) { self.summary = summary }

    /// A fact each, most important first.
    public var lines: [String] { [joined] + unjoined + doubts }

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
        lines += Self.missedPoints(summary.stoodIn.map { ($0.name, $0.count) })
        if let unseen = Self.unseen(summary.unseen) { lines.append(unseen) }
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

    /// Of points that no event shows, by their names: before the first nothing is known, for each of the others one stage is as long as two.
    static func missedPoints(_ points: [(name: String, count: Int)]) -> [String] {
        let first = "\(RequestPoint.arrived)"
        let late = points.filter { $0.name == first }.map {
            let (begins, it) = $0.count == 1 ? ("it begins", "it") : ("they begin", "them")
            return
                "\(Figures.plural($0.count, "request")) whose first bio was missed: \(begins) when the kernel made \(it) or dm was "
                + "given \(it)"
        }
        let others = points.filter { $0.name != first }.map { "\($0.name) \(Figures.count($0.count))" }
        return late
            + (others.isEmpty
                ? [] : ["points that were missed, so that one stage stands for two: " + others.joined(separator: ", ")])
    }

    /// Of reads and writes that the trace does not have; nil if it has all, or nobody counted.
    static func unseen(_ count: Int) -> String? {
        count > 0
            ? "\(Figures.count(count)) of the reads and writes that the kernel counted meanwhile were lost or missed"
            : nil
    }

    /// Of what kernel probes should have told; nil if nothing is missing.
    static func missed(_ count: Int) -> String? {
        count > 0 ? "kernel probes were passed over for \(Figures.plural(count, "call"))" : nil
    }
}
