import GraphParser

/// Joins the events of a request by the addresses of what it goes through: dm's request, its clone, the SCSI command behind the clone,
/// the initiator's task. Each address counts for as long as its object lives, so that nothing is guessed.
///
/// The chain (dm_mq_queue_rq, blk_rq_prep_clone, iscsi_tcp_task_xmit, …) is the same on all kernels with request-based dm over
/// blk-mq; a point whose event is missing makes a longer stage.
struct PointerJoin {
    /// Where and when an event happened.
    struct Moment {
        let time: UInt64
        let cpu: Int
        let tid: Int32?
    }

    /// What dm's request was when dm was given it.
    struct Dispatch {
        var request: UInt64
        var device: BlockDevice?
        var sector: UInt64
        var bytes: UInt32
        var flags: UInt32
        /// In ns of CLOCK_MONOTONIC; 0 where the kernel does not tell.
        var made: UInt64
        var firstBio: UInt64 = 0
        /// The same where it is the only one; 0 where the trace does not tell.
        var lastBio: UInt64 = 0
    }

    var table = RequestTable()
    var requests = PointerMap()
    var clones = PointerMap()
    var tasks = PointerMap()
    /// By connection and the tag on it.
    var tags = PointerMap()
    /// By thread, whose clone is on its way to SCSI, whose command is being sent, whose end dm looks at.
    var dispatching = PointerMap()
    var transmitting = PointerMap()
    var completing = PointerMap()
    var ending = PointerMap()
    /// Whose command's timer has run out.
    var timing = PointerMap()
    /// Done for SCSI, and not yet for whoever waits for the data.
    var withoutData: [Int] = []
    var wire = WireTable()
    /// Bios that are under way to a request.
    var bios = BioTable()
    var arrivals = BioArrivals()
    /// Of clones that nobody has seen made, the points they came by.
    var strays = StrayClones()

    /// `sizeof(struct request)`: a SCSI command lies behind its request.
    var requestSize: UInt64?
    /// Whether the trace's commands tell their blocks, where they have one.
    var tellsBlocks = false
    /// Whether times of the kernel's own can be compared with those of events.
    var clockIsMonotonic = false
    /// Ends of requests whose beginning was before the recording, and such that there was no room for.
    var unknown: [LiveRequest.Flaw: Int] = [:]
    /// Those of the latter whose end has not come yet.
    var notFollowed = 0
    /// Commands to other than multipath devices' clones, such as the path checker's.
    var otherCommands = 0
    /// Completions of data that may have been of several requests.
    var ambiguousData = 0
    /// Whether bios are recorded as they come.
    var seesBios = false
    /// Whether their places are, right before the block layer gets them: the rest of one that was split comes there anew, and alone.
    var seesPlaces = false
    /// Threads that have brought a bio, which the block layer has not got yet.
    var bringing: Set<UInt64> = []
    /// Requests that were under way when events were lost, by their addresses.
    private var cutOff: [UInt64: CutOff] = [:]

    /// What tells it from another one at its address.
    private struct CutOff {
        let made: UInt64
        let sector: UInt64?
        let bytes: UInt32

        func isSame(_ dispatch: Dispatch) -> Bool {
            made > 0 && dispatch.made > 0 ? made == dispatch.made : sector == dispatch.sector && bytes == dispatch.bytes
        }
    }
    /// Requests under way by their places.
    var places = PlaceIndex()
    /// When the first request began.
    var origin: UInt64?
    /// The SCSI address of each disk, as its commands tell, or the topology.
    let addresses: DiskAddresses

    /// Gets each request that is over, once.
    let onEnd: (borrowing LiveRequest) throws -> Void

    init(addresses: DiskAddresses = DiskAddresses(), onEnd: @escaping (borrowing LiveRequest) throws -> Void) {
        (self.addresses, self.onEnd) = (addresses, onEnd)
    }

    // MARK: dm, on the way down

