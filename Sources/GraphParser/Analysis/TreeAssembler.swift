/// Collects the calls of each root into a tree and hands it on when the root has ended.
///
/// Holds the trees of the roots that are still open, so it is for looking at trees, not for long traces.
public final class TreeAssembler: Analyzer {
    private struct Pending {
        var calls: [PendingCall] = []
        /// Where the open calls stand in `calls`, outermost first.
        var open: [Int] = []
        var events: [CallTree.Event] = []
        /// What has to be put in place when the root has ended: in the order in which the calls ended that it concerns.
        var moves: [CallMove] = []

        mutating func append(_ call: Call?) {
            calls.append(PendingCall(call: call, caller: open.last ?? -1, level: open.count))
        }
    }

    private var pending: [Pending] = []
    /// Calls that are no part of the next one that ends.
    private var outside: OutsideCalls?
    private let onTree: (CallTree) throws -> Void
    private let onLoss: (Loss) -> Void
    /// Events of tasks that had no root open: they are in no tree.
    public private(set) var eventsOutside = 0

    public let interest: Interest
    private var names = TraceNames()

    /// - Parameters:
    ///   - events: names of the events that the trees are to have beside calls, with `*` and `?` as in a shell.
    ///   - onTree: gets each tree in the order in which the roots ended. What it throws ends the pass.
    ///   - onLoss: gets each loss of events between them.
    public init(
        events: [String] = [], onTree: @escaping (CallTree) throws -> Void, onLoss: @escaping (Loss) -> Void = { _ in }
    ) {
        interest = Interest(calls: true, losses: true, events: events)
        self.onLoss = onLoss
        self.onTree = onTree
    }

    public func begin(_ trace: TraceContext) { names = trace.names }

    @discardableResult public func take(_ batch: TraceBatch) throws -> Demand {
        for step in batch.calls {
            switch step {
            case .began(let begin): began(begin.task)
            case .ended(let call): try ended(call)
            case .outside(let number): outside = batch.outside[Int(number)]
            case .event(let row): if let event = batch.events.event(row: row) { add(event) }
            case .lost(let loss): onLoss(loss)
            }
        }
        return .more
    }

    private func began(_ task: TaskSlot) {
        addTasks(upTo: task)
        pending[task].append(nil)
        pending[task].open.append(pending[task].calls.count - 1)
    }

    private func add(_ event: TraceEvent) {
        guard let task = event.task, pending.indices.contains(task), let call = pending[task].open.last else {
            eventsOutside += 1
            return
        }
        pending[task].events.append(
            CallTree.Event(event: event.kept, call: call, before: pending[task].calls.count))
    }

    private func addTasks(upTo task: TaskSlot) {
        while pending.count <= task { pending.append(Pending()) }
    }

    private func ended(_ call: Call) throws {
        if call.isLeaf || call.confidence == .orphan {
            addTasks(upTo: call.task)
            guard !call.isRoot else {
                return try onTree(CallTree(nodes: [.init(call: call, level: 0)], events: [], names: names))
            }
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
    private func handOn(_ task: TaskSlot) throws {
        if !pending[task].moves.isEmpty {
            let order = CallOrder(pending[task].calls, pending[task].moves)
            (pending[task].calls, pending[task].events) = order.applied(to: pending[task].events)
            pending[task].moves.removeAll(keepingCapacity: true)
        }
        let nodes = pending[task].calls.compactMap { entry in
            entry.call.map { CallTree.Node(call: $0, level: entry.level) }
        }
        let roots = nodes.indices.filter { $0 == 0 || nodes[$0].level == 0 }
        var events = [[CallTree.Event]](repeating: [], count: roots.count)
        var treeOf = [Int](repeating: 0, count: pending[task].events.isEmpty ? 0 : nodes.count)
        for index in treeOf.indices.dropFirst() {
            treeOf[index] = treeOf[index - 1] + (nodes[index].level == 0 ? 1 : 0)
        }
        for event in pending[task].events {
            let tree = treeOf[event.call]
            let end = tree + 1 < roots.count ? roots[tree + 1] : nodes.count
            events[tree].append(event.moved(by: -roots[tree], end: end))
        }
        pending[task].calls.removeAll(keepingCapacity: true)
        pending[task].events.removeAll(keepingCapacity: true)
        for (tree, start) in roots.enumerated() {
            let end = tree + 1 < roots.count ? roots[tree + 1] : nodes.count
            try onTree(CallTree(nodes: Array(nodes[start..<end]), events: events[tree], names: names))
        }
    }
}

extension CallTree.Event {
    /// In a part of the nodes, which ends before `end`.
    fileprivate func moved(by offset: Int, end: Int) -> Self {
        Self(event: event, call: call + offset, before: min(before, end) + offset)
    }
}
