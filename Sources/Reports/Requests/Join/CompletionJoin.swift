import GraphParser

/// The way back up: complete data, the clone's end, and dm's verdict.
extension PointerJoin {
    /// The data of a request of a multipath device is complete.
    mutating func dataDone(_ device: BlockDevice, sector: UInt64, bytes: UInt64, _ moment: Moment) {
        if let slot = completing[moment.thread], table.isUsed[slot], table[slot].last == .completed,
            table[slot].sector == sector, UInt64(table[slot].bytes) == bytes, table[slot].isOf(device)
        {
            return dataDone(slot, moment)
        }
        let fitting = withoutData.filter { slot in
            table[slot].sector == sector && UInt64(table[slot].bytes) == bytes && table[slot].isOf(device)
        }
        if fitting.count > 1 { return doubt(fitting) }
        guard let slot = fitting.first ?? onlyOne(at: device, sector, bytes) else { return }
        dataDone(slot, moment)
    }

    /// The one request under way there, if its command's end was missed.
    private mutating func onlyOne(at device: BlockDevice, _ sector: UInt64, _ bytes: UInt64) -> Int? {
        let all = places.at(device, sector).filter { slot in
            table[slot].last.map { $0 < .dataDone || $0 >= .retried } ?? true
        }
        guard let slot = all.first else { return nil }
        // Any of them, also one whose clone was not seen.
        if all.count > 1 {
            doubt(all)
            return nil
        }
        guard UInt64(table[slot].bytes) == bytes, let last = table[slot].last, (.cloned ... .header) ~= last else {
            return nil
        }
        table[slot].standIn(.scsiDone)
        return slot
    }

    /// Any of them may be meant.
    private mutating func doubt(_ slots: [Int]) {
        ambiguousData += 1
        for slot in slots { table[slot].isAmbiguous = true }
    }

    private mutating func dataDone(_ slot: Int, _ moment: Moment) {
        withoutData.removeAll { $0 == slot }
        table[slot].dataDone = moment.time
        table[slot].pass(.dataDone, moment)
    }

    mutating func awaitData(_ slot: Int) {
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
        guard let slot = requests[request] else { return noteUnknownEnd(of: request) }
        table[slot].pass(.dmDone, moment)
        ending.set(moment.thread, slot)
    }

    mutating func verdict(_ clone: UInt64, error: UInt8, _ moment: Moment) {
        // Of whose clone nobody knows, it is this one.
        let after = ending.remove(moment.thread).flatMap { hasClone($0) || table[$0].last != .dmDone ? nil : $0 }
        guard let slot = after ?? clones[clone] else { return }
        if clones[clone] == slot {
            table[slot].lastTry { $0.error = error }
        } else {
            adopt(clone, by: slot, error: error)
        }
        table[slot].pass(.verdict, moment)
        // Its address is anybody's from now on.
        forgetClone(of: slot)
    }

    /// Whether a request has a clone under way that was seen to be made.
    private func hasClone(_ slot: Int) -> Bool {
        guard let last = table[slot].tries.last else { return false }
        return clones[last.clone] == slot
    }

    /// Nobody saw the clone made, but dm ends it for this request.
    private mutating func adopt(_ clone: UInt64, by slot: Int, error: UInt8) {
        // One dispatch has one clone.
        if let last = table[slot].tries.last, last.firstStage >= table[slot].nextTry {
            return table[slot].lastTry { $0.error = error }
        }
        table[slot].standIn(.cloned)
        table[slot].insert(strays.take(clone))
        let start = table[slot].steps.last { $0.point == .dispatched }?.time ?? table[slot].startNs
        let first = table[slot].tries.isEmpty ? 0 : table[slot].nextTry
        table[slot].tries.append(.init(clone: clone, disk: nil, start: start, firstStage: first, error: error))
    }

    mutating func requeued(_ request: UInt64, _ moment: Moment) {
        if requests[request] == nil, let slot = clones[request] { return putBack(slot, moment) }
        guard let slot = requests[request], table[slot].last != .requeued else { return }
        if let last = table[slot].last, last > .dispatched, last < .retried,
            last != .verdict || table[slot].tries.last?.error == 0
        {
            // What is put back failed.
            table[slot].standIn(.verdict)
            table[slot].lastTry { if $0.error == 0 { $0.error = BlockStatus.unknown } }
        }
        forgetClone(of: slot)
        withoutData.removeAll { $0 == slot }
        table[slot].dataDone = nil
        table[slot].pass(.requeued, moment)
    }

    /// SCSI puts back a clone whose command has come back. It tells of that itself, but for a command that is to be prepared anew.
    private mutating func putBack(_ slot: Int, _ moment: Moment) {
        guard let last = table[slot].last, (.taskDone ... .completed) ~= last else { return }
        withoutData.removeAll { $0 == slot }
        table[slot].pass(.retried, moment)
    }

    mutating func requeued(io: UInt64, _ moment: Moment) {
        if let requestSize { requeued(io &- requestSize, moment) }
    }

    mutating func ended(_ request: UInt64, error: UInt8, _ moment: Moment) throws {
        // Those of other devices end here, too.
        guard let slot = requests[request] else { return }
        table[slot].error = error
        if error != 0, let last = table[slot].last, (.cloned ..< .verdict) ~= last, table[slot].tries.last?.error == 0 {
            // Its try failed, then.
            table[slot].standIn(.verdict)
            table[slot].lastTry { $0.error = error }
        }
        table[slot].pass(.ended, moment)
        try end(slot)
    }
}
