public import GraphParser
import TraceFormat

/// Puts requests together from a trace's events as it is read: dm's request, its tries on paths, their stages.
///
/// By the addresses that the flow `requests` records, where the trace has those; else by device and sector from the kernel's own
/// tracepoints. Where both can be done, the second is held against the first. Takes no calls. Its memory follows the requests that are
/// under way. Used on the thread that reads the trace.
public final class RequestAnalyzer: Analyzer {
    /// The events that requests are made of.
    public let interest = Interest(losses: true, events: RequestEvents.names)

    private var events: RequestEvents?
    private var pointers: PointerJoin
    private var sectors: SectorJoin
    private let ends: RequestEnds
    private let pointerAddresses: DiskAddresses
    private let sectorAddresses: DiskAddresses
    private var isText = false
    /// Whether requests may be joined by sector.
    private var hasSectors = false
    /// Whether bios are known by their addresses.
    private var hasBios = false

    /// - Parameter onRequest: gets each request that is joined, in the order in which they ended. What it throws ends the pass.
    public init(onRequest: ((Request) throws -> Void)? = nil) {
        let ends = RequestEnds(onRequest)
        self.ends = ends
        pointers = PointerJoin { try ends.take($0, .pointer) }
        sectors = SectorJoin { try ends.take($0, .sector) }
        (pointerAddresses, sectorAddresses) = (pointers.addresses, sectors.addresses)
    }

    /// Looks the fields of the events up.
    public func begin(_ trace: TraceContext) {
        let events = RequestEvents(trace)
        ends.names = trace.names
        isText = trace.kind == .text
        ends.topology = trace.topology
        // A text may have anything; the first event tells.
        ends.hasPointers = trace.kind == .traceDat && events.has(.clone, field: 0)
        hasBios = trace.kind == .traceDat && events.has(.bio, field: 0)
        // Nothing is remapped in traces of the flow alone.
        hasSectors = events.has(.rqRemap, field: 0)
        pointers.requestSize = trace.recording?.requestSize
        pointers.clockIsMonotonic = trace.identity.clock == "mono"
        self.events = events
    }

    /// Takes events in the order of time.
    public func take(_ batch: TraceBatch) throws -> Demand {
        var losses = batch.losses[...]
        for event in batch.events {
            guard let time = event.time else { continue }
            while let loss = losses.first, isOver(loss, before: time) {
                losses.removeFirst()
                try lost()
            }
            try take(event, .init(time: time, cpu: event.cpu, tid: event.tid))
            if ends.origin == nil { ends.origin = ends.hasPointers ? pointers.origin : sectors.origin }
        }
        for _ in losses { try lost() }
        return .more
    }

    /// A trace.dat tells when the first event behind a loss was, a text what was before.
    private func isOver(_ loss: Loss, before time: UInt64) -> Bool {
        guard let told = loss.time else { return true }
        return isText ? told < time : told <= time
    }

    private func lost() throws {
        try pointers.lost()
        try sectors.lost()
    }

    private func take(_ event: TraceEvent, _ moment: PointerJoin.Moment) throws {
        guard let kind = events!.kind(of: event) else { return }
        let read = events!.reading(event, kind)
        switch kind {
        case .dispatch: try dispatch(read, moment)
        case .clone:
            if let clone = read(0), let request = read(1), request != 0 {
                ends.hasPointers = true
                pointers.cloned(clone, of: request, disk: read.device(2, 3), moment)
            }
        case .transmit:
            if let task = read(0) {
                pointers.transmit(
                    task: task, command: read(1), connection: read(2) ?? 0, tag: read.word(3) ?? 0, moment)
            }
        case .taskDone: if let task = read(0) { pointers.taskDone(task, command: read(1), moment) }
        case .scsiDone: if let command = read(0) { pointers.scsiDone(command: command, result: read.word(1), moment) }
        case .dmDone: if let request = read(0) { pointers.dmDone(request, moment) }
        case .verdict: if let clone = read(0) { pointers.verdict(clone, error: read.byte(1), moment) }
        case .end:
            ends.depth = pointers.table.count
            if let request = read(0) { try pointers.ended(request, error: read.byte(1), moment) }
        case .dmRequeue: if let io = read(0) { pointers.requeued(io: io, moment) }
        case .requeue: if let request = read(0) { pointers.requeued(request, moment) }
        case .retry: if let command = read(0) { pointers.retried(command: command, moment) }
        case .timer: if let clone = read(0) { pointers.timedOut(clone) }
        default: try detail(kind, read, moment)
        }
    }

