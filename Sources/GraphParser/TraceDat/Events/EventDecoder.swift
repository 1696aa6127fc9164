import TraceFormat

/// The events of a page, and for each its merge key among those of other CPUs: its timestamp, but for a leaf the time at which
/// it is over.
struct DecodedPage: Sendable {
    var events: [GraphEvent] = []
    var keys: [UInt64] = []

    mutating func removeAll() {
        events.removeAll(keepingCapacity: true)
        keys.removeAll(keepingCapacity: true)
    }

    mutating func append(_ event: GraphEvent) {
        events.append(event)
        keys.append(event.timestamp)
    }

    /// Behind the events from `start` on whose key is up to `limit`, at least one.
    @inline(__always)
    func end(of start: Int, until limit: UInt64) -> Int {
        let keys = keys.span
        var index = start &+ 1
        while index < keys.count && keys[index] <= limit { index &+= 1 }
        return index
    }

    @inline(__always)
    func append(_ run: Range<Int>, to batch: inout [GraphEvent]) {
        // Where many CPUs take turns a run has one event.
        guard run.count > 1 else { return batch.append(events[run.lowerBound]) }
        events.withUnsafeBufferPointer { batch.append(contentsOf: $0[run]) }
    }

    /// Appends the events from `start` on whose key is up to `limit` to `output` as far as there is room, at least one.
    ///
    /// - Returns: behind which event that was.
    @inline(__always)
    func move(from start: Int, until limit: UInt64, to output: inout OutputSpan<GraphEvent>) -> Int {
        let (events, keys) = (events.span, keys.span)
        var index = start
        repeat {
            output.append(events[index])
            index &+= 1
        } while index < keys.count && keys[index] <= limit && output.freeCapacity > 0
        return index
    }

    mutating func insertFirst(_ event: GraphEvent) {
        events.insert(event, at: 0)
        keys.insert(event.timestamp, at: 0)
    }
}

/// Turns the records of ring buffer pages into events.
struct EventDecoder: Sendable {
    private(set) var counts = TraceCounts()
    /// What the pages' own marks tell: events lost where they are counted, and how often they are not.
    private(set) var pageLosses = (events: 0, uncounted: 0)
    private let layout: PageLayout
    private let time: TimeConversion
    private let keepsTime: Bool
    private let type: TypeCell
    private let pidField: Field
    private let pid: Cell
    private let entry: HeadLayout
    private let addressEntry: HeadLayout
    private let exit: ExitLayout
    private let symbols: SymbolTable
    private let names: TraceNames
    private var addresses = AddressIndex()
    /// Bytes that an event has at least of which something is made, its header included.
    private let minEventSize: Int

    /// By the event's number: what it is.
    private let kinds: [RecordKind]

    init(_ description: TraceDescription, names: TraceNames, types: EventTypes) {
        kinds = RecordKind.all(description, names, types)
        layout = description.layout
        time = description.time
        keepsTime = description.time.isIdentity
        type = TypeCell(description.formats.type)
        pidField = description.formats.pid
        pid = Cell(description.formats.pid)
        entry = HeadLayout(description.formats.entry, pid)
        addressEntry = HeadLayout(description.formats.returnAddressEntry, pid)
        exit = ExitLayout(description.formats.exit, pid)
        // A kernel without one of them has `.max` for it.
        let minCallSize = min(entry.minimumSize, addressEntry.minimumSize, exit.head.minimumSize, 64)
        let makesOthers = kinds.contains { $0.makesEvents }
        minEventSize = 4 + (makesOthers ? 4 : minCallSize)
        symbols = description.symbols
        self.names = names
    }

    /// Appends the events of one page to `decoded`.
    ///
    /// - Parameter before: the time of the CPU's last event, 0 if there is none.
    mutating func decode(_ bytes: RawSpan, _ ring: Ring, before: UInt64, into decoded: inout DecodedPage) {
        guard let page = RingBufferPage(bytes, layout) else { return damage(ring, before, &decoded) }
        if case .events(let count) = page.loss {
            // It is seen before what came meanwhile elsewhere.
            let timestamp = before == 0 ? time(page.timestamp) : before
            if let count = TraceCounts.plausibleLoss(count) {
                pageLosses.events = min(pageLosses.events, 1 << 62) + count
            } else {
                pageLosses.uncounted += 1
            }
            decoded.append(.loss(cpu: ring.cpu, ring: ring.number, count: count, timestamp: timestamp))
        }
        var damagedAt: UInt64?
        let capacity = page.bytesLeft / minEventSize + 1
        decoded.events.append(addingCapacity: capacity) { events in
            decoded.keys.append(addingCapacity: capacity) { keys in
                damagedAt = decode(bytes, page, ring, &events, &keys)
            }
        }
        if let damagedAt { damage(ring, time(damagedAt), &decoded) }
    }

