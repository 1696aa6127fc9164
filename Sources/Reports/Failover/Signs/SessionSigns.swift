import GraphParser

/// iSCSI sessions: connections that fail, sessions that are blocked and come back, and the timers of both.
extension FailoverWatch {
    mutating func sessionSign(_ kind: FailoverEvent, _ read: EventTable<FailoverEvent>.Reading, _ time: UInt64) {
        if kind == .retransmit { return retransmitted(read, time) }
        let sid = read.word(0)
        switch kind {
        case .connectionFailed:
            let error = read.word(1) ?? 0
            if let sid { return connectionFailed(sid, error, time) }
            // The one before has had no name.
            if unnamedFailure != nil { unplaced += 1 }
            unnamedFailure = (error, time)
        case .blocked: if let sid = sid ?? sessionInFailure { blocked(sid, time) }
        case .unblocked: if let sid = sid ?? only({ $0.failedAt != nil }) { unblocked(sid, time) }
        case .recoveryTimedOut: if let sid = sid ?? sessionBlocked { recoveryTimedOut(sid, time) }
        // Asked for by the target, it is an answer and no question.
        case .ping: if let sid, read(1) ?? 0 == 0 { asked(sid, time) }
        case .connectionStarted:
            if let sid { tell("the connection is up again: iscsid has logged in", sid, time) }
        default: break
        }
    }

    /// The target is asked for a sign of life. The kernel tries so again while a question is out, which then is no new one; a later one
    /// proves that the one before had its answer.
    private mutating func asked(_ sid: UInt32, _ time: UInt64) {
        guard let disk = book.disks(ofSession: sid).first else { return }
        var session = tracks.sessions[sid, default: .init()]
        if let ping = session.pingAt {
            if time - min(ping, time) < interval(of: disk) / 2 { return }
            session.aliveAt = ping
        }
        session.pingAt = time
        tracks.sessions[sid] = session
    }

    /// In ns; that of open-iscsi where it is not known.
    private func interval(of disk: BlockDevice) -> UInt64 {
        UInt64(max(book.topology(of: disk)?.iscsi?.nopIntervalSeconds ?? 5, 1)).multipliedSaturated(by: 1_000_000_000)
    }

    /// What a failed connection says of a path: nothing, where the error handler gave it up.
    private func kind(_ disks: [BlockDevice], error: UInt32? = nil) -> Incident.Kind {
        if error == ISCSIError.handlerReset || disks.contains(where: isInHandler) { return .errorHandler }
        return error == ISCSIError.pingTimedOut ? .pingTimeout : .connection
    }

    func isInHandler(_ disk: BlockDevice) -> Bool {
        book.host(of: disk).flatMap { tracks.hosts[$0]?.handler.isOpen } ?? false
    }

    /// Where the kernel does not tell of which session an event is: the only one that it can be.
    private var sessionInFailure: UInt32? {
        only { $0.failedAt != nil && $0.blockedAt == nil }
    }
    private var sessionBlocked: UInt32? { only { $0.blockedAt != nil } }

    private func only(_ isMeant: (FailoverTracks.Session) -> Bool) -> UInt32? {
        let all = tracks.sessions.filter { isMeant($0.value) }
        return all.count == 1 ? all.first?.key : nil
    }

    private mutating func tell(_ what: String, _ sid: UInt32, _ time: UInt64, state: Incident.PathState? = nil) {
        let disks = book.disks(ofSession: sid)
        for disk in Self.shown(disks) { note(what + Self.others(disks), "libiscsi", disk, time, state: state) }
    }

    /// Of a session with many disks, what happens to it is told of the first.
    static func shown(_ disks: [BlockDevice]) -> ArraySlice<BlockDevice> { disks.prefix(disks.count > 4 ? 1 : 4) }
    static func others(_ disks: [BlockDevice]) -> String {
        disks.count > 4 ? " (and of \(disks.count - 1) disks more)" : ""
    }

    // MARK: Failing