    private func dispatch(_ read: RequestEvents.Reading, _ moment: PointerJoin.Moment) throws {
        guard let request = read(0), request != 0 else { return }
        ends.hasPointers = true
        ends.depth = pointers.table.count
        try pointers.dispatched(
            .init(
                request: request, device: read.device(5, 6), sector: read(1) ?? .max, bytes: read.word(2) ?? 0,
                flags: read.word(3) ?? 0, made: read(4) ?? 0, firstBio: read(7) ?? 0), moment)
    }

    private func detail(_ kind: RequestEvents.Kind, _ read: RequestEvents.Reading, _ moment: PointerJoin.Moment) throws
    {
        switch kind {
        case .issue: if let clone = read(0) { pointers.issued(clone, moment) }
        case .command: if let command = read(0) { pointers.commanded(command: command, moment) }
        case .sent: pointers.sent(status: read(0).map { Int64(bitPattern: $0) } ?? 0, moment)
        case .header, .response:
            // What else the target says of a command, such as a reject, is no answer to it.
            if kind == .response, let code = read(2), code & 0x3f != 0x21, code & 0x3f != 0x25 { return }
            if let connection = read(0), let tag = read.word(1) {
                pointers.answered(connection: connection, tag: tag, moment)
            }
        case .completed: if let clone = read(0) { pointers.completed(clone, moment) }
        case .cloneEnd: if let clone = read(0) { pointers.cloneEnded(clone, error: read.byte(1), moment) }
        case .bio: if let bio = read(0) { pointers.bioQueued(bio, moment) }
        case .merge, .frontMerge: if let request = read(0) { pointers.bioMerged(request) }
        case .bioEnd: if let bio = read(0) { pointers.bioEnded(bio) }
        case .bioMap:
            if let bio = read(0) {
                ends.hasPointers = true
                try pointers.mapped(
                    bio: bio, sector: read(1) ?? .max, bytes: read.word(2) ?? 0, flags: read.word(3) ?? 0, moment)
            }
        case .bioUnmap:
            ends.depth = pointers.table.count
            if let bio = read(0) { try pointers.unmapped(bio: bio, error: read.byte(1), moment) }
        case .start: if let request = read(0), let bio = read(1) { pointers.started(request, bio: bio, moment) }
        case .bioRemap:
            if let disk = read.device(0), let map = read.device(1), let sector = read(2) {
                pointers.remapped(to: disk, from: .init(device: map, sector: sector), moment)
            }
        case .tcpPDU:
            if let task = read(0), let socket = read(1), let sequence = read.word(2) {
                pointers.sending(task: task, socket: socket, sequence: sequence)
            }
        case .tcpOut, .tcpIn:
            guard let socket = read(0), let from = read.word(1), let to = read.word(2) else { return }
            if kind == .tcpOut {
                pointers.segmentOut(socket: socket, from: from, to: to, moment)
            } else {
                pointers.segmentIn(socket: socket, from: from, to: to, moment)
            }
        default: try tracepoint(kind, read, moment)
        }
    }

