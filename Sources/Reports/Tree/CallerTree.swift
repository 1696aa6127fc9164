package import GraphParser

/// Who calls some functions, and in which ways: each of them is a root, below which stand its callers, below these theirs, and so on.
///
/// Counts and times are those of the functions' own calls: of a node, of those that came by it. All complete calls are in it, also such as
/// are in trees with calls in doubt, so that its sums are those of the report.
package struct CallerTree {
    /// Its memory follows the distinct ways.
    package private(set) var merged: MergedTree
    /// By node: what of it had no caller, in calls and ns.
    package private(set) var ends: [Int: End] = [:]
    /// Calls of the functions that are not complete.
    package private(set) var inDoubt = 0
    /// Calls in trees whose first callers were not recorded: their ways are cut.
    package private(set) var cut = 0
    private var functions: FunctionPatterns
    private var open: [FunctionID] = []

    package struct End {
        package var calls = 0
        package var totalNs: UInt64 = 0
        package var selfNs: UInt64 = 0
    }

    /// - Parameter limit: how many nodes there is room for.
    package init(_ functions: FunctionPatterns, limit: Int = MergedTree.maxNodes) {
        (self.functions, merged) = (functions, MergedTree(limit: limit))
    }

    /// Names that no function of the trace has.
    package var missing: [String] { functions.missing }

    package mutating func add(_ tree: CallTree) {
        open.removeAll(keepingCapacity: true)
        for node in tree.nodes {
            open.removeSubrange(min(node.level, open.count)...)
            open.append(node.call.function)
            guard functions.match(node.call.function, tree.names) else { continue }
            guard node.call.confidence == .complete else {
                inDoubt += 1
                continue
            }
            if tree.root.isFragment { cut += 1 }
            add(node.call, isHollow: node.level == 0 && node.call.isHollow, tree.names)
        }
    }

    /// - Parameter isHollow: what a hollow root called nobody knows: what is left of it is no function's own.
    private mutating func add(_ call: Call, isHollow: Bool, _ names: TraceNames) {
        let (duration, selfNs) = (call.duration ?? 0, isHollow ? 0 : call.selfNs)
        let last = merged.add(way: open.reversed(), names, duration: duration, selfNs: selfNs)
        guard last >= 0 else { return }
        var end = ends[last] ?? End()
        end.calls += 1
        end.totalNs = end.totalNs.addingSaturated(duration)
        end.selfNs = end.selfNs.addingSaturated(selfNs)
        ends[last] = end
    }
}

/// What some functions call: all their calls merged, wherever they were made.
package struct CalleeTree {
    /// Its memory follows the distinct ways.
    package private(set) var merged = MergedTree()
    /// Calls of the functions of which nothing is in here, since they or calls below them are in doubt.
    package private(set) var inDoubt = 0
    /// The time of those of them that are complete themselves, in ns.
    package private(set) var inDoubtNs: UInt64 = 0
    /// Calls inside of another one of the same functions: they are in that one's tree and are roots themselves.
    package private(set) var nested = 0
    private var functions: FunctionPatterns

    package init(_ functions: FunctionPatterns) { self.functions = functions }

    /// Names that no function of the trace has.
    package var missing: [String] { functions.missing }

    package mutating func add(_ tree: CallTree) {
        /// Levels of the functions' open calls.
        var open: [Int] = []
        for (index, node) in tree.nodes.enumerated() {
            while let last = open.last, last >= node.level { open.removeLast() }
            guard functions.match(node.call.function, tree.names) else { continue }
            guard node.call.isWhole else {
                inDoubt += 1
                if node.call.confidence == .complete {
                    inDoubtNs = inDoubtNs.addingSaturated(node.call.duration ?? 0)
                }
                continue
            }
            if !open.isEmpty { nested += 1 }
            open.append(node.level)
            let end = tree.nodes[(index + 1)...].firstIndex { $0.level <= node.level } ?? tree.nodes.count
            merged.add(tree.nodes[index..<end], tree.names)
        }
    }
}
