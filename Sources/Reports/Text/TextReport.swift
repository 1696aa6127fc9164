public import GraphParser
import TraceFormat

/// Renders a ``Report`` for reading in a terminal: the story, then what can be trusted, requests, failovers, each root with its layers, all
/// layers, the hottest functions.
public struct TextReport {
    private let report: Report
    private let summary: Summary?
    private let style: Style
    private let rootLimit: Int
    private let functionLimit: Int

    /// - Parameters:
    ///   - report: what is shown.
    ///   - summary: what it was derived from, which has distributions and each trace by itself; these are not shown without.
    ///   - style: how the output can look.
    ///   - rootLimit: how many roots to show, those with the most time; the rest is summed up in a line.
    ///   - functionLimit: how many functions to show, those with the most self time.
    public init(_ report: Report, of summary: Summary? = nil, style: Style, rootLimit: Int, functionLimit: Int) {
        self.report = report
        self.summary = summary
        self.style = style
        self.rootLimit = rootLimit
        self.functionLimit = functionLimit
    }

    /// The whole report, with a line feed at its end. What comes from the trace is escaped.
    public func render() -> String {
        let head = ReportHead(report, sources: summary?.sources ?? [], style: style)
        var sections = [head.story(), head.facts()]
        if let requests = report.requests {
            sections += RequestSection(
                requests, report.paths ?? [], latency: summary?.requests?.latency, isOfOneTrace: head.isOfOneTrace,
                style: style
            ).sections()
        }
        if let failover = report.failover {
            let told = failover.incidents.count <= Story.incidentsTold
            sections.append(FailoverText(failover.summary, style: style).section(told: told))
        }
        sections += RootSections(report, summary?.roots ?? [], limit: rootLimit, style: style).sections()
        if !report.layers.isEmpty { sections.append(allLayers()) }
        if functionLimit > 0, !report.functions.isEmpty { sections.append(functions()) }
        return style.shown(sections.joined(separator: "\n\n") + "\n")
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

    // MARK: Tables

    private func allLayers() -> String {
        let whole = report.layers.reduce(0 as UInt64) { $0.addingSaturated($1.selfNs) }
        let table = TextTable<Report.Layer>(
            [
                .init("layer", 11, isLeft: true, layer: \.layer) { $0.layer },
                .init("self", 10) { Figures.duration($0.selfNs) },
                .init("share", 9) { Figures.share($0.selfNs, of: whole) },
                .init("", 32, from: 112, layer: \.layer) {
                    "  " + style.bar(Double($0.selfNs) / Double(max(whole, 1)), of: 30, padded: true)
                },
                .init("total", 12) { Figures.duration($0.totalNs) }, .init("calls", 11) { Figures.count($0.calls) },
            ], style: style)
        return
            ([
                style.bold("all layers") + ": self, in functions of the layer; total, with all that they call",
                table.head,
            ]
            + report.layers.map(table.line)).joined(separator: "\n")
    }

    private func functions() -> String {
        let whole = report.functions.reduce(0 as UInt64) { $0.addingSaturated($1.selfNs) }
        let shown = report.functions.prefix(functionLimit)
        let table = TextTable<Report.FunctionTime>(
            [
                .init("self", 9) { Figures.duration($0.selfNs) },
                .init("share", 8) { Figures.share($0.selfNs, of: whole) },
                .init("total", 10) { Figures.duration($0.totalNs) },
                .init("calls", style.columns < 100 ? 8 : 11) { Figures.count($0.calls) },
                .init("  layer", 10, isLeft: true, layer: \.layer) { "  " + $0.layer },
            ], last: .init("function", 0) { RootSections.name($0.function, $0.module) }, wraps: false, style: style)
        return
            ([
                style.bold("hottest functions")
                    + " by self time; total, the sum of the durations (\(shown.count) of \(Figures.count(report.functions.count)))",
                table.head,
            ] + shown.map(table.line)).joined(separator: "\n")
    }
}
