import GraphParser
import TraceFormat

extension Table {
    /// Captures: what was recorded where, and how far it can be trusted.
    static let captures = Table(
        "captures", "a capture: what it is of, and what was read of it", key: ["capture"],
        [
            .init("path", .text, "the file, as the user gave it"),
            .init("kind", .text, "text, or trace.dat"),
            .init("cpus", .count, "CPUs of the machine; of a text those with calls"),
            .init("clock", .text, "the trace clock", optional: true),
            .init("commandLine", .text, "of the recorder", optional: true),
            .init("flows", .text, "what was asked for, with commas", optional: true),
            .init("startTimeNs", .count, "when tracing was turned on, since 1970", unit: "ns", optional: true),
            .init("startNs", .count, "the same moment by the trace clock", unit: "ns", optional: true),
            .init("durationNs", .count, "how long tracing was on", unit: "ns", optional: true),
            .init("callCostNs", .count, "what recording one call took", unit: "ns", optional: true),
            .init("records", .count, "all lines of a text, or all events of a trace.dat"),
            .init("calls", .count, "complete calls"),
            .init("requestsSeen", .count, "requests that were seen; none where none were recorded", optional: true),
            .init("requestsJoined", .count, "those that the figures are of", optional: true),
        ])

    /// Notes.
    static let notes = Table(
        "notes", "what to know of a capture, a sentence each", key: ["noteNumber"],
        [
            .init("noteNumber", .count, "from 1"),
            .init("kind", .text, "note: before believing the figures; finding: what was slow, where and by how much"),
            .init("text", .text, "the sentence"),
        ])

    /// Losses.
    static let losses = Table(
        "losses", "what is lost, in doubt or not in the figures", key: ["lossNumber"],
        [
            .init("lossNumber", .count, "from 1"),
            .init("what", .text, "call, event, loss, record or request"),
            .init("reason", .text, "why"),
            .init("count", .count, "how many"),
        ])

    /// Maps.
    static let maps = Table(
        "maps", "a multipath map", key: ["id"],
        [
            .init("id", .count, "from 1"),
            .init("map", .text, "its name, else its device number"),
            .init("device", .text, "the kernel's name for it", optional: true),
            .init("devno", .text, "major:minor"),
            .init("wwid", .text, "of the disk behind it", optional: true),
            .init("queueMode", .text, "mq, bio or rq", optional: true),
            .init("features", .text, "words of its table, with spaces", optional: true),
            .init("hardwareHandler", .text, "words of its table, with spaces", optional: true),
            .init("noPathRetry", .text, "what multipathd does when no path is left", optional: true),
            .init("failback", .text, "what it does when a better group is there again", optional: true),
            .init("sectors", .count, "its size", unit: "512 bytes", optional: true),
            .init("requests", .count, "requests that were joined; none where none were recorded", optional: true),
            .init("bytes", .count, "of their data", unit: "bytes", optional: true),
            .init("latencySumNs", .count, "of their latencies", unit: "ns", optional: true),
        ])

    /// Paths.
    static let paths = Table(
        "paths", "a path of a map, with what its tries come to", key: ["id"],
        references: [.init(columns: ["mapId"], table: "maps", key: ["id"])],
        [
            .init("id", .count, "from 1"),
            .init("mapId", .count, "its map", optional: true),
            .init("map", .text, "the map's name, else its device number", optional: true),
            .init("groupNumber", .count, "its priority group, from 1", optional: true),
            .init("selector", .text, "the group's: service-time, queue-length, round-robin, …", optional: true),
            .init("path", .text, "its disk, else that disk's device number"),
            .init("devno", .text, "that disk's device number", optional: true),
            .init("hctl", .text, "host, channel, target and LUN", optional: true),
            .init("transport", .text, "iscsi, fc, sas, …", optional: true),
            .init("session", .text, "the iSCSI session, or the remote port", optional: true),
            .init("portal", .text, "its iSCSI portal", optional: true),
            .init("target", .text, "its target, or the port's name", optional: true),
            .init("state", .text, "device-mapper's, at the start: active or failed", optional: true),
            .init("checkerState", .text, "what multipathd's checker had found", optional: true),
            .init("priority", .number, "what multipathd gives it", optional: true),
            .init("queueDepth", .count, "commands that the disk takes at a time", optional: true),
            .init("tries", .count, "clones that it took; none where no requests were recorded", optional: true),
            .init("failed", .count, "those of them that failed", optional: true),
            .init("rejected", .count, "clones that it did not take, so that dm put them back", optional: true),
            .init("retries", .count, "SCSI submissions beyond one a try", optional: true),
            .init("bytes", .count, "of the data of tries that did not fail", unit: "bytes", optional: true),
            .init("isSlow", .flag, "whether it stands out among the map's; none without siblings", optional: true),
        ]
            + latency.map {
                .init($0.name, $0.type, "of tries that did not fail: \($0.help)", unit: "ns", optional: true)
            })
}

/// Rows of what a capture is of.
struct CaptureRows {
    let results: OutputResults
    let writer: any TableWriter

    func write() throws {
        try writeCapture()
        try writeNotes()
        try writeLosses()
        try writePaths(try writeMaps())
    }

    private func row(of table: Table, _ values: [TableValue]) throws {
        if writer.wants(table) { try writer.write(values, to: table) }
    }

    private func writeCapture() throws {
        let (report, identity) = (results.report, results.source.identity)
        try row(
            of: .captures,
            [
                .init(report.source.path), .init(report.source.kind), .init(report.source.cpus),
                .init(report.source.clock), .init(identity.commandLine), .init(identity.flows?.joined(separator: ",")),
                .init(identity.startNs), .init(identity.startOnClockNs), .init(identity.cost?.durationNs),
                .init(identity.cost?.callNs), .init(report.counts.records), .init(report.counts.calls),
                .init(report.requests?.seen), .init(report.requests?.joined),
            ])
    }