    /// What the kernel's own tracepoints tell.
    private func tracepoint(
        _ kind: RequestEvents.Kind, _ read: RequestEvents.Reading, _ moment: PointerJoin.Moment
    ) throws {
        switch kind {
        case .commandStart:
            pointers.commanded(read.address, block: read.block, moment)
            if hasSectors { sectors.commanded(read.commandKey, moment) }
        case .commandDone: if hasSectors, let key = read.commandKey { sectors.commandDone(key, moment) }
        case .dataDone:
            guard let place = read.place(0, 1), let count = read(2) else { return }
            if count > 0 { pointers.dataDone(place.device, sector: place.sector, bytes: count &* 512, moment) }
            guard hasSectors else { return }
            ends.depth = sectors.table.count
            try sectors.completed(
                place, sectors: count, error: read(3).map { Int64(bitPattern: $0) } ?? 0, moment)
        case .rqIssue:
            guard let place = read.place(0, 1) else { return }
            sectors.issued(
                place, sectors: read(2) ?? 0, bytes: read(3) ?? 0, RequestOperation(letters: read.string(4) ?? ""),
                moment)
        case .rqRemap:
            if let path = read.place(0, 1), let map = read.place(2, 3) { sectors.remapped(path, from: map, moment) }
        case .rqRequeue: if let place = read.place(0, 1) { sectors.requeued(place, moment) }
        case .bioQueue:
            guard let place = read.place(0, 1), let count = read(2) else { return }
            if !hasBios { pointers.bioQueued(place, sectors: count, moment) }
            if hasSectors { sectors.bioQueued(place, sectors: count, moment) }
        default: break
        }
    }

    /// Ends what was still under way.
    public func finish(_ end: TraceEnd) throws {
        try pointers.finish()
        try sectors.finish()
    }

    /// What the requests come to; nil if the trace has none.
    ///
    /// - Parameter source: what the reading found of the trace as a whole.
    public func summary(source: TraceSource) -> RequestSummary? {
        ends.hasPointers ? pointerSummary(source) : sectorSummary(source)
    }

    private func pointerSummary(_ source: TraceSource) -> RequestSummary? {
        var sums = ends.byPointer
        for (flaw, count) in pointers.unknown { sums.addUnjoined(flaw, times: count) }
        var summary = sums.summary(pathNames, joinedBy: .pointer, source: source.path)
        summary.ambiguous = pointers.ambiguousData
        summary.disagreed = ends.comparison.disagreed
        summary.otherCommands = pointers.otherCommands
        return summary.seen == 0 ? nil : summary
    }

    private func sectorSummary(_ source: TraceSource) -> RequestSummary? {
        var sums = ends.bySector
        sums.addUnjoined(.inFlightAtStart, times: sectors.unknown)
        sums.addUnjoined(.tooMany, times: sectors.tooMany)
        var summary = sums.summary(pathNames, joinedBy: .sector, source: source.path)
        summary.ambiguous = sectors.ambiguous
        return summary.seen == 0 ? nil : summary
    }

    /// When the trace's first request began; nil before.
    var origin: UInt64? { ends.origin }

    /// What the trace's devices are called, as far as that is known by now.
    var pathNames: PathNames {
        PathNames(
            topology: ends.topology, addresses: (ends.hasPointers ? pointerAddresses : sectorAddresses).all)
    }
}

extension RequestEvents.Reading {
    func word(_ index: Int) -> UInt32? { self(index).map { UInt32(truncatingIfNeeded: $0) } }
    func byte(_ index: Int) -> UInt8 { self(index).map { UInt8(truncatingIfNeeded: $0) } ?? 0 }

    func place(_ device: Int, _ sector: Int) -> SectorJoin.Place? {
        guard let device = self.device(device), let sector = self(sector) else { return nil }
        return SectorJoin.Place(device: device, sector: sector)
    }

    /// Of a command.
    var address: SCSIAddress? {
        guard let host = self(0), let channel = self(1), let target = self(2), let lun = self(3) else { return nil }
        return SCSIAddress(
            host: Int64(bitPattern: host), channel: Int64(bitPattern: channel), target: Int64(bitPattern: target),
            lun: Int64(bitPattern: lun))
    }

    /// Of a command.
    var block: UInt64? { self(5) ?? bytes(6).flatMap(CommandBytes.block) }

    /// By what a command's end is found.
    var commandKey: SectorJoin.CommandKey? {
        guard let address else { return nil }
        let tag = self(4)
        return SectorJoin.CommandKey(
            address: address, tag: tag, block: tag == nil ? self(5) ?? bytes(6).flatMap(CommandBytes.block) : nil)
    }
}
