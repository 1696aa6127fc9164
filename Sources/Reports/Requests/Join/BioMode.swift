import GraphParser

/// Multipath devices that hand bios on as they are (`queue_mode bio`): a bio is the request, and its clone is the same bio's, which
/// the path's own request carries.
extension PointerJoin {
    /// The multipath target is given a bio.
    mutating func mapped(bio: UInt64, sector: UInt64, bytes: UInt32, flags: UInt32, _ moment: Moment) throws {
        if let slot = requests[bio] { try close(slot) }
        guard let slot = begin(bio) else { return }
        table[slot].isBio = true
        (table[slot].sector, table[slot].bytes, table[slot].flags) = (sector, bytes, flags)
        table[slot].pass(.dispatched, moment)
        origin = origin ?? moment.time
        mapping.set(moment.thread, slot)
    }

    /// Its place on a path is known, in the thread that maps it.
    mutating func remapped(to disk: BlockDevice, from map: SectorJoin.Place, _ moment: Moment) {
        guard let slot = mapping.remove(moment.thread), table.isUsed[slot], table[slot].isBio,
            table[slot].last == .dispatched
        else { return }
        table[slot].device = map.device
        let sectors = UInt64(table[slot].bytes) / 512
        if let bio = arrivals.take(map, sectors: sectors), bio.isCertain { table[slot].arrive(bio.moment) }
        table[slot].pass(.cloned, moment)
        table[slot].tries.append(.init(clone: 0, disk: disk, start: moment.time, firstStage: 0))
    }

    /// The path's request begins, whose first bio it is.
    mutating func started(_ request: UInt64, bio: UInt64, _ moment: Moment) {
        guard let slot = requests[bio], table[slot].isBio, let last = table[slot].last else { return }
        if last == .verdict {
            // Mapped again, as nobody tells, to a path that nobody names.
            table[slot].tries.append(
                .init(clone: request, disk: nil, start: moment.time, firstStage: table[slot].stageCount))
            table[slot].stoodIn.append(.cloned)
        }
        forgetClone(of: slot)
        table[slot].lastTry { $0.clone = request }
        clones.set(request, slot)
        table[slot].beginRoundIfOver()
        table[slot].pass(.issued, moment)
        dispatching.set(moment.thread, slot)
    }

    /// The multipath target looks at the result: it is over, or with an error may be mapped again.
    mutating func unmapped(bio: UInt64, error: UInt8, _ moment: Moment) throws {
        guard let slot = requests[bio], table[slot].isBio else { return noteUnknownEnd() }
        table[slot].lastTry { $0.error = error }
        table[slot].pass(.verdict, moment)
        if error == 0 { try end(slot) }
    }
}

extension LiveRequest {
    /// When its bio came, which is told later than that dm was given it.
    fileprivate mutating func arrive(_ moment: PointerJoin.Moment) {
        guard let first = steps.first, moment.time <= first.time else { return }
        submitter = moment.tid
        steps.insert(
            Step(
                time: moment.time, point: .arrived, cpu: Int16(truncatingIfNeeded: moment.cpu), tid: moment.tid ?? -1),
            at: 0)
    }
}
