/// Gives the calls of a trace that holds exits only their entries: with `tracing_thresh` the kernel records nothing but the
/// exits of calls that lasted long enough.
///
/// A call comes behind those below it. So each exit waits, until one at depth 0 ends its tree, or until no other comes; then the
/// tree goes on with an entry for each exit, at the time of the exit less the duration. That a trace is such a one is certain
/// once a task's exit is followed by one that is not less deep, since a trace with entries would have one in between, and no entry
/// comes among so many exits, or to the end: a trace whose beginning was overwritten begins with a few exits, too. If an entry
/// comes first, or an exit that does not name its function, all that waits goes on as it came.
struct ExitNesting: Sendable {
    /// Entries that no trace held.
    private(set) var inferredEntries = 0

    private struct Node {
        /// Or an event of user space: no call of the kernel reaches from before it to behind it.
        let exit: GraphEvent
        /// How many of the nodes before it are below it.
        let below: Int
        /// ns; `noTime` where the text does not tell.
        let start: UInt64
        /// In which order all came that waits.
        let arrival: Int
    }

    private struct Task {
        /// What waits, each node behind those below it.
        var nodes: [Node] = []
        /// Events that are no calls, and before which of the nodes they came.
        var events: [(before: Int, event: GraphEvent, arrival: Int)] = []
        /// Whether it is among those that may have something waiting.
        var isHolding = false
        /// Among the tasks with calls, in the order of their first; `.max` without one.
        var rank = Int.max
        /// How many losses there had been when its last tree ended: calls that span a loss may lack calls below them.
        var losses: Int
    }

    private enum Mode { case undecided, certain, off }
    private var mode = Mode.undecided
    /// An exit was followed by one that is not less deep.
    private var isLikely = false
    private var exits = 0
    private var tasks: [Task] = []
    private var tasksWithCalls = 0
    private var places: [TaskKey: Int] = [:]
    /// The tasks that may have something waiting: letting go must not take longer than was waited for.
    private var holding: [Int] = []
    /// Calls and other events; counted apart, since the one must not depend on the other.
    private var waiting = 0
    private var waitingEvents = 0
    private var arrivals = 0
    private var losses = 0

    /// More than all tasks can leave behind an overwritten beginning, a few dozen each.
    private static let proof = 1000
    /// More than this does not wait: no tree has so many calls, and no host so many tasks at a time.
    private static let maxNodes = 100_000
    private static let maxTasks = 10_000

    /// True for a trace with entries, which is not touched.
    var isOff: Bool { mode == .off }

    /// Whether anything waits.
    var isWaiting: Bool { waiting + waitingEvents > 0 }

    /// Appends what is to go on now to `output`.
    ///
    /// - Parameter mayHold: whether there is memory for events that are no calls to wait, too.
    mutating func take(_ event: GraphEvent, mayHold: Bool = true, _ output: inout [GraphEvent]) {
        switch event.kind {
        case .exit where mode != .off && event.function > FunctionID.unknown.index: return hold(event, &output)
        case .event where mode != .off:
            if mayHold && waitingEvents < Self.maxNodes && tasks.count < 2 * Self.maxTasks { return holdEvent(event) }
            // None overtakes another.
            if mode == .undecided { reset(&output) }
        case .userEntry, .userExit: return takeUser(event, &output)
        case .event: break
        case .entry, .leaf, .exit: if mode != .off { disable(&output) }
        case .loss:
            decide()
            flush(&output)
            losses += 1
        case .restart: restart(&output)
        }
        output.append(event)
    }

    /// The trace is over.
    mutating func finish(_ output: inout [GraphEvent]) {
        decide()
        if mode != .off { disable(&output) }
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
        if let last = tasks[task].nodes.last, exit.depth >= last.exit.depth { isLikely = true }
        exits += 1
        if exits >= Self.proof { decide() }
        let arrival = nextArrival()
        tasks[task].nodes.append(node(exit, behind: tasks[task].nodes, arrival))
        waiting += 1
        noteHolding(task)
        if waiting > Self.maxNodes || tasksWithCalls > Self.maxTasks { return reset(&output) }
        if exit.depth == 0 && mode == .certain { emit(task, &output) }
    }

    /// No entry will come any more that could say otherwise.
    private mutating func decide() {
        if mode == .undecided, isLikely { mode = .certain }
    }

    private mutating func holdEvent(_ event: GraphEvent) {
        let task = place(of: event)
        tasks[task].events.append((before: tasks[task].nodes.count, event, nextArrival()))
        waitingEvents += 1
        noteHolding(task)
    }

    /// The kernel's calls of this task so far are over; what waits does so only until it is certain that they had no entries.
    private mutating func takeUser(_ event: GraphEvent, _ output: inout [GraphEvent]) {
        guard let task = places[event.task] else { return output.append(event) }
        tasks[task].losses = losses
        guard mode == .undecided, !tasks[task].nodes.isEmpty else {
            flush(task, &output)
            return output.append(event)
        }
        tasks[task].nodes.append(Node(exit: event, below: 0, start: event.timestamp, arrival: nextArrival()))
        waiting += 1
        if waiting > Self.maxNodes { reset(&output) }
    }

    private mutating func nextArrival() -> Int {
        arrivals += 1
        return arrivals
    }

