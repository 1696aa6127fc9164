import Synchronization

/// The events that a trace.dat describes: thousands in a file of trace-cmd, of which a trace holds a few. So the file's
/// texts are found when it is opened, and a text is read when somebody asks for its event.
final class EventCatalogue: Sendable {
    private let index: EventIndex
    private let parsed = Mutex<[Int: EventFormat?]>([:])

    /// Numbers of function_graph's events.
    private let calls: Set<Int>

    init(_ index: EventIndex) {
        self.index = index
        numbers = index.places.keys.sorted()
        calls = Set(["funcgraph_entry", "fgraph_retaddr_entry", "funcgraph_exit"].compactMap { index.ftraceIDs[$0] })
    }

    /// Number of events that are described.
    var count: Int { index.places.count }

    /// Their numbers, ascending.
    let numbers: [Int]

    /// The events of the functions in user space that have probes, by number.
    var userCalls: [Int: EventIndex.UserCall] { index.userCalls }

    /// The event whose records say `id`; nil if the file does not describe it.
    func event(id: Int) -> EventFormat? {
        guard let place = index.places[id] else { return nil }
        if let known = parsed.withLock({ $0[id] }) { return known }
        let event = parse(place)
        parsed.withLock { $0[id] = event }
        return event
    }

    /// The event's name, escaped for a terminal; nil if the file does not describe it.
    func name(id: Int) -> String? { index.names[id] }

    /// Whether events of this number are function_graph's.
    func isCall(id: Int) -> Bool { calls.contains(id) }

    /// One of the events that tracers write.
    func ftraceEvent(_ name: String) -> EventFormat? { index.ftraceIDs[name].flatMap(event(id:)) }

    private func parse(_ place: EventIndex.Place) -> EventFormat? {
        // What cannot be read is not described: no event's fields are worth the whole trace.
        guard let text = try? index.sources[place.source].read(at: place.offset, count: place.size) else { return nil }
        return EventFormatParser.parse(text, system: index.systems[place.system])
    }
}
