/// The events of a page, and for each when it is its turn among those of other CPUs: its timestamp, but a leaf's turn is when
/// it is over.
struct DecodedPage: Sendable {
    var events: [GraphEvent] = []
    var turns: [UInt64] = []

    mutating func removeAll() {
        events.removeAll(keepingCapacity: true)
        turns.removeAll(keepingCapacity: true)
    }

    mutating func append(_ event: GraphEvent) {
        events.append(event)
        turns.append(event.timestamp)
    }
}

/// Turns the records of ring buffer pages into events.
struct EventDecoder: Sendable {
    private(set) var counts = TraceCounts()
    private let formats: EventFormats
    private let symbols: SymbolTable
    private let names: TraceNames
    private var addresses = AddressIndex()

    init(formats: EventFormats, symbols: SymbolTable, names: TraceNames) {
        self.formats = formats
        self.symbols = symbols
        self.names = names
    }

    /// Appends the events of one page to `decoded`.
    ///
    /// - Parameter before: the time of the CPU's last event, 0 if there is none.
    mutating func decode(_ bytes: RawSpan, cpu: UInt16, before: UInt64, into decoded: inout DecodedPage) {
        guard var page = RingBufferPage(bytes) else { return damage(cpu, before, &decoded) }
        if case .events(let count) = page.loss {
            // It is seen before what came meanwhile elsewhere.
            decoded.append(.loss(cpu: cpu, count: count, timestamp: before == 0 ? page.timestamp : before))
        }
        var isDamaged = false
        // No event is shorter than eight bytes.
        let most = bytes.byteCount / 8
        decoded.events.append(addingCapacity: most) { events in
            decoded.turns.append(addingCapacity: most) { turns in
                isDamaged = decode(bytes, &page, cpu, &events, &turns)
            }
        }
        if isDamaged { damage(cpu, page.timestamp, &decoded) }
    }

    /// - Returns: whether the page had to be left before its end.
    private mutating func decode(
        _ bytes: RawSpan, _ page: inout RingBufferPage, _ cpu: UInt16, _ events: inout OutputSpan<GraphEvent>,
        _ turns: inout OutputSpan<UInt64>
    ) -> Bool {
        // An entry waits for the next event: with its own exit right behind it, both become one leaf.
        var waiting = GraphEvent(kind: .other)
        defer { if waiting.kind == .entry { Self.append(waiting, &events, &turns) } }
        while true {
            let next = page.next(bytes)
            guard case .event(let record, let timestamp) = next else {
                if case .damaged = next { return true } else { return false }
            }
            counts.records &+= 1
            let type = formats.type.value(in: bytes, record: record)
            if type == formats.entry.id, let entry = entry(record, in: bytes, cpu, timestamp) {
                if waiting.kind == .entry { Self.append(waiting, &events, &turns) }
                waiting = entry
            } else if type == formats.exit.id, let exit = exit(record, in: bytes, cpu, timestamp) {
                if waiting.kind == .entry, waiting.isEnded(by: exit) {
                    waiting.kind = .leaf
                    waiting.duration = exit.duration
                    events.append(waiting)
                    turns.append(timestamp)
                } else {
                    if waiting.kind == .entry { Self.append(waiting, &events, &turns) }
                    Self.append(exit, &events, &turns)
                }
                waiting.kind = .other
            } else {
                if waiting.kind == .entry { Self.append(waiting, &events, &turns) }
                waiting.kind = .other
                skip(type)
            }
        }
    }

    @inline(__always)
    private static func append(
        _ event: GraphEvent, _ events: inout OutputSpan<GraphEvent>, _ turns: inout OutputSpan<UInt64>
    ) {
        events.append(event)
        turns.append(event.timestamp)
    }

    /// An event of another kind, or one that cannot be understood.
    private mutating func skip(_ type: UInt64?) {
        let isOther = type != nil && type != formats.entry.id && type != formats.exit.id
        if isOther { counts.comments += 1 } else { counts.unparsedLines += 1 }
    }

    /// A page, or the rest of one, that cannot be understood.
    private mutating func damage(_ cpu: UInt16, _ timestamp: UInt64, _ decoded: inout DecodedPage) {
        counts.records += 1
        counts.unparsedLines += 1
        decoded.append(.loss(cpu: cpu, count: nil, timestamp: timestamp))
    }

    @inline(__always)
    private mutating func entry(
        _ record: Range<Int>, in bytes: RawSpan, _ cpu: UInt16, _ timestamp: UInt64
    ) -> GraphEvent? {
        let layout = formats.entry
        guard record.count >= layout.minimumSize else { return nil }
        let at = record.lowerBound
        let pid = formats.pid.load(bytes, record: at)
        let depth = layout.depth.load(bytes, record: at)
        guard pid <= Int32.max, depth <= Limits.depth else { return nil }
        counts.entries &+= 1
        return GraphEvent(
            timestamp: timestamp, function: number(of: layout.function.load(bytes, record: at)),
            task: .thread(Int32(truncatingIfNeeded: pid), cpu: cpu), cpu: cpu,
            depth: UInt16(truncatingIfNeeded: depth), kind: .entry)
    }

    @inline(__always)
    private mutating func exit(
        _ record: Range<Int>, in bytes: RawSpan, _ cpu: UInt16, _ timestamp: UInt64
    ) -> GraphEvent? {
        let layout = formats.exit
        guard record.count >= layout.minimumSize else { return nil }
        let at = record.lowerBound
        let pid = formats.pid.load(bytes, record: at)
        let depth = layout.depth.load(bytes, record: at)
        let callTime = layout.callTime.load(bytes, record: at)
        let returnTime = layout.returnTime.load(bytes, record: at)
        guard pid <= Int32.max, depth <= Limits.depth, returnTime >= callTime else { return nil }
        counts.exits &+= 1
        return GraphEvent(
            timestamp: timestamp, duration: returnTime &- callTime,
            function: number(of: layout.function.load(bytes, record: at)),
            task: .thread(Int32(truncatingIfNeeded: pid), cpu: cpu), cpu: cpu,
            depth: UInt16(truncatingIfNeeded: depth), kind: .exit)
    }

    @inline(__always)
    private mutating func number(of address: UInt64) -> Int32 {
        if let known = addresses.function(at: address) { return known }
        return add(address)
    }

    @inline(never)
    private mutating func add(_ address: UInt64) -> Int32 {
        let function =
            symbols.function(at: address) ?? Function(name: "0x" + String(address, radix: 16), module: nil)
        let id = names.intern(function)
        addresses.add(address, id)
        return id.index
    }
}

extension GraphEvent {
    @inline(__always)
    fileprivate func isEnded(by exit: GraphEvent) -> Bool {
        function == exit.function && depth == exit.depth && task == exit.task
    }
}

extension Field {
    /// The field's value, zero-extended. The record must be as long as its layout's `minimumSize`.
    @inline(__always)
    fileprivate func load(_ bytes: RawSpan, record: Int) -> UInt64 {
        // Inside the record, which `RingBufferPage` has found to be inside the page.
        switch size {
        case 8: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: record &+ offset, as: UInt64.self)
        case 4:
            UInt64(bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: record &+ offset, as: UInt32.self))
        case 2:
            UInt64(bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: record &+ offset, as: UInt16.self))
        default: UInt64(bytes.unsafeLoad(fromUncheckedByteOffset: record &+ offset, as: UInt8.self))
        }
    }
}
