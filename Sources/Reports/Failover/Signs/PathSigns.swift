import GraphParser

/// dm-multipath's paths: failed, reinstated, initialised; and maps without any.
extension FailoverWatch {
    mutating func pathSign(
        _ kind: FailoverEvent, _ read: EventTable<FailoverEvent>.Reading, _ time: UInt64, tid: Int32?
    ) {
        let disk = read.string(0).flatMap(BlockDevice.init(sysfs:))
        switch kind {
        // Where its path is not told, the event behind it tells.
        case .pathFailed: if let disk { failing(disk, time) }
        case .pathReinstated: if let disk { reinstated(disk, time) }
        case .pathEvent: pathEvent(read, time)
        case .message: message(read, time, tid: tid)
        case .groupInit: groupInit(disk, time)
        case .groupInitDone: groupInitDone(disk, read.word(1) ?? 0, time)
        default: queueingTimedOut(time)
        }
    }

    /// What dm tells udev: a path failed (0) or is back (1), and how many are left.
    private mutating func pathEvent(_ read: EventTable<FailoverEvent>.Reading, _ time: UInt64) {
        guard let type = read(0), let disk = read.string(1).flatMap(BlockDevice.init(sysfs:)) else { return }
        if type == 0 {
            failing(disk, time)
        } else {
            // dm says so of paths that had failed: of one that has done nothing so far, before the recording began.
            if tracks.disks[disk, default: .init()].lastAnswer == 0, tracks.disks[disk]?.failed.all.isEmpty ?? true {
                failing(disk, firstTime ?? time, beganBefore: true)
            }
            reinstated(disk, time)
        }
        if let map = book.map(of: disk), let left = read(2) { setPaths(left: left, of: map, time) }
    }

    // MARK: Failed and back

    mutating func failing(_ disk: BlockDevice, _ time: UInt64, beganBefore: Bool = false) {
        var state = tracks.disks[disk, default: .init()]
        let isDaemons = state.daemonFailedAt.map { time - min($0, time) < 1_000_000_000 } ?? false
        guard !state.failed.isOpen,
            let incident = incident(time, [disk], isDaemons ? .daemon : .pathFailed, beganBefore: beganBefore)
        else { return }
        let isOfPortGroup = state.aluaAt.map { time - min($0, time) < LiveIncident.flapNs } ?? false
        let isOnlyDMs = !state.offline.isOpen && !isSessionAway(of: disk) && !isOfPortGroup && !isDaemons
        // The checker had found it well, nothing has happened to it since, and I/O on it fails again.
        if let last = state.failed.last, isOnlyDMs && state.isOnlyDMs, time - min(last.to, time) < LiveIncident.flapNs {
            incident.failuresOfGoodPaths += 1
        }
        state.failed.begin(time)
        (state.backAt, state.isOnlyDMs) = (nil, isOnlyDMs)
        tracks.disks[disk] = state
        incident.failures[disk, default: 0] += beganBefore ? 0 : 1
        incident.backs[disk] = nil
        incident.begin(.failed(disk))
        if beganBefore {
            incident.note("dm does not use the path", "dm", disk, at: time, state: .failed)
        } else {
            incident.note("dm takes the path out of use (fail_path)", "dm", disk, at: time, state: .failed)
        }
        noteChange(at: time)
    }

    private func isSessionAway(of disk: BlockDevice) -> Bool {
        book.session(of: disk).flatMap { tracks.sessions[$0]?.failedAt } != nil
    }

    mutating func reinstated(_ disk: BlockDevice, _ time: UInt64) {
        guard let from = tracks.disks[disk]?.failed.end(time) else { return }
        if let incident = log.current(at: time, disks: [disk], map: book.map(of: disk)) {
            incident.note("dm uses the path again (reinstate_path)", "dm", disk, at: time, state: .used)
            incident.backs[disk] = time
            checkerTimer(disk, from, time, incident)
        }
        tracks.disks[disk]?.backAt = nil
        end(.failed(disk), time)
    }

    /// From when the path could be used again until multipathd said so.
    private func checkerTimer(_ disk: BlockDevice, _ failed: UInt64, _ time: UInt64, _ incident: LiveIncident) {
        guard let back = tracks.disks[disk]?.backAt, back >= failed, time >= back else { return }
        let blocked = tracks.daemonBlocked.length(from: back, to: time)
        let settings = book.topology?.multipathd
        var note = "at most: from the path's return to reinstate_path"
        if let most = settings?.maxPollingIntervalSeconds, most != settings?.pollingIntervalSeconds {
            note += "; up to max_polling_interval \(most) s for paths that were well"
        }
        if blocked > 0 { note += "; multipathd's checker stood still for \(Figures.duration(blocked)) of it" }
        incident.note(
            timer(
                "polling_interval", disk, settings?.pollingIntervalSeconds, time - back, ranOut: true, time, note: note)
        )
    }

    /// A disk can be used again, as far as the kernel knows.
    mutating func isBack(_ disk: BlockDevice, _ time: UInt64) {
        guard tracks.disks[disk]?.failed.isOpen ?? false else { return }
        tracks.disks[disk]?.backAt = time
        if let map = book.map(of: disk), tracks.maps[map]?.withoutPath.isOpen ?? false {
            tracks.maps[map]?.backs.append(time)
        }
    }