    /// Works on copies, which stay in registers; what is in `self` would be loaded again for each event. An entry that keys out
    /// to be a leaf is replaced without asking whether: which it is, no processor can guess.
    ///
    /// - Returns: the time in the trace clock at which the page had to be left before its end; nil if it had not.
    private mutating func decode(
        _ bytes: RawSpan, _ page: RingBufferPage, _ ring: Ring, _ events: inout OutputSpan<GraphEvent>,
        _ keys: inout OutputSpan<UInt64>
    ) -> UInt64? {
        var page = page
        let (exit, entry, type, time) = (exit, entry, type, keepsTime ? nil : time)
        var (records, entries, exits) = (0, 0, 0)
        // What the last record was, if it was an entry: with its own exit right behind it, both become one leaf.
        var last = Head()
        var damagedAt: UInt64?
        while true {
            let next = page.next(bytes)
            guard case .event(let record, let stamp) = next else {
                if case .damaged = next { damagedAt = page.timestamp }
                break
            }
            let timestamp = time?(stamp) ?? stamp
            records &+= 1
            let type = type.load(bytes, record)
            if type == exit.id, let head = head(record, exit.head, bytes, ring, timestamp),
                let span = exit.span(bytes, record: record.lowerBound)
            {
                exits &+= 1
                let isLeaf = head.isOfCall(last)
                events.removeLast(isLeaf ? 1 : 0)
                keys.removeLast(isLeaf ? 1 : 0)
                events.append(
                    GraphEvent(
                        timestamp: isLeaf ? last.timestamp : timestamp, duration: span.duration, end: span.end,
                        function: number(of: head.address), task: head.task, cpu: ring.cpu, ring: ring.number,
                        depth: head.depth, kind: isLeaf ? .leaf : .exit))
                keys.append(timestamp)
                last.task = .none
                continue
            }
            last.task = .none
            let layout = type == entry.id ? entry : addressEntry
            guard type == layout.id, let head = head(record, layout, bytes, ring, timestamp) else {
                if let other = other(type, record, bytes, ring, timestamp) {
                    events.append(other)
                    keys.append(timestamp)
                }
                continue
            }
            entries &+= 1
            events.append(
                GraphEvent(
                    timestamp: timestamp, function: number(of: head.address), task: head.task, cpu: ring.cpu,
                    ring: ring.number, depth: head.depth, kind: .entry))
            keys.append(timestamp)
            last = head
        }
        counts.records += records
        counts.entries += entries
        counts.exits += exits
        return damagedAt
    }

    /// An event of user space or of another kind, or one that cannot be understood.
    ///
    /// - Returns: nil if nothing is made of it.
    @inline(never)
    private mutating func other(
        _ type: UInt64, _ record: Range<Int>, _ bytes: RawSpan, _ ring: Ring, _ timestamp: UInt64
    ) -> GraphEvent? {
        guard type != .max && type != entry.id && type != exit.id && type != addressEntry.id else {
            counts.unparsedLines += 1
            return nil
        }
        let thread = pidField.value(in: bytes, record: record).flatMap { Int32(exactly: $0) }
        let task = thread.map { TaskKey.thread($0, cpu: ring.cpu) } ?? .nobody
        switch type < kinds.count ? kinds[Int(type)] : .unknown {
        case .unknown:
            counts.unparsedLines += 1
            return nil
        case .unwanted:
            counts.comments += 1
            return nil
        case .wanted(let type):
            counts.comments += 1
            return .event(
                type, payload: record, task: task, cpu: ring.cpu, ring: ring.number, timestamp: timestamp)
        case .userEntry(let function): return userCall(.userEntry, function, task, ring, timestamp)
        case .userExit(let function): return userCall(.userExit, function, task, ring, timestamp)
        }
    }

    private mutating func userCall(
        _ kind: GraphEvent.Kind, _ function: Int32, _ task: TaskKey, _ ring: Ring, _ timestamp: UInt64
    ) -> GraphEvent? {
        guard task != .nobody else {
            counts.unparsedLines += 1
            return nil
        }
        if kind == .userEntry { counts.entries += 1 } else { counts.exits += 1 }
        return GraphEvent(
            timestamp: timestamp, function: function, task: task, cpu: ring.cpu, ring: ring.number, kind: kind)
    }

    /// A page, or the rest of one, that cannot be understood.
    private mutating func damage(_ ring: Ring, _ timestamp: UInt64, _ decoded: inout DecodedPage) {
        counts.records += 1
        counts.unparsedLines += 1
        decoded.append(.loss(cpu: ring.cpu, ring: ring.number, count: nil, timestamp: timestamp))
    }

