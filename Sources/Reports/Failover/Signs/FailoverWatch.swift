import GraphParser
import TraceFormat

/// Watches a trace for what happens to paths. What each kind of sign means is in an extension of its own beside this file.
struct FailoverWatch {
    let names: TraceNames
    var book: PathBook
    var tracks = FailoverTracks()
    var log = IncidentLog()
    var rates = PathRates()
    private var recent = RecentSigns()
    var daemon = DaemonTrack()
    /// The first and the last event that was seen.
    private(set) var firstTime: UInt64?
    private(set) var lastTime: UInt64 = 0
    /// Whether anything was recorded that a failure would show in.
    private(set) var hasSigns = false
    /// Whether the kernel's log is in the trace.
    private(set) var hasLog = false
    /// A complaint of the kernel's that no disk of the trace could be found for.
    var hasUnplacedComplaint = false
    static let kernelLog = "kernel log"
    static let daemonLayer = "multipathd"
    /// Requests that stood still, of no incident: tried again, or without an answer at the end.
    var strayStalls = 0
    var longestStray: UInt64 = 0
    /// Failures of sessions that no path is known of.
    var unplaced = 0
    /// The disk whose command's timer ran out last, by thread.
    var timedOut: [Int32: BlockDevice] = [:]
    /// Addresses that were learned from commands.
    private var learned = 0
    /// A failed connection of a session that only the kernel's next words name.
    var unnamedFailure: (error: UInt32, time: UInt64)?

    /// Whether the trace begins later than the recording, of whose start the topology is.
    private let isWindow: Bool

    init(_ names: TraceNames, _ topology: Topology?, isWindow: Bool = false) {
        (self.names, self.isWindow) = (names, isWindow)
        book = PathBook(topology)
    }

    mutating func learn(_ addresses: [BlockDevice: SCSIAddress]) {
        if addresses.count == learned { return }
        learned = addresses.count
        for (disk, address) in addresses where book.address(of: disk) != address { book.learn(disk, at: address) }
    }

    // MARK: Events

    mutating func take(_ kind: FailoverEvent, _ read: EventTable<FailoverEvent>.Reading, _ time: UInt64, tid: Int32?) {
        see(time...time)
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

    /// Something was recorded at these times.
    mutating func see(_ time: ClosedRange<UInt64>) {
        if firstTime == nil {
            firstTime = time.lowerBound
            beginWithTroubles(time.lowerBound)
        }
        lastTime = max(lastTime, time.upperBound)
    }

    /// What the topology of the start says was the matter already.
    private mutating func beginWithTroubles(_ time: UInt64) {
        // That of a window's begin nobody has looked at.
        if isWindow { return }
        for map in book.topology?.maps ?? [] {
            guard let device = BlockDevice(sysfs: map.devno) else { continue }
            let paths = map.groups.flatMap(\.paths)
            for path in paths {
                guard let disk = BlockDevice(sysfs: path.devno) else { continue }
                if let session = path.iscsi, session.state == "FAILED", let sid = UInt32(exactly: session.sid) {
                    sessionIsAway(sid, time)
                }
                if path.deviceState == "offline" { offline(disk, time, beganBefore: true) }
                if path.state == "failed" { failing(disk, time, beganBefore: true) }
            }
            if !paths.isEmpty, paths.allSatisfy({ $0.state == "failed" }) { setPaths(left: 0, of: device, time) }
        }
    }

    /// Events were lost: what goes on may not be all.
    mutating func lostEvents() {
        for incident in log.recent where incident.closedAt == nil { incident.hasLosses = true }
    }

    // MARK: Incidents

    /// The incident of a trouble of these disks.
    mutating func incident(
        _ time: UInt64, _ disks: [BlockDevice], _ kind: Incident.Kind, beganBefore: Bool = false
    ) -> LiveIncident? {
        // What is no path of a multipath map has no failover.
        let disks = disks.filter { book.map(of: $0) != nil }
        guard let first = disks.first else { return nil }
        let maps = Set(disks.compactMap { book.map(of: $0) })
        let isUnderWay = log.current(at: time, disks: [first], map: book.map(of: first)) != nil
        let incident = log.incident(at: time, disks: disks, maps: maps, beganBefore: beganBefore)
        if let incident, !isUnderWay { tellRecent(disks, time, in: incident) }
        for disk in disks {
            incident?.touch(disk, of: book.map(of: disk))
            if let answer = tracks.disks[disk]?.lastAnswer, answer > 0, incident?.lastAnswers[disk] == nil {
                incident?.lastAnswers[disk] = answer
            }
        }
        incident?.vote(kind, at: time, disks)
        return incident
    }

    /// Something that is told of where there is an incident of the disk, and is none by itself.
    mutating func note(
        _ what: String, _ layer: String, _ disk: BlockDevice?, _ time: UInt64, isLogged: Bool? = nil,
        state: Incident.PathState? = nil
    ) {
        guard let disk, let map = book.map(of: disk) else { return }
        guard let incident = log.current(at: time, disks: [disk], map: map) else {
            return recent.add(
                .init(from: time, to: time, layer: layer, device: disk, what: what, isLogged: isLogged, state: state))
        }
        incident.note(what, layer, disk, at: time, isLogged: isLogged, state: state)
    }

    /// What was a sign only in the light of what comes now: all since the disks' last answers.
    private mutating func tellRecent(_ disks: [BlockDevice], _ time: UInt64, in incident: LiveIncident) {
        let disks = Set(disks)
        for row in recent.rows(until: time) {
            guard let disk = row.device, disks.contains(disk), row.from >= tracks.disks[disk]?.lastAnswer ?? 0 else {
                continue
            }
            incident.note(
                row.what, row.layer, disk, at: row.from, count: row.count, isLogged: row.isLogged, state: row.state)
        }
        recent.remove(disks)
    }

    /// Something has begun or ended.
    mutating func noteChange(at time: UInt64) {
        tracks.noteChange(at: time, isAnyOpen: log.isAnyOpen || tracks.initsUnderWay > 0)
    }

    /// A trouble is over, in whichever incident it was.
    mutating func end(_ trouble: LiveIncident.Trouble, _ time: UInt64) {
        for incident in log.recent { incident.end(trouble, at: time) }
        noteChange(at: time)
    }
}
