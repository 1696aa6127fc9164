import GraphParser

/// Joins the events of a request by device and sector, as far as that goes: for traces that have only the kernel's own tracepoints of
/// block and SCSI.
///
/// On the way down all of dm, clone and command happens in one task, so that its nesting tells what belongs together. On the way up
/// there is only the place on the disk, and a tag where the kernel prints it (6.1 and later): of several requests to one block the
/// oldest is taken, and that is counted.
struct SectorJoin {
    typealias Moment = PointerJoin.Moment

    /// What a block event says of a request.
    struct Place: Hashable {
        let device: BlockDevice
        /// All bits set for what has no place.
        let sector: UInt64
    }

    /// By what a command is found again.
    struct CommandKey: Hashable {
        let address: SCSIAddress
        /// The tag that the driver knows it by; nil where the kernel does not print it.
        let tag: UInt64?
        /// The first block, where there is no tag.
        let block: UInt64?
    }

    /// A request that was issued, and of which it is not known yet whether it is a multipath device's.
    private struct Issue {
        let place: Place
        let sectors: UInt64
        let bytes: UInt64
        let operation: RequestOperation
        let moment: Moment

        /// Where its completion will be said to be: nowhere for a flush.
        var mapPlace: Place { Place(device: place.device, sector: operation == .flush ? .max : place.sector) }
    }

    /// No more are followed: kernels do not have as many outstanding.
    private static let maxThreads = 1 << 16
    private static let maxAtPlace = 1024

    var table = RequestTable()
    private var maps: Set<BlockDevice> = []
    private var ofMap: [Place: [Int]] = [:]
    private var ofPath: [Place: [Int]] = [:]
    /// By request, where on its path it is.
    private var placeOnPath: [Int: Place] = [:]
    private var commands: [CommandKey: [Int]] = [:]
    private var keys: [Int: CommandKey] = [:]
    private var issues: [UInt64: Issue] = [:]
    private var dispatching: [UInt64: Int] = [:]
    private var completing: [UInt64: Int] = [:]
    private var arrivals = BioArrivals()
    /// Whether bios are recorded as they come.
    private var seesBios = false
    /// Where requests were under way when events were lost.
    private var cutOff: Set<Place> = []
    /// Choices between several requests.
    private(set) var ambiguous = 0
    /// When the first request began.
    private(set) var origin: UInt64?
    /// The SCSI address of each disk, as its commands tell.
    private let addresses: DiskAddresses
    /// Completions of requests whose beginning was before the recording.
    private(set) var unknown = 0
    private(set) var tooMany = 0

    private let onEnd: (borrowing LiveRequest) throws -> Void

    init(addresses: DiskAddresses = DiskAddresses(), onEnd: @escaping (borrowing LiveRequest) throws -> Void) {
        (self.addresses, self.onEnd) = (addresses, onEnd)
    }

    /// Forgets what has been counted.
    mutating func renew() { (unknown, tooMany, ambiguous) = (0, 0, 0) }

    // MARK: Down

    mutating func bioQueued(_ place: Place, sectors: UInt64, _ moment: Moment) {
        seesBios = true
        arrivals.add(place, sectors: sectors, moment)
    }

    mutating func issued(
        _ place: Place, sectors: UInt64, bytes: UInt64, _ operation: RequestOperation, _ moment: Moment
    ) {
        if let slot = dispatching[moment.thread], table.isUsed[slot], table[slot].last == .cloned,
            table[slot].tries.last?.disk == place.device
        {
            leavePlace(slot)
            if ofPath[place]?.count ?? 0 < Self.maxAtPlace {
                ofPath[place, default: []].append(slot)
                placeOnPath[slot] = place
            }
            return table[slot].pass(.issued, at: moment)
        }
        if let slot = ofPath[place]?.first(where: { table[$0].last == .retried }) {
            if ofPath[place]!.count(where: { table[$0].last == .retried }) > 1 { doubt(slot) }
            dispatching[moment.thread] = slot
            table[slot].beginRoundIfOver()
            return table[slot].pass(.issued, at: moment)
        }
        if issues.count >= Self.maxThreads { issues.removeAll() }
        issues[moment.thread] = Issue(
            place: place, sectors: sectors, bytes: bytes, operation: operation, moment: moment)
    }

    /// The issued request of a map has got a clone for a path.
    mutating func remapped(_ path: Place, from map: Place, _ moment: Moment) {
        guard let issue = issues.removeValue(forKey: moment.thread), issue.place.device == map.device,
            issue.place.sector == map.sector || issue.operation == .flush
        else { return }
        if maps.count < 4096 { maps.insert(map.device) }
        guard let slot = waiting(issue) ?? begin(issue) else { return }
        let first = table[slot].tries.isEmpty ? 0 : table[slot].nextTry
        table[slot].pass(.cloned, at: moment)
        table[slot].tries.append(.init(clone: 0, disk: path.device, start: moment.time, firstStage: first))
        if dispatching.count >= Self.maxThreads { dispatching.removeAll() }
        dispatching[moment.thread] = slot
    }

