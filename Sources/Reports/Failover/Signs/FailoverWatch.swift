import GraphParser
import TraceFormat

/// Watches a trace for what happens to paths. What each kind of sign means is in an extension of its own beside this file.
struct FailoverWatch {
    let names: TraceNames
    var book: PathBook
    var tracks = FailoverTracks()
    var log = IncidentLog()
    var rates = PathRates()
    var daemon = DaemonTrack()
    var daemonWaits: [DaemonTrack.Wait] = []
    /// The first and the last event that was seen.
    private(set) var firstTime: UInt64?
    private(set) var lastTime: UInt64 = 0
    /// Whether anything was recorded that a failure would show in.
    private(set) var hasSigns = false
    /// Whether the kernel's log is in the trace.
    private(set) var hasLog = false
    static let kernelLog = "kernel log"
    static let daemonLayer = "multipathd"
    /// Requests that stood still, of no incident: retried, or rejected, and nothing else was the matter.
    private(set) var strayStalls = 0
    private(set) var longestStray: UInt64 = 0
    /// The disk whose command's timer ran out last, by thread.
    var timedOut: [Int32: BlockDevice] = [:]
    /// Addresses that were learned from commands.
    private var learned = 0
    /// A failed connection of a session that only the kernel's next words name.
    var unnamedFailure: (error: UInt32, time: UInt64)?

    init(_ names: TraceNames, _ topology: Topology?) {
        self.names = names
        book = PathBook(topology)
    }

    mutating func learn(_ addresses: [BlockDevice: SCSIAddress]) {
        if addresses.count == learned { return }
        learned = addresses.count
        for (disk, address) in addresses where book.address(of: disk) != address { book.learn(disk, at: address) }
    }

    // MARK: Events

    mutating func take(_ kind: FailoverEvent, _ read: EventTable<FailoverEvent>.Reading, _ time: UInt64, tid: Int32?) {
        see(time)
        hasSigns = hasSigns || kind.tells
        switch kind {
        case .pathFailed, .pathReinstated, .pathEvent, .message, .groupInit, .groupInitDone, .noPathTimeout:
            pathSign(kind, read, time, tid: tid)
        case .connectionFailed, .blocked, .unblocked, .recoveryTimedOut, .ping, .connectionStarted, .retransmit:
            sessionSign(kind, read, time)
        case .deviceState, .sense, .commandDone, .commandTimeout: commandSign(kind, read, time, tid: tid)
        case .handlerQueued, .abort, .reset, .handlerOver, .handlerWoken, .iscsiAbort, .iscsiLUNReset,
            .iscsiTargetReset, .iscsiTimer:
            handlerSign(kind, read, time, tid: tid)
        case .console:
            hasLog = true
            kernelSaid(read.string(0) ?? read.event.text, time)
        case .schedSwitch, .waking: daemonSign(kind, read, time, tid: tid)
        }
    }

    /// Time goes on.
    private mutating func see(_ time: UInt64) {
        if firstTime == nil {
            firstTime = time
            beginWithTroubles(time)
        }
        lastTime = max(lastTime, time)
    }

    /// What the topology of the start says was the matter already.
    private mutating func beginWithTroubles(_ time: UInt64) {
        for map in book.topology?.maps ?? [] {
            guard let device = BlockDevice(sysfs: map.devno) else { continue }
            let paths = map.groups.flatMap(\.paths)
            for path in paths {
                guard let disk = BlockDevice(sysfs: path.devno) else { continue }
                if path.deviceState == "offline" { offline(disk, time, beganBefore: true) }
                if path.state == "failed" { failing(disk, time, beganBefore: true) }
            }
            if !paths.isEmpty, paths.allSatisfy({ $0.state == "failed" }) {
                setPaths(left: 0, of: device, time)
            }
        }
    }

    // MARK: Incidents

    /// The incident of a trouble of these disks.
    mutating func incident(
        _ time: UInt64, _ disks: Set<BlockDevice>, _ kind: Incident.Kind, beganBefore: Bool = false
    ) -> LiveIncident? {
        // What is no path of a multipath map has no failover.
        let disks = disks.filter { book.map(of: $0) != nil }
        guard let first = disks.first else { return nil }
        let incident = log.incident(at: time, disks: disks, map: book.map(of: first), beganBefore: beganBefore)
        for disk in disks.sorted(by: { ($0.major, $0.minor) < ($1.major, $1.minor) }) {
            incident?.touch(disk, of: book.map(of: disk))
            if let answer = tracks.disks[disk]?.lastAnswer, answer > 0, incident?.lastAnswers[disk] == nil {
                incident?.lastAnswers[disk] = answer
            }
        }
        incident?.vote(kind)
        return incident
    }

