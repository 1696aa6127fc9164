public import GraphParser
import TraceFormat

/// Puts requests together from the events of the flow `requests`, as a trace is read: dm's request, its tries on paths, their stages.
///
/// Takes no calls. Its memory follows the requests that are under way. Used on the thread that reads the trace.
public final class RequestAnalyzer: Analyzer {
    /// The events that requests are made of.
    public let interest = Interest(losses: true, events: RequestEvents.names)

    private var events: RequestEvents?
    private var join: PointerJoin
    private let state: State

    /// What the join's ends go to.
    private final class State {
        var sums = RequestSums()
        var names = TraceNames()
        /// By the minor numbers of disks whose commands went over iSCSI.
        var iSCSI: Set<BlockDevice> = []
        var depth = 0
        var onRequest: ((Request) throws -> Void)?

        func take(_ live: borrowing LiveRequest) throws {
            if let flaw = live.flaw { return sums.addUnjoined(flaw) }
            // Each is known by the way that its commands took.
            for one in live.tries {
                if let disk = one.disk, iSCSI.count < 4096, live.steps.contains(where: { $0.point.isOfISCSI }) {
                    iSCSI.insert(disk)
                }
            }
            let live = copy live
            let timeline = RequestTimeline(live) { [iSCSI] in $0.map(iSCSI.contains) ?? !iSCSI.isEmpty }
            let request = { [names] in timeline.request(comm: names.comm(of:), joinedBy: .pointer) }
            sums.add(live, timeline, depth: depth, request: request)
            if let onRequest { try onRequest(request()) }
        }
    }

    /// - Parameter onRequest: gets each request that is joined, in the order in which they ended. What it throws ends the pass.
    public init(onRequest: ((Request) throws -> Void)? = nil) {
        let state = State()
        state.onRequest = onRequest
        self.state = state
        join = PointerJoin { try state.take($0) }
    }

    /// Looks the fields of the events up.
    public func begin(_ trace: TraceContext) {
        state.names = trace.names
        events = RequestEvents(trace)
        join.requestSize = trace.recording?.requestSize
        join.clockIsMonotonic = trace.identity.clock == "mono"
    }

    /// Takes events in the order of time.
    public func take(_ batch: TraceBatch) throws -> Demand {
        var losses = batch.losses[...]
        for event in batch.events {
            guard let time = event.time else { continue }
            while let loss = losses.first, loss.time.map({ $0 <= time }) ?? true {
                losses.removeFirst()
                try join.lost()
            }
            try take(event, .init(time: time, cpu: event.cpu, tid: event.tid))
        }
        for _ in losses { try join.lost() }
        return .more
    }

    private func take(_ event: TraceEvent, _ moment: PointerJoin.Moment) throws {
        guard let kind = events!.kind(of: event) else { return }
        let read = events!.reading(event, kind)
        state.depth = join.table.count
        switch kind {
        case .dispatch: try dispatch(read, moment)
        case .clone:
            if let clone = read(0), let request = read(1) {
                join.cloned(clone, of: request, disk: read.device(2, 3), moment)
            }
        case .transmit:
            if let task = read(0) {
                join.transmit(
                    task: task, command: read(1), connection: read(2) ?? 0, tag: read.word(3) ?? 0, moment)
            }
        case .taskDone: if let task = read(0) { join.taskDone(task, command: read(1), moment) }
        case .scsiDone: if let command = read(0) { join.scsiDone(command: command, result: read.word(1), moment) }
        case .dmDone: if let request = read(0) { join.dmDone(request, moment) }
        case .verdict: if let clone = read(0) { join.verdict(clone, error: read.byte(1), moment) }
        case .end: if let request = read(0) { try join.ended(request, error: read.byte(1), moment) }
        case .dmRequeue: if let io = read(0) { join.requeued(io: io, moment) }
        case .requeue: if let request = read(0) { join.requeued(request, moment) }
        case .retry: if let command = read(0) { join.retried(command: command, moment) }
        case .timer: if let clone = read(0) { join.timedOut(clone) }
        default: detail(kind, read, moment)
        }
    }

    private func dispatch(_ read: RequestEvents.Reading, _ moment: PointerJoin.Moment) throws {
        guard let request = read(0) else { return }
        try join.dispatched(
            .init(
                request: request, device: read.device(5, 6), sector: read(1) ?? .max, bytes: read.word(2) ?? 0,
                flags: read.word(3) ?? 0, made: read(4) ?? 0, firstBio: read(7) ?? 0), moment)
    }

    private func detail(_ kind: RequestEvents.Kind, _ read: RequestEvents.Reading, _ moment: PointerJoin.Moment) {
        switch kind {
        case .issue: if let clone = read(0) { join.issued(clone, moment) }
        case .command: if let command = read(0) { join.commanded(command: command, moment) }
        case .commandStart: join.commanded(read.address, moment)
        case .sent: join.sent(status: read(0).map { Int64(bitPattern: $0) } ?? 0, moment)
        case .header, .response:
            // What else the target says of a command, such as a reject, is no answer to it.
            if kind == .response, let code = read(2), code & 0x3f != 0x21, code & 0x3f != 0x25 { return }
            if let connection = read(0), let tag = read.word(1) {
                join.answered(connection: connection, tag: tag, moment)
            }
        case .completed: if let clone = read(0) { join.completed(clone, moment) }
        case .cloneEnd: if let clone = read(0) { join.cloneEnded(clone, error: read.byte(1), moment) }
        case .bio: if let bio = read(0) { join.bioQueued(bio, moment) }
        case .merge, .frontMerge: if let request = read(0) { join.bioMerged(request) }
        case .bioEnd: if let bio = read(0) { join.bioEnded(bio) }
        case .dataDone:
            if let device = read(0), let sector = read(1), let count = read(2), count > 0 {
                join.dataDone(
                    BlockDevice(number: Int64(bitPattern: device)), sector: sector, bytes: count &* 512, moment)
            }
        default: break
        }
    }

    /// Ends what was still under way.
    public func finish(_ end: TraceEnd) throws { try join.finish() }

    /// What the requests come to; nil if the trace has none.
    ///
    /// - Parameter source: what the reading found of the trace as a whole.
    public func summary(source: TraceSource) -> RequestSummary? {
        var sums = state.sums
        for (flaw, count) in join.unknown { sums.addUnjoined(flaw, times: count) }
        var summary = sums.summary(pathNames, joinedBy: .pointer, source: source.path)
        if summary.seen == 0 { return nil }
        summary.ambiguous = join.ambiguousData
        summary.otherCommands = join.otherCommands
        return summary
    }

    /// What the trace's devices are called, as far as that is known by now.
    var pathNames: PathNames { PathNames(addresses: join.addresses) }
}

extension RequestEvents.Reading {
    func word(_ index: Int) -> UInt32? { self(index).map { UInt32(truncatingIfNeeded: $0) } }
    func byte(_ index: Int) -> UInt8 { self(index).map { UInt8(truncatingIfNeeded: $0) } ?? 0 }

    /// Of a command.
    var address: SCSIAddress? {
        guard let host = self(0), let channel = self(1), let target = self(2), let lun = self(3) else { return nil }
        return SCSIAddress(
            host: Int64(bitPattern: host), channel: Int64(bitPattern: channel), target: Int64(bitPattern: target),
            lun: Int64(bitPattern: lun))
    }
}
