import Glibc

/// Which calls of a root own its difference: its merged tree, with what each call's own time adds to a call of the root.
public struct OwnerTree: Equatable, Sendable {
    /// A call in its place.
    public struct Line: Equatable, Sendable {
        /// Levels below the root.
        public let depth: Int
        /// Its function.
        public let function: String
        /// Its layer.
        public let layer: String
        /// Self time in a call of the root, in ns: in base.
        public let baseNs: Double
        /// The same in head.
        public let headNs: Double
        /// By how much it and all that it calls are longer in head, in ns.
        public let differenceNs: Double
    }

    /// The root.
    public let root: String
    /// The calls with most of the difference, and those that lead to them.
    public let lines: [Line]

    /// Of so many calls the way is shown.
    private static let count = 5

    /// - Parameter slower: names of rows; the roots among them, and those of layers, get trees.
    static func trees(
        base: [CaptureProfile], head: [CaptureProfile], slower: [String], _ aliases: Aliases
    ) -> [OwnerTree] {
        let forest = CallForest(trees: (base + head).map { aliases.applied(to: $0.calls) })
        return forest.nodes.indices.filter { index in
            let node = forest.nodes[index]
            return node.parent == nil
                && slower.contains { $0 == "root \(node.function)" || $0.hasPrefix("root \(node.function),") }
        }.map { OwnerTree(forest, $0, bases: base.count) }
    }

    private init(_ forest: CallForest, _ root: Int, bases: Int) {
        let end = forest.nodes[(root + 1)...].firstIndex { $0.parent == nil } ?? forest.nodes.count
        let places = Array(root..<end)
        let roots = forest.nodes[root].sides.map { Double($0?.calls ?? 0) }
        func ns(_ place: Int, _ captures: Range<Int>) -> Double {
            let values = captures.filter { roots[$0] > 0 }.map { capture in
                forest.nodes[place].sides[capture].map { $0.selfNs * Double($0.calls) / roots[capture] } ?? 0
            }
            return TimeRows.median(values)
        }
        let (before, after) = (places.map { ns($0, 0..<bases) }, places.map { ns($0, bases..<roots.count) })
        // Each with all that it calls.
        var difference = zip(after, before).map { $0 - $1 }
        let own = difference
        for index in places.indices.reversed() {
            if let parent = forest.nodes[places[index]].parent, index > 0 {
                difference[parent - root] += difference[index]
            }
        }
        var isShown = Array(repeating: false, count: places.count)
        isShown[0] = true
        for index in places.indices.sorted(by: { abs(own[$0]) > abs(own[$1]) }).prefix(Self.count) {
            var next = Int?.some(places[index])
            while let place = next, place >= root, !isShown[place - root] {
                isShown[place - root] = true
                next = forest.nodes[place].parent
            }
        }
        self.root = forest.nodes[root].function
        lines = places.indices.filter { isShown[$0] }.map { index in
            let node = forest.nodes[places[index]]
            return Line(
                depth: node.depth, function: node.function, layer: node.layer, baseNs: before[index],
                headNs: after[index],
                differenceNs: difference[index])
        }
    }
}
