/// All calls below one root, in the order in which they began; an orphan stands where it ended.
public struct CallTree: Sendable {
    public struct Node: Sendable {
        public let call: Call
        /// Level below the root, 0 for the root itself. The kernel's own depth may have gaps and is in `call.depth`.
        public let level: Int
    }

    /// The root first; a node's calls follow it, one level deeper.
    public let nodes: [Node]

    public var root: Call { nodes[0].call }

    /// True if every call of the tree is complete, and the self times add up to the root's duration.
    public var isComplete: Bool { root.isWhole }
}

/// Collects the calls of each root into a tree and hands it on when the root has ended.
///
/// Holds the trees of the roots that are still open, so it is for looking at trees, not for long traces.
public struct TreeAssembler: CallConsumer {
    private struct Pending {
        /// nil until the call has ended.
        var calls: [(call: Call?, level: Int)] = []
        /// Where the open calls stand in `calls`, outermost first.
        var open: [Int] = []

        /// Makes the calls that came when the one at `index` was over its siblings: all from the first of which `isLate` is true.
        mutating func moveOut(of index: Int, where isLate: (Call, _ level: Int) -> Bool) {
            let first = calls[(index + 1)...].firstIndex { entry in entry.call.map { isLate($0, entry.level) } ?? false
            }
            guard let first else { return }
            for later in calls[first...].indices { calls[later].level -= 1 }
        }
    }

    private var pending: [Pending] = []
    private let onTree: (CallTree) -> Void

    /// - Parameter onTree: gets each tree in the order in which the roots ended.
    public init(onTree: @escaping (CallTree) -> Void) { self.onTree = onTree }

    public mutating func take(_ batch: CallBatch) {
        for event in batch.events {
            switch event {
            case .began(_, let task, _): began(Int(task))
            case .ended(let call): ended(call)
            }
        }
    }

    private mutating func began(_ task: TaskSlot) {
        addTasks(upTo: task)
        pending[task].open.append(pending[task].calls.count)
        pending[task].calls.append((nil, pending[task].open.count - 1))
    }

    private mutating func addTasks(upTo task: TaskSlot) {
        while pending.count <= task { pending.append(Pending()) }
    }

    private mutating func ended(_ call: Call) {
        if call.isLeaf || call.confidence == .orphan {
            addTasks(upTo: call.task)
            guard !call.isRoot else { return onTree(CallTree(nodes: [.init(call: call, level: 0)])) }
            return pending[call.task].calls.append((call, pending[call.task].open.count))
        }
        let index = pending[call.task].open.removeLast()
        pending[call.task].calls[index].call = call
        if call.facts.contains(.callsAtOwnDepthCameAfter) {
            pending[call.task].moveOut(of: index) { later, _ in later.depth <= call.depth }
        }
        if call.facts.contains(.callsBelowCameAfter), let start = call.start, let duration = call.duration {
            let (below, end) = (pending[call.task].calls[index].level + 1, Call.end(start, duration))
            pending[call.task].moveOut(of: index) { later, level in
                level == below && later.start.map { $0 >= end } ?? false
            }
        }
        guard call.isRoot else { return }
        let nodes = pending[call.task].calls.compactMap { entry in
            entry.call.map { CallTree.Node(call: $0, level: entry.level) }
        }
        pending[call.task].calls.removeAll(keepingCapacity: true)
        // What came after a root was over has no caller either.
        var start = 0
        while start < nodes.count {
            let end = nodes[(start + 1)...].firstIndex { $0.level == 0 } ?? nodes.count
            onTree(CallTree(nodes: Array(nodes[start..<end])))
            start = end
        }
    }
}
