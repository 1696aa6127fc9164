import GraphParser

/// Which function calls which, over all complete trees: the merged tree with one node for each function.
///
/// It is bounded, for programs that lay it out: functions with little time are one node for each layer, which stands for so many
/// functions, and all sums are those of the whole.
struct CallGraph {
    /// A function, or the smaller ones of a layer.
    struct Node: Equatable {
        let name: String
        let layer: String
        /// How many functions it stands for.
        var functions = 1
        /// Complete calls.
        var calls = 0
        /// Those of them that nobody called.
        var rootCalls = 0
        /// Time in it itself.
        var selfNs: UInt64 = 0
        /// The sum of the durations; a function that calls itself counts twice.
        var totalNs: UInt64 = 0
    }

    /// That one calls another.
    struct Edge: Equatable {
        let from: Int
        let to: Int
        /// How often.
        var calls = 0
        /// How long all of these calls took.
        var ns: UInt64 = 0
    }

    /// How large it may be.
    struct Limits {
        /// Functions that have nodes of their own.
        let functions: Int
        /// Edges; where there would be more, fewer functions have nodes of their own.
        let edges: Int
        /// Of the whole time: functions with less have no nodes of their own.
        let share = 0.01
        /// Nodes of layers; the smaller functions of further layers are one.
        let layers = 24
    }

    private(set) var nodes: [Node] = []
    private(set) var edges: [Edge] = []
    /// Time of all trees.
    let totalNs: UInt64

    /// - Parameters:
    ///   - tree: all trees.
    ///   - names: of its functions.
    ///   - map: tells their layers.
    init(_ tree: MergedTree, names: TraceNames, map: LayerMap, limits: Limits) {
        totalNs = tree.totalNs
        let whole = Whole(tree, names, map)
        var count = limits.functions
        repeat {
            (nodes, edges) = whole.reduced(to: count, limits, totalNs)
            count /= 2
        } while edges.count > limits.edges && count > 0
        if edges.count > limits.edges { (nodes, edges) = whole.reduced(to: 0, limits, totalNs) }
    }

    /// With every function, before it is reduced.
    private struct Whole {
        private struct Pair: Hashable {
            let from: Int
            let to: Int
        }

        private var nodes: [Node] = []
        private var edges: [Pair: Edge] = [:]
        private var places: [FunctionID: Int] = [:]
        private var furtherPlace: Int?

        init(_ tree: MergedTree, _ names: TraceNames, _ map: LayerMap) {
            for node in tree.nodes {
                let place = self.place(of: node.function, names, map)
                nodes[place].calls += node.calls
                nodes[place].selfNs = nodes[place].selfNs.addingSaturated(node.selves.sum)
                nodes[place].totalNs = nodes[place].totalNs.addingSaturated(node.durations.sum)
                if node.parent < 0 {
                    nodes[place].rootCalls += node.calls
                } else {
                    let caller = self.place(of: tree.nodes[node.parent].function, names, map)
                    add(Edge(from: caller, to: place, calls: node.calls, ns: node.durations.sum))
                }
                add(node.further, below: place, map)
            }
            add(tree.further, below: nil, map)
        }

        private mutating func place(of function: FunctionID, _ names: TraceNames, _ map: LayerMap) -> Int {
            if let place = places[function] { return place }
            let named = names[function]
            places[function] = nodes.count
            nodes.append(Node(name: named.baseName, layer: map.layers[map.layer(of: named)]))
            return nodes.count - 1
        }

