/// What nodes and edges of a call graph say.
enum CallGraphText {
    /// Its name and its figures, a line each.
    static func lines(_ node: CallGraph.Node, _ graph: CallGraph) -> [String] {
        let name = node.functions == 1 ? node.name : "\(Figures.count(node.functions)) \(node.name)"
        var calls = Figures.plural(node.calls, "call")
        if node.rootCalls > 0, node.rootCalls < node.calls { calls += ", \(Figures.count(node.rootCalls)) as roots" }
        return [
            name, "\(node.layer) · \(calls)",
            "self \(Figures.duration(node.selfNs)) (\(Figures.share(node.selfNs, of: graph.totalNs)))",
            "total \(Figures.duration(node.totalNs))",
        ]
    }

    /// How often, and how long.
    static func line(_ edge: CallGraph.Edge) -> String {
        "\(Figures.plural(edge.calls, "call")), \(Figures.duration(edge.ns))"
    }
}