    mutating func connectionFailed(_ sid: UInt32, _ error: UInt32, _ time: UInt64) {
        var session = tracks.sessions[sid, default: .init()]
        guard session.failedAt == nil else { return }
        let disks = book.disks(ofSession: sid)
        // A topology has all sessions that lead to paths; others are none of its business.
        if disks.isEmpty, book.topology == nil { unplaced += 1 }
        let isPing = error == ISCSIError.pingTimedOut
        guard let incident = incident(time, disks, kind(disks, error: error)) else { return }
        incident.begin(.session(sid))
        session.failedAt = time
        session.away.begin(time)
        // Of a path without I/O, the last answer that was seen is not the last one that there was.
        let isFresh = { [interval = disks.first.map(interval) ?? 0] (answer: UInt64) in
            (session.pingAt ?? time) - min(answer, session.pingAt ?? time) < interval + interval / 2 + 1_000_000_000
        }
        let answer = tracks.lastAnswer(of: disks).flatMap { isFresh($0) ? $0 : nil }
        if isPing, incident.stoppedAt == nil { incident.stoppedAt = answer }
        for disk in Self.shown(disks) { sawBefore(session, answer, disk, incident, isPing: isPing) }
        if isPing {
            session.pingWaits.add(from: answer ?? session.aliveAt ?? session.pingAt ?? time, to: time)
            pingTimers(session, answer, disks, incident, time)
        } else if let first = session.firstRetransmit {
            session.tcpWaits.add(from: max(first, answer ?? 0), to: time)
        }
        let name = (ISCSIError.name(error).map { ": \($0)" } ?? "") + Self.others(disks)
        for disk in Self.shown(disks) {
            incident.note("connection error \(error)\(name)", "libiscsi", disk, at: time, state: .away)
        }
        (session.pingAt, session.aliveAt, session.firstRetransmit) = (nil, nil, nil)
        tracks.sessions[sid] = session
        noteChange(at: time)
    }

    /// It was when the recording began.
    mutating func sessionIsAway(_ sid: UInt32, _ time: UInt64) {
        let disks = book.disks(ofSession: sid)
        guard let incident = incident(time, disks, .connection, beganBefore: true) else { return }
        incident.begin(.session(sid))
        tracks.sessions[sid, default: .init()].failedAt = time
        tracks.sessions[sid]?.away.begin(time)
        for disk in Self.shown(disks) {
            incident.note("the session is away" + Self.others(disks), "libiscsi", disk, at: time, state: .away)
        }
        noteChange(at: time)
    }

    /// What had no meaning until the connection failed.
    private func sawBefore(
        _ session: FailoverTracks.Session, _ answer: UInt64?, _ disk: BlockDevice, _ incident: LiveIncident,
        isPing: Bool
    ) {
        if let answer, isPing { incident.note("the last answer", "target", disk, at: answer, state: .away) }
        if let first = session.firstRetransmit, first >= answer ?? 0 {
            incident.note(
                "TCP sends a segment again", "net", disk, at: first, until: session.lastRetransmit,
                count: session.retransmits)
        }
        if let ping = session.pingAt, isPing, ping >= answer ?? 0 {
            incident.note("a ping (NOP-Out) asks for a sign of life", "libiscsi", disk, at: ping)
        }
    }

    private func pingTimers(
        _ session: FailoverTracks.Session, _ answer: UInt64?, _ disks: [BlockDevice], _ incident: LiveIncident,
        _ time: UInt64
    ) {
        guard let ping = session.pingAt, let disk = disks.first else { return }
        let set = book.topology(of: disk)?.iscsi
        if let answer, ping > answer {
            incident.note(
                timer(
                    "recv_tmo", disk, set?.nopIntervalSeconds, ping - answer, ranOut: true, ping,
                    note: "noop_out_interval: from the last answer seen to the ping"))
        }
        incident.note(
            timer(
                "ping_tmo", disk, set?.nopTimeoutSeconds, time - min(ping, time), ranOut: true, time,
                note: "noop_out_timeout: from the ping to the connection error"))
    }

