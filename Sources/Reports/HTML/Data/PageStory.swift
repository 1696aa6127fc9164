import GraphParser
import TraceFormat

/// What a person would say of the trace, a sentence each: what flowed and how long it took, and what of it is in doubt.
struct PageStory {
    /// A sentence, and where the page has more of it.
    struct Line: Encodable {
        let text: String
        /// The section's name.
        let section: String
        /// The name of the one request, path or incident that it tells of, as far as it tells of one. The page need not have it.
        let subject: String?

        init(_ text: String, in section: String, of subject: String? = nil) {
            // As long as the longest name that a page shows, and what is said of it.
            self.text = PageText.cut(text, to: 1000)
            (self.section, self.subject) = (section, subject)
        }

        init(_ finding: RequestFindings.Finding) {
            switch finding.subject {
            case .requests: self.init(finding.text, in: "requests")
            case .paths: self.init(finding.text, in: "paths")
            case .path(let index): self.init(finding.text, in: "paths", of: "path-\(index + 1)")
            case .request(let id): self.init(finding.text, in: "requests", of: "request-\(id)")
            }
        }
    }

    /// The whole one, not what the page has of its lists.
    private let report: Report
    private let story: Story
    /// Empty unless requests could be followed.
    private let findings: [RequestFindings.Finding]

    init(_ report: Report, _ requests: RequestSummary?) {
        self.report = report
        findings = requests.map { RequestFindings(summary: $0).findings } ?? []
        story = Story(report: report, captures: 1, hosts: 1)
    }

    /// The same sentences as in a terminal, but for doubts; never empty.
    var lines: [Line] {
        let flowed = story.flowed.map { [Line($0, in: findings.isEmpty ? "doubt" : "requests")] } ?? []
        let incidents =
            story.told.map { Line(story.sentence($0), in: "failover", of: "incident-\($0.id)") }
            + (story.furtherIncidents.map { [Line($0, in: "failover")] } ?? [])
        let times = findings.isEmpty ? story.times.map { Line($0, in: "roots") } : findings.map(Line.init)
        return flowed + incidents + times
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
