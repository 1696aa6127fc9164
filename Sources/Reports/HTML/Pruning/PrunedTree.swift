import GraphParser

/// A tree of calls cut down to the nodes with the most time. Those of a caller that are too small are one node, which has the functions
/// that it is made of below it. Nothing is dropped: the selves of all nodes add up to those of the whole tree, and so do their calls.
struct PrunedTree {
    /// What a node is.
    enum Kind: Int {
        /// Calls of a function.
        case call
        /// All calls of a caller that are too small to be shown; its members have their self time.
        case smaller
        /// Of those, the calls of one function, with all that they called.
        case member
        /// Of those, the calls of all functions that have no member of their own.
        case others
        /// Calls that were left out where trees were merged, since there was no room for the ways in which they were called.
        case leftOut
    }

    /// Calls that are shown as one.
    struct Node {
        /// Where its caller is in `nodes`; negative for a root.
        var parent: Int
        var kind = Kind.call
        /// Of ``Kind/call`` and ``Kind/member`` only.
        var function: FunctionID
        /// How many calls; none of ``Kind/smaller``, whose members have them.
        var calls: Int
        /// How many further ones they made that have no node.
        var callsBelow = 0
        /// How many nodes are in this one.
        var parts = 1
        /// Their durations.
        var totalNs: UInt64
        /// Time in the function itself, and in all calls that have no node.
        var selfNs: UInt64
        /// The durations of the calls; nil unless many trees were merged.
        var durations: Histogram?
        /// Whether something of it is in doubt.
        var isInDoubt = false
    }

    /// How much of a tree is shown.
    struct Limits {
        /// Calls with nodes of their own.
        let nodes: Int
        /// Functions that the calls that are too small are told apart by.
        let members: Int

        static let merged = Limits(nodes: 2500, members: 6)
        static let single = Limits(nodes: 400, members: 4)
    }

    /// A caller before its calls.
    private(set) var nodes: [Node] = []
    /// Nodes of the whole tree.
    let wholeCount: Int

    /// - Parameters:
    ///   - whole: the tree, a caller before its calls.
    ///   - limits: how much of it is shown.
    init(_ whole: [Node], _ limits: Limits) {
        wholeCount = whole.count
        let isShown = Self.shown(whole, limits.nodes)
        nodes.reserveCapacity(min(whole.count, 2 * limits.nodes))
        var places = [Int](repeating: -1, count: whole.count)
        var hidden: [Int: Hidden] = [:]
        // By node: the child of a node that is shown through which it is hidden; itself for that child.
        var tops = [Int](repeating: -1, count: whole.count)
        for (index, node) in whole.enumerated() {
            if isShown[index] {
                places[index] = nodes.count
                var shown = node
                shown.parent = node.parent < 0 ? -1 : places[node.parent]
                nodes.append(shown)
            } else {
                let isTop = node.parent < 0 || isShown[node.parent]
                tops[index] = isTop ? index : tops[node.parent]
                let caller = whole[tops[index]].parent
                hidden[caller, default: Hidden()].add(node, isTop: isTop, of: whole[tops[index]].function)
            }
        }
        for caller in hidden.keys.sorted() {
            hidden[caller]!.append(to: &nodes, below: caller < 0 ? -1 : places[caller], limits.members)
        }
    }

    /// Those with the most time; a caller has no less than its calls, so that none is shown without its callers.
    private static func shown(_ whole: [Node], _ limit: Int) -> [Bool] {
        if whole.count <= limit { return [Bool](repeating: true, count: whole.count) }
        var weights = whole.map(\.selfNs)
        for index in whole.indices.reversed() where whole[index].parent >= 0 {
            weights[whole[index].parent] = weights[whole[index].parent].addingSaturated(weights[index])
        }
        let order = whole.indices.sorted { weights[$0] != weights[$1] ? weights[$0] > weights[$1] : $0 < $1 }
        var isShown = [Bool](repeating: false, count: whole.count)
        for index in order.prefix(limit) { isShown[index] = true }
        // What is no function cannot be a member.
        for (index, node) in whole.enumerated() where node.kind == .leftOut {
            isShown[index] = node.parent < 0 || isShown[node.parent]
        }
        return isShown
    }

    /// The calls of one caller that are too small.
    private struct Hidden {
        private var whole = PrunedTree.Node(
            parent: -1, kind: .smaller, function: .unknown, calls: 0, parts: 0, totalNs: 0, selfNs: 0)
        private var functions: [FunctionID: PrunedTree.Node] = [:]

        mutating func add(_ node: Node, isTop: Bool, of function: FunctionID) {
            var member =
                functions[function]
                ?? Node(parent: -1, kind: .member, function: function, calls: 0, parts: 0, totalNs: 0, selfNs: 0)
            Self.add(node, isTop: isTop, to: &member)
            Self.add(node, isTop: isTop, to: &whole)
            functions[function] = member
        }

        private static func add(_ node: Node, isTop: Bool, to sum: inout Node) {
            if isTop {
                sum.calls += node.calls
                sum.totalNs = sum.totalNs.addingSaturated(node.totalNs)
            } else {
                sum.callsBelow += node.calls
            }
            sum.callsBelow += node.callsBelow
            sum.parts += node.parts
            sum.selfNs = sum.selfNs.addingSaturated(node.selfNs)
            sum.isInDoubt = sum.isInDoubt || node.isInDoubt
        }

        func append(to nodes: inout [Node], below parent: Int, _ limit: Int) {
            let members = functions.values.sorted { left, right in
                if left.selfNs != right.selfNs { return left.selfNs > right.selfNs }
                return left.function.index < right.function.index
            }
            if whole.parts == 1, var only = members.first {
                (only.kind, only.parent) = (.call, parent)
                return nodes.append(only)
            }
            let place = nodes.count
            var group = whole
            group.parent = parent
            (group.calls, group.callsBelow, group.selfNs) = (0, 0, 0)
            nodes.append(group)
            let own = members.count <= limit + 1 ? members.count : limit
            for var member in members.prefix(own) {
                member.parent = place
                nodes.append(member)
            }
            guard own < members.count else { return }
            var others = Node(
                parent: place, kind: .others, function: .unknown, calls: 0, parts: 0, totalNs: 0, selfNs: 0)
            for member in members.dropFirst(own) {
                others.calls += member.calls
                others.callsBelow += member.callsBelow
                others.parts += 1
                others.totalNs = others.totalNs.addingSaturated(member.totalNs)
                others.selfNs = others.selfNs.addingSaturated(member.selfNs)
                others.isInDoubt = others.isInDoubt || member.isInDoubt
            }
            nodes.append(others)
        }
    }
}
