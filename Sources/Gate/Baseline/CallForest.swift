/// The calls of several captures as one forest: each way in which a function is called is one node, with what each capture has of it.
struct CallForest {
    struct Node {
        let function: String
        let layer: String
        let depth: Int
        /// Its place in `nodes`; nil for a root.
        let parent: Int?
        /// By capture; nil where it has none of these calls.
        var sides: [CallNode?]
        var children: [Int] = []
    }

    /// A caller before its calls, those of one caller in the order of their names.
    private(set) var nodes: [Node] = []

    /// - Parameter captures: each becomes a side of the nodes.
    init(_ captures: [CaptureProfile]) { self.init(trees: captures.map(\.calls)) }

    /// - Parameter trees: of a capture each, a caller before its calls.
    init(trees: [[CallNode]]) {
        var places: [Key: Int] = [:]
        var found: [Node] = []
        for (side, calls) in trees.enumerated() {
            var open: [Int] = []
            for call in calls {
                open.removeLast(max(0, open.count - call.depth))
                let key = Key(parent: open.last, function: call.function)
                let place = places[key] ?? found.count
                if place == found.count {
                    places[key] = place
                    found.append(
                        Node(
                            function: call.function, layer: call.layer, depth: call.depth, parent: open.last,
                            sides: Array(repeating: nil, count: trees.count)))
                }
                found[place].sides[side] = found[place].sides[side].map { $0.together(with: call) } ?? call
                open.append(place)
            }
        }
        order(found)
    }

    private struct Key: Hashable {
        let parent: Int?
        let function: String
    }

    private mutating func order(_ found: [Node]) {
        var below: [Int?: [Int]] = [:]
        for (index, node) in found.enumerated() { below[node.parent, default: []].append(index) }
        func sorted(_ parent: Int?) -> [Int] {
            (below[parent] ?? []).sorted { found[$0].function < found[$1].function }.reversed()
        }
        var rest = sorted(nil).map { (old: $0, parent: Int?.none) }
        while let (old, parent) = rest.popLast() {
            let node = found[old]
            if let parent { nodes[parent].children.append(nodes.count) }
            nodes.append(
                Node(function: node.function, layer: node.layer, depth: node.depth, parent: parent, sides: node.sides))
            rest += sorted(old).map { ($0, nodes.count - 1) }
        }
    }

    /// The functions from the root to a node.
    func way(to node: Int) -> [String] {
        var (way, next) = ([String](), Int?.some(node))
        while let place = next {
            way.append(nodes[place].function)
            next = nodes[place].parent
        }
        return way.reversed()
    }
}

extension CallNode {
    /// Two ways that are one to whoever compares them. Where both are made by as many of the caller's calls, and by each equally often,
    /// these are taken to be the same calls.
    func together(with other: CallNode) -> CallNode {
        var sum = self
        sum.calls += other.calls
        sum.callersWith = max(callersWith, other.callersWith)
        let areAlways = callersWith == other.callersWith && fewest == most && other.fewest == other.most
        sum.fewest = areAlways ? fewest + other.fewest : min(fewest, other.fewest)
        sum.most += other.most
        sum.selfNs = (selfNs * Double(calls) + other.selfNs * Double(other.calls)) / Double(max(1, sum.calls))
        return sum
    }
}
