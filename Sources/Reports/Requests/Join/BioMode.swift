import GraphParser

/// Multipath devices that hand bios on as they are (`queue_mode bio`): a bio is the request, and the path's own request carries it.
/// Which path that is, the bio tells at its end.
extension PointerJoin {
    /// The multipath target is given a bio.
    mutating func mapped(_ bio: Dispatch, _ moment: Moment) throws {
        if let slot = requests[bio.request] { try close(slot) }
        guard let slot = begin(bio.request) else { return }
        table[slot].isBio = true
        table[slot].device = bio.device
        (table[slot].sector, table[slot].bytes, table[slot].flags) = (bio.sector, bio.bytes, bio.flags)
        arrived(slot, bio, moment)
        table[slot].pass(.dispatched, moment)
        origin = origin ?? table[slot].startNs
        table[slot].tries.append(.init(clone: 0, disk: nil, start: moment.time, firstStage: 0))
    }

    /// A path's request begins, whose first bio it is.
    mutating func started(_ request: UInt64, bio: UInt64, _ moment: Moment) {
        guard let slot = requests[bio], table[slot].isBio, let last = table[slot].last else { return }
        if last == .verdict {
            // Mapped again, as nobody tells.
            table[slot].tries.append(
                .init(clone: 0, disk: nil, start: moment.time, firstStage: table[slot].stageCount))
        }
        forgetClone(of: slot)
        table[slot].lastTry { $0.clone = request }
        clones.set(request, slot)
        table[slot].beginRoundIfOver()
        table[slot].pass(.issued, moment)
        dispatching.set(moment.thread, slot)
    }

    /// The multipath target looks at the result: it is over, or with an error may be mapped again.
    mutating func unmapped(bio: UInt64, disk: BlockDevice?, error: UInt8, _ moment: Moment) throws {
        guard let slot = requests[bio], table[slot].isBio else { return noteUnknownEnd(of: bio) }
        if table[slot].last == .verdict {
            table[slot].standIn(.dispatched)
            table[slot].tries.append(
                .init(clone: 0, disk: nil, start: table[slot].endNs, firstStage: table[slot].stageCount))
        }
        table[slot].lastTry { ($0.error, $0.disk) = (error, disk) }
        table[slot].pass(.verdict, moment)
        guard error == 0 || !BlockStatus.isOfPath(error) else { return }
        table[slot].error = error
        // The bio is the application's own: it can go on at once.
        if error == 0, table[slot].bytes > 0 { table[slot].dataDone = moment.time }
        try end(slot)
    }
}
