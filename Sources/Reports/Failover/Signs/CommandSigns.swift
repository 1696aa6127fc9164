import GraphParser

/// SCSI disks and their commands: offline, unanswered, refused.
extension FailoverWatch {
    mutating func commandSign(
        _ kind: FailoverEvent, _ read: EventTable<FailoverEvent>.Reading, _ time: UInt64, tid: Int32?
    ) {
        guard let disk = book.disk(at: read.address(from: 0)) else { return }
        switch kind {
        case .deviceState: deviceState(disk, read.word(4) ?? 0, time)
        case .sense: sense(disk, read, time)
        case .commandTimeout: timedOut(disk, time, tid: tid)
        default:
            if let name = read.word(4).flatMap(CommandResult.name) {
                note("a command comes back: \(name)", "scsi", disk, time, isLogged: false)
            }
        }
    }

    // MARK: Disks

    private mutating func deviceState(_ disk: BlockDevice, _ state: UInt32, _ time: UInt64) {
        switch SCSIDeviceState(rawValue: state) {
        case .offline: offline(disk, time)
        case .running: running(disk, time)
        case .cancelled, .deleted: isGone(disk, time)
        case .none: break
        case .some(let state): note("the disk's state is \(state) now", "scsi", disk, time)
        }
    }

    mutating func offline(_ disk: BlockDevice, _ time: UInt64, beganBefore: Bool = false) {
        guard !(tracks.disks[disk]?.offline.isOpen ?? false),
            let incident = incident(
                time, [disk], isInHandler(disk) ? .errorHandler : .offline, beganBefore: beganBefore)
        else { return }
        incident.begin(.offline(disk))
        incident.note(
            beganBefore ? "the disk is offline" : "the disk is set offline", "scsi", disk, at: time, state: .away)
        tracks.disks[disk, default: .init()].offline.begin(time)
        tracks.disks[disk]?.isOnlyDMs = false
        noteChange(at: time)
    }

    /// The disk is removed: nothing is the matter with it any more.
    private mutating func isGone(_ disk: BlockDevice, _ time: UInt64) {
        note("the disk is removed", "scsi", disk, time)
        tracks.disks[disk]?.failed.end(time)
        tracks.disks[disk]?.offline.end(time)
        tracks.disks[disk]?.isGone = true
        end(.failed(disk), time)
        end(.offline(disk), time)
        guard let sid = book.session(of: disk),
            book.disks(ofSession: sid).allSatisfy({ tracks.disks[$0]?.isGone ?? false })
        else { return }
        tracks.sessions[sid]?.away.end(time)
        tracks.sessions[sid]?.failedAt = nil
        end(.session(sid), time)
    }

    private mutating func running(_ disk: BlockDevice, _ time: UInt64) {
        guard tracks.disks[disk]?.offline.end(time) != nil else { return }
        note("the disk is running again", "scsi", disk, time, state: .back)
        isBack(disk, time)
        end(.offline(disk), time)
    }

    // MARK: Commands

    private mutating func timedOut(_ disk: BlockDevice, _ time: UInt64, tid: Int32?) {
        if let tid, timedOut.count < 4096 { timedOut[tid] = disk }
        guard let incident = incident(time, [disk], .commandTimeout) else { return }
        incident.happened(at: time)
        incident.note("a command's timer runs out", "scsi", disk, at: time, isLogged: false)
        noteChange(at: time)
    }

    private mutating func sense(_ disk: BlockDevice, _ read: EventTable<FailoverEvent>.Reading, _ time: UInt64) {
        guard let head = read(4), let code = read.word(5), let sense = SenseCode(head: head, code: code) else { return }
        guard let alua = sense.alua else { return note("sense \(sense)", "scsi", disk, time, isLogged: false) }
        // Whatever dm makes of it, it is the target's word.
        tracks.disks[disk, default: .init()].aluaAt = time
        let incident =
            sense.isInTransition
            ? incident(time, [disk], .alua) : log.current(at: time, disks: [disk], map: book.map(of: disk))
        incident?.happened(at: time)
        incident?.alua.insert(alua)
        if sense.isInTransition { noteChange(at: time) }
        note("sense \(sense)", "scsi", disk, time, isLogged: false)
    }
}
