import GraphParser
import TraceFormat

/// Both joins of a trace, and what its events tell them.
struct RequestJoins {
    private var events: RequestEvents
    private var pointers: PointerJoin
    private var sectors: SectorJoin
    private let ends: RequestEnds
    private let isText: Bool
    /// Whether requests may be joined by sector.
    private let hasSectors: Bool

    /// - Parameter ends: gets the requests that are over.
    init(_ trace: TraceContext, _ ends: RequestEnds) {
        self.ends = ends
        isText = trace.kind == .text
        events = RequestEvents(trace)
        pointers = PointerJoin(addresses: ends.addresses) { try ends.take($0, .pointer) }
        sectors = SectorJoin(addresses: ends.addresses) { try ends.take($0, .sector) }
        // A text may have anything; the first event tells.
        ends.hasPointers = trace.kind == .traceDat && events.has(.clone, field: 0)
        // Nothing is remapped in traces of the flow alone.
        hasSectors = events.has(.rqRemap, field: 0)
        pointers.seesPlaces = trace.kind == .traceDat && events.has(.bioQueue, field: 0)
        pointers.requestSize = trace.recording?.requestSize
        for (disk, address) in SCSIAddress.ofDisks(trace.topology) { ends.addresses.learn(disk, address) }
        pointers.clockIsMonotonic = trace.identity.clock == "mono"
    }

    /// Takes events in the order of time.
    mutating func take(_ batch: TraceBatch) throws {
        var losses = batch.losses[...]
        for event in batch.events {
            guard let time = event.time else { continue }
            ends.look(at: time, place: event.place)
            while let loss = losses.first, isOver(loss, before: time) {
                losses.removeFirst()
                try lost()
            }
            try take(event, .init(time: time, cpu: event.cpu, tid: event.tid))
            if ends.origin == nil { ends.origin = ends.hasPointers ? pointers.origin : sectors.origin }
        }
        ends.place = .max
        for _ in losses { try lost() }
    }

    /// A trace.dat tells when the first event behind a loss was, a text what was before.
    private func isOver(_ loss: Loss, before time: UInt64) -> Bool {
        guard let told = loss.time else { return true }
        return isText ? told < time : told <= time
    }

    private mutating func lost() throws {
        ends.observeLoss?(ends.place)
        try pointers.lost()
        try sectors.lost()
    }

    private mutating func take(_ event: TraceEvent, _ moment: PointerJoin.Moment) throws {
        guard let kind = events.kind(of: event) else { return }
        let read = events.reading(event, kind)
        switch kind {
        case .dispatch: try dispatch(read, moment)
        case .clone:
            if let clone = read(0), let request = read(1), request != 0 {
                ends.hasPointers = true
                try pointers.cloned(clone, of: request, disk: read.device(2, 3), moment)
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
        case .timer: if let clone = read(0) { pointers.timedOut(clone, moment) }
        case .timerVerdict: if read(0) == 1 { pointers.timerBeginsAgain(moment) }
        default: try detail(kind, read, moment)
        }
    }

    private mutating func dispatch(_ read: RequestEvents.Reading, _ moment: PointerJoin.Moment) throws {
        guard let request = read(0), request != 0 else { return }
        ends.hasPointers = true
        ends.depth = pointers.table.count
        try pointers.dispatched(
            .init(
                request: request, device: read.device(5, 6), sector: read(1) ?? .max, bytes: read.word(2) ?? 0,
                flags: read.word(3) ?? 0, made: read(4) ?? 0, firstBio: read(7) ?? 0,
                lastBio: read(8) ?? 0), moment)
    }

    private mutating func detail(
        _ kind: RequestEvent, _ read: RequestEvents.Reading, _ moment: PointerJoin.Moment
    ) throws {
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
                    .init(
                        request: bio, device: read.device(4, 5), sector: read(1) ?? .max, bytes: read.word(2) ?? 0,
                        flags: read.word(3) ?? 0, made: 0), moment)
            }
        case .bioUnmap:
            ends.depth = pointers.table.count
            if let bio = read(0) {
                try pointers.unmapped(bio: bio, disk: read.device(2, 3), error: read.byte(1), moment)
            }
        case .start: if let request = read(0), let bio = read(1) { pointers.started(request, bio: bio, moment) }
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
    private mutating func tracepoint(
        _ kind: RequestEvent, _ read: RequestEvents.Reading, _ moment: PointerJoin.Moment
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
            pointers.bioQueued(place, sectors: count, moment)
            if hasSectors { sectors.bioQueued(place, sectors: count, moment) }
        default: break
        }
    }

    // MARK: Meanwhile

    /// Forgets what has been counted, and goes on with what is under way.
    mutating func renew() {
        ends.renew()
        pointers.renew()
        sectors.renew()
    }

    var underWay: RequestsUnderWay { RequestsUnderWay(ends.hasPointers ? pointers.table : sectors.table) }

    /// Whether there are events that requests can be joined from.
    var isRecorded: Bool { ends.hasPointers || hasSectors || events.has(.bioMap, field: 0) }

    // MARK: The end

    mutating func finish() throws {
        try pointers.finish()
        try sectors.finish()
    }

    /// nil without any request.
    ///
    /// - Parameter source: the trace, as the user gave it.
    func summary(_ names: PathNames, source: String) -> RequestSummary? {
        let summary = sums(names, source: source)
        return summary.seen == 0 ? nil : summary
    }

    /// The same, also without any request.
    func sums(_ names: PathNames, source: String) -> RequestSummary {
        ends.hasPointers ? pointerSummary(names, source) : sectorSummary(names, source)
    }

    private func pointerSummary(_ names: PathNames, _ source: String) -> RequestSummary {
        var sums = ends.byPointer
        for (flaw, count) in pointers.unknown { sums.addUnjoined(flaw, times: count) }
        var summary = sums.summary(names, joinedBy: .pointer, source: source)
        summary.ambiguous = pointers.ambiguousData
        summary.disagreed = ends.comparison.disagreed
        summary.otherCommands = pointers.otherCommands
        return summary
    }

    private func sectorSummary(_ names: PathNames, _ source: String) -> RequestSummary {
        var sums = ends.bySector
        sums.addUnjoined(.inFlightAtStart, times: sectors.unknown)
        sums.addUnjoined(.tooMany, times: sectors.tooMany)
        var summary = sums.summary(names, joinedBy: .sector, source: source)
        summary.ambiguous = sectors.ambiguous
        return summary
    }
}

extension EventTable<RequestEvent>.Reading {
    func place(_ device: Int, _ sector: Int) -> SectorJoin.Place? {
        guard let device = self.device(device), let sector = self(sector) else { return nil }
        return SectorJoin.Place(device: device, sector: sector)
    }

    /// Of a command.
    var address: SCSIAddress? { address(from: 0) }

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