    private mutating func retransmitted(_ read: EventTable<FailoverEvent>.Reading, _ time: UInt64) {
        guard let portal = Portal(read) else { return }
        for sid in Set(book.disks(atPortal: portal.description).compactMap(book.session)).sorted() {
            var session = tracks.sessions[sid, default: .init()]
            // Behind the failure it is the old connection's last words.
            if session.failedAt != nil { continue }
            let answer = tracks.lastAnswer(of: book.disks(ofSession: sid)) ?? 0
            if session.firstRetransmit.map({ $0 < answer }) ?? true {
                (session.firstRetransmit, session.retransmits) = (time, 0)
            }
            session.retransmits += 1
            session.lastRetransmit = time
            tracks.sessions[sid] = session
        }
    }

    // MARK: Blocked, and back

    private mutating func blocked(_ sid: UInt32, _ time: UInt64) {
        let disks = book.disks(ofSession: sid)
        guard let incident = incident(time, disks, kind(disks)) else { return }
        incident.begin(.session(sid))
        tracks.sessions[sid, default: .init()].away.begin(time)
        tracks.sessions[sid]?.blockedAt = time
        tell("the session is blocked: its commands wait", sid, time)
        noteChange(at: time)
    }

    private mutating func recoveryTimedOut(_ sid: UInt32, _ time: UInt64) {
        let disks = book.disks(ofSession: sid)
        // What was blocked has been so since before.
        let known = tracks.sessions[sid]
        let isOlder = known?.blockedAt == nil && known?.failedAt == nil
        guard let incident = incident(time, disks, kind(disks), beganBefore: isOlder) else { return }
        incident.begin(.session(sid))
        tell("recovery_tmo is over: what waits for the session fails", sid, time)
        recoveryTimer(sid, time, ranOut: true, incident)
        tracks.sessions[sid, default: .init()].away.end(time)
        noteChange(at: time)
    }

    private mutating func unblocked(_ sid: UInt32, _ time: UInt64) {
        let disks = book.disks(ofSession: sid)
        // Before the recording began, it was blocked.
        if tracks.sessions[sid]?.failedAt == nil, tracks.sessions[sid]?.blockedAt == nil {
            guard disks.contains(where: { tracks.disks[$0]?.failed.isOpen ?? false }) else { return }
        }
        tell("the session is back: its commands go on", sid, time, state: .back)
        if let incident = log.current(at: time, disks: disks, map: nil) {
            recoveryTimer(sid, time, ranOut: false, incident)
        }
        tracks.sessions[sid, default: .init()].away.end(time)
        tracks.sessions[sid]?.failedAt = nil
        tracks.sessions[sid]?.blockedAt = nil
        for disk in disks { isBack(disk, time) }
        end(.session(sid), time)
    }

    private mutating func recoveryTimer(_ sid: UInt32, _ time: UInt64, ranOut: Bool, _ incident: LiveIncident) {
        guard let from = tracks.sessions[sid]?.blockedAt, let disk = book.disks(ofSession: sid).first else { return }
        tracks.sessions[sid]?.blockedAt = nil
        var seconds: Int?
        if case .seconds(let set)? = book.topology(of: disk)?.iscsi?.recoveryTimeout { seconds = set }
        incident.note(
            timer(
                "recovery_tmo", disk, seconds, time - min(from, time), ranOut: ranOut, time,
                note: "the one in force, which multipathd sets to its fast_io_fail_tmo"))
    }

    /// A timer of a disk's.
    func timer(
        _ name: String, _ disk: BlockDevice, _ seconds: Int?, _ ns: UInt64, ranOut: Bool, _ time: UInt64,
        note: String? = nil
    ) -> Incident.Timer {
        Incident.Timer(
            path: PathNames(topology: book.topology).disk(disk), timer: name,
            predictedNs: seconds.flatMap { $0 > 0 ? UInt64($0).multipliedSaturated(by: 1_000_000_000) : nil },
            observedNs: ns, ranOut: ranOut, atNs: time, note: note)
    }
}
