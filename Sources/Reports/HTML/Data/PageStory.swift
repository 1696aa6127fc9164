import GraphParser
import TraceFormat

/// What a person would say of the trace, a sentence each: what flowed and how long it took, and what of it is in doubt.
struct PageStory {
    /// A sentence, and where the page has more of it.
    struct Line: Encodable {
        let text: String
        /// The section's name.
        let section: String

        init(_ text: String, in section: String) {
            // As long as the longest name that a page shows, and what is said of it.
            (self.text, self.section) = (PageText.cut(text, to: 1000), section)
        }
    }

    /// The whole one, not what the page has of its lists.
    private let report: Report
    private let story: Story

    init(_ report: Report) {
        self.report = report
        story = Story(report: report, captures: 1, hosts: 1)
    }

    /// The same sentences as in a terminal, but for doubts; never empty.
    var lines: [Line] {
        let hasRequests = (report.requests?.joined ?? 0) > 0
        let flowed = story.flowed.map { [Line($0, in: hasRequests ? "requests" : "doubt")] } ?? []
        return flowed + story.incidents.map { Line($0, in: "failover") }
            + story.times.map { Line($0, in: hasRequests ? "requests" : "roots") }
    }

    /// Whether nothing was lost, and nothing is in doubt.
    var isSure: Bool { story.isSure && doubts.isEmpty }

    /// What there is to say of failovers beside incidents, or of their absence.
    var failoverNotes: [String] {
        guard let summary = report.failover?.summary else { return [] }
        let none = summary.incidents.isEmpty ? ["No incident in \(Figures.seconds(summary.lookedAtNs))."] : []
        return none + FailoverText(summary, style: .plain).asides()
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
        return doubts + report.doubts + [story.caveat].compactMap(\.self)
            + report.source.notes.map { PageText.cut($0, to: 1000) }
    }
}
