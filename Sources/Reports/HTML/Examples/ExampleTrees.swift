import GraphParser

/// Single trees that the page shows: for each root the slowest and a typical one, each cut down to what can be shown of it.
struct ExampleTrees {
    /// One of them.
    struct Tree {
        /// As in every export of the trace.
        let number: Int
        let startNs: UInt64?
        let tid: Int32?
        let cpu: Int
        /// Whether it has calls in doubt, whose time is in their callers' self time.
        let isPartial: Bool
        let pruned: PrunedTree
    }

    /// All trees that begin at one function.
    struct Root {
        let function: FunctionID
        var examples = Examples<Tree>(slowest: ExampleTrees.slowest)
    }

    /// How many of the slowest there are of each root.
    static let slowest = 5
    /// So many roots have trees at a time: of others, those with the least time give way.
    private static let maxRoots = 64

    private(set) var roots: [FunctionID: Root] = [:]

    /// Takes a tree; fragments are none, nor what has no duration.
    mutating func add(_ tree: CallTree, number: Int) {
        let root = tree.root
        guard !root.isFragment, root.confidence == .complete, let duration = root.duration else { return }
        if roots[root.function] == nil, !makeRoom(for: duration) { return }
        roots[root.function, default: Root(function: root.function)].examples.add(duration) {
            Tree(
                number: number, startNs: root.start, tid: root.tid, cpu: root.cpu, isPartial: !tree.isComplete,
                pruned: PrunedTree(tree))
        }
    }

    private mutating func makeRoom(for duration: UInt64) -> Bool {
        guard roots.count >= Self.maxRoots else { return true }
        let least = roots.values.min { left, right in
            let (a, b) = (left.examples.times.sum, right.examples.times.sum)
            return a != b ? a < b : left.function.index < right.function.index
        }!
        guard least.examples.times.sum < duration else { return false }
        roots[least.function] = nil
        return true
    }
}
