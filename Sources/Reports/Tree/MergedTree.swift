package import GraphParser

/// One tree of all complete trees of a trace: calls of one function, called in the same way from the same root, are one node.
///
/// Its memory follows the distinct ways in which functions are called, up to ``maxNodes``.
package struct MergedTree {
    /// All calls of one function that were made in the same way.
    package struct Node {
        /// Where its caller is in `nodes`; negative for a root.
        package let parent: Int
        /// The first of the functions that are one by their name in the source.
        package let function: FunctionID
        /// How many calls.
        package internal(set) var calls = 0
        /// How many of its caller's calls made any.
        package internal(set) var callersWith = 0
        /// The fewest that one of these made.
        package internal(set) var fewest = Int.max
        /// The most that one of these made.
        package internal(set) var most = 0
        /// Durations, in ns.
        package internal(set) var durations = Histogram()
        /// Self times, in ns.
        package internal(set) var selves = Histogram()
        /// Calls below for whose way there was no room, and their self times.
        package internal(set) var further = Further()
    }

    /// Calls that are in no node, by themselves.
    package struct Further: Equatable {
        /// How many.
        package internal(set) var calls = 0
        /// Their self times together, in ns.
        package internal(set) var selfNs: UInt64 = 0
    }

    /// More than a storage stack has; calls beyond are among the ``Node/further`` ones of their callers.
    package static let maxNodes = 20_000

    /// Roots and their calls; a caller before its calls.
    package private(set) var nodes: [Node] = []
    /// Trees with calls in doubt, of which nothing is in here.
    package private(set) var treesInDoubt = 0
    /// Their roots, as far as these themselves are complete and have a duration, which is in ns.
    package private(set) var rootsInDoubt: [FunctionID: (calls: Int, ns: UInt64)] = [:]
    /// Trees whose first callers were not recorded, of which nothing is in here either.
    package private(set) var fragments = 0
    /// Calls for whose way there was no room.
    package private(set) var leftOut = 0
    /// Those of them whose root had no room either.
    package private(set) var further = Further()

    private let limit: Int
    private var children: [UInt64: Int] = [:]
    /// By the number of a function: the first one of the same name in the source.
    private var canonical: [FunctionID] = []
    private var firsts: [String: FunctionID] = [:]
    /// By level: the node of the call that is open there, and what it has called.
    private var open: [Frame] = []

    private struct Frame {
        var node = -1
        var called: [(node: Int, times: Int)] = []
    }

    /// - Parameter limit: how many nodes there is room for.
    package init(limit: Int = maxNodes) { self.limit = limit }

    /// Adds a tree; one with calls in doubt is only counted, and fragments are not whole trees.
    package mutating func add(_ tree: CallTree) {
        guard !tree.root.isFragment else {
            fragments += 1
            return
        }
        guard tree.isComplete else { return addInDoubt(tree) }
        add(tree.nodes[...], tree.names)
    }

    private mutating func addInDoubt(_ tree: CallTree) {
        treesInDoubt += 1
        guard tree.root.confidence == .complete, let duration = tree.root.duration else { return }
        let known = rootsInDoubt[inSource(tree.root.function, tree.names)] ?? (0, 0)
        rootsInDoubt[inSource(tree.root.function, tree.names)] = (known.calls + 1, known.ns.addingSaturated(duration))
    }

    /// Adds a call, which becomes a root, and those below it, all of which are complete.
    mutating func add(_ calls: ArraySlice<CallTree.Node>, _ names: TraceNames) {
        guard let top = calls.first?.level else { return }
        var last = -1
        for entry in calls {
            let level = entry.level - top
            close(downTo: level, from: last)
            while open.count <= level { open.append(Frame()) }
            let parent = level == 0 ? -1 : open[level - 1].node
            let node = level > 0 && parent < 0 ? -1 : self.node(entry.call.function, below: parent, names)
            open[level].node = node
            open[level].called.removeAll(keepingCapacity: true)
            last = level
            guard node >= 0 else {
                leaveOut(entry.call, at: level)
                continue
            }
            nodes[node].calls += 1
            nodes[node].durations.record(entry.call.duration ?? 0)
            nodes[node].selves.record(entry.call.selfNs)
            if level > 0 { count(node, at: level - 1) }
        }
        close(downTo: 0, from: last)
    }

    /// Adds a call to each node of a way, one below the other, as far as there is room.
    ///
    /// - Parameters:
    ///   - way: functions, the first of which is a root.
    ///   - duration: of the call, in ns.
    ///   - selfNs: of it, in ns.
    /// - Returns: the node at the way's end; negative if there is no room for it.
    mutating func add(way: some Sequence<FunctionID>, _ names: TraceNames, duration: UInt64, selfNs: UInt64) -> Int {
        var node = -1
        for function in way {
            node = self.node(function, below: node, names)
            guard node >= 0 else {
                leftOut += 1
                return -1
            }
            nodes[node].calls += 1
            nodes[node].durations.record(duration)
            nodes[node].selves.record(selfNs)
        }
        return node
    }

    /// The nearest caller that has a node keeps its time, so that no sum misses it.
    private mutating func leaveOut(_ call: Call, at level: Int) {
        leftOut += 1
        let caller = open[..<level].last { $0.node >= 0 }?.node
        var sum = caller.map { nodes[$0].further } ?? further
        sum.calls += 1
        sum.selfNs = sum.selfNs.addingSaturated(call.selfNs)
        if let caller { nodes[caller].further = sum } else { further = sum }
    }

    private mutating func count(_ node: Int, at level: Int) {
        if let place = open[level].called.firstIndex(where: { $0.node == node }) {
            open[level].called[place].times += 1
        } else {
            open[level].called.append((node, 1))
        }
    }

    /// The calls on these levels have ended: what each called is known.
    private mutating func close(downTo level: Int, from last: Int) {
        guard last >= level else { return }
        for frame in open[level...last] where frame.node >= 0 {
            for (node, times) in frame.called {
                nodes[node].callersWith += 1
                nodes[node].fewest = min(nodes[node].fewest, times)
                nodes[node].most = max(nodes[node].most, times)
            }
        }
    }

    /// - Returns: negative if there is no room for another.
    private mutating func node(_ function: FunctionID, below parent: Int, _ names: TraceNames) -> Int {
        let function = inSource(function, names)
        let key = Self.key(function, below: parent)
        if let known = children[key] { return known }
        guard nodes.count < limit else { return -1 }
        children[key] = nodes.count
        nodes.append(Node(parent: parent, function: function))
        return nodes.count - 1
    }

    private static func key(_ function: FunctionID, below parent: Int) -> UInt64 {
        UInt64(UInt32(truncatingIfNeeded: parent)) << 32 | UInt64(UInt32(bitPattern: function.index))
    }

    /// The node of a function that is called in some way; nil if there is none.
    ///
    /// - Parameters:
    ///   - name: in the source.
    ///   - parent: the node of its caller; negative for a root.
    func place(of name: String, below parent: Int) -> Int? {
        firsts[name].flatMap { children[Self.key($0, below: parent)] }
    }

    /// The first function of the trace that has the same name in the source.
    mutating func inSource(_ function: FunctionID, _ names: TraceNames) -> FunctionID {
        let index = Int(function.index)
        while canonical.count <= index {
            let id = FunctionID(index: Int32(canonical.count))
            let name = names[id].baseName
            canonical.append(firsts[name] ?? id)
            if firsts[name] == nil { firsts[name] = id }
        }
        return canonical[index]
    }
}

/// Merges the trees of a trace as it is read.
///
/// Used on the thread that reads the trace.
package final class TreeMerger: Analyzer {
    private let assembler: TreeAssembler
    private let box: Box

    private final class Box { var tree = MergedTree() }

    package init() {
        let box = Box()
        assembler = TreeAssembler(onTree: { box.tree.add($0) })
        self.box = box
    }

    /// What has been merged so far.
    package var tree: MergedTree { box.tree }
    /// All calls.
    package var interest: Interest { assembler.interest }
    package func begin(_ trace: TraceContext) { assembler.begin(trace) }
    package func take(_ batch: TraceBatch) throws -> Demand { try assembler.take(batch) }
}