    /// What entries and exits have in common; nil if the record cannot be one.
    @inline(__always)
    private func head(
        _ record: Range<Int>, _ layout: HeadLayout, _ bytes: RawSpan, _ ring: Ring, _ timestamp: UInt64
    ) -> Head? {
        guard record.count >= layout.minimumSize else { return nil }
        let pid = pid.load(bytes, record: record.lowerBound)
        let depth = layout.depth.load(bytes, record: record.lowerBound)
        guard pid <= Int32.max, depth <= Limits.depth else { return nil }
        return Head(
            timestamp: timestamp, address: layout.function.load(bytes, record: record.lowerBound),
            task: .thread(Int32(truncatingIfNeeded: pid), cpu: ring.cpu), depth: UInt16(truncatingIfNeeded: depth))
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

/// What entries and exits have in common.
private struct Head {
    var timestamp: UInt64 = 0
    var address: UInt64 = 0
    var task = TaskKey.none
    var depth: UInt16 = 0

    @inline(__always)
    func isOfCall(_ entry: Head) -> Bool {
        (address ^ entry.address | UInt64(depth ^ entry.depth) | UInt64(UInt32(bitPattern: task.raw ^ entry.task.raw)))
            == 0
    }
}

/// Where the ring buffer of a CPU belongs.
struct Ring: Sendable {
    let cpu: UInt16
    /// See ``GraphEvent/ring``.
    let number: UInt16
}

/// The fields that entries and exits have in common.
private struct HeadLayout: Sendable {
    let id: UInt64
    let function: Cell
    let depth: Cell
    /// Records that are shorter lack a field.
    let minimumSize: Int

    /// - Parameters:
    ///   - id: nil if the kernel has no such event.
    ///   - others: more fields that a record must have.
    init(id: UInt64?, function: Field?, depth: Field?, pid: Cell, others: [Cell] = []) {
        self.id = id ?? .max
        self.function = Cell(function)
        self.depth = Cell(depth)
        minimumSize = ([pid, self.function, self.depth] + others).map(\.end).max() ?? .max
    }

    init(_ entry: EventFormats.Entry?, _ pid: Cell) {
        self.init(id: entry?.id, function: entry?.function, depth: entry?.depth, pid: pid)
    }
}

/// The fields of exits that are needed for each of them.
private struct ExitLayout: Sendable {
    let head: HeadLayout
    let callTime: Cell
    let returnTime: Cell

    var id: UInt64 { head.id }

    /// - Parameter format: nil if the kernel has no such event.
    init(_ format: EventFormats.Exit?, _ pid: Cell) {
        callTime = Cell(format?.callTime)
        returnTime = Cell(format?.returnTime)
        head = HeadLayout(
            id: format?.id, function: format?.function, depth: format?.depth, pid: pid,
            others: [callTime, returnTime])
    }

    /// When the call of a record began and ended, whose head is known to be there with all its fields; nil if it ends before it began.
    @inline(__always)
    func span(_ bytes: RawSpan, record: Int) -> (duration: UInt64, end: UInt64)? {
        let callTime = callTime.load(bytes, record: record)
        let returnTime = returnTime.load(bytes, record: record)
        return returnTime >= callTime ? (returnTime &- callTime, returnTime) : nil
    }
}

/// The field that tells an event's kind: in the first word of each record, see ``EventFormats/type``.
private struct TypeCell: Sendable {
    private let shift: UInt32
    private let mask: UInt32

    init(_ field: Field) {
        shift = UInt32(8 * field.offset)
        mask = .max >> UInt32(32 - 8 * field.size)
    }

    /// `UInt64.max` if the record has no first word.
    @inline(__always)
    func load(_ bytes: RawSpan, _ record: Range<Int>) -> UInt64 {
        guard record.count >= 4 else { return .max }
        let word = bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: record.lowerBound, as: UInt32.self)
        return UInt64(word &>> shift & mask)
    }
}

/// A field as the last bytes of the word that ends with it: loaded with one load and one shift whatever its size, and never
/// beyond the record's end.
private struct Cell: Sendable {
    private let offset: Int
    private let shift: UInt64
    /// Bytes that a record must have for it.
    let end: Int

    /// - Parameter field: nil if no record has it. No kernel has any but the type in the first half of the common description.
    init(_ field: Field?) {
        end = field.map { $0.offset + $0.size < 8 ? .max : $0.offset + $0.size } ?? .max
        offset = end == .max ? 0 : end - 8
        shift = UInt64(64 - 8 * (field?.size ?? 8))
    }

    /// Zero-extended. The record, which `RingBufferPage` has found to be inside the page, must have `end` bytes.
    @inline(__always)
    func load(_ bytes: RawSpan, record: Int) -> UInt64 {
        bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: record &+ offset, as: UInt64.self) &>> shift
    }
}