        /// Calls for whose way there was no room: their time is known, and who called them.
        private mutating func add(_ further: MergedTree.Further, below caller: Int?, _ map: LayerMap) {
            guard further.calls > 0 else { return }
            let place = furtherPlace ?? nodes.count
            if furtherPlace == nil {
                nodes.append(Node(name: MergedTree.furtherName, layer: map.layers[map.other]))
                furtherPlace = place
            }
            nodes[place].calls += further.calls
            nodes[place].selfNs = nodes[place].selfNs.addingSaturated(further.selfNs)
            nodes[place].totalNs = nodes[place].totalNs.addingSaturated(further.selfNs)
            if let caller {
                add(Edge(from: caller, to: place, calls: further.calls, ns: further.selfNs))
            } else {
                nodes[place].rootCalls += further.calls
            }
        }

        private mutating func add(_ edge: Edge) { Self.add(edge, to: &edges) }

        private static func add(_ edge: Edge, to edges: inout [Pair: Edge]) {
            var sum = edges[Pair(from: edge.from, to: edge.to)] ?? Edge(from: edge.from, to: edge.to)
            sum.calls += edge.calls
            sum.ns = sum.ns.addingSaturated(edge.ns)
            edges[Pair(from: edge.from, to: edge.to)] = sum
        }

        /// With so many functions, those with the most time, and the others by their layers.
        func reduced(to count: Int, _ limits: Limits, _ totalNs: UInt64) -> ([Node], [Edge]) {
            let order = nodes.indices.sorted { rank($0) < rank($1) }
            let least = UInt64(Double(totalNs) * limits.share)
            var kept = order.prefix(count).filter { nodes[$0].totalNs >= least }
            let smaller = Set(nodes.indices).subtracting(kept)
            let groups = Self.groups(of: smaller.sorted().map { nodes[$0] }, limits.layers)
            // One function needs no other name.
            if count > 0 { kept += smaller.filter { groups[nodes[$0].layer]?.functions == 1 }.sorted() }
            var result = kept.map { nodes[$0] }
            var newPlaces = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) })
            for (layer, group) in groups.sorted(by: { $0.key < $1.key }) {
                let members = smaller.filter { newPlaces[$0] == nil && nodes[$0].layer == layer }
                guard !members.isEmpty else { continue }
                let place = result.firstIndex(of: group) ?? result.count
                if place == result.count { result.append(group) }
                for member in members { newPlaces[member] = place }
            }
            var merged: [Pair: Edge] = [:]
            for edge in edges.values {
                Self.add(
                    Edge(from: newPlaces[edge.from]!, to: newPlaces[edge.to]!, calls: edge.calls, ns: edge.ns),
                    to: &merged)
            }
            return (result, merged.values.sorted { ($0.from, $0.to) < ($1.from, $1.to) })
        }

        /// Most time first.
        private func rank(_ place: Int) -> (UInt64, UInt64, Int) {
            (.max - nodes[place].totalNs, .max - nodes[place].selfNs, place)
        }

        /// By layer, what its nodes come to; the smallest layers beyond the limit share one.
        private static func groups(of nodes: [Node], _ limit: Int) -> [String: Node] {
            let byLayer = Dictionary(grouping: nodes, by: \.layer)
            let sums = byLayer.mapValues { sum($0, named: "smaller ones of \($0[0].layer)", layer: $0[0].layer) }
            guard sums.count > limit else { return sums }
            let ranked = sums.values.sorted { (.max - $0.totalNs, $0.layer) < (.max - $1.totalNs, $1.layer) }
            let rest = ranked[limit...].map(\.layer)
            let shared = sum(
                rest.flatMap { byLayer[$0]! }, named: "smaller ones of \(rest.count) layers", layer: "other")
            return sums.merging(rest.map { ($0, shared) }) { $1 }
        }

        private static func sum(_ nodes: [Node], named name: String, layer: String) -> Node {
            var sum = Node(name: name, layer: layer, functions: 0)
            for node in nodes {
                sum.functions += 1
                sum.calls += node.calls
                sum.rootCalls += node.rootCalls
                sum.selfNs = sum.selfNs.addingSaturated(node.selfNs)
                sum.totalNs = sum.totalNs.addingSaturated(node.totalNs)
            }
            return sum
        }
    }
}