    mutating func dispatched(_ dispatch: Dispatch, _ moment: Moment) throws {
        // What the thread had before is on its way, or was not taken.
        dispatching.remove(moment.thread)
        // It is counted with the loss.
        if let cut = cutOff[dispatch.request], cut.isSame(dispatch) { return }
        var isDoubtful = false
        if let slot = requests[dispatch.request] {
            if isSame(slot, dispatch) { return again(slot, moment) }
            isDoubtful = mayBeSame(slot, dispatch)
            if isDoubtful { table[slot].flaw = table[slot].flaw ?? .pointerReused }
            try close(slot)
        }
        guard let slot = begin(dispatch.request) else { return }
        if isDoubtful { table[slot].flaw = .pointerReused }
        table[slot].device = dispatch.device
        (table[slot].sector, table[slot].bytes) = (dispatch.sector, dispatch.bytes)
        (table[slot].flags, table[slot].made) = (dispatch.flags, dispatch.made)
        places.add(slot, dispatch.device, dispatch.sector)
        arrived(slot, dispatch, moment)
        table[slot].pass(.dispatched, moment)
        origin = origin ?? table[slot].startNs
    }

    /// More than can be under way.
    private static let maxCutOff = 1 << 16

    /// Whether dm is given a request once more, rather than another at the same address whose predecessor's end was missed.
    func isSame(_ slot: Int, _ dispatch: Dispatch) -> Bool {
        let live = table[slot]
        if dispatch.made > 0, live.made > 0 { return dispatch.made == live.made }
        guard live.sector == dispatch.sector, live.bytes == dispatch.bytes else { return false }
        return live.last == .requeued || !live.hasSince(dispatch: RequestPoint.transmit...)
    }

    /// Whether one that failed may have been put back, unseen, or have ended and been asked for again.
    func mayBeSame(_ slot: Int, _ dispatch: Dispatch) -> Bool {
        let live = table[slot]
        if dispatch.made > 0, live.made > 0 { return false }
        return live.last == .verdict && live.tries.last?.error != 0 && live.sector == dispatch.sector
            && live.bytes == dispatch.bytes
    }

    mutating func again(_ slot: Int, _ moment: Moment) {
        let last = table[slot].last
        if let last, last > .dispatched, last <= .commanded {
            forgetClone(of: slot)
            table[slot].reject()
        }
        // The stage that leads up to the next try is its first.
        if last != .dispatched { table[slot].nextTry = table[slot].stageCount }
        if let last, last <= .commanded {
            table[slot].busyDispatches += 1
            if table[slot].isWaiting { return table[slot].goesOnWaiting(until: moment.time) }
        } else if last != .requeued {
            table[slot].standIn(.requeued)
        }
        table[slot].pass(.dispatched, moment)
    }

    mutating func cloned(_ clone: UInt64, of request: UInt64, disk: BlockDevice?, _ moment: Moment) throws {
        var slot = requests[request]
        if let old = slot, table[old].last == .verdict, table[old].tries.last?.error == 0 {
            // It went well, and its end was missed; so was the beginning of the next one at its address.
            try close(old)
            slot = nil
        }
        // Without room it was counted when it was dispatched, if not among those that were missed.
        if slot == nil, table.hasRoom, notFollowed == 0, cutOff[request] == nil {
            slot = begin(request)
            if let slot { table[slot].flaw = .beginMissed }
        }
        guard let slot, table[slot].flaw != .tooLong else { return }
        if let last = table[slot].last, last > .dispatched {
            table[slot].nextTry = table[slot].stageCount
            table[slot].standIn(.dispatched)
        }
        forgetClone(of: slot)
        let first = table[slot].tries.isEmpty ? 0 : table[slot].nextTry
        table[slot].pass(.cloned, moment)
        table[slot].tries.append(.init(clone: clone, disk: disk, start: moment.time, firstStage: first))
        clones.set(clone, slot)
        dispatching.set(moment.thread, slot)
    }

    // MARK: Ends

    mutating func begin(_ request: UInt64) -> Int? {
        if !cutOff.isEmpty { cutOff[request] = nil }
        guard let slot = table.begin(address: request) else {
            unknown[.tooMany, default: 0] += 1
            notFollowed += 1
            return nil
        }
        requests.set(request, slot)
        return slot
    }

