import GraphParser

/// The spans of a request: itself, and in it its tries, rounds and stages.
struct RequestSpans {
    private let request: Request
    private let names: PathNames
    private let ids: SpanIDs
    private(set) var all: [SpanBatch.Span] = []

    init(_ request: Request, _ names: PathNames, _ capture: CaptureHash) {
        (self.request, self.names) = (request, names)
        ids = SpanIDs(capture: capture, request: request.id)
        let root = add(
            request.operation, in: nil, request.startNs, request.startNs.addingSaturated(request.latencyNs),
            attributes(), error: request.error)
        for (number, one) in request.tries.enumerated() { add(one, number: number + 1, in: root) }
    }

    @discardableResult private mutating func add(
        _ name: String, in parent: Int?, _ start: UInt64, _ end: UInt64, _ attributes: [(String, SpanBatch.Value?)],
        error: String? = nil
    ) -> Int {
        let number = all.count
        all.append(
            SpanBatch.Span(
                name: name, ids: ids, number: number, parent: parent, start: start, end: end,
                attributes: attributes.compactMap { key, value in value.map { (key, $0) } }, error: error))
        return number
    }

    private mutating func add(_ one: Request.Try, number: Int, in root: Int) {
        guard let (start, end) = Self.span(one.rounds.flatMap(\.stages)) else { return }
        let attributes: [(String, SpanBatch.Value?)] = [
            ("dmflow.try", .number(UInt64(number))),
            ("dmflow.path", one.disk.map { .text(names.disk($0)) }),
            ("dmflow.path.devno", one.disk.map { .text(PathNames.number($0)) }),
            ("dmflow.rejected", .flag(one.isRejected)),
            ("dmflow.timeouts", .number(UInt64(clamping: one.timeouts))),
            ("dmflow.retransmits", .number(UInt64(clamping: one.retransmits))),
        ]
        let span = add("try", in: root, start, end, attributes, error: one.error)
        for (number, round) in one.rounds.enumerated() {
            guard let (start, end) = Self.span(round.stages) else { continue }
            let round = (
                add("round", in: span, start, end, [("dmflow.round", .number(UInt64(number + 1)))]), round.stages
            )
            for stage in round.1 { add(stage, in: round.0) }
        }
    }

    private mutating func add(_ stage: Request.Stage, in round: Int) {
        add(
            stage.stage, in: round, stage.startNs, stage.startNs.addingSaturated(stage.ns),
            [
                ("dmflow.layer", .text(stage.layer)), ("dmflow.cpu", .number(UInt64(stage.cpu))),
                ("thread.id", stage.tid.map { .number(UInt64($0)) }),
            ])
    }

    private static func span(_ stages: [Request.Stage]) -> (UInt64, UInt64)? {
        guard let first = stages.first, let last = stages.last else { return nil }
        return (first.startNs, last.startNs.addingSaturated(last.ns))
    }

    private func attributes() -> [(String, SpanBatch.Value?)] {
        [
            ("dmflow.request.id", .number(UInt64(request.id))),
            ("dmflow.map", names.map(request.device).map { .text($0) }),
            ("dmflow.sector", request.sector.map { .number($0) }),
            ("dmflow.bytes", .number(UInt64(clamping: request.bytes))),
            ("dmflow.until_data_ns", request.untilDataNs.map { .number($0) }),
            ("thread.id", request.task.map { .number(UInt64($0.tid)) }),
            ("thread.name", request.task?.name.map { .text($0) }),
            ("dmflow.joined_by", .text(request.joinedBy.rawValue)),
            ("dmflow.ambiguous", .flag(request.isAmbiguous)),
            ("dmflow.stood_in", request.stoodIn.isEmpty ? nil : .text(request.stoodIn.joined(separator: ", "))),
        ]
    }
}
