import GraphParser

extension PrunedTree {
    /// Of one tree.
    init(_ tree: CallTree) {
        var open: [Int] = []
        let nodes = tree.nodes.enumerated().map { index, node in
            open.removeLast(max(0, open.count - node.level))
            let parent = open.last ?? -1
            open.append(index)
            let call = node.call
            return Node(
                parent: parent, function: call.function, calls: 1, totalNs: call.duration ?? call.childrenNs,
                selfNs: call.selfNs, isInDoubt: call.confidence != .complete || call.isHollow)
        }
        self.init(nodes, .single)
    }

    /// Of all trees.
    init(_ merged: MergedTree) {
        var nodes = merged.nodes.map { node in
            Node(
                parent: node.parent, function: node.function, calls: node.calls, totalNs: node.durations.sum,
                selfNs: node.selves.sum, durations: node.durations)
        }
        if merged.leftOut > 0 { nodes += Self.leftOut(merged) }
        self.init(nodes, .merged)
    }

    /// Calls that have no node, below the nearest caller that has one.
    private static func leftOut(_ merged: MergedTree) -> [Node] {
        let sums = merged.nodes.enumerated().map { ($0, $1.further) } + [(-1, merged.further)]
        return sums.filter { $1.calls > 0 }.map { parent, further in
            Node(
                parent: parent, kind: .leftOut, function: .unknown, calls: further.calls, totalNs: further.selfNs,
                selfNs: further.selfNs)
        }
    }
}
