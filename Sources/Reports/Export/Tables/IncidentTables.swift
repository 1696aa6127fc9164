extension Table {
    private static let ofIncident = Reference(columns: ["incident"], table: "incidents", key: ["id"])
    private static let incident = Column("incident", .count, "the incident's number")

    /// Incidents.
    static let incidents = Table(
        "incidents", "something that happened to paths", key: ["id"],
        [
            .init("id", .count, "its number, as dmflow failover has it"),
            .init("kind", .text, "what it was"),
            .init("sentence", .text, "the same in a sentence"),
            .init("startNs", .count, "its first sign, by the trace clock", unit: "ns"),
            .init("startTimeNs", .count, "the same moment, since 1970", unit: "ns", optional: true),
            .init("endNs", .count, "when the last of it was over, or the trace", unit: "ns"),
            .init("beganBefore", .flag, "whether it was there when the recording began"),
            .init("goesOn", .flag, "whether it was there when the recording ended"),
            .init("maps", .text, "the maps, with commas"),
            .init("stalled", .count, "requests that stood still"),
            .init("unfinished", .count, "those still at it at the trace's end"),
            .init("failed", .count, "those that failed in the end"),
        ])

    /// Paths of incidents.
    static let incidentPaths = Table(
        "incident_paths", "a path that something happened to", key: ["incident", "pathNumber"],
        references: [ofIncident],
        [
            incident,
            .init("pathNumber", .count, "from 1, in the order in which they were in trouble"),
            .init("path", .text, "its disk"),
            .init("portal", .text, "its iSCSI portal", optional: true),
            .init("failures", .count, "how often dm failed it"),
            .init("lastAnswerNs", .count, "its last answer before, by the trace clock", unit: "ns", optional: true),
            .init("backNs", .count, "when dm used it again, by the trace clock", unit: "ns", optional: true),
        ])

    /// Owners of stalls.
    static let incidentOwners = Table(
        "incident_owners", "what an owner had of all requests that stood still", key: ["incident", "owner"],
        references: [ofIncident],
        [
            incident,
            .init("owner", .text, "who"),
            .init("layer", .text, "of which layer"),
            .init("longestNs", .count, "of the request that stood still longest", unit: "ns"),
            .init("sumNs", .count, "of all of them", unit: "ns"),
            .init("requests", .count, "how many of them"),
        ])

    /// Events of incidents.
    static let incidentEvents = Table(
        "incident_events", "what happened in it, at one moment or several times on end",
        key: ["incident", "eventNumber"],
        references: [ofIncident],
        [
            incident,
            .init("eventNumber", .count, "from 1, in the order of time"),
            .init("atNs", .count, "the first time, by the trace clock", unit: "ns"),
            .init("untilNs", .count, "the last time", unit: "ns"),
            .init("count", .count, "how often"),
            .init("layer", .text, "in which layer"),
            .init("path", .text, "the path's disk, or the map", optional: true),
            .init("what", .text, "in words"),
        ])

    /// Timers of incidents.
    static let incidentTimers = Table(
        "incident_timers", "a timer that was running", key: ["incident", "timerNumber"], references: [ofIncident],
        [
            incident,
            .init("timerNumber", .count, "from 1, in the order in which they ended"),
            .init("path", .text, "the path's disk, or the map"),
            .init("timer", .text, "its setting, such as recovery_tmo"),
            .init("predictedNs", .count, "what it was set to", unit: "ns", optional: true),
            .init("observedNs", .count, "how long it ran", unit: "ns"),
            .init("ranOut", .flag, "whether it ran out; else something else ended it"),
            .init("atNs", .count, "when it ended, by the trace clock", unit: "ns"),
        ])

    /// Requests that stood still.
    static let stalls = Table(
        "stalls", "a request that stood still; of each incident the longest ones", key: ["incident", "stallNumber"],
        references: [ofIncident],
        [
            incident,
            .init("stallNumber", .count, "from 1, longest first"),
            .init(
                "request", .count,
                "the request's number; it is among the requests unless it was unfinished or not joined"),
            .init("startNs", .count, "when it began, by the trace clock", unit: "ns"),
            .init("ns", .count, "from then on to its end, or the trace's", unit: "ns"),
            .init("unfinished", .flag, "whether it went on at the trace's end"),
            .init("tries", .text, "the disks that it was tried on, with commas"),
            .init("error", .text, "how it failed in the end; none if it did not", optional: true),
        ])

    /// Parts of stalls.
    static let stallParts = Table(
        "stall_parts", "what an owner had of a stall; all parts of one are its time",
        key: ["incident", "stallNumber", "partNumber"],
        references: [.init(columns: ["incident", "stallNumber"], table: "stalls", key: ["incident", "stallNumber"])],
        [
            incident,
            .init("stallNumber", .count, "of the stall"),
            .init("request", .count, "the request's number"),
            .init("partNumber", .count, "from 1, in the order in which owners had it first"),
            .init("owner", .text, "who"),
            .init("layer", .text, "of which layer"),
            .init("ns", .count, "how long", unit: "ns"),
        ])
}

/// Rows of incidents.
struct IncidentRows {
    let writer: any TableWriter

    func write(_ one: Incident) throws {
        try row(
            of: .incidents,
            [
                .init(one.id), .init(one.kind.rawValue), .init(one.sentence), .init(one.startNs),
                .init(one.startTimeNs), .init(one.endNs), .init(one.beganBefore), .init(one.goesOn),
                .init(one.maps.joined(separator: ",")), .init(one.stalled), .init(one.unfinished), .init(one.failed),
            ])
        for (index, path) in one.paths.enumerated() {
            try row(
                of: .incidentPaths,
                [
                    .init(one.id), .init(index + 1), .init(path.name), .init(path.portal), .init(path.failures),
                    .init(path.lastAnswerNs), .init(path.backNs),
                ])
        }
        for owner in one.owners {
            try row(
                of: .incidentOwners,
                [
                    .init(one.id), .init(owner.owner.rawValue), .init(owner.owner.layer), .init(owner.longestNs),
                    .init(owner.sumNs), .init(owner.requests),
                ])
        }
        for (index, event) in one.events.enumerated() {
            try row(
                of: .incidentEvents,
                [
                    .init(one.id), .init(index + 1), .init(event.atNs), .init(event.untilNs), .init(event.count),
                    .init(event.layer), .init(event.path), .init(event.what),
                ])
        }
        for (index, timer) in one.timers.enumerated() {
            try row(
                of: .incidentTimers,
                [
                    .init(one.id), .init(index + 1), .init(timer.path), .init(timer.timer), .init(timer.predictedNs),
                    .init(timer.observedNs), .init(timer.ranOut), .init(timer.atNs),
                ])
        }
        for (index, stall) in one.stalls.enumerated() { try write(stall, number: index + 1, of: one.id) }
    }

    private func write(_ stall: Incident.Stall, number: Int, of incident: Int) throws {
        try row(
            of: .stalls,
            [
                .init(incident), .init(number), .init(stall.id), .init(stall.startNs), .init(stall.ns),
                .init(stall.isUnfinished),
                .init(stall.tries.joined(separator: ",")), .init(stall.error),
            ])
        for (index, part) in stall.parts.enumerated() {
            try row(
                of: .stallParts,
                [
                    .init(incident), .init(number), .init(stall.id), .init(index + 1), .init(part.owner.rawValue),
                    .init(part.owner.layer), .init(part.ns),
                ])
        }
    }

    private func row(of table: Table, _ values: [TableValue]) throws {
        if writer.wants(table) { try writer.write(values, to: table) }
    }
}