    /// The request that was put back before, and is dispatched again.
    private mutating func waiting(_ issue: Issue) -> Int? {
        let place = issue.mapPlace
        let candidates = (ofMap[place] ?? []).filter { table[$0].isPutBack }
        guard let slot = candidates.first else { return nil }
        if candidates.count > 1 { doubt(slot) }
        table[slot].nextTry = max(table[slot].nextTry, table[slot].stageCount)
        table[slot].pass(.dispatched, at: issue.moment)
        return slot
    }

    /// It may have been another one.
    private mutating func doubt(_ slot: Int) {
        ambiguous += 1
        table[slot].isAmbiguous = true
    }

    private mutating func begin(_ issue: Issue) -> Int? {
        // More to one place than could be told apart, and than there are.
        let isCrowded = ofMap[issue.mapPlace]?.count ?? 0 >= Self.maxAtPlace
        guard !isCrowded, let slot = table.begin(address: 0) else {
            tooMany += 1
            return nil
        }
        let place = issue.mapPlace
        ofMap[place, default: []].append(slot)
        table[slot].device = place.device
        table[slot].sector = issue.operation == .flush ? .max : place.sector
        table[slot].bytes = UInt32(clamping: issue.bytes > 0 ? issue.bytes : issue.sectors &* 512)
        table[slot].kindOfOperation = issue.operation
        if let (bios, isCertain) = arrivals.take(issue.place, sectors: issue.sectors, now: issue.moment.time),
            bios.isWhole == true, bios.moment.time <= issue.moment.time
        {
            if !isCertain { doubt(slot) }
            (table[slot].submitter, table[slot].bios) = (bios.moment.tid, bios.count)
            table[slot].pass(.arrived, at: bios.moment)
        } else if seesBios, issue.sectors > 0 {
            // Also where not all are known: an earlier one may have been missed.
            table[slot].standIn(.arrived)
        }
        table[slot].pass(.dispatched, at: issue.moment)
        origin = origin ?? table[slot].startNs
        return slot
    }

    mutating func commanded(_ key: CommandKey?, _ moment: Moment) {
        guard let slot = dispatching.removeValue(forKey: moment.thread), table.isUsed[slot],
            let last = table[slot].last, last == .cloned || last == .issued
        else { return }
        table[slot].pass(.commanded, at: moment)
        guard let key else { return }
        addresses.learn(table[slot].tries.last?.disk, key.address)
        guard commands[key]?.count ?? 0 < Self.maxAtPlace else { return }
        commands[key, default: []].append(slot)
        keys[slot] = key
    }

    // MARK: Up

    mutating func commandDone(_ key: CommandKey, _ moment: Moment) {
        guard let found = commands[key], let slot = found.first else { return }
        if found.count > 1 { doubt(slot) }
        forgetCommand(of: slot)
        table[slot].pass(.scsiDone, at: moment)
    }

    private mutating func forgetCommand(of slot: Int) {
        guard let key = keys.removeValue(forKey: slot) else { return }
        commands[key]?.removeAll { $0 == slot }
        if commands[key]?.isEmpty == true { commands[key] = nil }
    }

    mutating func completed(_ place: Place, sectors: UInt64, error: Int64, _ moment: Moment) throws {
        if maps.contains(place.device) { return try mapCompleted(place, sectors: sectors, error: error, moment) }
        let all = ofPath[place] ?? []
        // Where commands are recorded, only those whose command is done can be meant.
        let done = all.filter { table[$0].last == .scsiDone }
        let candidates = done.isEmpty ? all.filter { table[$0].last ?? .queued >= .issued } : done
        guard let slot = candidates.first else { return }
        if candidates.count > 1 { doubt(slot) }
        if error != 0 { table[slot].tries[table[slot].tries.count - 1].error = BlockStatus.status(errno: error) }
        table[slot].pass(.completed, at: moment)
        if completing.count >= Self.maxThreads { completing.removeAll() }
        completing[moment.thread] = slot
    }

