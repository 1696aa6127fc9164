import GraphParser

/// SCSI disks and their commands: offline, unanswered, in the error handler.
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
        case .none: break
        case .some(let state): note("the disk's state is \(state) now", "scsi", disk, time)
        }
    }

    mutating func offline(_ disk: BlockDevice, _ time: UInt64, beganBefore: Bool = false) {
        guard !(tracks.disks[disk]?.offline.isOpen ?? false),
            let incident = incident(time, [disk], .offline, beganBefore: beganBefore)
        else { return }
        incident.begin(.offline(disk))
        incident.note(
            beganBefore ? "the disk is offline" : "the disk is set offline", "scsi", disk, at: time, state: .away)
        tracks.disks[disk, default: .init()].offline.begin(time)
        tracks.disks[disk]?.isOnlyDMs = false
        tracks.noteChange(at: time)
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
        tracks.noteChange(at: time)
    }

    private func sense(_ disk: BlockDevice, _ read: EventTable<FailoverEvent>.Reading, _ time: UInt64) {
        guard let head = read(4), let code = read.word(5), let sense = SenseCode(head: head, code: code) else { return }
        note("sense \(sense)", "scsi", disk, time, isLogged: false)
        if let alua = sense.alua, let incident = log.current(at: time, disks: [disk], map: book.map(of: disk)) {
            incident.alua.insert(alua)
        }
    }

    // MARK: The error handler

    mutating func handlerSign(
        _ kind: FailoverEvent, _ read: EventTable<FailoverEvent>.Reading, _ time: UInt64, tid: Int32?
    ) {
        switch kind {
        case .handlerOver: return handlerOver(tid, time)
        case .handlerWoken, .reset:
            guard let host = read(0).map({ Int64(bitPattern: $0) }) else { return }
            return handling(host, kind == .reset ? "SCSI resets: the device, then what is above it" : "SCSI's error handler wakes", time)
        case .iscsiTimer:
            // 1: the command gets more time.
            guard read(0) == 1, let tid, let disk = timedOut[tid] else { return }
            return note("the initiator gives the command more time: its timer begins again", "libiscsi", disk, time)
        default: break
        }
        guard let address = read.address(from: 0), let disk = book.disk(at: address) else { return }
        if kind == .handlerQueued { return handling(address.host, "a command goes to SCSI's error handler", time, disk) }
        guard let incident = incident(time, [disk], .commandTimeout) else { return }
        incident.happened(at: time)
        let (what, layer) = Self.handlerStep(kind)
        incident.note(what, layer, disk, at: time)
    }

    private static func handlerStep(_ kind: FailoverEvent) -> (String, String) {
        switch kind {
        case .iscsiAbort: ("the initiator asks the target to abort a command", "libiscsi")
        case .iscsiLUNReset: ("the initiator resets the LUN", "libiscsi")
        case .iscsiTargetReset: ("the initiator resets the target, or drops the session", "libiscsi")
        default: ("SCSI aborts a command", "scsi")
        }
    }

    private mutating func handling(_ host: Int64, _ what: String, _ time: UInt64, _ disk: BlockDevice? = nil) {
        let disks = disk.map { [$0] } ?? book.disks(ofHost: host)
        guard let incident = incident(time, disks, .errorHandler) else { return }
        incident.begin(.handler(host))
        tracks.hosts[host, default: .init()].handler.begin(time)
        for disk in disks { incident.note(what, "scsi", disk, at: time) }
        tracks.noteChange(at: time)
    }

    /// It runs in a thread of its host's.
    private mutating func handlerOver(_ tid: Int32?, _ time: UInt64) {
        let name = tid.flatMap(names.comm) ?? ""
        let known = name.hasPrefix("scsi_eh_") ? Int64(name.dropFirst("scsi_eh_".count)) : nil
        let open = tracks.hosts.filter { $0.value.handler.isOpen }.keys
        guard let host = known ?? (open.count == 1 ? open.first : nil), let from = tracks.hosts[host]?.handler.end(time)
        else { return }
        for disk in book.disks(ofHost: host) {
            note("SCSI's error handler is done", "scsi", disk, time)
            guard let incident = log.current(at: time, disks: [disk], map: book.map(of: disk)) else { continue }
            let deadline = book.topology(of: disk)?.errorHandlerDeadline
            var limit: Int?
            if case .seconds(let set)? = deadline { limit = set }
            let note = deadline == .off ? "off: the error handler may take any time" : "at most, until the host is reset"
            incident.note(
                timer("eh_deadline", disk, limit, time - min(from, time), ranOut: false, time,
                    note: "\(note); from its first command to its end"))
        }
        end(.handler(host), time)
    }
}

/// What a SCSI disk can be, as the kernel numbers it.
enum SCSIDeviceState: UInt32, CustomStringConvertible {
    case created = 1
    case running, cancelled, deleted, quiesced, offline, transportOffline, blocked, createdBlocked

    var description: String {
        switch self {
        case .created: "created"
        case .running: "running"
        case .cancelled: "cancel"
        case .deleted: "deleted"
        case .quiesced: "quiesce"
        case .offline: "offline"
        case .transportOffline: "transport-offline"
        case .blocked: "blocked"
        case .createdBlocked: "created-blocked"
        }
    }
}

/// What a target says of a command that it did not do: key, additional code and its qualifier.
struct SenseCode: CustomStringConvertible {
    private let key: UInt8
    private let code: UInt8
    private let qualifier: UInt8

    /// - Parameters:
    ///   - head: the first eight bytes of the sense data, as one number of the recording machine.
    ///   - code: the two from the thirteenth on.
    /// - Returns: nil for what is no sense data.
    init?(head: UInt64, code: UInt32) {
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: head >> (8 * $0)) }
        switch bytes[0] & 0x7f {
        case 0x70, 0x71:
            (key, self.code, qualifier) = (bytes[2] & 0xf, UInt8(truncatingIfNeeded: code), UInt8(truncatingIfNeeded: code >> 8))
        case 0x72, 0x73: (key, self.code, qualifier) = (bytes[1] & 0xf, bytes[2], bytes[3])
        default: return nil
        }
    }

    /// What it says of the path's port group; nil where it says nothing of it.
    var alua: String? {
        switch (key, code, qualifier) {
        case (2, 4, 0xa): "the port group is in transition"
        case (2, 4, 0xb): "the port group is in standby"
        case (2, 4, 0xc): "the port group is unavailable"
        case (6, 0x2a, 6): "the port group's state has changed"
        case (6, 0x2a, 7): "the port group's transition has failed"
        default: nil
        }
    }

    private var other: String? {
        switch (key, code, qualifier) {
        case (2, 4, _): "not ready"
        case (6, 0x29, _): "power on, or reset"
        case (6, 0x3f, 0xe): "the LUNs have changed"
        case (6, _, _): "unit attention"
        case (3, _, _): "medium error"
        case (4, _, _): "hardware error"
        case (5, _, _): "illegal request"
        case (0xb, _, _): "aborted command"
        default: nil
        }
    }

    /// `02/04/0a: the port group is in transition`
    var description: String {
        let numbers = [key, code, qualifier].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: "/")
        return (alua ?? other).map { "\(numbers): \($0)" } ?? numbers
    }
}
