import GraphParser

/// A request's stages, and to which try and round each belongs.
struct RequestTimeline {
    /// Between two of the request's steps.
    struct Span {
        let kind: Int
        let ns: UInt64
    }

    private let live: LiveRequest
    private let isISCSI: (BlockDevice?) -> Bool

    /// - Parameter isISCSI: whether commands to a disk go over iSCSI.
    init(_ live: LiveRequest, isISCSI: @escaping (BlockDevice?) -> Bool) { (self.live, self.isISCSI) = (live, isISCSI) }

    /// The stages in their order, and which try each belongs to; nil if there was none.
    var tries: Tries { Tries(of: live) }

    struct Tries: Sequence, IteratorProtocol {
        fileprivate let live: LiveRequest
        private var stage = 0
        private var number = 0

        init(of live: LiveRequest) { self.live = live }

        mutating func next() -> (stage: Int, number: Int?)? {
            guard stage < live.stageCount else { return nil }
            defer { stage += 1 }
            if live.tries.isEmpty { return (stage, nil) }
            while number + 1 < live.tries.count, live.tries[number + 1].firstStage <= stage { number += 1 }
            return (stage, number)
        }
    }

    /// The number in `StageKind.all` of a stage.
    func kind(_ stage: Int, of number: Int?) -> Int {
        let (from, to) = (live.steps[stage].point, live.steps[stage + 1].point)
        var way = StageKind.Way.other
        if let number {
            let one = live.tries[number]
            way = one.error != 0 && to >= .cloneEnded ? .none : isISCSI(one.disk) ? .iSCSI : .other
            // Over iSCSI, what is sent is seen to be sent.
            if way == .iSCSI, one.refused.contains(stage) { way = .none }
        }
        return StageKind.number(from: from, to: to, way: way)
    }

    // MARK: As a whole

    func request(comm: (Int32) -> String?, joinedBy: JoinKind) -> Request {
        Request(
            id: live.id, device: live.device, startNs: live.startNs, latencyNs: live.latencyNs,
            untilDataNs: live.dataDone.map { $0 - min(live.startNs, $0) }, operation: live.operation.rawValue,
            sector: live.place, bytes: Int(live.bytes), task: live.submitter.map { ($0, comm($0)) }, tries: allTries(),
            error: BlockStatus.name(live.error), stoodIn: live.stoodIn.map { "\($0)" }, isAmbiguous: live.isAmbiguous,
            joinedBy: joinedBy,
            endTid: live.steps.last.flatMap { $0.tid < 0 ? nil : $0.tid })
    }

    private func allTries() -> [Request.Try] {
        let numbers = tries.map(\.number)
        if live.tries.isEmpty {
            if live.stageCount == 0 { return [] }
            let stages = (0..<live.stageCount).map { stage($0, of: nil) }
            let round = Request.Round(startNs: live.startNs, stages: stages)
            return [
                Request.Try(
                    disk: nil, startNs: live.startNs, rounds: [round], error: nil, isRejected: false, timeouts: 0,
                    retransmits: 0)
            ]
        }
        return live.tries.indices.map { number in
            let one = live.tries[number]
            let stages = numbers.indices.filter { numbers[$0] == number }
            var rounds: [Request.Round] = []
            for index in stages {
                if rounds.isEmpty || one.laterRounds.contains(index) {
                    rounds.append(Request.Round(startNs: live.steps[index].time, stages: []))
                }
                rounds[rounds.count - 1].stages.append(stage(index, of: number))
            }
            return Request.Try(
                disk: one.disk, startNs: one.start, rounds: rounds, error: error(of: one), isRejected: one.isRejected,
                timeouts: one.timeouts, retransmits: one.retransmits)
        }
    }

    private func error(of one: LiveRequest.Try) -> String? {
        if one.isRejected { return "busy" }
        guard let status = BlockStatus.name(one.error) else { return nil }
        return CommandResult.name(one.result).map { "\(status) (\($0))" } ?? status
    }

    private func stage(_ index: Int, of number: Int?) -> Request.Stage {
        let (step, kind) = (live.steps[index], StageKind.all[kind(index, of: number)])
        return Request.Stage(
            stage: kind.name, layer: kind.layer, startNs: step.time, ns: live.ns(ofStage: index), cpu: Int(step.cpu),
            tid: step.tid < 0 ? nil : step.tid)
    }
}

extension LiveRequest {
    func ns(ofStage index: Int) -> UInt64 { steps[index + 1].time &- steps[index].time }

    /// nil where there is none: the kernel has all bits set for a flush.
    var place: UInt64? { operation == .flush || sector == .max ? nil : sector }
}
