import TraceFormat

/// Draws failovers once the pass is over: incidents, on so many tracks as there were at once, and inside of each what happened.
struct IncidentTracks {
    private let numbers: TrackNumbers
    private let labels: Labels
    private let writer: any TimelineWriter

    init(_ numbers: TrackNumbers, _ labels: Labels, _ writer: any TimelineWriter) {
        (self.numbers, self.labels, self.writer) = (numbers, labels, writer)
    }

    func draw(_ failover: FailoverSummary) throws {
        guard !failover.incidents.isEmpty else { return }
        let group = TimelineGroup(id: numbers.next(), name: "failovers", rank: 0)
        try writer.declare(group)
        var slots = SlotTable()
        var tracks: [TimelineTrack] = []
        for incident in failover.incidents.sorted(by: { ($0.startNs, $0.id) < ($1.startNs, $1.id) }) {
            let slot = slots.take(at: incident.startNs)
            let end = max(incident.startNs, incident.endNs)
            slots.give(slot, freeFrom: end)
            if slot.number == tracks.count {
                tracks.append(
                    TimelineTrack(
                        id: numbers.next(), group: group.id, name: "incidents \(slot.number + 1)", rank: slot.number))
                try writer.declare(tracks[slot.number])
            }
            try draw(incident, on: tracks[slot.number], end: end)
        }
    }

    private func draw(_ incident: Incident, on track: TimelineTrack, end: UInt64) throws {
        let name = incident.goesOn ? "\(incident.kind.rawValue) (goes on)" : incident.kind.rawValue
        var event = TimelineEvent(name: labels[name], category: labels["failover"])
        var arguments = Arguments(labels)
        arguments.add("id", UInt64(incident.id))
        arguments.add("sentence", text: incident.sentence)
        arguments.add("maps", text: incident.maps.joined(separator: ", "))
        arguments.add("paths", text: incident.paths.map(\.name).joined(separator: ", "))
        arguments.add("stalled", UInt64(clamping: incident.stalled))
        arguments.add("failed", UInt64(clamping: incident.failed))
        arguments.add("longestStallNs", incident.stalls.first?.ns)
        arguments.add("beganBefore", incident.beganBefore)
        arguments.add("goesOn", incident.goesOn)
        if !incident.remarks.isEmpty { arguments.add("remarks", text: incident.remarks.joined(separator: ", ")) }
        if incident.furtherEvents > 0 { arguments.add("furtherEvents", UInt64(incident.furtherEvents)) }
        event.arguments = arguments.all
        try writer.begin(event, on: track, at: incident.startNs, end: end)
        for event in incident.events { try draw(event, on: track) }
        for timer in incident.timers { try draw(timer, on: track) }
        try writer.end(on: track, at: end)
    }

    private func draw(_ event: Incident.Event, on track: TimelineTrack) throws {
        var arguments = Arguments(labels)
        arguments.add("path", label: event.path)
        if event.count > 1 {
            arguments.add("times", UInt64(clamping: event.count))
            arguments.add("untilNs", event.untilNs)
        }
        arguments.add("state", label: event.state?.rawValue)
        var instant = TimelineEvent(
            name: labels[event.what], category: labels[event.layer], furtherCategory: labels["failover"])
        instant.arguments = arguments.all
        try writer.instant(instant, on: track, at: event.atNs)
    }

    private func draw(_ timer: Incident.Timer, on track: TimelineTrack) throws {
        var arguments = Arguments(labels)
        arguments.add("path", label: timer.path)
        arguments.add("predictedNs", timer.predictedNs)
        arguments.add("observedNs", timer.observedNs)
        arguments.add("note", text: timer.note)
        let name = "\(timer.timer) \(timer.ranOut ? "ran out" : "ended")"
        var instant = TimelineEvent(
            name: labels[name], category: labels["timer"], furtherCategory: labels["failover"])
        instant.arguments = arguments.all
        try writer.instant(instant, on: track, at: timer.atNs)
    }
}
