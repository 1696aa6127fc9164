/// All calls below one root, in the order in which they began; an orphan stands where it ended.
public struct CallTree: Sendable {
    public struct Node: Sendable {
        public let call: Call
        /// Level below the root, 0 for the root itself. The kernel's own depth may have gaps and is in `call.depth`.
        public let level: Int
    }

    /// An event of another kind that happened inside a call.
    public struct Other: Sendable {
        public let event: OtherEvent
        /// Indices in `nodes`: of the call, and of the node that it happened before; the count if it came last.
        public let call: Int
        public let before: Int
    }

    /// The root first; a node's calls follow it, one level deeper.
    public let nodes: [Node]
    /// In the order in which they happened; empty unless asked for.
    public let others: [Other]

    public var root: Call { nodes[0].call }

    /// True if every call of the tree is complete, and the self times add up to the root's duration.
    public var isComplete: Bool { root.isWhole }
}

/// Collects the calls of each root into a tree and hands it on when the root has ended.
///
/// Holds the trees of the roots that are still open, so it is for looking at trees, not for long traces.
public struct TreeAssembler<Failure: Error>: CallConsumer {
    private struct Pending {
        var calls: [PendingCall] = []
        /// Where the open calls stand in `calls`, outermost first.
        var open: [Int] = []
        var others: [CallTree.Other] = []
        /// What has to be put in place when the root has ended: in the order in which the calls ended that it concerns.
        var moves: [CallMove] = []

        mutating func append(_ call: Call?) {
            calls.append(PendingCall(call: call, caller: open.last ?? -1, level: open.count))
        }
    }

    private var pending: [Pending] = []
    /// Of the next call that has some.
    private var outside: OutsideCalls?
    private let others: OtherEvents?
    private let onTree: (CallTree) throws(Failure) -> Void
    private let onLoss: (_ cpu: Int, _ count: Int?) -> Void
    /// Other events of tasks that had no root open: they are in no tree.
    public private(set) var othersOutside = 0

    /// - Parameters:
    ///   - others: what the trace is read with; nil leaves other events out.
    ///   - onTree: gets each tree in the order in which the roots ended. What it throws ends the reading.
    ///   - onLoss: gets each loss of events between them; a count is nil where the kernel has none.
    public init(
        others: OtherEvents? = nil, onTree: @escaping (CallTree) throws(Failure) -> Void,
        onLoss: @escaping (_ cpu: Int, _ count: Int?) -> Void = { _, _ in }
    ) {
        self.others = others
        self.onLoss = onLoss
        self.onTree = onTree
    }

    @discardableResult public mutating func take(_ batch: CallBatch) throws(Failure) -> Demand {
        for event in batch.events {
            switch event {
            case .began(_, let task, _): began(Int(task))
            case .ended(let call): try ended(call)
            case .outside(let number): outside = batch.outside[Int(number)]
            case .other(let number, let task): other(number, Int(task))
            case .lost(let cpu, let count): onLoss(Int(cpu), count)
            }
        }
        return .more
    }

    private mutating func began(_ task: TaskSlot) {
        addTasks(upTo: task)
        pending[task].append(nil)
        pending[task].open.append(pending[task].calls.count - 1)
    }

    private mutating func other(_ number: Int32, _ task: TaskSlot) {
        guard let event = others?.take(number) else { return }
        guard pending.indices.contains(task), let call = pending[task].open.last else {
            othersOutside += 1
            return
        }
        pending[task].others.append(
            CallTree.Other(event: event, call: call, before: pending[task].calls.count))
    }

    private mutating func addTasks(upTo task: TaskSlot) {
        while pending.count <= task { pending.append(Pending()) }
    }

    private mutating func ended(_ call: Call) throws(Failure) {
        if call.isLeaf || call.confidence == .orphan {
            addTasks(upTo: call.task)
            guard !call.isRoot else { return try onTree(CallTree(nodes: [.init(call: call, level: 0)], others: [])) }
            return pending[call.task].append(call)
        }
        let index = pending[call.task].open.removeLast()
        pending[call.task].calls[index].call = call
        if call.hasOutsideCalls, let outside {
            let isOpen = call.confidence == .open
            pending[call.task].moves.append(
                CallMove(
                    of: index, before: outside.before.count, after: isOpen ? nil : outside.after.count,
                    inside: outside.inside.count))
        }
        guard call.isRoot else { return }
        try handOn(call.task)
    }

    /// A task's root has ended. What came after it was over has no caller either, and is a tree of its own.
    private mutating func handOn(_ task: TaskSlot) throws(Failure) {
        if !pending[task].moves.isEmpty {
            let order = CallOrder(pending[task].calls, pending[task].moves)
            (pending[task].calls, pending[task].others) = order.applied(to: pending[task].others)
            pending[task].moves.removeAll(keepingCapacity: true)
        }
        let nodes = pending[task].calls.compactMap { entry in
            entry.call.map { CallTree.Node(call: $0, level: entry.level) }
        }
        let roots = nodes.indices.filter { $0 == 0 || nodes[$0].level == 0 }
        var others = [[CallTree.Other]](repeating: [], count: roots.count)
        var treeOf = [Int](repeating: 0, count: pending[task].others.isEmpty ? 0 : nodes.count)
        for index in treeOf.indices.dropFirst() {
            treeOf[index] = treeOf[index - 1] + (nodes[index].level == 0 ? 1 : 0)
        }
        for other in pending[task].others {
            let tree = treeOf[other.call]
            let end = tree + 1 < roots.count ? roots[tree + 1] : nodes.count
            others[tree].append(other.moved(by: -roots[tree], end: end))
        }
        pending[task].calls.removeAll(keepingCapacity: true)
        pending[task].others.removeAll(keepingCapacity: true)
        for (tree, start) in roots.enumerated() {
            let end = tree + 1 < roots.count ? roots[tree + 1] : nodes.count
            try onTree(CallTree(nodes: Array(nodes[start..<end]), others: others[tree]))
        }
    }
}

extension CallTree.Other {
    /// In a part of the nodes, which ends before `end`.
    fileprivate func moved(by offset: Int, end: Int) -> Self {
        Self(event: event, call: call + offset, before: min(before, end) + offset)
    }
}
