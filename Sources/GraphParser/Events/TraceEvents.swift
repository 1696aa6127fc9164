/// Events that are no calls, in the order in which they happened: of block, scsi, a probe, trace_printk.
///
/// Rows of one size hold what all events have; their records, or what a text has of them, lie one behind the other beside. So an
/// event costs no allocation and no lock on its way.
public struct TraceEvents: Sequence, Sendable {
    var rows: [EventRow] = []
    /// What was read last, and what is held since it was read earlier.
    var payload: [UInt8] = []
    var heldPayload: [UInt8] = []
    var types: EventTypes?
    /// nil for all.
    var selection: EventSelection?

    /// Whether no event happened that the analyzer is interested in.
    public var isEmpty: Bool { rows.isEmpty }

    /// The event of a row; nil if the analyzer is not interested in it.
    public func event(row: Int32) -> TraceEvent? {
        guard let types else { return nil }
        let (place, row) = (row, rows[Int(row)])
        guard selection?.includes(row.type, types) ?? true else { return nil }
        return TraceEvent(row: row, payload: row.isHeld ? heldPayload : payload, types: types, place: Int(place))
    }

    public func makeIterator() -> Iterator { Iterator(events: self) }

    public struct Iterator: IteratorProtocol {
        fileprivate let events: TraceEvents
        private var row: Int32 = 0

        fileprivate init(events: TraceEvents) { self.events = events }

        public mutating func next() -> TraceEvent? {
            while row < events.rows.count {
                defer { row += 1 }
                if let event = events.event(row: row) { return event }
            }
            return nil
        }
    }
}

/// What all events have.
struct EventRow: Sendable {
    let timeOrNone: UInt64
    let key: TaskKey
    /// Negative if the task has no call open.
    var taskNumber: Int32
    /// Number in the ``EventTypes`` of the pass.
    let type: Int32
    /// Where its payload lies.
    var start: UInt32
    var count: UInt32
    let cpuNumber: UInt16
    /// It lies in ``TraceEvents/heldPayload``.
    let isHeld: Bool
    /// Before how many of its batch's calls it happened.
    let before: Int32

    @inline(__always)
    init(_ event: GraphEvent, task: Int32, before: Int) {
        timeOrNone = event.timestamp
        key = event.task
        taskNumber = task
        type = event.function
        start = UInt32(truncatingIfNeeded: event.end >> 32)
        count = UInt32(truncatingIfNeeded: event.end)
        cpuNumber = event.cpu
        isHeld = event.isHeld
        self.before = Int32(truncatingIfNeeded: before)
    }
}

/// One event. Its fields are read with ``EventField``.
public struct TraceEvent: Sendable {
    let row: EventRow
    private let payload: [UInt8]
    private let types: EventTypes
    /// Its number among all events of its batch, in the order in which they happened: the same for every analyzer.
    public let place: Int

    init(row: EventRow, payload: [UInt8], types: EventTypes, place: Int) {
        self.row = row
        self.place = place
        self.payload = payload
        self.types = types
    }

    /// In ns of the trace clock; nil where the trace does not tell.
    public var time: UInt64? { row.timeOrNone == GraphEvent.noTime ? nil : row.timeOrNone }
    /// The CPU on which it happened.
    public var cpu: Int { Int(row.cpuNumber) }
    /// Thread ID of the task that it happened in; nil where the trace does not tell.
    public var tid: Int32? { row.key == .nobody ? nil : row.key.tid }
    /// That task's place among those with open calls; nil if it has none.
    public var task: TaskSlot? { row.taskNumber < 0 ? nil : Int(row.taskNumber) }
    /// E.g. `block_rq_issue`; empty where a text has a remark without a name.
    public var name: String { types[row.type].name }
    /// A number for its type: equal within a pass for events of one system and name.
    public var type: Int { Int(row.type) }

    /// A trace.dat's fields, as `dev=8,0 sector=2048`; of a text, what the kernel made of them. Escaped for a terminal.
    public var text: String { withPayload { types[row.type].describe($0) } }

    /// The same event with its own memory, for keeping it longer than its batch.
    public var kept: TraceEvent {
        var row = row
        row.start = 0
        return TraceEvent(row: row, payload: Array(payload[range]), types: types, place: place)
    }

    private var range: Range<Int> { Int(row.start)..<Int(row.start + row.count) }

    /// A number in its record; nil if that is too short, or the number is of no such size.
    @inline(__always)
    func number(at offset: Int, size: Int) -> UInt64? {
        guard offset >= 0, offset + size <= Int(row.count) else { return nil }
        return payload.span.bytes.number(at: Int(row.start) + offset, size: size)
    }

    /// Its record from the common header on, or a text's bytes behind the name.
    func withPayload<Result>(_ body: (RawSpan) -> Result) -> Result { body(payload.span.bytes.extracting(range)) }
}

/// The types of events that one of several analyzers is interested in.
final class EventSelection: @unchecked Sendable {
    private let interest: Interest
    /// By type; grows on the one thread that hands events on.
    private var wanted: [Bool] = []

    init(_ interest: Interest) { self.interest = interest }

    func includes(_ type: Int32, _ types: EventTypes) -> Bool {
        while wanted.count <= Int(type) { wanted.append(interest.wants(event: types[Int32(wanted.count)].name)) }
        return wanted[Int(type)]
    }
}