    // MARK: Maps

    mutating func setPaths(left: UInt64, of map: BlockDevice, _ time: UInt64) {
        if left == 0 {
            guard let incident = incident(time, book.disks(ofMap: map), .noPath) else { return }
            incident.begin(.noPath(map))
            tracks.maps[map, default: .init()].withoutPath.begin(time)
            let queues = book.map(map)?.queuesIfNoPath
            let then = queues.map { $0 ? ": requests wait (queue_if_no_path)" : ": requests fail" } ?? ""
            incident.note("the map has no path left\(then)", "dm", map, at: time)
            noteChange(at: time)
        } else if let from = tracks.maps[map]?.withoutPath.end(time) {
            if let incident = log.current(at: time, disks: [], map: map) {
                incident.withoutPath[map] = max(incident.withoutPath[map] ?? 0, time - min(from, time))
            }
            end(.noPath(map), time)
        }
    }

    private mutating func message(_ read: EventTable<FailoverEvent>.Reading, _ time: UInt64, tid: Int32?) {
        guard let command = read.string(0) else { return }
        let argument = read.string(1)
        let disk = argument.flatMap(BlockDevice.init(sysfs:))
        let sender = tid.flatMap(names.comm) ?? "somebody"
        if command == "fail_path", let disk { tracks.disks[disk, default: .init()].daemonFailedAt = time }
        if ["fail_if_no_path", "queue_if_no_path"].contains(command) { return queueing(command, sender, time) }
        note("\(sender) sends dm the message \(command)", Self.daemonLayer, disk, time)
    }

    /// multipathd's retries are over, or begin anew.
    private func queueing(_ command: String, _ sender: String, _ time: UInt64) {
        let maps = tracks.maps.filter { $0.value.withoutPath.isOpen }.keys.sorted()
        for map in maps {
            guard let from = tracks.maps[map]?.withoutPath.openSince,
                let incident = log.current(at: time, disks: [], map: map)
            else { continue }
            // Which map it is for, the event does not tell.
            let which = maps.count == 1 ? "" : ", for one of \(maps.count) maps without a path"
            incident.note("\(sender) sends dm the message \(command)\(which)", Self.daemonLayer, map, at: time)
            guard maps.count == 1 else { continue }
            if command == "fail_if_no_path" { incident.stoppedQueueing.insert(map) }
            guard command == "fail_if_no_path", let retries = book.map(map)?.noPathRetry.flatMap(Int.init),
                let interval = book.topology?.multipathd?.pollingIntervalSeconds, retries > 0, interval > 0
            else { continue }
            incident.note(
                Incident.Timer(
                    path: PathNames(topology: book.topology).map(map) ?? "", timer: "no_path_retry",
                    predictedNs: UInt64(retries).multipliedSaturated(by: interval).multipliedSaturated(
                        by: 1_000_000_000),
                    observedNs: time - min(from, time), ranOut: true, atNs: time,
                    note: "no_path_retry \(retries) times polling_interval, then requests fail"))
        }
    }

    private func queueingTimedOut(_ time: UInt64) {
        for map in tracks.maps.keys.sorted() where tracks.maps[map]?.withoutPath.isOpen ?? false {
            log.current(at: time, disks: [], map: map)?
                .note("queue_if_no_path_timeout_secs is over: requests fail", "dm", map, at: time)
        }
    }

    // MARK: Path groups

    /// For less, it is a matter of course.
    private static let longInitNs: UInt64 = 100_000_000

    private mutating func groupInit(_ disk: BlockDevice?, _ time: UInt64) {
        note("a path group is being initialised (pg_init)", "dm", disk, time)
        guard let map = disk.flatMap({ book.map(of: $0) }) else { return }
        tracks.maps[map, default: .init()].groupInit.begin(time)
        tracks.maps[map]?.inits += 1
        noteChange(at: time)
    }

    private mutating func groupInitDone(_ disk: BlockDevice?, _ error: UInt32, _ time: UInt64) {
        guard let disk, let map = book.map(of: disk) else { return }
        var state = tracks.maps[map, default: .init()]
        let from = state.groupInit.openSince
        state.inits = max(0, state.inits - 1)
        if state.inits == 0 { state.groupInit.end(time) }
        tracks.maps[map] = state
        noteChange(at: time)
        let length = from.map { time - min($0, time) } ?? 0
        guard error != 0 || length >= Self.longInitNs else {
            return note("the path group is initialised", "dm", disk, time)
        }
        guard let incident = incident(time, [disk], .pathGroup) else { return }
        incident.happened(at: time)
        if error == 0 {
            incident.note("initialising the path group took \(Figures.duration(length))", "dm", disk, at: time)
        } else {
            let reason = Self.handlerError(error)
            incident.note("initialising the path group failed: \(reason)", "dm", disk, at: time, isLogged: false)
        }
    }

    /// Of a hardware handler, `SCSI_DH_…`.
    private static func handlerError(_ error: UInt32) -> String {
        let names: [UInt32: String] = [
            1: "device failed", 2: "device gone", 3: "device unsupported", 4: "no such device", 5: "resource",
            6: "path offline", 7: "I/O error", 8: "initialisation failed", 9: "retry", 10: "not supported",
        ]
        return names[error] ?? "error \(error)"
    }
}
