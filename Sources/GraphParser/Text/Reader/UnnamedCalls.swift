/// Calls whose task a text without the task column has not named yet, where nobody can look ahead: in a pipe.
///
/// The first block of a CPU says whose its lines were until then, and a call that goes on behind it is that task's. So they are held
/// back, up to the end of the outermost one: what has ended by then has its calls together, though nobody knows whose they were.
struct UnnamedCalls: Sendable {
    /// A block has named the task of a CPU's first lines.
    struct Naming: Sendable {
        /// How many events came before it.
        let place: Int
        let cpu: UInt16
        let task: TaskKey
    }

    private var held: [UInt16: [GraphEvent]] = [:]

    /// More of one CPU are handed on as they are.
    private static let limit = 1 << 16

    var isEmpty: Bool { held.isEmpty }

    /// Puts back the events that are held no longer, and takes those out that are.
    mutating func pass(_ events: inout [GraphEvent], _ namings: [Naming]) {
        guard !held.isEmpty || events.contains(where: { $0.task.isUnnamed }) else { return }
        var output: [GraphEvent] = []
        output.reserveCapacity(events.count)
        var namings = namings[...]
        for (index, event) in events.enumerated() {
            while let next = namings.first, next.place <= index { name(namings.removeFirst(), &output) }
            take(event, &output)
        }
        for naming in namings { name(naming, &output) }
        events = output
    }

    /// The text is over.
    mutating func finish(_ events: inout [GraphEvent]) {
        for cpu in held.keys.sorted() { release(cpu, &events) }
    }

    private mutating func take(_ event: GraphEvent, _ output: inout [GraphEvent]) {
        switch event.kind {
        case .restart: finish(&output)
        // What was before a loss must not come behind it.
        case .loss: release(event.cpu, &output)
        case .entry where event.task.isUnnamed, .exit where event.task.isUnnamed, .leaf where event.task.isUnnamed:
            held[event.cpu, default: []].append(event)
            let isOver = event.kind != .entry && event.depth == 0
            if isOver || held[event.cpu]!.count >= Self.limit { release(event.cpu, &output) }
            return
        default: release(event.cpu, &output)
        }
        output.append(event)
    }

    private mutating func release(_ cpu: UInt16, _ output: inout [GraphEvent]) {
        if let events = held.removeValue(forKey: cpu) { output += events }
    }

    private mutating func name(_ naming: Naming, _ output: inout [GraphEvent]) {
        guard var events = held.removeValue(forKey: naming.cpu) else { return }
        for index in events.indices { events[index].task = naming.task }
        output += events
    }
}
