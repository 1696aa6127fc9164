import GraphParser

/// The call graph of the merged trees as a flowchart of mermaid, which wikis and trackers draw. Smaller than ``DotOutput``'s: mermaid
/// refuses large ones.
struct MermaidOutput: OutputFormat {
    let name = "mermaid"
    let help = "the same graph, of the largest functions only, as a mermaid flowchart, for wikis and issue trackers"
    let needsSummary = false
    let needsMergedTree = true

    /// Mermaid takes 500 edges and 50,000 characters; what is much smaller can still be read.
    private static let limits = CallGraph.Limits(functions: 30, edges: 150)

    func render(_ results: OutputResults, to sink: OutputSink) throws {
        let map = results.options.map
        let graph = CallGraph(results.mergedTree, names: results.names, map: map, limits: Self.limits)
        let layers = Set(graph.nodes.map(\.layer)).sorted()
        try writeTitle(graph, results, to: sink)
        try sink.write("flowchart LR\n")
        for (index, node) in graph.nodes.enumerated() {
            let label = CallGraphText.lines(node, graph).map(Self.escaped).joined(separator: "<br/>")
            let bars = node.rootCalls > 0 ? ("[[", "]]") : ("[", "]")
            try sink.write("  n\(index)\(bars.0)\"\(label)\"\(bars.1):::l\(layers.firstIndex(of: node.layer)!)\n")
            try sink.write("  %% n\(index) calls=\(node.calls) self_ns=\(node.selfNs) total_ns=\(node.totalNs)\n")
        }
        for edge in graph.edges {
            try sink.write("  n\(edge.from) -->|\"\(Self.escaped(CallGraphText.line(edge)))\"| n\(edge.to)\n")
        }
        for (index, layer) in layers.enumerated() {
            let color = map.rgb(of: layer)
            try sink.write("  classDef l\(index) fill:\(color.hex),stroke:#707070,color:\(color.text.hex)\n")
        }
    }

    func omissions(_ results: OutputResults) -> [String] { results.mergedTree.omissions }

    private func writeTitle(_ graph: CallGraph, _ results: OutputResults, to sink: OutputSink) throws {
        let capture = results.capture
        let place = [capture.host, capture.kernel].compactMap(\.self).joined(separator: " ")
        var title: [UInt8] = []
        // YAML takes a string of JSON.
        title.appendJSON(
            Self.escaped(
                "\(place.isEmpty ? capture.capture : place): \(Figures.duration(graph.totalNs)) inside functions"))
        try sink.write("---\ntitle: \(String(decoding: title, as: UTF8.self))\n---\n")
    }

    /// Longer names would leave no room for others; a character that is not shown is none that sums are made of.
    private static let longest = 120

    /// Letters, digits and what means nothing to mermaid, to Markdown or to HTML; all else by its number.
    private static func escaped(_ text: String) -> String {
        let isLong = text.unicodeScalars.count > longest
        let shown = text.unicodeScalars.prefix(isLong ? longest - 1 : longest)
        return shown.reduce(into: "") { text, scalar in
            if isPlain(scalar) { text.unicodeScalars.append(scalar) } else { text += "#\(scalar.value);" }
        } + (isLong ? "…" : "")
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", " ", ".", ",", ":", "_", "-", "·", "(", ")": true
        default: false
        }
    }
}
