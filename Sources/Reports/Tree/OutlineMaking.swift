package import GraphParser

extension Outline {
    /// All calls of a trace, merged.
    package init(_ tree: MergedTree, _ names: TraceNames, _ map: LayerMap) {
        self.init(.merged)
        add(tree, names, map)
        if tree.leftOut > 0 { addRest(of: tree) }
        finish()
    }

    /// Who calls some functions.
    package init(_ tree: CallerTree, _ names: TraceNames, _ map: LayerMap) {
        self.init(.callers)
        add(tree.merged, names, map)
        let root = label(Label(text: "(no caller recorded)", layer: nil))
        let below = Set(tree.merged.nodes.map(\.parent))
        for (node, end) in tree.ends.sorted(by: { $0.key < $1.key }) where below.contains(node) {
            append(Row(parent: node, label: root, calls: end.calls, totalNs: end.totalNs, selfNs: end.selfNs))
        }
        if tree.merged.leftOut > 0 { addCutWays(of: tree) }
        finish()
    }

    private mutating func add(_ tree: MergedTree, _ names: TraceNames, _ map: LayerMap) {
        for node in tree.nodes {
            let function = names[node.function]
            let label = label(Label(text: function.description, layer: map.layers[map.layer(of: function)]))
            append(
                Row(
                    parent: node.parent, label: label, calls: node.calls, totalNs: node.durations.sum,
                    selfNs: node.selves.sum, typicalNs: node.durations.percentiles([0.99])[0]))
        }
    }

    /// What is in calls for whose way there was no room: it is in the time of their callers, and in no row of its own.
    private mutating func addRest(of tree: MergedTree) {
        var below = [UInt64](repeating: 0, count: tree.nodes.count)
        for node in tree.nodes where node.parent >= 0 {
            below[node.parent] = below[node.parent].addingSaturated(node.durations.sum)
        }
        let rest = label(Label(text: "(ways for which there was no room)", layer: nil))
        for (index, node) in tree.nodes.enumerated() {
            let known = below[index].addingSaturated(node.selves.sum)
            guard node.durations.sum > known else { continue }
            let ns = node.durations.sum - known
            append(Row(parent: index, label: rest, calls: 0, totalNs: ns, selfNs: ns))
        }
    }

    private mutating func addCutWays(of tree: CallerTree) {
        var known = tree.merged.nodes.indices.map { tree.ends[$0] ?? CallerTree.End() }
        for node in tree.merged.nodes where node.parent >= 0 {
            known[node.parent].calls += node.calls
            known[node.parent].totalNs = known[node.parent].totalNs.addingSaturated(node.durations.sum)
            known[node.parent].selfNs = known[node.parent].selfNs.addingSaturated(node.selves.sum)
        }
        let rest = label(Label(text: "(callers for which there was no room)", layer: nil))
        for (index, node) in tree.merged.nodes.enumerated() where node.calls > known[index].calls {
            append(
                Row(
                    parent: index, label: rest, calls: node.calls - known[index].calls,
                    totalNs: node.durations.sum - min(known[index].totalNs, node.durations.sum),
                    selfNs: node.selves.sum - min(known[index].selfNs, node.selves.sum)))
        }
    }

    // MARK: A single tree

    /// A single tree, whose calls are held against all that were made in the same way.
    ///
    /// - Parameter merged: the trees of the same trace.
    package init(_ tree: CallTree, beside merged: MergedTree, _ map: LayerMap) {
        self.init(.single)
        var known: [FunctionID: (label: Int, name: String)] = [:]
        /// By level: the row, and its node in the merged tree.
        var open: [(row: Int, node: Int)] = []
        /// By node: what half of its calls took at most, and three quarters.
        var usual: [Int: [UInt64]] = [:]
        let least = (tree.root.duration ?? 0) / Self.remarkable
        for entry in tree.nodes {
            open.removeSubrange(min(entry.level, open.count)...)
            let (row, parent) = open.last ?? (-1, -1)
            let function = known[entry.call.function] ?? describe(tree.names[entry.call.function], map)
            known[entry.call.function] = function
            let node = open.isEmpty || parent >= 0 ? merged.place(of: function.name, below: parent) ?? -1 : -1
            var line = Row(
                parent: row, label: function.label, totalNs: entry.call.duration ?? 0, selfNs: entry.call.selfNs)
            if node >= 0 {
                let known = usual[node] ?? merged.nodes[node].durations.percentiles([0.5, 0.75])
                usual[node] = known
                line.typicalNs = known[0]
                // Of a function that does little in one call and much in the next, neither is remarkable.
                line.factor = line.totalNs > known[1] ? Self.factor(line, least: least) : ""
                line.note = Self.note(line, merged, node, least: least)
            }
            open.append((append(line), node))
        }
        finish()
    }

    private mutating func describe(_ function: Function, _ map: LayerMap) -> (label: Int, name: String) {
        let label = label(Label(text: function.description, layer: map.layers[map.layer(of: function)]))
        return (label, function.baseName)
    }

    /// What is less than this part of the root's time is not remarked upon.
    private static let remarkable: UInt64 = 20

    /// Of what took twice as long as usually and more.
    private static func factor(_ row: Row, least: UInt64) -> String {
        let usual = row.typicalNs ?? 0
        guard row.totalNs / 2 >= usual, row.totalNs - usual >= max(least, 1) else { return "" }
        guard usual > 0 else { return "new" }
        let tenths = row.totalNs.multipliedSaturated(by: 10) / usual
        return tenths < 100 ? "\(tenths / 10).\(tenths % 10)x" : "\(Figures.count(Int(clamping: tenths / 10)))x"
    }

    /// Whether it is there in one of twenty of its caller's calls only.
    private static func note(_ row: Row, _ merged: MergedTree, _ node: Int, least: UInt64) -> String {
        let parent = merged.nodes[node].parent
        guard parent >= 0, row.totalNs >= max(least, 1) else { return "" }
        let (with, all) = (merged.nodes[node].callersWith, merged.nodes[parent].calls)
        return with * 20 <= all ? "seldom: \(Figures.count(with)) of \(Figures.count(all))" : ""
    }
}
