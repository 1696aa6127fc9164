import GraphParser

/// The call graph of the merged trees, for graphviz.
///
/// Beside labels for reading, nodes and edges have exact figures as attributes: `calls`, `self_ns`, `total_ns`.
struct DotOutput: OutputFormat {
    let name = "dot"
    let help = "which function calls which, and how long: the merged trees as a graph, for graphviz"
    let needsSummary = false
    let needsMergedTree = true

    /// What graphviz lays out in seconds.
    private static let limits = CallGraph.Limits(functions: 60, edges: 300)

    func render(_ results: OutputResults, to sink: OutputSink) throws {
        let map = results.options.map
        let graph = CallGraph(results.mergedTree, names: results.names, map: map, limits: Self.limits)
        try sink.write("digraph \"dmflow\" {\n")
        try sink.write("  graph [label=\(label(graph, results)), labelloc=t, rankdir=LR, fontname=\"Helvetica\"];\n")
        try sink.write("  node [shape=box, style=filled, fontname=\"Helvetica\", fontsize=10];\n")
        try sink.write("  edge [fontname=\"Helvetica\", fontsize=9, color=\"#707070\"];\n")
        for (index, node) in graph.nodes.enumerated() { try sink.write(line(node, index, graph, map)) }
        for edge in graph.edges { try sink.write(line(edge, graph)) }
        try sink.write("}\n")
    }

    func omissions(_ results: OutputResults) -> [String] { results.mergedTree.omissions }

    private func label(_ graph: CallGraph, _ results: OutputResults) -> String {
        let capture = results.capture
        let place = [capture.host, capture.kernel, capture.capture].compactMap(\.self).joined(separator: " · ")
        let time = "time inside functions, all complete trees: \(Figures.duration(graph.totalNs))"
        return Self.quoted([place, time] + results.mergedTree.omissions)
    }

    private func line(_ node: CallGraph.Node, _ index: Int, _ graph: CallGraph, _ map: LayerMap) -> String {
        let color = map.rgb(of: node.layer)
        let label = CallGraphText.lines(node, graph)
        return "  n\(index) [label=\(Self.quoted(label)), fillcolor=\"\(color.hex)\", fontcolor=\"\(color.text.hex)\", "
            + "peripheries=\(node.rootCalls > 0 ? 2 : 1), layer_name=\(Self.quoted([node.layer])), functions=\(node.functions), "
            + "calls=\(node.calls), root_calls=\(node.rootCalls), self_ns=\(node.selfNs), total_ns=\(node.totalNs)];\n"
    }

    private func line(_ edge: CallGraph.Edge, _ graph: CallGraph) -> String {
        let share = graph.totalNs > 0 ? Double(edge.ns) / Double(graph.totalNs) : 0
        let width = Double(Int((1 + 4 * min(share, 1)) * 10)) / 10
        return "  n\(edge.from) -> n\(edge.to) [label=\(Self.quoted([CallGraphText.line(edge)])), penwidth=\(width), "
            + "calls=\(edge.calls), total_ns=\(edge.ns)];\n"
    }

    /// Lines of a label. In it a backslash and an ampersand would mean something else.
    private static func quoted(_ lines: [String]) -> String {
        let escaped = lines.map { line in
            line.unicodeScalars.reduce(into: "") { text, scalar in
                switch scalar {
                case "\\": text += #"\\"#
                case "\"": text += #"\""#
                case "&": text += "&amp;"
                default: text.unicodeScalars.append(scalar)
                }
            }
        }
        return "\"\(escaped.joined(separator: #"\n"#))\""
    }
}
