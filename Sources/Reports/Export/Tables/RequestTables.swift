import GraphParser
import TraceFormat

extension Table {
    /// Requests.
    static let requests = Table(
        "requests", "an I/O to a multipath device, from its first bio to its end", key: ["id"],
        [
            .init("id", .count, "its number, the same in every export"),
            .init("map", .text, "the map's name, else its device number", optional: true),
            .init("startNs", .count, "when it began, by the trace clock", unit: "ns"),
            .init("startTimeNs", .count, "the same moment, since 1970", unit: "ns", optional: true),
            .init("latencyNs", .count, "from its beginning to its end", unit: "ns"),
            .init("untilDataNs", .count, "to when the application could go on", unit: "ns", optional: true),
            .init("operation", .text, "read, write, flush, …"),
            .init("sector", .count, "where on the map", unit: "512 bytes", optional: true),
            .init("bytes", .count, "of its data", unit: "bytes"),
            .init("task", .text, "the thread that its first bio came from", optional: true),
            .init("tid", .count, "that thread's number", optional: true),
            .init("tries", .count, "clones of it, each on one path"),
            .init("rounds", .count, "SCSI submissions of all tries"),
            .init("path", .text, "the disk of its last try", optional: true),
            .init("error", .text, "why it failed; none if it did not", optional: true),
            .init("joinedBy", .text, "pointer, or sector"),
            .init("ambiguous", .flag, "whether another request could be meant with some of it"),
        ])

    /// Tries.
    static let tries = Table(
        "tries", "a clone of a request on a path; what no path was tried for has one without a path",
        key: ["request", "tryNumber"],
        references: [.init(columns: ["request"], table: "requests", key: ["id"])],
        [
            .init("request", .count, "the request's number"),
            .init("tryNumber", .count, "from 1, in their order"),
            .init("map", .text, "the map", optional: true),
            .init("path", .text, "the path's disk", optional: true),
            .init("devno", .text, "that disk's device number", optional: true),
            .init("startNs", .count, "when the clone was made, by the trace clock", unit: "ns"),
            .init("latencyNs", .count, "its stages together, with what led up to it", unit: "ns"),
            .init("rounds", .count, "SCSI submissions"),
            .init("error", .text, "why it failed; none if it did not", optional: true),
            .init("rejected", .flag, "whether the path did not take it, so that dm put it back"),
            .init("timeouts", .count, "how often SCSI's timer ran out"),
            .init("retransmits", .count, "how often TCP sent the beginning of a command again"),
        ])

    /// Rounds.
    static let rounds = Table(
        "rounds", "a SCSI submission of a try", key: ["request", "tryNumber", "roundNumber"],
        references: [.init(columns: ["request", "tryNumber"], table: "tries", key: ["request", "tryNumber"])],
        [
            .init("request", .count, "the request's number"),
            .init("tryNumber", .count, "of its try"),
            .init("roundNumber", .count, "from 1, in their order"),
            .init("startNs", .count, "when its first stage began, by the trace clock", unit: "ns"),
            .init("latencyNs", .count, "its stages together", unit: "ns"),
        ])

    /// Stages.
    static let stages = Table(
        "stages", "the time between two points of a request; all of a request's are its latency",
        key: ["request", "stageNumber"],
        references: [
            .init(
                columns: ["request", "tryNumber", "roundNumber"], table: "rounds",
                key: ["request", "tryNumber", "roundNumber"])
        ],
        [
            .init("request", .count, "the request's number"),
            .init("stageNumber", .count, "from 1, over all tries and rounds"),
            .init("tryNumber", .count, "of its try"),
            .init("roundNumber", .count, "of its round"),
            .init("map", .text, "the map", optional: true),
            .init("path", .text, "the disk of the try", optional: true),
            .init("stage", .text, "its name"),
            .init("layer", .text, "who had the request; target is what lies behind the host"),
            .init("startNs", .count, "when it began, by the trace clock", unit: "ns"),
            .init("ns", .count, "how long it took", unit: "ns"),
            .init("cpu", .count, "where it began"),
            .init("tid", .count, "the thread in which it began", optional: true),
        ])
}

/// Rows of requests and what they are made of.
struct RequestRows {
    private let writer: any TableWriter
    private let clock: WallClock
    private let wantsParts: Bool

    init(_ writer: any TableWriter, _ identity: TraceIdentity) {
        (self.writer, clock) = (writer, WallClock(identity))
        wantsParts = [Table.tries, .rounds, .stages].contains(where: writer.wants)
    }

    func write(_ request: Request, _ names: PathNames) throws {
        let map = names.map(request.device)
        try row(
            of: .requests,
            [
                .init(request.id), .init(map), .init(request.startNs), .init(clock.time(of: request.startNs)),
                .init(request.latencyNs), .init(request.untilDataNs), .init(request.operation), .init(request.sector),
                .init(request.bytes), .init(request.task?.name), .init(request.task?.tid), .init(request.tries.count),
                .init(request.tries.reduce(0) { $0 + $1.rounds.count }),
                .init(request.tries.last?.disk.map(names.disk)), .init(request.error),
                .init(request.joinedBy.rawValue), .init(request.isAmbiguous),
            ])
        guard wantsParts else { return }
        var stage = 0
        for (index, one) in request.tries.enumerated() {
            try write(one, number: index + 1, of: request, map, names, &stage)
        }
    }

    private func write(
        _ one: Request.Try, number: Int, of request: Request, _ map: String?, _ names: PathNames, _ stage: inout Int
    ) throws {
        let path = one.disk.map(names.disk)
        let latency = one.rounds.reduce(0 as UInt64) { $0.addingSaturated(Self.ns($1)) }
        try row(
            of: .tries,
            [
                .init(request.id), .init(number), .init(map), .init(path), .init(one.disk.map(PathNames.number)),
                .init(one.startNs), .init(latency), .init(one.rounds.count), .init(one.error), .init(one.isRejected),
                .init(one.timeouts), .init(one.retransmits),
            ])
        for (index, round) in one.rounds.enumerated() {
            try row(
                of: .rounds,
                [
                    .init(request.id), .init(number), .init(index + 1), .init(round.startNs), .init(Self.ns(round)),
                ])
            for one in round.stages {
                stage += 1
                try row(
                    of: .stages,
                    [
                        .init(request.id), .init(stage), .init(number), .init(index + 1), .init(map), .init(path),
                        .init(one.stage), .init(one.layer), .init(one.startNs), .init(one.ns), .init(one.cpu),
                        .init(one.tid),
                    ])
            }
        }
    }

    private static func ns(_ round: Request.Round) -> UInt64 {
        round.stages.reduce(0) { $0.addingSaturated($1.ns) }
    }

    private func row(of table: Table, _ values: [TableValue]) throws {
        if writer.wants(table) { try writer.write(values, to: table) }
    }
}
