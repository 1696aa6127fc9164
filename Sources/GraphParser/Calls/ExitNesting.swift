/// Gives the calls of a trace that holds exits only their entries: with `tracing_thresh` the kernel records nothing but the
/// exits of calls that lasted long enough.
///
/// A call comes behind those below it. So each exit waits, until one at depth 0 ends its tree, or until no other comes; then the
/// tree goes on with an entry for each exit, at the time of the exit less the duration. That a trace is such a one is certain
/// once a task's exit is followed by one that is not less deep: a trace with entries would have one in between. If an entry
/// comes first, or an exit that does not name its function, or the end, all that waits goes on as it came.
struct ExitNesting: Sendable {
    /// Entries that no trace held.
    private(set) var inferredEntries = 0

    private struct Node {
        /// Or another event, which is below the calls that had begun before it.
        let exit: GraphEvent
        /// How many of the nodes before it are below it.
        let below: Int
        /// ns; `noTime` where the text does not tell.
        let start: UInt64

        var isCall: Bool { exit.kind == .exit }
    }

    private struct Task {
        /// What waits, each node behind those below it.
        var nodes: [Node] = []
        /// Whether it is among those that may have something waiting.
        var isHolding = false
        /// Among the tasks with calls, in the order of their first; `.max` without one.
        var rank = Int.max
        /// How many losses there had been when its last tree ended: calls that span a loss may lack calls below them.
        var losses: Int
    }

    /// A text without the task column tells its tasks by their CPUs.
    private struct Key: Hashable {
        let task: TaskKey
        let ring: UInt16
    }

    private enum Mode { case undecided, certain, off }
    private var mode = Mode.undecided
    private var tasks: [Task] = []
    private var tasksWithCalls = 0
    private var places: [Key: Int] = [:]
    /// The tasks that may have something waiting: letting go must not take longer than was waited for.
    private var holding: [Int] = []
    /// Calls and other events; counted apart, since the one must not depend on the other.
    private var waiting = 0
    private var waitingOthers = 0
    private var losses = 0

    /// More than this does not wait: no tree has so many calls, and no host so many tasks at a time.
    private static let mostNodes = 100_000
    private static let mostTasks = 10_000

    /// True for a trace with entries, which is not touched.
    var isOff: Bool { mode == .off }

    /// Appends what is to go on now to `output`.
    mutating func take(_ event: GraphEvent, _ output: inout [GraphEvent]) {
        switch event.kind {
        case .exit where mode != .off && event.function != FunctionID.unknown.index: return hold(event, &output)
        case .other where mode != .off && waitingOthers < Self.mostNodes && tasks.count < 2 * Self.mostTasks:
            waitingOthers += 1
            return hold(Node(exit: event, below: 0, start: event.timestamp), of: place(of: event))
        case .other: break
        case .entry, .leaf, .exit: if mode != .off { giveUp(&output) }
        case .loss:
            letGo(&output)
            losses += 1
        // What a text without the task column tells by its CPU is now another task's.
        case .taskSwitch:
            if let task = places[Key(task: .running, ring: event.ring)] { letGo(task, &output) }
        }
        output.append(event)
    }

    /// The trace is over.
    mutating func finish(_ output: inout [GraphEvent]) {
        if mode != .off { giveUp(&output) }
    }

    // MARK: Waiting

    private mutating func hold(_ exit: GraphEvent, _ output: inout [GraphEvent]) {
        let task = place(of: exit)
        if tasks[task].rank == .max {
            tasks[task].rank = tasksWithCalls
            tasksWithCalls += 1
        }
        guard tasks[task].losses == losses else {
            if exit.depth == 0 { tasks[task].losses = losses }
            return output.append(exit)
        }
        if let last = tasks[task].nodes.last(where: \.isCall), exit.depth >= last.exit.depth { mode = .certain }
        hold(node(exit, behind: tasks[task].nodes), of: task)
        waiting += 1
        if waiting > Self.mostNodes || tasksWithCalls > Self.mostTasks { return forget(&output) }
        if exit.depth == 0 && mode == .certain { emit(task, &output) }
    }

