import GraphParser

/// Requests: answers, errors, timers, and who had those that stood still.
extension FailoverWatch {
    /// A request is over, or cut off.
    mutating func ended(_ end: RequestEnd) {
        if let disk = end.disk, let map = end.map, book.map(of: disk) != map { book.learn(disk, of: map) }
        if end.isWell, let disk = end.disk {
            tracks.disks[disk, default: .init()].lastAnswer = max(tracks.disks[disk]?.lastAnswer ?? 0, end.answer)
            keepRates(until: end.time)
            rates.add(disk, at: end.time, keeps: log.isAnyOpen)
            // Whoever took it was a path.
            if let map = end.map, let since = tracks.maps[map]?.withoutPath.openSince, end.start > since {
                setPaths(left: 1, of: map, end.answer)
            }
        }
        guard let live = end.live, live.isInTrouble || end.isCutOff || tracks.troubleUntil >= live.startNs else {
            return
        }
        stoodStill(live, isCutOff: end.isCutOff)
    }

    /// Out without an answer for so long, a request that is cut off is told of.
    private static let longNs: UInt64 = 1_000_000_000

    /// Charts of incidents that have been over for a while are made before what they are made of is dropped.
    private mutating func keepRates(until time: UInt64) {
        for incident in log.recent where incident.rates == nil {
            guard let closed = incident.closedAt, time > closed.addingSaturated(3_000_000_000) else { continue }
            incident.rates = throughput(of: incident, until: incident.end(now: time))
        }
    }

    /// Of all paths of its maps, those in no trouble, too.
    func throughput(of incident: LiveIncident, until end: UInt64) -> Incident.Throughput? {
        rates.throughput(from: incident.begin, to: end, names: PathNames(topology: book.topology)) { disk in
            book.map(of: disk).map(incident.maps.contains) ?? false
        }
    }

    private mutating func stoodStill(_ live: borrowing LiveRequest, isCutOff: Bool) {
        let disks = live.tries.compactMap(\.disk)
        let incident = log.incident(from: live.startNs, disks: disks, map: live.device)
        guard live.flaw == nil || isCutOff else {
            incident?.unfollowed += 1
            return
        }
        let parts = StallParts(live, tracks, book, until: isCutOff ? lastTime : nil)
        guard parts.stoodStill || live.error != 0 || isCutOff && parts.ns >= Self.longNs else { return }
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
                incident.note(
                    "SCSI puts a command back, to send it again", "scsi", one.disk, at: step.time, isLogged: false)
            }
            noteTimers(of: one, steps, in: incident)
            guard one.error != 0, let name = BlockStatus.name(one.error),
                let last = steps.last(where: { $0.point == .verdict }) ?? steps.last
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
                timer(
                    "timeout", disk, book.topology(of: disk)?.commandTimeoutSeconds, time - sent.time, ranOut: true,
                    time,
                    note:
                        "of /sys/block/DISK/device: from when the command was seen to go out; the kernel looks once in a while"
                ))
        }
    }
}
