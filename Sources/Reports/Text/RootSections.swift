import GraphParser
import TraceFormat

/// The roots of a report for reading: of each its layers, and how its durations are spread; of fragments a line each.
struct RootSections {
    private let report: Report
    private let histograms: [Summary.Root]
    private let limit: Int
    private let style: Style

    /// Roots whose distribution is shown, and in how many steps.
    private static let distributionsShown = 3
    private static let stepsShown = 6

    /// - Parameters:
    ///   - histograms: the roots with their distributions; empty where these are not known.
    ///   - limit: how many are shown.
    init(_ report: Report, _ histograms: [Summary.Root], limit: Int, style: Style) {
        (self.report, self.histograms, self.limit, self.style) = (report, histograms, limit, style)
    }

    /// Sections, with blank lines to be put between them.
    func sections() -> [String] {
        let roots = report.roots.filter { !$0.fragment }
        let fragments = report.roots.filter(\.fragment)
        var sections = roots.prefix(limit).enumerated().map { root($1, isMain: $0 < Self.distributionsShown) }
        if roots.count > limit { sections.append(wrapped(others(roots, "root"))) }
        if !fragments.isEmpty { sections.append(self.fragments(fragments)) }
        return sections
    }

    /// As reports print a function.
    static func name(_ function: String, _ module: String?) -> String {
        Function(name: function, module: module).description
    }

    // MARK: Roots

    private func root(_ root: Report.Root, isMain: Bool) -> String {
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
        lines += remarks(root)
        let table = layerTable(root)
        lines += ["", table.head] + root.layers.map(table.line)
        if root.unattributedNs > 0 {
            lines.append(
                "  \(pad("(not told)", 10))\(padLeft(Figures.duration(root.unattributedNs), 11))"
                    + padLeft(Figures.share(root.unattributedNs, of: latency.sumNs), 9))
        }
        let distribution = isMain ? self.distribution(of: root) : []
        return (lines + (distribution.isEmpty ? [] : [""] + distribution)).joined(separator: "\n")
    }

    /// What its figures have in them, or not.
    private func remarks(_ root: Report.Root) -> [String] {
        var lines: [String] = []
        if let tracing = root.tracingNs, tracing > 0 {
            lines += style.prose(
                "tracing: up to \(Figures.duration(tracing)) of that, \(Figures.share(tracing, of: root.latency.sumNs)), "
                    + "for recording the kernel's calls below", first: "  ", hanging: 4)
        }
        if root.hollowCalls > 0 {
            lines += style.warning(
                "hollow:",
                Figures.count(root.hollowCalls)
                    + ", where an interrupt at the entry kept the kernel from recording what was called; "
                    + "their time is in no layer", indent: 2)
        }
        if root.partialCalls > root.hollowCalls {
            lines += style.warning(
                "partial trees:",
                Figures.count(root.partialCalls - root.hollowCalls)
                    + ", with calls below that are in doubt; their layers may not add up to the root", indent: 2)
        }
        return lines
    }

    private func layerTable(_ root: Report.Root) -> TextTable<Report.RootLayer> {
        let whole = root.latency.sumNs
        let perCall = root.calls > 1 ? 33 : 0
        let width = min(max(style.columns - 35 - perCall, 12), 40)
        let bar = { (layer: Report.RootLayer) in
            "  " + style.bar(Double(layer.selfNs) / Double(max(whole, 1)), of: width, padded: root.calls > 1)
        }
        var columns: [TextTable<Report.RootLayer>.Column] = [
            .init("layer", 11, isLeft: true, layer: \.layer) { $0.layer },
            .init("self time", 10) { Figures.duration($0.selfNs) },
            .init("share", 9) { Figures.share($0.selfNs, of: whole) },
            .init("", root.calls > 1 ? width + 2 : 0, isLeft: true, layer: \.layer, bar),
        ]
        if root.calls > 1 {
            columns += [
                .init("a call: p50", 12) { Figures.duration($0.latency.p50Ns) },
                .init("p99", 10) { Figures.duration($0.latency.p99Ns) },
                .init("max", 10) { Figures.duration($0.latency.maxNs) },
            ]
        }
        return TextTable(columns, style: style)
    }

    private func distribution(of root: Report.Root) -> [String] {
        let own = histograms.first { one in
            one.function == root.function && one.module == root.module && one.fragment == root.fragment
                && one.askedFor == root.askedFor
        }
        return own.map { Distribution($0.latency, limit: Self.stepsShown).lines(of: "calls", style: style) } ?? []
    }

    private func others(_ roots: [Report.Root], _ what: String) -> String {
        let rest = roots.dropFirst(limit)
        let calls = rest.reduce(0) { $0 + $1.calls }
        let time = rest.reduce(0 as UInt64) { $0.addingSaturated($1.latency.sumNs) }
        return "and \(Figures.plural(rest.count, what)) more: \(Figures.plural(calls, "call")), "
            + "\(Figures.duration(time)) in all (--roots \(roots.count) shows them)"
    }

    private func wrapped(_ text: String) -> String { style.prose(text, hanging: 2).joined(separator: "\n") }

    // MARK: Fragments

    /// A line for each: what a piece of a tree took says little of the tree.
    private func fragments(_ fragments: [Report.Root]) -> String {
        let table = TextTable<Report.Root>(
            [
                .init("calls", 9) { Figures.count($0.calls) },
                .init("in all", 11) { Figures.duration($0.latency.sumNs) },
                .init("p50", 11) { Figures.duration($0.latency.p50Ns) },
                .init("max", 11) { Figures.duration($0.latency.maxNs) },
            ], last: .init("function", 0) { Self.name($0.function, $0.module) }, wraps: false, style: style)
        var lines = [
            style.bold("fragments") + ": calls whose callers were cut off, overwritten or lost, and so in no root",
            table.head,
        ]
        lines += fragments.prefix(limit).map(table.line)
        if fragments.count > limit { lines.append("  " + others(fragments, "fragment")) }
        return lines.joined(separator: "\n")
    }
}
