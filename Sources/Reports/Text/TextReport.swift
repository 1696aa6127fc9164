public import GraphParser
import TraceFormat

/// Renders a ``Report`` for reading in a terminal: what can be trusted first, then each root with its layers, then all
/// layers, then the hottest functions.
public struct TextReport {
    private let report: Report
    private let style: Style
    private let rootLimit: Int
    private let functionLimit: Int

    private static let barWidth = 20

    /// - Parameters:
    ///   - report: what is shown.
    ///   - style: how the output can look.
    ///   - rootLimit: how many roots to show, those with the most time; the rest is summed up in a line.
    ///   - functionLimit: how many functions to show, those with the most self time.
    public init(_ report: Report, style: Style, rootLimit: Int, functionLimit: Int) {
        self.report = report
        self.style = style
        self.rootLimit = rootLimit
        self.functionLimit = functionLimit
    }

    /// The whole report, with a line feed at its end. What comes from the trace is escaped.
    public func render() -> String {
        var sections = [header()]
        if let requests = report.requests {
            sections += RequestSection(requests, report.paths ?? [], style: style).sections()
        }
        if let failover = report.failover { sections.append(FailoverText(failover.summary, style: style).section()) }
        let roots = report.roots.filter { !$0.fragment }
        let fragments = report.roots.filter(\.fragment)
        sections += roots.prefix(rootLimit).map(root)
        if roots.count > rootLimit { sections.append(others(roots, "root")) }
        if !fragments.isEmpty { sections.append(self.fragments(fragments)) }
        if !report.layers.isEmpty { sections.append(allLayers()) }
        if functionLimit > 0, !report.functions.isEmpty { sections.append(functions()) }
        return sections.joined(separator: "\n\n") + "\n"
    }

    // MARK: Header

    private func header() -> String {
        let source = report.source
        var facts = [source.kind]
        if let kernel = source.kernel { facts.append("Linux \(kernel)") }
        if let cpus = cpus() { facts.append(cpus) }
        if let clock = source.clock { facts.append("clock \(clock)") }
        var lines = [
            style.bold(source.path == "-" ? "standard input" : printable(source.path)) + ": "
                + facts.joined(separator: ", ")
        ]
        lines += trust()
        lines += source.notes.map { style.warning("note: ") + $0 }
        lines += source.recording.map(recording) ?? []
        if report.requests != nil && report.roots.isEmpty { return lines.joined(separator: "\n") }
        if !report.roots.contains(where: { !$0.fragment }) {
            lines.append("no complete call without a caller and with a duration: nothing to show latencies of")
        } else {
            lines.append(
                style.dim("times are inside functions, as the kernel measured them with the tracer's own cost in them;")
                    + "\n" + style.dim("they are not the latency of a request"))
        }
        return lines.joined(separator: "\n")
    }

    /// How many CPUs the machine has, where the trace tells, and how many of them are in it.
    private func cpus() -> String? {
        guard let used = report.source.cpusWithEvents else { return nil }
        if report.source.kind == TraceSource.Kind.text.rawValue { return "\(Figures.plural(used, "CPU")) with calls" }
        let cpus = Figures.plural(report.source.cpus, "CPU")
        return used == report.source.cpus ? cpus : "\(cpus), \(Figures.count(used)) with events"
    }

    /// What was lost or open, before any figure.
    private func trust() -> [String] {
        let counts = report.counts
        var lines = [
            "\(Figures.plural(counts.calls, "complete call")); \(Figures.count(counts.open)) open, "
                + "\(Figures.plural(counts.orphans, "orphan")), \(Figures.count(counts.lossy)) lossy; "
                + "\(Figures.plural(counts.comments, "comment")), "
                + "\(Figures.plural(counts.unparsedLines, "record")) not understood"
        ]
        if let loss = Figures.loss(counts.lostEvents, uncounted: counts.uncountedLosses) {
            lines.append(
                style.warning("EVENTS LOST: ") + loss + "; calls that span a loss are not in the figures")
        }
        let doubtful = counts.open + counts.orphans
        if doubtful > 0 {
            lines.append(
                style.warning("IN DOUBT: ")
                    + "\(Figures.plural(doubtful, "call")) without entry or exit "
                    + (doubtful == 1 ? "is" : "are") + " not in the figures")
        }
        if counts.unparsedLines > 0 {
            lines.append(
                style.warning("NOT UNDERSTOOD: ")
                    + "\(Figures.count(counts.unparsedLines)) of \(Figures.plural(counts.records, "record")); "
                    + "calls in \(counts.unparsedLines == 1 ? "it" : "them") are missing")
            lines += (report.source.notUnderstood ?? []).map { "  line \($0.line): \($0.text)" }
        }
        return lines
    }

