import GraphParser
import TraceFormat

/// What a person would say of the trace, a sentence each: what flowed and how long it took, and what of it is in doubt.
struct PageStory {
    /// A sentence, and where the page has more of it.
    struct Line: Encodable {
        let text: String
        /// The section's name.
        let section: String
    }

    private let report: Report

    init(_ report: Report) { self.report = report }

    /// The most important first; never empty.
    var lines: [Line] {
        let requests = (report.requests?.findings ?? []).map { Line(text: $0, section: "requests") }
        let lines = failover + requests + roots
        return lines.isEmpty ? [Line(text: nothing, section: "doubt")] : lines
    }

    private var failover: [Line] {
        guard let incidents = report.failover?.incidents else { return [] }
        let shown = incidents.prefix(5).map { incident in
            let remarks = incident.remarks.map { " (\($0))" }.joined()
            return Line(text: "Incident \(incident.id): \(incident.sentence)\(remarks)", section: "failover")
        }
        let rest = incidents.count - shown.count
        return shown
            + (rest > 0 ? [Line(text: "\(Figures.plural(rest, "further incident")).", section: "failover")] : [])
    }

    /// What there is to say of failovers beside incidents, or of their absence.
    var failoverNotes: [String] {
        guard let summary = report.failover?.summary else { return [] }
        let none = summary.incidents.isEmpty ? ["No incident in \(Figures.seconds(summary.lookedAtNs))."] : []
        return none + FailoverText(summary, style: .plain).asides()
    }

    private var roots: [Line] {
        report.roots.filter { !$0.fragment && $0.calls > 0 }.prefix(3).map { root in
            let name = PageText.cut(Function(name: root.function, module: root.module).description, to: 100)
            let latency = root.latency
            let most = root.layers.first.map {
                "; \(Figures.share($0.selfNs, of: latency.sumNs)) of its time is in functions of the layer \($0.layer)"
            }
            let times =
                root.calls == 1
                ? "1 call, which took \(Figures.duration(latency.maxNs))"
                : "\(Figures.plural(root.calls, "call")), half of them \(Figures.duration(latency.p50Ns)) or less, "
                    + "one in a hundred \(Figures.duration(latency.p99Ns)) or more"
            return Line(text: "\(name): \(times)\(most ?? "").", section: "roots")
        }
    }

    private var nothing: String {
        if report.requests != nil {
            return "The trace has no request that could be joined, and no complete call of a root."
        }
        return "The trace has no complete call of a root, and no requests: there is nothing to show times of."
    }

    /// What casts doubt on the figures; empty if nothing does.
    var doubts: [String] {
        let counts = report.counts
        var doubts: [String] = []
        if let loss = Figures.loss(counts.lostEvents, uncounted: counts.uncountedLosses) {
            doubts.append(
                "Events were lost: \(loss). Calls that span a loss (\(Figures.count(counts.lossy))) are in no figure.")
        }
        if counts.open + counts.orphans > 0 {
            doubts.append(
                "\(Figures.plural(counts.open + counts.orphans, "call")) without entry or exit "
                    + "(\(Figures.count(counts.open)) open, \(Figures.plural(counts.orphans, "orphan"))), in no figure."
            )
        }
        if counts.unparsedLines > 0 {
            doubts.append(
                "\(Figures.count(counts.unparsedLines)) of \(Figures.plural(counts.records, "record")) not understood; "
                    + "calls in them are missing.")
        }
        return doubts + rootDoubts + requestDoubts + report.source.notes
    }

    private var rootDoubts: [String] {
        let hollow = report.roots.reduce(0) { $0.addingSaturated($1.hollowCalls) }
        let partial = report.roots.reduce(0) { $0.addingSaturated($1.partialCalls) } - hollow
        var doubts: [String] = []
        if hollow > 0 {
            doubts.append(
                "\(Figures.plural(hollow, "hollow call")) of roots, where an interrupt at the entry kept the kernel from recording what "
                    + "was called; their time is in no layer.")
        }
        if partial > 0 {
            doubts.append(
                "\(Figures.plural(partial, "call")) of roots with calls below that are in doubt: their layers may not add up to their "
                    + "time, and they are not in the merged tree.")
        }
        return doubts
    }

    private var requestDoubts: [String] {
        guard let requests = report.requests else { return [] }
        var doubts: [String] = []
        if requests.joined < requests.seen {
            let reasons = requests.unjoined.map { "\($0.reason) \(Figures.count($0.count))" }.joined(separator: ", ")
            doubts.append(
                "\(Figures.count(requests.seen - requests.joined)) of \(Figures.plural(requests.seen, "request")) in no figure: "
                    + "\(reasons).")
        }
        if requests.ambiguous > 0 {
            doubts.append(
                "\(Figures.count(requests.ambiguous)) choices between requests that the trace does not tell apart.")
        }
        if requests.disagreed > 0 {
            doubts.append(
                "Of \(Figures.plural(requests.disagreed, "request")) the joins by pointer and by sector say different things."
            )
        }
        if !requests.stoodIn.isEmpty {
            let points = requests.stoodIn.map { "\($0.reason) \(Figures.count($0.count))" }.joined(separator: ", ")
            doubts.append("Points of requests that were missed, so that one stage stands for several: \(points).")
        }
        return doubts
    }
}