    private mutating func noteHolding(_ task: Int) {
        if !tasks[task].isHolding {
            tasks[task].isHolding = true
            holding.append(task)
        }
    }

    /// What waits of a task, which does so no longer.
    private mutating func release(_ task: Int) -> (nodes: [Node], events: Events) {
        let released = (tasks[task].nodes, Events(rest: tasks[task].events[...]))
        waiting -= tasks[task].nodes.count
        waitingEvents -= tasks[task].events.count
        (tasks[task].nodes, tasks[task].events) = ([], [])
        return released
    }

    /// Events of a task that are no calls, on their way to where they belong among its calls.
    private struct Events {
        var rest: ArraySlice<(before: Int, event: GraphEvent, arrival: Int)>

        /// Lets those go on that came before the node at `index` and, where times tell, before `start`.
        mutating func pass(before index: Int, start: UInt64 = GraphEvent.noTime, _ output: inout [GraphEvent]) {
            while let next = rest.first, next.before <= index,
                start == GraphEvent.noTime || next.event.timestamp < start
            {
                output.append(next.event)
                rest.removeFirst()
            }
        }
    }

    private mutating func place(of exit: GraphEvent) -> Int {
        if let known = places[exit.task] { return known }
        places[exit.task] = tasks.count
        tasks.append(Task(losses: 0))
        return tasks.count - 1
    }

    /// All that is deeper is below: whoever called it lasted longer, so that its exit must come. Only what does not fit into the
    /// duration is not, nor what lacks its caller: that was left out by whoever cut the text. Times would not tell more: an exit
    /// may be recorded long after the end that was measured.
    private func node(_ exit: GraphEvent, behind nodes: [Node], _ arrival: Int) -> Node {
        guard exit.duration != GraphEvent.noTime else {
            return Node(exit: exit, below: 0, start: GraphEvent.noTime, arrival: arrival)
        }
        var start = GraphEvent.noTime
        if exit.timestamp != GraphEvent.noTime { start = exit.timestamp - min(exit.duration, exit.timestamp) }
        var left = exit.duration &+ exit.precision.rounding
        var count = 0
        while count < nodes.count {
            let node = nodes[nodes.count - 1 - count]
            guard node.exit.kind == .exit, node.exit.depth == exit.depth + 1, node.exit.duration <= left else { break }
            left -= node.exit.duration
            count += node.below + 1
            start = min(start, node.start)
        }
        return Node(exit: exit, below: count, start: start, arrival: arrival)
    }

    // MARK: Going on

    /// The trace has entries, or is over.
    private mutating func disable(_ output: inout [GraphEvent]) {
        reset(&output)
        mode = .off
    }

    /// Another trace may hold entries, or not.
    private mutating func restart(_ output: inout [GraphEvent]) {
        decide()
        if mode != .off { reset(&output) }
        (mode, isLikely, exits) = (.undecided, false, 0)
    }

    private mutating func reset(_ output: inout [GraphEvent]) {
        flush(&output)
        tasks = []
        tasksWithCalls = 0
        places = [:]
    }

    /// Nothing waits any longer: trees that have not come to their end go on without it, and what is not known to be a tree as
    /// it came.
    private mutating func flush(_ output: inout [GraphEvent]) {
        guard mode == .certain else {
            output += holding.flatMap { waiting(of: $0) }.sorted { $0.arrival < $1.arrival }.map(\.event)
            for task in holding { tasks[task].isHolding = false }
            return holding.removeAll(keepingCapacity: true)
        }
        for task in holding.sorted(by: { (tasks[$0].rank, $0) < (tasks[$1].rank, $1) }) {
            tasks[task].isHolding = false
            flush(task, &output)
        }
        holding.removeAll(keepingCapacity: true)
    }

    private mutating func flush(_ task: Int, _ output: inout [GraphEvent]) {
        if mode == .certain { return emit(task, &output) }
        output += waiting(of: task).sorted { $0.arrival < $1.arrival }.map(\.event)
    }

    /// What waits of a task as it came, which does so no longer.
    private mutating func waiting(of task: Int) -> [(arrival: Int, event: GraphEvent)] {
        let released = release(task)
        return released.nodes.map { ($0.arrival, $0.exit) } + released.events.rest.map { ($0.arrival, $0.event) }
    }

    /// Entries go on in the order of their calls, an exit when all below it is done.
    private mutating func emit(_ task: Int, _ output: inout [GraphEvent]) {
        let released = release(task)
        let nodes = released.nodes
        var events = released.events
        // Outermost first: a call stands behind those below it.
        var calls = [[Int]](repeating: [], count: nodes.count)
        for index in nodes.indices.reversed() { calls[index - nodes[index].below].append(index) }
        var starts: [UInt64] = []
        for index in nodes.indices {
            guard nodes[index].exit.kind == .exit else {
                events.pass(before: index, &output)
                output.append(nodes[index].exit)
                continue
            }
            for call in calls[index] {
                // No call begins before its caller; a text's times are too coarse to tell.
                let start = max(nodes[call].start, starts.last ?? 0)
                starts.append(start)
                if start != GraphEvent.noTime { events.pass(before: index, start: start, &output) }
                output.append(entry(of: nodes[call], start: start))
            }
            events.pass(before: index, &output)
            output.append(nodes[index].exit)
            starts.removeLast()
        }
        events.pass(before: nodes.count, &output)
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