    /// What the recorder knew of itself.
    private func recording(_ facts: Report.Recording) -> [String] {
        var lines: [String] = []
        if let duration = facts.durationNs, let own = facts.recorderCpuNs {
            lines.append(
                "recorded for \(Figures.duration(duration)), with \(Figures.duration(own)) of the recorder's CPU time")
        }
        if let before = facts.callCostBeforeNs, let after = facts.callCostAfterNs {
            lines.append(
                "recording a call cost \(Figures.duration(before)) before and \(Figures.duration(after)) after; "
                    + "with each root stands what the higher comes to")
        }
        if let kept = facts.keptNs {
            lines.append("the last \(Figures.duration(kept)) of the recording, as far as the ring buffer held them")
        }
        if facts.interrupts == false { lines.append("interrupts were not recorded; their time is in what they hit") }
        if let duration = facts.durationNs, duration > 0, let requests = facts.multipathRequests, requests > 0 {
            let rate = (Double(requests) * 1e10 / Double(duration)).rounded() / 10
            lines.append(
                "\(Figures.plural(Int(clamping: requests), "request")) on multipath devices in all of the "
                    + "\(Figures.duration(duration)) of recording, \(rate) a second")
        }
        return lines
    }

    /// What is in doubt about a trace, in a line; nil if nothing is.
    public static func doubts(_ counts: TraceCounts) -> String? {
        guard counts.isInDoubt else { return nil }
        let loss = Figures.loss(counts.lostEvents, uncounted: counts.uncountedLosses)
        let untimed = counts.untimed > 0 ? "; \(Figures.plural(counts.untimed, "call")) without a duration" : ""
        return (loss.map { "events lost: \($0); " } ?? "")
            + "\(Figures.count(counts.open)) open, \(Figures.plural(counts.orphans, "orphan")), "
            + "\(Figures.plural(counts.lossy, "lossy call")), which are marked; "
            + "records not understood, whose calls are missing: \(Figures.count(counts.unparsedLines))" + untimed
    }

    // MARK: Roots

    private func root(_ root: Report.Root) -> String {
        let latency = root.latency
        var lines = [
            style.bold(Self.name(root.function, root.module))
                + ": \(Figures.plural(root.calls, "call")), \(Figures.duration(latency.sumNs)) in all"
                + (root.askedFor == false ? "; no root that was asked for" : "")
        ]
        if root.calls > 1 {
            lines.append(
                "  p50 \(Figures.duration(latency.p50Ns))   p90 \(Figures.duration(latency.p90Ns))   "
                    + "p99 \(Figures.duration(latency.p99Ns))   max \(Figures.duration(latency.maxNs))")
        }
        if let tracing = root.tracingNs, tracing > 0 {
            lines.append(
                "  tracing: up to \(Figures.duration(tracing)) of that, \(Figures.share(tracing, of: latency.sumNs)), "
                    + "for recording the kernel's calls below")
        }
        if root.hollowCalls > 0 {
            lines.append(
                style.warning("  hollow: ") + Figures.count(root.hollowCalls)
                    + ", where an interrupt at the entry kept the kernel from recording what was called; "
                    + "their time is in no layer")
        }
        if root.partialCalls > root.hollowCalls {
            lines.append(
                style.warning("  partial trees: ") + Figures.count(root.partialCalls - root.hollowCalls)
                    + ", with calls below that are in doubt; their layers may not add up to the root")
        }
        lines.append("")
        let perCall = root.calls > 1 ? "               per call: p50        p99        max" : ""
        lines.append(style.dim("  layer         self time, share of the root" + perCall))
        lines += root.layers.map { layer($0, of: root) }
        if root.unattributedNs > 0 {
            lines.append("  \(pad("(not told)", 10)) \(timeAndShare(root.unattributedNs, of: latency.sumNs))")
        }
        return lines.joined(separator: "\n")
    }

