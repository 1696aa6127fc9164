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
    private let layout: PageLayout
    private let time: TimeConversion
    private let keepsTime: Bool
    private let type: Field
    private let pid: Field
    private let entry: EntryLayout
    private let addressEntry: EntryLayout
    private let exit: ExitLayout
    private let symbols: SymbolTable
    private let names: TraceNames
    private var addresses = AddressIndex()

    init(header: TraceDatHeader, names: TraceNames) {
        layout = header.layout
        time = header.time
        keepsTime = header.time.isIdentity
        type = header.formats.type
        pid = header.formats.pid
        entry = EntryLayout(header.formats.entry, pid)
        addressEntry = EntryLayout(header.formats.returnAddressEntry, pid)
        exit = ExitLayout(header.formats.exit, pid)
        symbols = header.symbols
        self.names = names
    }

    /// Appends the events of one page to `decoded`.
    ///
    /// - Parameter before: the time of the CPU's last event, 0 if there is none.
    mutating func decode(_ bytes: RawSpan, _ ring: Ring, before: UInt64, into decoded: inout DecodedPage) {
        guard var page = RingBufferPage(bytes, layout) else { return damage(ring, before, &decoded) }
        if case .events(let count) = page.loss {
            // It is seen before what came meanwhile elsewhere.
            let timestamp = before == 0 ? time(page.timestamp) : before
            decoded.append(.loss(ring: ring.number, count: count, timestamp: timestamp))
        }
        var isDamaged = false
        // No event is shorter than eight bytes.
        let most = bytes.byteCount / 8
        decoded.events.append(addingCapacity: most) { events in
            decoded.turns.append(addingCapacity: most) { turns in
                isDamaged = decode(bytes, &page, ring, &events, &turns)
            }
        }
        if isDamaged { damage(ring, time(page.timestamp), &decoded) }
    }

    /// - Returns: whether the page had to be left before its end.
    private mutating func decode(
        _ bytes: RawSpan, _ page: inout RingBufferPage, _ ring: Ring, _ events: inout OutputSpan<GraphEvent>,
        _ turns: inout OutputSpan<UInt64>
    ) -> Bool {
        // An entry waits for the next event: with its own exit right behind it, both become one leaf.
        var waiting = GraphEvent(kind: .other)
        defer { if waiting.kind == .entry { Self.append(waiting, &events, &turns) } }
        while true {
            let next = page.next(bytes)
            guard case .event(let record, let stamp) = next else {
                if case .damaged = next { return true } else { return false }
            }
            let timestamp = keepsTime ? stamp : time(stamp)
            counts.records &+= 1
            // Records are at least four bytes long, which hold the type.
            let type = self.type.load(bytes, record: record.lowerBound)
            if type == entry.id, let entry = enter(record, entry, in: bytes, ring, timestamp) {
                if waiting.kind == .entry { Self.append(waiting, &events, &turns) }
                waiting = entry
            } else if type == exit.id, let exit = leave(record, in: bytes, ring, timestamp) {
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
                if type == addressEntry.id, let entry = enter(record, addressEntry, in: bytes, ring, timestamp) {
                    waiting = entry
                } else {
                    skip(type)
                }
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
    private mutating func skip(_ type: UInt64) {
        let isOther = type != entry.id && type != exit.id && type != addressEntry.id
        if isOther { counts.comments += 1 } else { counts.unparsedLines += 1 }
    }

    /// A page, or the rest of one, that cannot be understood.
    private mutating func damage(_ ring: Ring, _ timestamp: UInt64, _ decoded: inout DecodedPage) {
        counts.records += 1
        counts.unparsedLines += 1
        decoded.append(.loss(ring: ring.number, count: nil, timestamp: timestamp))
    }

    @inline(__always)
    private mutating func enter(
        _ record: Range<Int>, _ layout: EntryLayout, in bytes: RawSpan, _ ring: Ring, _ timestamp: UInt64
    ) -> GraphEvent? {
        guard record.count >= layout.minimumSize else { return nil }
        let at = record.lowerBound
        let pid = pid.load(bytes, record: at)
        let depth = layout.depth.load(bytes, record: at)
        guard pid <= Int32.max, depth <= Limits.depth else { return nil }
        counts.entries &+= 1
        return GraphEvent(
            timestamp: timestamp, function: number(of: layout.function.load(bytes, record: at)),
            task: .thread(Int32(truncatingIfNeeded: pid), cpu: ring.cpu), cpu: ring.cpu, ring: ring.number,
            depth: UInt16(truncatingIfNeeded: depth), kind: .entry)
    }

    @inline(__always)
    private mutating func leave(
        _ record: Range<Int>, in bytes: RawSpan, _ ring: Ring, _ timestamp: UInt64
    ) -> GraphEvent? {
        guard record.count >= exit.minimumSize else { return nil }
        let at = record.lowerBound
        let pid = pid.load(bytes, record: at)
        let depth = exit.depth.load(bytes, record: at)
        let callTime = exit.callTime.load(bytes, record: at)
        let returnTime = exit.returnTime.load(bytes, record: at)
        guard pid <= Int32.max, depth <= Limits.depth, returnTime >= callTime else { return nil }
        counts.exits &+= 1
        return GraphEvent(
            timestamp: timestamp, duration: returnTime &- callTime,
            function: number(of: exit.function.load(bytes, record: at)),
            task: .thread(Int32(truncatingIfNeeded: pid), cpu: ring.cpu), cpu: ring.cpu, ring: ring.number,
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

/// Where the ring buffer of a CPU belongs.
struct Ring: Sendable {
    let cpu: UInt16
    /// See ``GraphEvent/ring``.
    let number: UInt16
}

/// The fields of entries that are needed for each of them.
private struct EntryLayout: Sendable {
    let id: UInt64
    let function: Field
    let depth: Field
    /// Records that are shorter lack a field.
    let minimumSize: Int

    /// - Parameter format: nil if the kernel has no such event.
    init(_ format: EventFormats.Entry?, _ pid: Field) {
        id = format?.id ?? .max
        function = format?.function ?? pid
        depth = format?.depth ?? pid
        minimumSize = [pid, function, depth].map { $0.offset + $0.size }.reduce(0, max)
    }
}

/// The fields of exits that are needed for each of them.
private struct ExitLayout: Sendable {
    let id: UInt64
    let function: Field
    let depth: Field
    let callTime: Field
    let returnTime: Field
    /// Records that are shorter lack a field.
    let minimumSize: Int

    /// - Parameter format: nil if the kernel has no such event.
    init(_ format: EventFormats.Exit?, _ pid: Field) {
        id = format?.id ?? .max
        function = format?.function ?? pid
        depth = format?.depth ?? pid
        callTime = format?.callTime ?? pid
        returnTime = format?.returnTime ?? pid
        minimumSize = [pid, function, depth, callTime, returnTime].map { $0.offset + $0.size }.reduce(0, max)
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
