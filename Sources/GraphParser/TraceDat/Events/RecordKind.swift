/// What records of an event's number are, if they are no calls of the kernel.
enum RecordKind: Sendable {
    /// The file does not describe it: it can be anything. So can a call of which the file does not say where its fields are.
    case unknown
    /// Counted only.
    case unwanted
    /// The number of its type.
    case wanted(Int32)
    /// The function in user space that is entered, or has returned.
    case userEntry(Int32)
    case userExit(Int32)

    /// Whether events are made of such records.
    var makesEvents: Bool {
        switch self {
        case .unknown, .unwanted: false
        case .wanted, .userEntry, .userExit: true
        }
    }

    /// Those of a trace, by number: a table, since every record looks itself up.
    ///
    /// - Parameter types: gets the events that somebody wants.
    static func all(_ description: TraceDescription, _ names: TraceNames, _ types: EventTypes) -> [RecordKind] {
        let events = description.events
        var kinds = [RecordKind](repeating: .unknown, count: (events.numbers.last ?? -1) + 1)
        for number in events.numbers where !events.isCall(id: number) { kinds[number] = .unwanted }
        for (number, call) in events.userCalls.sorted(by: { $0.key < $1.key }) {
            let function = names.intern(call.function).index
            kinds[number] = call.kind == .userEntry ? .userEntry(function) : .userExit(function)
        }
        guard types.areWanted else { return kinds }
        for number in events.numbers {
            guard case .unwanted = kinds[number], let name = events.name(id: number), types.interest.wants(event: name)
            else { continue }
            let content = EventType.Content.record(id: number, events, description.symbols)
            kinds[number] = .wanted(types.add(EventType(name: name, content: content)))
        }
        return kinds
    }
}