    private func layer(_ layer: Report.RootLayer, of root: Report.Root) -> String {
        let whole = root.latency.sumNs
        let bar = style.bar(Double(layer.selfNs) / Double(max(whole, 1)), of: Self.barWidth, padded: root.calls > 1)
        let perCall = [layer.latency.p50Ns, layer.latency.p99Ns, layer.latency.maxNs]
            .map { padLeft(Figures.duration($0), 11) }.joined()
        return "  \(style.layer(layer.layer, pad(layer.layer, 10))) \(timeAndShare(layer.selfNs, of: whole))  "
            + style.layer(layer.layer, bar) + (root.calls > 1 ? " " + perCall : "")
    }

    private func timeAndShare(_ ns: UInt64, of whole: UInt64) -> String {
        padLeft(Figures.duration(ns), 10) + padLeft(Figures.share(ns, of: whole), 9)
    }

    private func others(_ roots: [Report.Root], _ what: String) -> String {
        let rest = roots.dropFirst(rootLimit)
        let calls = rest.reduce(0) { $0 + $1.calls }
        let time = rest.reduce(0 as UInt64) { $0.addingSaturated($1.latency.sumNs) }
        return "and \(Figures.plural(rest.count, what)) more: \(Figures.plural(calls, "call")), "
            + "\(Figures.duration(time)) in all (--roots \(roots.count) shows them)"
    }

    /// A line for each: what a piece of a tree took says little of the tree.
    private func fragments(_ fragments: [Report.Root]) -> String {
        var lines = [
            style.bold("fragments") + ": calls whose callers were cut off, overwritten or lost, and so in no root"
        ]
        lines.append(style.dim("      calls     in all        p50        max  function"))
        for fragment in fragments.prefix(rootLimit) {
            let times = [fragment.latency.sumNs, fragment.latency.p50Ns, fragment.latency.maxNs]
                .map { padLeft(Figures.duration($0), 11) }.joined()
            lines.append(
                "  \(padLeft(Figures.count(fragment.calls), 9))\(times)  "
                    + Self.name(fragment.function, fragment.module))
        }
        if fragments.count > rootLimit { lines.append("  " + others(fragments, "fragment")) }
        return lines.joined(separator: "\n")
    }

    // MARK: Tables

    private func allLayers() -> String {
        let whole = report.layers.reduce(0 as UInt64) { $0.addingSaturated($1.selfNs) }
        var lines = [style.bold("all layers") + ": self, in functions of the layer; total, with all that they call"]
        lines.append(style.dim("  layer            self    share       total      calls"))
        for layer in report.layers {
            lines.append(
                "  \(style.layer(layer.layer, pad(layer.layer, 10))) \(timeAndShare(layer.selfNs, of: whole)) "
                    + "\(padLeft(Figures.duration(layer.totalNs), 11)) \(padLeft(Figures.count(layer.calls), 10))")
        }
        return lines.joined(separator: "\n")
    }

    private func functions() -> String {
        let shown = report.functions.prefix(functionLimit)
        let whole = report.functions.reduce(0 as UInt64) { $0.addingSaturated($1.selfNs) }
        var lines = [
            style.bold("hottest functions")
                + " by self time; total, the sum of the durations (\(shown.count) of \(Figures.count(report.functions.count)))"
        ]
        lines.append(style.dim("        self    share       total      calls  layer      function"))
        for function in shown {
            lines.append(
                "  \(timeAndShare(function.selfNs, of: whole)) \(padLeft(Figures.duration(function.totalNs), 11)) "
                    + "\(padLeft(Figures.count(function.calls), 10))  "
                    + "\(style.layer(function.layer, pad(function.layer, 10))) "
                    + Self.name(function.function, function.module))
        }
        return lines.joined(separator: "\n")
    }

    private static func name(_ function: String, _ module: String?) -> String {
        Function(name: function, module: module).description
    }
}