    private mutating func mapCompleted(_ place: Place, sectors: UInt64, error: Int64, _ moment: Moment) throws {
        let all = ofMap[place] ?? []
        // dm tells of the data first, where the path's clone completed, and later of the request, with nothing left.
        if sectors > 0, error == 0 {
            var slot = completing[moment.thread]
            if let own = slot, !table.isUsed[own] || !all.contains(own) || table[own].last != .completed { slot = nil }
            let candidates = all.filter { table[$0].last == .completed }
            guard let slot = slot ?? candidates.first else {
                if all.isEmpty, cutOff.remove(place) == nil { unknown += 1 }
                return
            }
            // Of a merged request, a part can be complete and the rest fail.
            if UInt64(table[slot].bytes) != sectors.multipliedSaturated(by: 512) { return }
            if candidates.count > 1, completing[moment.thread] != slot { doubt(slot) }
            table[slot].dataDone = moment.time
            return table[slot].pass(.dataDone, at: moment)
        }
        let ends = all.filter { table[$0].isAtEnd || error != 0 && table[$0].last ?? .queued >= .cloned }
        guard let slot = ends.first ?? killed(place, error: error, moment) else { return }
        if ends.count > 1 { doubt(slot) }
        if error != 0 { table[slot].error = BlockStatus.status(errno: error) }
        table[slot].pass(.ended, at: moment)
        try end(slot)
    }

    /// A request that dm ended without a path to try it on.
    private mutating func killed(_ place: Place, error: Int64, _ moment: Moment) -> Int? {
        guard error != 0, ofMap[place] == nil else { return nil }
        guard let issue = issues[moment.thread], issue.place == place else {
            if cutOff.remove(place) == nil { unknown += 1 }
            return nil
        }
        issues[moment.thread] = nil
        return begin(issue)
    }

    mutating func requeued(_ place: Place, _ moment: Moment) {
        if let slot = ofPath[place]?.first(where: { table[$0].last.map { $0 >= .commanded && $0 < .retried } ?? false })
        {
            forgetCommand(of: slot)
            return table[slot].pass(.retried, at: moment)
        }
        guard maps.contains(place.device) else { return }
        if let issue = issues[moment.thread], issue.place == place {
            issues[moment.thread] = nil
            // Dispatched in vain: no path had room.
            if let slot = waiting(issue) ?? begin(issue) { table[slot].busyDispatches += 1 }
            return
        }
        guard
            let slot = (ofMap[place] ?? []).first(where: {
                table[$0].last ?? .queued >= .cloned && !table[$0].isPutBack
            })
        else { return }
        leavePath(slot)
        if let last = table[slot].last, last <= .commanded {
            table[slot].busyDispatches += 1
            table[slot].tries[table[slot].tries.count - 1].isRejected = true
        }
        table[slot].pass(.requeued, at: moment)
    }

    // MARK: Ends

    private mutating func leavePath(_ slot: Int) {
        forgetCommand(of: slot)
        leavePlace(slot)
    }

    private mutating func leavePlace(_ slot: Int) {
        if let place = placeOnPath.removeValue(forKey: slot) { Self.remove(slot, from: &ofPath, place) }
    }

    private static func remove(_ slot: Int, from places: inout [Place: [Int]], _ place: Place) {
        places[place]?.removeAll { $0 == slot }
        if places[place]?.isEmpty == true { places[place] = nil }
    }

    private mutating func end(_ slot: Int) throws {
        leavePath(slot)
        if let device = table[slot].device {
            Self.remove(slot, from: &ofMap, Place(device: device, sector: table[slot].sector))
        }
        if table[slot].flaw == nil { arrivals.noteLatency(table[slot].latencyNs) }
        try onEnd(table[slot])
        table.end(slot)
    }

    mutating func lost() throws {
        // Their ends are still to come, and are no other requests'.
        cutOff = Set(ofMap.keys)
        try endAll(.eventsLost)
    }
    mutating func finish() throws { try endAll(.inFlightAtEnd) }

    private mutating func endAll(_ flaw: LiveRequest.Flaw) throws {
        for slot in table.used {
            table[slot].flaw = table[slot].flaw ?? flaw
            try onEnd(table[slot])
            table.end(slot)
        }
        table.removeAll()
        (ofMap, ofPath, placeOnPath, commands, keys) = ([:], [:], [:], [:], [:])
        (issues, dispatching, completing, arrivals) = ([:], [:], [:], BioArrivals())
    }
}

extension LiveRequest {
    /// Whether dm has put it back, or no path had room.
    fileprivate var isPutBack: Bool { last == .requeued || last == .dispatched }

    /// Whether all that is missing is the word that it is over.
    fileprivate var isAtEnd: Bool {
        last == .dataDone
            || (bytes == 0 || operation != .read && operation != .write) && last == .completed && tries.last?.error == 0
    }

    fileprivate mutating func pass(_ point: RequestPoint, at moment: PointerJoin.Moment) {
        pass(point, moment.time, cpu: moment.cpu, tid: moment.tid)
    }
}