    /// Something that is told of where there is an incident of the disk, and is none by itself.
    func note(
        _ what: String, _ layer: String, _ disk: BlockDevice?, _ time: UInt64, isLogged: Bool? = nil,
        state: Incident.PathState? = nil
    ) {
        guard let disk, let incident = log.current(at: time, disks: [disk], map: book.map(of: disk)) else { return }
        incident.note(what, layer, disk, at: time, isLogged: isLogged, state: state)
    }

    /// A trouble is over, in whichever incident it was.
    mutating func end(_ trouble: LiveIncident.Trouble, _ time: UInt64) {
        for incident in log.all where incident.closedAt == nil { incident.end(trouble, at: time) }
        tracks.noteChange(at: time)
    }

    // MARK: Requests

    /// A request is over, or cut off.
    mutating func ended(_ end: RequestEnd) {
        if !end.isCutOff { see(end.time) }
        if let disk = end.disk, let map = end.map, book.map(of: disk) == nil { book.learn(disk, of: map) }
        if end.isWell, let disk = end.disk {
            tracks.disks[disk, default: .init()].lastAnswer = max(tracks.disks[disk]?.lastAnswer ?? 0, end.answer)
            rates.add(disk, at: end.time, keeps: log.isAnyOpen)
        }
        guard let live = end.live, live.isInTrouble || tracks.troubleUntil >= live.startNs else { return }
        stoodStill(live, isCutOff: end.isCutOff)
    }

    private mutating func stoodStill(_ live: borrowing LiveRequest, isCutOff: Bool) {
        let disks = live.tries.compactMap(\.disk)
        let incident = log.incident(from: live.startNs, disks: disks, map: live.device)
        guard live.flaw == nil || isCutOff else {
            incident?.unfollowed += 1
            return
        }
        let parts = StallParts(live, tracks, book, until: isCutOff ? lastTime : nil)
        guard parts.stoodStill || live.error != 0 else { return }
        guard let incident else {
            strayStalls += 1
            longestStray = max(longestStray, live.latencyNs)
            return
        }
        noteErrors(of: live, in: incident)
        incident.stalls.add(stall(live, parts, isCutOff: isCutOff), parts)
    }

    private func stall(_ live: borrowing LiveRequest, _ parts: StallParts, isCutOff: Bool) -> Incident.Stall {
        let pathNames = PathNames(topology: book.topology)
        return Incident.Stall(
            id: live.id, startNs: live.startNs, ns: parts.ns, isUnfinished: isCutOff,
            tries: live.tries.suffix(16).map { $0.disk.map(pathNames.disk) ?? "?" },
            error: BlockStatus.name(live.error), parts: parts.byOwner.map { .init(owner: $0.owner, ns: $0.ns) })
    }

    /// What the request's tries came to: errors that the kernel keeps to itself.
    private func noteErrors(of live: borrowing LiveRequest, in incident: LiveIncident) {
        for (number, one) in live.tries.enumerated() {
            let next = number + 1 < live.tries.count ? live.tries[number + 1].firstStage + 1 : live.steps.count
            let steps = live.steps[min(one.firstStage, next)..<min(next, live.steps.count)]
            for step in steps where step.point == .retried {
                incident.note("SCSI puts a command back, to send it again", "scsi", one.disk, at: step.time, isLogged: false)
            }
            noteTimers(of: one, steps, in: incident)
            guard one.error != 0, let name = BlockStatus.name(one.error), let last = steps.last(where: { $0.point == .verdict }) ?? steps.last
            else { continue }
            let host = CommandResult.name(one.result).map { " (\($0))" } ?? ""
            incident.note("a request fails: \(name)\(host)", "dm", one.disk, at: last.time, isLogged: false)
        }
    }

    /// From when a command went out, or was put back, to when its timer ran out.
    private func noteTimers(of one: LiveRequest.Try, _ steps: ArraySlice<LiveRequest.Step>, in incident: LiveIncident) {
        guard let disk = one.disk else { return }
        for time in one.timeoutTimes {
            let out: ClosedRange<RequestPoint> = .cloned ... .transmit
            guard let sent = steps.last(where: { $0.time < time && (out ~= $0.point || $0.point == .retried) })
            else { continue }
            incident.note(
                timer("timeout", disk, book.topology(of: disk)?.commandTimeoutSeconds, time - sent.time, ranOut: true, time,
                    note: "of /sys/block/DISK/device: from when the command was seen to go out; the kernel looks once in a while"))
        }
    }
}
