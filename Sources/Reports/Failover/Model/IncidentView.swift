import GraphParser

/// Makes what was seen of an incident an ``Incident``: with names, its kind, and a sentence.
struct IncidentView {
    let watch: FailoverWatch
    let clock: WallClock
    let names: PathNames
    private let source: String

    init(_ watch: FailoverWatch, _ clock: WallClock, source: String) {
        (self.watch, self.clock, self.source) = (watch, clock, source.asText)
        names = PathNames(topology: watch.book.topology)
    }

    func incident(_ live: LiveIncident, id: Int) -> Incident {
        let goesOn = live.closedAt == nil || live.stalls.unfinished > 0
        let end = goesOn ? watch.lastTime : live.end(now: watch.lastTime)
        let start = live.begin
        let kind = Self.kind(of: live)
        var incident = Incident(
            id: id, source: source, kind: kind, sentence: "", remarks: remarks(live, goesOn: goesOn), startNs: start,
            endNs: max(end, start), startTimeNs: clock.time(of: start), beganBefore: live.beganBefore, goesOn: goesOn,
            maps: live.maps.map { names.map($0) ?? "" }, paths: live.disks.map { path($0, live) },
            events: events(live), furtherEvents: live.furtherRows, timers: live.timers.sorted { $0.atNs < $1.atNs },
            stalled: live.stalls.count, unfinished: live.stalls.unfinished, failed: live.stalls.failed,
            stalls: live.stalls.longest, stalledIDs: live.stalls.ids, owners: live.stalls.byOwner,
            throughput: live.rates ?? watch.throughput(of: live, until: max(end, start)), advice: [])
        incident.advice = FailoverAdvice(incident).all
        incident.sentence = sentence(incident, live)
        return incident
    }

    /// Of the paths that made it what it is.
    private func sentence(_ incident: Incident, _ live: LiveIncident) -> String {
        let vote = live.kinds[incident.kind] ?? (live.start, live.disks)
        var since = incident.kind == .noPath ? live.start : vote.since
        let hasStopped = incident.kind == .pingTimeout && live.stoppedAt != nil
        if hasStopped, let stopped = live.stoppedAt { since = stopped }
        var maps: [String] = []
        for disk in vote.disks {
            if let map = watch.book.map(of: disk).flatMap({ names.map($0) }), !maps.contains(map) { maps.append(map) }
        }
        return IncidentSentence(
            incident, paths: vote.disks.map { path($0, live) }, maps: maps, since: since, isExact: hasStopped, clock
        ).text
    }

    /// The most telling of what was seen.
    private static func kind(of live: LiveIncident) -> Incident.Kind {
        Incident.Kind.allCases.first { live.kinds[$0] != nil } ?? .pathFailed
    }

    private func path(_ disk: BlockDevice, _ live: LiveIncident) -> Incident.Path {
        Incident.Path(
            name: names.disk(disk), portal: watch.book.topology(of: disk)?.iscsi?.portal,
            lastAnswerNs: live.lastAnswers[disk], failures: live.failures[disk] ?? 0, backNs: live.backs[disk])
    }

    private func events(_ live: LiveIncident) -> [Incident.Event] {
        live.rows.enumerated().sorted { ($0.element.from, $0.offset) < ($1.element.from, $1.offset) }.map { _, row in
            let path = row.device.map { watch.book.map(of: $0) == nil ? names.map($0) ?? "" : names.disk($0) }
            return Incident.Event(
                atNs: row.from, untilNs: row.to, count: row.count, layer: row.layer, path: path, what: row.what,
                isLogged: row.isLogged.flatMap {
                    $0 ? nil : watch.hasLog && !watch.hasUnplacedComplaint ? isLogged(row, live) : nil
                }, state: row.state)
        }
    }

    /// Whether the kernel's log has a complaint about the device about then.
    private func isLogged(_ row: LiveIncident.Row, _ live: LiveIncident) -> Bool {
        live.rows.contains { other in
            guard other.layer == FailoverWatch.kernelLog && other.device == row.device else { return false }
            let complains = ["I/O error", "rejecting I/O", "Failing path"].contains { other.what.contains($0) }
            // What it says at once is of that, whatever it is.
            let reach: UInt64 = complains ? 1_000_000_000 : 10_000_000
            return other.to.addingSaturated(reach) >= row.from && other.from <= row.to.addingSaturated(reach)
        }
    }

    // MARK: Remarks

    private func remarks(_ live: LiveIncident, goesOn: Bool) -> [String] {
        var remarks: [String] = []
        if live.beganBefore { remarks.append("it was there when the recording began") }
        if goesOn { remarks.append("it went on when the recording ended") }
        for disk in live.disks {
            guard let times = live.failures[disk], times >= 3 else { continue }
            remarks.append("flapping: dm failed \(names.disk(disk)) \(times) times")
        }
        if live.failuresOfGoodPaths > 0 {
            remarks.append(
                "the checker says ok while I/O fails: \(Figures.plural(live.failuresOfGoodPaths, "time")) a path failed again with nothing else against it"
            )
        }
        for map in live.maps { remarks += withoutPath(map, live) }
        let causes = Incident.Kind.allCases.filter { live.kinds[$0] != nil && $0 != .pathFailed && $0 != .noPath }
        if live.kinds[.noPath] != nil, !causes.isEmpty {
            remarks.append("what its paths had: \(causes.map(\.rawValue).joined(separator: ", "))")
        }
        remarks += live.alua.sorted().map { "ALUA: \($0)" }
        if live.hasLosses { remarks.append("events were lost meanwhile: this may not be all") }
        if live.unfollowed > 0 {
            remarks.append("\(Figures.plural(live.unfollowed, "request")) of its time could not be followed")
        }
        return remarks
    }

    private func withoutPath(_ map: BlockDevice, _ live: LiveIncident) -> [String] {
        let open = watch.tracks.maps[map]?.withoutPath.openSince
        let isOpen = live.troubles.contains(.noPath(map))
        guard let ns = isOpen ? open.map({ watch.lastTime - min($0, watch.lastTime) }) : live.withoutPath[map] else {
            return []
        }
        let queues = watch.book.map(map)?.queuesIfNoPath
        let waited =
            live.stoppedQueueing.contains(map)
            ? ", while requests waited, until they were to fail" : ", while requests waited (queue_if_no_path)"
        let then = queues.map { $0 ? waited : ", while requests failed" } ?? ""
        let till = isOpen ? " until the recording ended" : ""
        return ["\(names.map(map) ?? "the map") had no path for \(Figures.duration(ns))\(till)\(then)"]
    }
}