    private func writeNotes() throws {
        let notes = results.report.source.notes.map { ("note", $0) }
        let findings = (results.report.requests?.findings ?? []).map { ("finding", $0) }
        for (index, note) in (notes + findings).enumerated() {
            try row(of: .notes, [.init(index + 1), .init(note.0), .init(note.1)])
        }
    }

    private func writeLosses() throws {
        let counts = results.summary.counts
        var losses: [(what: String, reason: String, count: Int)] = [
            ("call", "no exit", counts.open), ("call", "no entry", counts.orphans),
            ("call", "events lost inside", counts.lossy), ("call", "no duration", counts.untimed),
            ("event", "lost", counts.lostEvents), ("loss", "without a number", counts.uncountedLosses),
            ("record", "not understood", counts.unparsedLines),
        ]
        let requests = results.report.requests
        losses += (requests?.unjoined ?? []).map { ("request", $0.reason, $0.count) }
        for (index, loss) in losses.filter({ $0.count > 0 }).enumerated() {
            try row(of: .losses, [.init(index + 1), .init(loss.what), .init(loss.reason), .init(loss.count)])
        }
    }

    // MARK: Maps and paths

    /// - Returns: the maps' numbers, by device number.
    private func writeMaps() throws -> [String: Int] {
        let sums = results.summary.requests.map { requests in
            Dictionary(requests.maps.map { ($0.name, $0) }) { first, _ in first }
        }
        var ids: [String: Int] = [:]
        var count = 0
        for map in results.topology?.allMaps ?? [] {
            count += 1
            let isFirst = ids[map.devno] == nil
            if isFirst { ids[map.devno] = count }
            try row(
                of: .maps,
                [
                    .init(count), .init(map.name), .init(map.device), .init(map.devno), .init(map.wwid),
                    .init(map.queueMode), .init(map.features.joined(separator: " ")),
                    .init(map.hardwareHandler.joined(separator: " ")), .init(map.noPathRetry), .init(map.failback),
                    .init(map.sectors),
                ] + figures(sums, isFirst ? map.devno : nil))
        }
        for sum in sums?.values.sorted(by: { $0.name < $1.name }) ?? [] where ids[sum.name] == nil {
            count += 1
            ids[sum.name] = count
            let unknown = [TableValue](repeating: .null, count: 7)
            try row(
                of: .maps,
                [.init(count), .init(sum.name), .null, .init(sum.name)] + unknown + figures(sums, sum.name))
        }
        return ids
    }

    /// Of a map's requests; zeros if it had none, though requests were recorded.
    private func figures(_ sums: [String: RequestSummary.Group]?, _ devno: String?) -> [TableValue] {
        guard let sums else { return [.null, .null, .null] }
        let sum = devno.flatMap { sums[$0] }
        return [.init(sum?.latency.count ?? 0), .init(sum?.bytes ?? 0), .init(sum?.latency.sum ?? 0)]
    }

    private func writePaths(_ maps: [String: Int]) throws {
        let sums = results.report.paths ?? []
        let places = Dictionary(sums.indices.compactMap { place in sums[place].devno.map { ($0, place) } }) {
            first, _ in first
        }
        var told: Set<Int> = []
        var count = 0
        for map in results.topology?.allMaps ?? [] {
            for group in map.groups {
                for path in group.paths {
                    count += 1
                    let place = places[path.devno].flatMap { told.insert($0).inserted ? $0 : nil }
                    try row(
                        of: .paths,
                        [.init(count), .init(maps[map.devno]), .init(map.name)] + facts(path, of: group)
                            + figures(place.map { sums[$0] }))
                }
            }
        }
        for place in sums.indices where !told.contains(place) {
            count += 1
            let path = sums[place]
            try row(
                of: .paths,
                [
                    .init(count), .init(path.map.flatMap { maps[$0] }), .init(path.map), .init(path.group), .null,
                    .init(path.device ?? path.devno ?? path.hctl ?? "(unknown path)"), .init(path.devno),
                    .init(path.hctl), .null, .init(path.session), .init(path.portal), .init(path.target), .null, .null,
                    .null, .null,
                ] + figures(path))
        }
    }

    private func facts(_ path: Topology.Path, of group: Topology.Group) -> [TableValue] {
        [
            .init(group.number), .init(group.selector), .init(path.device), .init(path.devno), .init(path.hctl),
            .init(path.transport), .init(path.iscsi.map { String($0.sid) } ?? path.fibreChannel?.name),
            .init(path.iscsi?.portal), .init(path.iscsi?.target ?? path.fibreChannel?.portName), .init(path.state),
            .init(path.checkerState), .signed(path.priority), .init(path.queueDepth),
        ]
    }

    /// Of a path's tries; zeros if it had none, though requests were recorded.
    private func figures(_ path: Report.Path?) -> [TableValue] {
        guard results.report.requests != nil else { return [TableValue](repeating: .null, count: 13) }
        guard let path else {
            return [TableValue](repeating: .count(0), count: 5) + [TableValue](repeating: .null, count: 8)
        }
        let latency = path.latency
        let times = [
            latency.minNs, latency.meanNs, latency.p50Ns, latency.p90Ns, latency.p99Ns, latency.maxNs, latency.sumNs,
        ]
        return [
            .init(path.tries), .init(path.failed), .init(path.rejected), .init(path.retries), .init(path.bytes),
            .init(path.comparison?.isSlow),
        ] + times.map { latency.count > 0 ? .count($0) : .null }
    }
}