    /// Another request has the address: this one is over, whether that was seen or not.
    mutating func close(_ slot: Int) throws {
        if table[slot].last == .verdict {
            // How it went is known, and what is left of it takes no time to speak of.
            table[slot].standIn(.ended)
            table[slot].error = table[slot].tries.last?.error ?? 0
        } else {
            table[slot].flaw = table[slot].flaw ?? .endMissed
        }
        try end(slot)
    }

    mutating func end(_ slot: Int) throws {
        forgetClone(of: slot)
        places.remove(slot, table[slot].device, table[slot].sector)
        requests.remove(table[slot].address)
        withoutData.removeAll { $0 == slot }
        if table[slot].flaw == nil { arrivals.noteLatency(table[slot].latencyNs) }
        try onEnd(table[slot])
        table.end(slot)
    }

    mutating func forgetClone(of slot: Int) {
        guard let last = table[slot].tries.last else { return }
        if clones[last.clone] == slot { clones.remove(last.clone) }
        if tasks[last.task] == slot { tasks.remove(last.task) }
        if tags[last.tag] == slot { tags.remove(last.tag) }
        wire.forget(slot, socket: last.socket)
    }

    /// Something of a multipath device ended that nobody saw begin.
    mutating func noteUnknownEnd(of request: UInt64) {
        // Counted when events were lost.
        if cutOff.removeValue(forKey: request) != nil { return }
        if notFollowed > 0 { notFollowed -= 1 } else { unknown[.inFlightAtStart, default: 0] += 1 }
    }

    /// Events were lost: nothing is sure of what was under way.
    mutating func lost() throws {
        // Their ends are still to come, and are no other requests'. So may be those of the loss before.
        if cutOff.count > Self.maxCutOff { cutOff = [:] }
        for slot in table.used {
            cutOff[table[slot].address] = CutOff(
                made: table[slot].made, sector: table[slot].sector, bytes: table[slot].bytes)
        }
        try endAll(.eventsLost)
    }

    /// Forgets what has been counted.
    mutating func renew() { (unknown, ambiguousData, otherCommands) = ([:], 0, 0) }

    /// The recording is over.
    mutating func finish() throws { try endAll(.inFlightAtEnd) }

    mutating func endAll(_ flaw: LiveRequest.Flaw) throws {
        for slot in table.used {
            // Bios that failed, of which nobody told whether they were tried again.
            let isOver = table[slot].isBio && table[slot].last == .verdict
            table[slot].flaw = table[slot].flaw ?? (isOver ? .endMissed : flaw)
            try end(slot)
        }
        table.removeAll()
        (clones, tasks, tags) = (PointerMap(), PointerMap(), PointerMap())
        (dispatching, transmitting, completing, ending) = (PointerMap(), PointerMap(), PointerMap(), PointerMap())
        timing = PointerMap()
        (bios, arrivals, wire, bringing) = (BioTable(), BioArrivals(), WireTable(), [])
        strays = StrayClones()
    }

    // MARK: Commands

    func slot(ofCommand command: UInt64) -> Int? { requestSize.flatMap { clones[command &- $0] } }

    /// A command and its request in one thread tell how far they are apart.
    mutating func learnSize(command: UInt64, clone: UInt64) {
        let size = command &- clone
        if (64...4096).contains(size), size % 8 == 0 { requestSize = size }
    }
}

extension PointerJoin.Moment {
    /// For maps by thread; 0, which is none, where the trace does not tell. Each CPU has an idle task, and all are 0.
    var thread: UInt64 {
        guard let tid else { return 0 }
        return tid == 0 ? 1 << 32 + UInt64(UInt16(truncatingIfNeeded: cpu)) : UInt64(UInt32(bitPattern: tid))
    }
}

extension LiveRequest {
    mutating func pass(_ point: RequestPoint, _ moment: PointerJoin.Moment) {
        pass(point, moment.time, cpu: moment.cpu, tid: moment.tid)
    }

    mutating func lastTry(_ change: (inout Try) -> Void) {
        if !tries.isEmpty { change(&tries[tries.count - 1]) }
    }
}
