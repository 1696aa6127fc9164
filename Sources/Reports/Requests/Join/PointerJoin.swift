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
        var firstBio: UInt64
    }

    var table = RequestTable()
    var requests = PointerMap()
    var clones = PointerMap()
    private var tasks = PointerMap()
    /// By connection and the tag on it.
    private var tags = PointerMap()
    /// By thread, whose clone is on its way to SCSI, whose command is being sent, whose end dm looks at.
    var dispatching = PointerMap()
    private var transmitting = PointerMap()
    private var completing = PointerMap()
    private var ending = PointerMap()
    /// Done for SCSI, and not yet for whoever waits for the data.
    private var withoutData: [Int] = []
    private var wire = WireTable()
    /// Bios that are under way to a request.
    private var bios = BioTable()
    var arrivals = BioArrivals()
    /// Of clones that nobody has seen made, the points they came by.
    private var strays = StrayClones()

    /// `sizeof(struct request)`: a SCSI command lies behind its request.
    var requestSize: UInt64?
    /// Whether the trace's commands tell their blocks, where they have one.
    private var tellsBlocks = false
    /// Whether times of the kernel's own can be compared with those of events.
    var clockIsMonotonic = false
    /// Ends of requests whose beginning was before the recording, and such that there was no room for.
    private(set) var unknown: [LiveRequest.Flaw: Int] = [:]
    /// Those of the latter whose end has not come yet.
    private var notFollowed = 0
    /// Commands to other than multipath devices' clones, such as the path checker's.
    private(set) var otherCommands = 0
    /// Completions of data that may have been of several requests.
    private(set) var ambiguousData = 0
    /// When the first request began.
    var origin: UInt64?
    /// The SCSI address of each disk, as its commands tell, or the topology.
    var addresses: [BlockDevice: SCSIAddress] = [:]

    /// Gets each request that is over, once.
    private let onEnd: (borrowing LiveRequest) throws -> Void

    init(onEnd: @escaping (borrowing LiveRequest) throws -> Void) { self.onEnd = onEnd }

    // MARK: dm, on the way down

    mutating func dispatched(_ dispatch: Dispatch, _ moment: Moment) throws {
        // What the thread had before is on its way, or was not taken.
        dispatching.remove(moment.thread)
        if let slot = requests[dispatch.request] {
            if isSame(slot, dispatch) { return again(slot, moment) }
            try close(slot)
        }
        guard let slot = begin(dispatch.request) else { return }
        table[slot].device = dispatch.device
        (table[slot].sector, table[slot].bytes) = (dispatch.sector, dispatch.bytes)
        (table[slot].flags, table[slot].made) = (dispatch.flags, dispatch.made)
        arrived(slot, dispatch, moment)
        table[slot].pass(.dispatched, moment)
        origin = origin ?? table[slot].startNs
    }

    /// When the request's first bio came, and from whom.
    mutating func arrived(_ slot: Int, _ dispatch: Dispatch, _ moment: Moment) {
        if let bio = bio(of: dispatch), bio.moment.time <= moment.time {
            (table[slot].bios, table[slot].submitter) = (bio.count, bio.moment.tid)
            table[slot].pass(.arrived, bio.moment)
        }
        let from = table[slot].steps.last?.time ?? 0
        if clockIsMonotonic, dispatch.made > from, dispatch.made <= moment.time {
            // Whoever brought the bio made the request.
            table[slot].pass(.queued, Moment(time: dispatch.made, cpu: moment.cpu, tid: table[slot].submitter))
        }
    }

    /// By its address, else by its place, where no other can be meant.
    private mutating func bio(of dispatch: Dispatch) -> (moment: Moment, count: Int)? {
        if let bio = bios.take(of: dispatch.request, first: dispatch.firstBio) { return bio }
        guard let device = dispatch.device, dispatch.bytes > 0 else { return nil }
        let place = SectorJoin.Place(device: device, sector: dispatch.sector)
        guard let bio = arrivals.take(place, sectors: UInt64(dispatch.bytes) / 512), bio.isCertain else { return nil }
        return (bio.moment, bio.count)
    }

    /// Whether dm is given a request once more, rather than another at the same address whose predecessor's end was missed.
    private func isSame(_ slot: Int, _ dispatch: Dispatch) -> Bool {
        let live = table[slot]
        if dispatch.made > 0, live.made > 0 { return dispatch.made == live.made }
        guard live.sector == dispatch.sector, live.bytes == dispatch.bytes else { return false }
        return live.last == .requeued || !live.hasSince(dispatch: RequestPoint.transmit...)
    }

    private mutating func again(_ slot: Int, _ moment: Moment) {
        let last = table[slot].last
        // The stage that leads up to the next try is its first.
        if last != .dispatched { table[slot].nextTry = table[slot].stageCount }
        if let last, last <= .commanded {
            table[slot].busyDispatches += 1
            if last > .dispatched { table[slot].tries[table[slot].tries.count - 1].isRejected = true }
            if table[slot].isWaiting { return table[slot].goesOnWaiting(until: moment.time) }
        } else if last != .requeued {
            table[slot].stoodIn.append(.requeued)
        }
        table[slot].pass(.dispatched, moment)
    }

    mutating func cloned(_ clone: UInt64, of request: UInt64, disk: BlockDevice?, _ moment: Moment) {
        var slot = requests[request]
        // Without room it was counted when it was dispatched, if not among those that were missed.
        if slot == nil, table.hasRoom {
            slot = begin(request)
            if let slot { table[slot].flaw = .beginMissed }
        }
        guard let slot else { return }
        if let last = table[slot].last, last > .dispatched {
            table[slot].nextTry = table[slot].stageCount
            table[slot].stoodIn.append(.dispatched)
        }
        forgetClone(of: slot)
        let first = table[slot].tries.isEmpty ? 0 : table[slot].nextTry
        table[slot].pass(.cloned, moment)
        table[slot].tries.append(.init(clone: clone, disk: disk, start: moment.time, firstStage: first))
        clones.set(clone, slot)
        dispatching.set(moment.thread, slot)
    }

    // MARK: SCSI

    /// SCSI is given a request, which is a clone or not.
    mutating func issued(_ clone: UInt64, _ moment: Moment) {
        guard let slot = clones[clone] else { return strays.pass(clone, .issued, moment) }
        if table[slot].isIssuedFirst {
            // No path had room for it, and another request's clone has its address.
            clones.remove(clone)
            return strays.pass(clone, .issued, moment)
        }
        table[slot].beginRoundIfOver()
        table[slot].pass(.issued, moment)
        dispatching.set(moment.thread, slot)
    }

    /// A command is about to be given to a driver, in the thread that dispatches its request.
    ///
    /// - Parameter block: the first one of it; nil if the event does not tell, or the command has none.
    mutating func commanded(_ address: SCSIAddress?, block: UInt64?, _ moment: Moment) {
        if block != nil { tellsBlocks = true }
        guard let slot = dispatching[moment.thread], table.isUsed[slot],
            table[slot].last == .cloned || table[slot].last == .issued
        else { return commandedElsewhere(address, block, moment) }
        // A clone that no path took leaves its thread to others' commands: those that SCSI sends again, or the path checker's.
        if table[slot].place != nil, tellsBlocks, !table[slot].canBegin(at: block) { return }
        if let disk = table[slot].tries.last?.disk, addresses.count < 4096 { addresses[disk] = address }
        table[slot].pass(.commanded, moment)
    }

    /// In a thread that no request was dispatched in: one that had to wait for its path's queue, or is sent again.
    private mutating func commandedElsewhere(_ address: SCSIAddress?, _ block: UInt64?, _ moment: Moment) {
        guard let address, let block else { return }
        let slot = only { live in
            guard let disk = live.tries.last?.disk, addresses[disk] == address, let last = live.last else {
                return false
            }
            return (last == .cloned || last == .issued || last == .retried) && live.canBegin(at: block)
        }
        guard let slot else { return }
        table[slot].beginRoundIfOver()
        table[slot].pass(.commanded, moment)
    }

    /// The same, where the command is known.
    mutating func commanded(command: UInt64, _ moment: Moment) {
        if let slot = dispatching.remove(moment.thread), requestSize == nil, table.isUsed[slot],
            let clone = table[slot].tries.last?.clone
        {
            learnSize(command: command, clone: clone)
        }
        guard let slot = slot(ofCommand: command) else { return }
        if table[slot].last == .commanded { return }
        table[slot].beginRoundIfOver()
        table[slot].pass(.commanded, moment)
    }

    /// The driver told SCSI that a command is over.
    ///
    /// - Parameter result: of `struct scsi_cmnd`; nil where that is not known.
    mutating func scsiDone(command: UInt64, result: UInt32?, _ moment: Moment) {
        guard let slot = slot(ofCommand: command) else {
            if let requestSize { strays.pass(command &- requestSize, .scsiDone, moment) }
            return
        }
        if let result { table[slot].lastTry { $0.result = result } }
        table[slot].pass(.scsiDone, moment)
        awaitData(slot)
    }

    mutating func completed(_ clone: UInt64, _ moment: Moment) {
        guard let slot = clones[clone] else { return strays.pass(clone, .completed, moment) }
        table[slot].pass(.completed, moment)
        completing.set(moment.thread, slot)
        awaitData(slot)
    }

    mutating func retried(command: UInt64, _ moment: Moment) {
        guard let slot = slot(ofCommand: command) else { return }
        withoutData.removeAll { $0 == slot }
        table[slot].pass(.retried, moment)
    }

    mutating func timedOut(_ clone: UInt64) {
        if let slot = clones[clone] { table[slot].lastTry { $0.timeouts += 1 } }
    }

    // MARK: iSCSI

    mutating func transmit(
        task: UInt64, command: UInt64?, connection: UInt64, tag: UInt32, _ moment: Moment
    ) {
        // A NOP has no command.
        guard command != 0 else { return }
        guard let slot = command.flatMap({ slot(ofCommand: $0) }) ?? (command == nil ? tasks[task] : nil) else {
            if let command, let requestSize { strays.pass(command &- requestSize, .transmit, moment) }
            otherCommands += 1
            return
        }
        transmitting.set(moment.thread, slot)
        tasks.set(task, slot)
        let tag = Self.key(connection, tag)
        tags.set(tag, slot)
        let last = table[slot].last
        // Called again for the rest of what did not fit into the socket: it is still being sent.
        let isRest = last.map { (.transmit ... .out) ~= $0 } ?? false
        table[slot].lastTry { ($0.task, $0.tag) = (task, tag) }
        if isRest && table[slot].operation != .write { return }
        table[slot].beginRoundIfOver()
        table[slot].pass(.transmit, moment)
    }

    mutating func sent(status: Int64, _ moment: Moment) {
        guard let slot = transmitting.remove(moment.thread), table.isUsed[slot], status >= 0,
            // It may be over by now, and another one have its place.
            let last = table[slot].steps.last, last.point == .transmit, last.tid == moment.tid ?? -1
        else { return }
        table[slot].pass(.sent, moment)
    }

    // MARK: TCP

    mutating func sending(task: UInt64, socket: UInt64, sequence: UInt32) {
        guard let slot = tasks[task], table.isUsed[slot], table[slot].last == .transmit else { return }
        table[slot].lastTry { $0.socket = socket }
        wire.send(slot, socket: socket, sequence: sequence)
    }

    mutating func segmentOut(socket: UInt64, from: UInt32, to: UInt32, _ moment: Moment) {
        for (slot, isAgain) in wire.out(socket: socket, from: from, to: to) where table.isUsed[slot] {
            if isAgain {
                table[slot].lastTry { $0.retransmits += 1 }
            } else if table[slot].last == .transmit || table[slot].last == .sent {
                table[slot].pass(.out, moment)
            }
        }
    }

    mutating func segmentIn(socket: UInt64, from: UInt32, to: UInt32, _ moment: Moment) {
        wire.in(socket: socket, from: from, to: to, moment)
    }

    /// The target has answered, with data, a status, or a request for data.
    mutating func answered(connection: UInt64, tag: UInt32, _ moment: Moment) {
        guard let slot = tags[Self.key(connection, tag)], table.isUsed[slot], let last = table[slot].last,
            (.transmit ... .out) ~= last
        else { return }
        let socket = table[slot].tries.last?.socket ?? 0
        if let segment = wire.segment(in: moment.thread, socket: socket), segment.moment.time >= table[slot].endNs {
            table[slot].pass(.received, segment.moment)
        }
        wire.forget(slot, socket: socket)
        table[slot].pass(.header, moment)
    }

    mutating func taskDone(_ task: UInt64, command: UInt64?, _ moment: Moment) {
        let known = tasks.remove(task)
        if command == 0 { return }
        guard let slot = command.flatMap({ slot(ofCommand: $0) }) ?? known, table.isUsed[slot] else {
            if let command, let requestSize { strays.pass(command &- requestSize, .taskDone, moment) }
            return
        }
        table[slot].lastTry { $0.task = 0 }
        table[slot].pass(.taskDone, moment)
        awaitData(slot)
    }

    private static func key(_ connection: UInt64, _ tag: UInt32) -> UInt64 {
        // The lower bits are the task's number, the upper ones the session's age; connections are whole cache lines apart.
        connection ^ UInt64(tag & 0x1fff) << 48
    }

    // MARK: dm, on the way up

    /// The data of a request of a multipath device is complete.
    mutating func dataDone(_ device: BlockDevice, sector: UInt64, bytes: UInt64, _ moment: Moment) {
        if let slot = completing[moment.thread], table.isUsed[slot], table[slot].last == .completed,
            table[slot].sector == sector
        {
            return dataDone(slot, moment)
        }
        let fitting = withoutData.filter { slot in
            table[slot].sector == sector && UInt64(table[slot].bytes) == bytes
                && (table[slot].device == nil || table[slot].device == device)
        }
        if fitting.count > 1 {
            ambiguousData += 1
            return
        }
        guard let slot = fitting.first ?? onlyOne(at: device, sector, bytes) else { return }
        table[slot].device = device
        dataDone(slot, moment)
    }

    /// The one request under way there, if its command's end was missed.
    private mutating func onlyOne(at device: BlockDevice, _ sector: UInt64, _ bytes: UInt64) -> Int? {
        let slot = only { live in
            live.device == device && live.sector == sector && UInt64(live.bytes) == bytes
                && live.last.map { (.cloned ... .header) ~= $0 } == true
        }
        if let slot { table[slot].stoodIn.append(.scsiDone) }
        return slot
    }

    /// Beyond so many requests under way nobody is looked for among all of them.
    private static let maxSearched = 4096

    /// The one request under way that it is true of; nil for none, and for several.
    private func only(_ isMeant: (LiveRequest) -> Bool) -> Int? {
        if table.count > Self.maxSearched { return nil }
        var found: Int?
        for slot in table.slots.indices where table.isUsed[slot] && isMeant(table.slots[slot]) {
            if found != nil { return nil }
            found = slot
        }
        return found
    }

    private mutating func dataDone(_ slot: Int, _ moment: Moment) {
        withoutData.removeAll { $0 == slot }
        table[slot].dataDone = moment.time
        table[slot].pass(.dataDone, moment)
    }

    private mutating func awaitData(_ slot: Int) {
        guard table[slot].bytes > 0, !withoutData.contains(slot) else { return }
        // Where nobody tells that data is complete, those that wait for it do not pile up.
        if withoutData.count == 512 { withoutData.removeFirst() }
        withoutData.append(slot)
    }

    mutating func cloneEnded(_ clone: UInt64, error: UInt8, _ moment: Moment) {
        guard let slot = clones[clone] else { return strays.pass(clone, .cloneEnded, moment) }
        table[slot].lastTry { $0.error = error }
        table[slot].pass(.cloneEnded, moment)
    }

    mutating func dmDone(_ request: UInt64, _ moment: Moment) {
        guard let slot = requests[request] else { return noteUnknownEnd() }
        table[slot].pass(.dmDone, moment)
        ending.set(moment.thread, slot)
    }

    mutating func verdict(_ clone: UInt64, error: UInt8, _ moment: Moment) {
        let after = ending.remove(moment.thread)
        if let slot = clones[clone] {
            table[slot].lastTry { $0.error = error }
            table[slot].pass(.verdict, moment)
        } else if let slot = after, table.isUsed[slot], table[slot].last == .dmDone {
            adopt(clone, by: slot, error: error)
            table[slot].pass(.verdict, moment)
        }
    }

    /// Nobody saw the clone made, but dm ends it for this request.
    private mutating func adopt(_ clone: UInt64, by slot: Int, error: UInt8) {
        // One dispatch has one clone.
        if let last = table[slot].tries.last, last.firstStage >= table[slot].nextTry {
            return table[slot].lastTry { $0.error = error }
        }
        table[slot].stoodIn.append(.cloned)
        table[slot].insert(strays.take(clone))
        let start = table[slot].steps.last { $0.point == .dispatched }?.time ?? table[slot].startNs
        let first = table[slot].tries.isEmpty ? 0 : table[slot].nextTry
        table[slot].tries.append(.init(clone: clone, disk: nil, start: start, firstStage: first, error: error))
    }

    mutating func requeued(_ request: UInt64, _ moment: Moment) {
        guard let slot = requests[request], table[slot].last != .requeued else { return }
        withoutData.removeAll { $0 == slot }
        table[slot].pass(.requeued, moment)
    }

    mutating func requeued(io: UInt64, _ moment: Moment) {
        if let requestSize { requeued(io &- requestSize, moment) }
    }

    mutating func ended(_ request: UInt64, error: UInt8, _ moment: Moment) throws {
        // Those of other devices end here, too.
        guard let slot = requests[request] else { return }
        table[slot].error = error
        table[slot].pass(.ended, moment)
        try end(slot)
    }

    // MARK: Bios

    mutating func bioQueued(_ bio: UInt64, _ moment: Moment) { bios.add(bio, moment) }
    mutating func bioQueued(_ place: SectorJoin.Place, sectors: UInt64, _ moment: Moment) {
        arrivals.add(place, sectors: sectors, moment)
    }
    mutating func bioMerged(_ request: UInt64) { bios.merge(into: request) }
    mutating func bioEnded(_ bio: UInt64) { bios.remove(bio) }

    // MARK: Ends

    mutating func begin(_ request: UInt64) -> Int? {
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
        if let last = table[slot].last, (.dataDone ... .verdict) ~= last {
            // What is left of it takes no time to speak of.
            table[slot].stoodIn.append(.ended)
        } else {
            table[slot].flaw = table[slot].flaw ?? .endMissed
        }
        // A bio whose last word was an error ended with it.
        if table[slot].isBio { table[slot].error = table[slot].tries.last?.error ?? 0 }
        try end(slot)
    }

    mutating func end(_ slot: Int) throws {
        forgetClone(of: slot)
        requests.remove(table[slot].address)
        withoutData.removeAll { $0 == slot }
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
    mutating func noteUnknownEnd() {
        if notFollowed > 0 { notFollowed -= 1 } else { unknown[.inFlightAtStart, default: 0] += 1 }
    }

    /// Events were lost: nothing is sure of what was under way.
    mutating func lost() throws { try endAll(.eventsLost) }

    /// The recording is over.
    mutating func finish() throws { try endAll(.inFlightAtEnd) }

    private mutating func endAll(_ flaw: LiveRequest.Flaw) throws {
        for slot in table.used {
            table[slot].flaw = table[slot].flaw ?? flaw
            try end(slot)
        }
        (clones, tasks, tags) = (PointerMap(), PointerMap(), PointerMap())
        (dispatching, transmitting, completing, ending) = (PointerMap(), PointerMap(), PointerMap(), PointerMap())
        (bios, arrivals, wire) = (BioTable(), BioArrivals(), WireTable())
        strays = StrayClones()
    }

    // MARK: Commands

    private func slot(ofCommand command: UInt64) -> Int? { requestSize.flatMap { clones[command &- $0] } }

    /// A command and its request in one thread tell how far they are apart.
    private mutating func learnSize(command: UInt64, clone: UInt64) {
        let size = command &- clone
        if (64...4096).contains(size), size % 8 == 0 { requestSize = size }
    }
}

extension PointerJoin.Moment {
    /// For maps by thread; 0, which is none, where the trace does not tell.
    var thread: UInt64 { tid.map { UInt64(UInt32(bitPattern: $0)) + 1 } ?? 0 }
}

extension LiveRequest {
    mutating func pass(_ point: RequestPoint, _ moment: PointerJoin.Moment) {
        pass(point, moment.time, cpu: moment.cpu, tid: moment.tid)
    }

    mutating func lastTry(_ change: (inout Try) -> Void) {
        if !tries.isEmpty { change(&tries[tries.count - 1]) }
    }
}
