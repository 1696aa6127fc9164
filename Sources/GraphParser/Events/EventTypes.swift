import Synchronization
import TraceFormat

/// The types of events that a pass hands on: filled by the reader on its thread, and asked by analyzers on theirs, hence the
/// lock. It is taken for each new type, and when somebody asks for a name, not for each event.
final class EventTypes: Sendable {
    private struct Tables {
        var types: [EventType] = []
        /// Events of two systems can have one name.
        var numbers: [String: [Int32]] = [:]

        mutating func add(_ type: EventType) -> Int32 {
            let number = Int32(types.count)
            types.append(type)
            numbers[type.name, default: []].append(number)
            return number
        }
    }

    /// What is wanted.
    let interest: Interest
    private let isText: Bool
    private let tables = Mutex(Tables())

    init(_ interest: Interest, isText: Bool) {
        self.interest = interest
        self.isText = isText
    }

    /// Nobody wants any.
    static let none = EventTypes(Interest(), isText: true)

    /// Whether anybody wants any event.
    var areWanted: Bool { !interest.events.isEmpty }

    subscript(number: Int32) -> EventType { tables.withLock { $0.types[Int(number)] } }

    /// The number of a new type.
    func add(_ type: EventType) -> Int32 { tables.withLock { $0.add(type) } }

    /// A text's event of this name; nil if nobody wants it. Names beyond a limit are of one type.
    func text(_ name: String) -> Int32? {
        guard interest.wants(event: name) else { return nil }
        return tables.withLock { tables in
            if let known = tables.numbers[name]?.first { return known }
            let further = "(further events)"
            guard tables.types.count < Limits.functions else {
                return tables.numbers[further]?.first ?? tables.add(EventType(name: further, content: .text(.unknown)))
            }
            return tables.add(EventType(name: name, content: .text(PrintForm.known(name))))
        }
    }

    /// See ``TraceContext/field(_:of:)``.
    func field(_ name: String, of event: String) -> EventField? {
        if isText {
            guard let number = text(event) else { return nil }
            return EventField(accesses: [(number, .text(PrintForm.known(event).field(name)))])
        }
        return tables.withLock { tables in
            let accesses = (tables.numbers[event] ?? []).compactMap { number -> (Int32, EventField.Access)? in
                guard case .record(let id, let events, _) = tables.types[Int(number)].content,
                    let field = events.event(id: id)?.field(name)
                else { return nil }
                return (number, .record(field))
            }
            return accesses.isEmpty ? nil : EventField(accesses: accesses)
        }
    }
}

/// A type of event: its name, and how its fields are found.
struct EventType: Sendable {
    enum Content: Sendable {
        /// A trace.dat's.
        case record(id: Int, EventCatalogue, SymbolTable)
        case text(PrintForm)
    }

    let name: String
    let content: Content

    /// What is shown of an event.
    func describe(_ payload: RawSpan) -> String {
        switch content {
        case .record(let id, let events, let symbols):
            events.event(id: id)?.describe(payload) { symbols.function(at: $0)?.description } ?? ""
        case .text: printable(payload.array)
        }
    }
}

extension RawSpan {
    /// A copy of the bytes.
    var array: [UInt8] { withUnsafeBytes { Array($0) } }
}