    private mutating func hold(_ node: Node, of task: Int) {
        tasks[task].nodes.append(node)
        if !tasks[task].isHolding {
            tasks[task].isHolding = true
            holding.append(task)
        }
    }

    /// What waits of a task, which does so no longer.
    private mutating func release(_ task: Int) -> [Node] {
        let nodes = tasks[task].nodes
        tasks[task].nodes = []
        let calls = nodes.count { $0.isCall }
        waiting -= calls
        waitingOthers -= nodes.count - calls
        return nodes
    }

    private mutating func place(of exit: GraphEvent) -> Int {
        let key = Key(task: exit.task, ring: exit.task == .running ? exit.ring : 0)
        if let known = places[key] { return known }
        places[key] = tasks.count
        tasks.append(Task(losses: 0))
        return tasks.count - 1
    }

    /// All that is deeper is below: whoever called it lasted longer, so that its exit must come. Only what does not fit into the
    /// duration is not. Times would not tell more: an exit may be recorded long after the end that was measured.
    private func node(_ exit: GraphEvent, behind nodes: [Node]) -> Node {
        guard exit.duration != GraphEvent.noTime else { return Node(exit: exit, below: 0, start: GraphEvent.noTime) }
        var start = GraphEvent.noTime
        if exit.timestamp != GraphEvent.noTime { start = exit.timestamp - min(exit.duration, exit.timestamp) }
        var left = exit.duration &+ exit.precision.rounding
        var count = 0
        var seen = 0
        while seen < nodes.count {
            let node = nodes[nodes.count - 1 - seen]
            guard node.isCall else {
                // An event before the first call below may be inside, too, but never decides about calls.
                let isInside = count == seen && (node.start >= start || start == GraphEvent.noTime)
                seen += 1
                if isInside { count = seen }
                continue
            }
            guard node.exit.depth > exit.depth, node.exit.duration <= left else { break }
            left -= node.exit.duration
            seen += node.below + 1
            count = seen
            start = min(start, node.start)
        }
        return Node(exit: exit, below: count, start: start)
    }

    // MARK: Going on

    /// The trace has entries, or is over.
    private mutating func giveUp(_ output: inout [GraphEvent]) {
        forget(&output)
        mode = .off
    }

    private mutating func forget(_ output: inout [GraphEvent]) {
        letGo(&output)
        tasks = []
        tasksWithCalls = 0
        places = [:]
    }

    /// Nothing waits any longer: trees that have not come to their end go on without it, and what is not known to be a tree as
    /// it came.
    private mutating func letGo(_ output: inout [GraphEvent]) {
        for task in holding.sorted(by: { (tasks[$0].rank, $0) < (tasks[$1].rank, $1) }) {
            tasks[task].isHolding = false
            letGo(task, &output)
        }
        holding.removeAll(keepingCapacity: true)
    }

    private mutating func letGo(_ task: Int, _ output: inout [GraphEvent]) {
        if mode == .certain { return emit(task, &output) }
        output += release(task).map(\.exit)
    }

    /// Entries go on in the order of their calls, an exit when all below it is done.
    private mutating func emit(_ task: Int, _ output: inout [GraphEvent]) {
        let nodes = release(task)
        // Outermost first: a call stands behind those below it.
        var calls = [[Int]](repeating: [], count: nodes.count)
        for index in nodes.indices.reversed() where nodes[index].isCall {
            calls[index - nodes[index].below].append(index)
        }
        var starts: [UInt64] = []
        for index in nodes.indices {
            for call in calls[index] {
                // No call begins before its caller; a text's times are too coarse to tell.
                let start = max(nodes[call].start, starts.last ?? 0)
                starts.append(start)
                output.append(entry(of: nodes[call], start: start))
            }
            output.append(nodes[index].exit)
            if nodes[index].isCall { starts.removeLast() }
        }
    }

    private mutating func entry(of node: Node, start: UInt64) -> GraphEvent {
        inferredEntries += 1
        var entry = node.exit
        entry.kind = .entry
        entry.duration = GraphEvent.noTime
        entry.timestamp = start
        return entry
    }
}
