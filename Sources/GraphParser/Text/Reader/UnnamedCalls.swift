/// Calls whose task a text without the task column has not named yet, where nobody can look ahead: in a pipe.
///
/// The first block of a CPU says whose its lines were until then, and a call that goes on behind it is that task's. So they are held
/// back up to the end of the outermost one: what has ended by then has its calls together, though nobody knows whose they were. All
/// that comes behind them waits, too, since the order of events is what calls are made of.
struct UnnamedCalls: Sendable {
    /// A block has named the task of a CPU's first lines.
    struct Naming: Sendable {
        /// How many events came before it.
        let place: Int
        let cpu: UInt16
        let task: TaskKey
    }

    private var queue: [GraphEvent] = []
    /// By CPU: where in the queue the calls are that are not named, and have to be.
    private var waiting: [UInt16: [Int]] = [:]

    /// More events are not held, whoever waits: a call may have gone on on another CPU, and never end on its first one.
    private static let limit = 1 << 14

    var isEmpty: Bool { queue.isEmpty }

    /// Puts in front of new events those that are held no longer, and takes out those that are.
    mutating func pass(_ events: inout [GraphEvent], _ namings: [Naming]) {
        guard !queue.isEmpty || events.contains(where: { $0.task.isUnnamed }) else { return }
        var namings = namings[...]
        for (index, event) in events.enumerated() {
            while let next = namings.first, next.place <= index { name(namings.removeFirst()) }
            take(event)
        }
        for naming in namings { name(naming) }
        if queue.count >= Self.limit { waiting.removeAll() }
        let end = waiting.values.compactMap(\.first).min() ?? queue.count
        events = Array(queue[..<end])
        queue.removeFirst(end)
        for cpu in waiting.keys { waiting[cpu] = waiting[cpu]?.map { $0 - end } }
    }

    /// The text is over.
    mutating func finish(_ events: inout [GraphEvent]) {
        events += queue
        queue.removeAll()
        waiting.removeAll()
    }

    private mutating func take(_ event: GraphEvent) {
        queue.append(event)
        switch event.kind {
        case .restart: waiting.removeAll()
        case .entry where event.task.isUnnamed, .exit where event.task.isUnnamed, .leaf where event.task.isUnnamed:
            let isOver = event.kind != .entry && event.depth == 0
            if isOver { waiting[event.cpu] = nil } else { waiting[event.cpu, default: []].append(queue.count - 1) }
        default: break
        }
    }

    private mutating func name(_ naming: Naming) {
        for index in waiting.removeValue(forKey: naming.cpu) ?? [] { queue[index].task = naming.task }
    }
}
