import GraphParser

/// SCSI's error handler: aborts and resets, of SCSI and of the initiator.
extension FailoverWatch {
    mutating func handlerSign(
        _ kind: FailoverEvent, _ read: EventTable<FailoverEvent>.Reading, _ time: UInt64, tid: Int32?
    ) {
        switch kind {
        case .handlerOver: return handlerOver(tid, time)
        case .handlerWoken, .reset:
            guard let host = read(0).map({ Int64(bitPattern: $0) }) else { return }
            return handling(
                host, kind == .reset ? "SCSI resets: the device, then what is above it" : "SCSI's error handler wakes",
                time)
        case .iscsiTimer:
            // 1: the command gets more time.
            guard read(0) == 1, let tid, let disk = timedOut[tid] else { return }
            return note("the initiator gives the command more time: its timer begins again", "libiscsi", disk, time)
        default: break
        }
        guard let address = read.address(from: 0), let disk = book.disk(at: address) else { return }
        if kind == .handlerQueued {
            return handling(address.host, "a command goes to SCSI's error handler", time, disk)
        }
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
        for disk in Self.shown(disks) {
            incident.note(what + (disk == disks.first ? Self.others(disks) : ""), "scsi", disk, at: time)
        }
        noteChange(at: time)
    }

    /// It runs in a thread of its host's.
    private mutating func handlerOver(_ tid: Int32?, _ time: UInt64) {
        let name = tid.flatMap(names.comm) ?? ""
        let known = name.hasPrefix("scsi_eh_") ? Int64(name.dropFirst("scsi_eh_".count)) : nil
        let open = tracks.hosts.filter { $0.value.handler.isOpen }.keys
        guard let host = known ?? (open.count == 1 ? open.first : nil), let from = tracks.hosts[host]?.handler.end(time)
        else { return }
        for disk in Self.shown(book.disks(ofHost: host)) {
            note("SCSI's error handler is done", "scsi", disk, time)
            guard let incident = log.current(at: time, disks: [disk], map: book.map(of: disk)) else { continue }
            let deadline = book.topology(of: disk)?.errorHandlerDeadline
            var limit: Int?
            if case .seconds(let set)? = deadline { limit = set }
            let note =
                deadline == .off ? "off: the error handler may take any time" : "at most, until the host is reset"
            incident.note(
                timer(
                    "eh_deadline", disk, limit, time - min(from, time), ranOut: false, time,
                    note: "\(note); from its first command to its end"))
        }
        end(.handler(host), time)
    }
}
