import GraphParser
import TraceFormat

/// The first two paragraphs of a report: the story, and what the figures are of.
struct ReportHead {
    private let report: Report
    /// Each trace by itself; empty where that is not known.
    private let sources: [Summary.Source]
    private let style: Style

    init(_ report: Report, sources: [Summary.Source], style: Style) {
        (self.report, self.sources, self.style) = (report, sources, style)
    }

    var isOfOneTrace: Bool { sources.count < 2 }

    /// The traces, what was lost of them, and then what they tell.
    func story() -> String {
        let hosts = Set(sources.map(\.identity.host))
        // Of how many is not known where a trace does not tell its own.
        let story = Story(
            report: report, captures: max(sources.count, 1), hosts: hosts.contains(nil) ? 1 : hosts.count)
        return (title() + warnings() + [""] + story.sentences.flatMap(said)).joined(separator: "\n")
    }

    private func said(_ sentence: String) -> [String] { style.prose(sentence, first: "  ", hanging: 4) }

    // MARK: Which traces

    private func title() -> [String] {
        if !isOfOneTrace { return sources.flatMap(line) + mixed() }
        let source = report.source
        var facts = [source.kind]
        if let kernel = source.kernel { facts.append("Linux \(kernel)") }
        if let cpus = cpus() { facts.append(cpus) }
        if let clock = source.clock { facts.append("clock \(clock)") }
        return [style.bold(Self.name(source.path)) + ":"]
            + style.prose(facts.joined(separator: ", "), first: "  ", hanging: 4)
    }

    private static func name(_ path: String) -> String { path == "-" ? "standard input" : printable(path) }

    /// One of several.
    private func line(_ source: Summary.Source) -> [String] {
        var facts = [source.kind]
        if let host = source.identity.host { facts.append("host \(printable(host))") }
        if let kernel = source.identity.kernel { facts.append("Linux \(printable(kernel))") }
        if let duration = source.recording?.durationNs { facts.append("recorded for \(Figures.duration(duration))") }
        return [style.bold(Self.name(source.path)) + ":"]
            + style.prose(facts.joined(separator: ", "), first: "  ", hanging: 4)
    }

    /// What must be known of figures that are of several machines.
    private func mixed() -> [String] {
        let hosts = Set(sources.map(\.identity.host))
        guard hosts.count > 1, report.paths?.isEmpty == false else { return [] }
        return style.prose(
            "Maps and paths of the same name on several hosts are in one row each, unless their addresses differ.",
            hanging: 2)
    }

    /// How many CPUs the machine has, where the trace tells, and how many of them are in it.
    private func cpus() -> String? {
        guard let used = report.source.cpusWithEvents else { return nil }
        if report.source.kind == TraceSource.Kind.text.rawValue { return "\(Figures.plural(used, "CPU")) with calls" }
        let cpus = Figures.plural(report.source.cpus, "CPU")
        return used == report.source.cpus ? cpus : "\(cpus), \(Figures.count(used)) with events"
    }

    // MARK: What is in doubt

    /// What was lost or open, before any figure.
    private func warnings() -> [String] {
        let counts = report.counts
        var lines: [String] = []
        if let loss = Figures.loss(counts.lostEvents, uncounted: counts.uncountedLosses) {
            lines += style.warning("EVENTS LOST:", loss + "; calls that span a loss are not in the figures")
        }
        let doubtful = counts.open + counts.orphans
        if doubtful > 0 {
            lines += style.warning(
                "IN DOUBT:",
                "\(Figures.plural(doubtful, "call")) without entry or exit \(doubtful == 1 ? "is" : "are") not in the figures"
            )
        }
        if counts.unparsedLines > 0 {
            let them = counts.unparsedLines == 1 ? "it" : "them"
            lines += style.warning(
                "NOT UNDERSTOOD:",
                "\(Figures.count(counts.unparsedLines)) of \(Figures.plural(counts.records, "record")); calls in \(them) are missing"
            )
            lines += (report.source.notUnderstood ?? []).map { "  line \($0.line): \($0.text)" }
        }
        return lines
    }

    // MARK: What was read

    /// What was counted, and what to know of the recording.
    func facts() -> String {
        let counts = report.counts
        var lines = style.prose(
            "\(Figures.plural(counts.calls, "complete call")); \(Figures.count(counts.open)) open, "
                + "\(Figures.plural(counts.orphans, "orphan")), \(Figures.count(counts.lossy)) lossy; "
                + "\(Figures.plural(counts.comments, "comment")), "
                + "\(Figures.plural(counts.unparsedLines, "record")) not understood", hanging: 2)
        for note in report.source.notes { lines += style.warning("note:", note) }
        lines += report.source.recording.map(recording) ?? []
        if report.roots.contains(where: { !$0.fragment }) {
            let caveat =
                "times are inside functions, as the kernel measured them with the tracer's own cost in them; "
                + "they are not the latency of a request"
            lines += style.prose(caveat, hanging: 2).map(style.dim)
        } else if report.requests == nil || !report.roots.isEmpty {
            lines += style.prose(
                "no complete call without a caller and with a duration: nothing to show latencies of", hanging: 2)
        }
        return lines.joined(separator: "\n")
    }

    /// What the recorder knew of itself.
    private func recording(_ facts: Report.Recording) -> [String] {
        var sentences: [String] = []
        if let duration = facts.durationNs, let own = facts.recorderCpuNs {
            sentences.append(
                "recorded for \(Figures.duration(duration)), with \(Figures.duration(own)) of the recorder's CPU time")
        }
        if let before = facts.callCostBeforeNs, let after = facts.callCostAfterNs {
            sentences.append(
                "recording a call cost \(Figures.duration(before)) before and \(Figures.duration(after)) after; "
                    + "with each root stands what the higher comes to")
        }
        if let kept = facts.keptNs {
            sentences.append("the last \(Figures.duration(kept)) of the recording, as far as the ring buffer held them")
        }
        if facts.interrupts == false {
            sentences.append("interrupts were not recorded; their time is in what they hit")
        }
        if let duration = facts.durationNs, duration > 0, let requests = facts.multipathRequests, requests > 0 {
            let rate = (Double(requests) * 1e10 / Double(duration)).rounded() / 10
            sentences.append(
                "the kernel counted \(Figures.count(Int(clamping: requests))) reads and writes on multipath devices in "
                    + "\(Figures.duration(duration)), \(rate) a second")
        }
        return sentences.flatMap { style.prose($0, hanging: 2) }
    }
}
