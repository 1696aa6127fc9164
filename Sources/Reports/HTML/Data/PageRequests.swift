/// Single requests as the page has them: with each stage, but for a request of very many, of which the shortest are one.
struct PageRequest: Encodable {
    struct Stage: Encodable {
        let name: String
        let layer: String
        /// From the request's beginning on; nil of several that are shown as one.
        @NullWhenAbsent var atNs: UInt64?
        var ns: UInt64
        @NullWhenAbsent var cpu: Int?
    }

    struct Round: Encodable {
        let stages: [Stage]
    }

    struct Try: Encodable {
        @NullWhenAbsent var path: String?
        @NullWhenAbsent var error: String?
        let rejected: Bool
        let timeouts: Int
        let retransmits: Int
        var rounds: [Round]
    }

    let id: Int
    @NullWhenAbsent var map: String?
    let startNs: UInt64
    let latencyNs: UInt64
    @NullWhenAbsent var untilDataNs: UInt64?
    let operation: String
    @NullWhenAbsent var sector: UInt64?
    let bytes: Int
    @NullWhenAbsent var task: String?
    @NullWhenAbsent var error: String?
    let ambiguous: Bool
    let stoodIn: [String]
    let tries: [Try]
    /// Stages, all of rounds and tries together, that are shown as ``smaller``.
    let smallerCount: Int
    /// Their time, by layer.
    let smaller: [Stage]

    /// So many stages are shown of a request; of others the sums by layer.
    static let maxStages = 150

    init(_ request: Request, _ names: PathNames) {
        id = request.id
        (startNs, latencyNs) = (request.startNs, request.latencyNs)
        (operation, bytes, ambiguous) = (request.operation, request.bytes, request.isAmbiguous)
        stoodIn = Array(request.stoodIn.prefix(32))
        var isShown = Self.longest(request.stages)
        let small = zip(request.stages, isShown).filter { !$1 }.map(\.0)
        smallerCount = small.count
        smaller = Self.byLayer(small)
        let isWhole = small.isEmpty
        tries = request.tries.compactMap { one in
            let rounds = one.rounds.map { round in
                defer { isShown.removeFirst(round.stages.count) }
                return Round(round, from: request.startNs, isShown)
            }
            return isWhole || rounds.contains { !$0.stages.isEmpty }
                ? Try(one, rounds.filter { !$0.stages.isEmpty }, names) : nil
        }
        _map = NullWhenAbsent(wrappedValue: names.map(request.device))
        _untilDataNs = NullWhenAbsent(wrappedValue: request.untilDataNs)
        _sector = NullWhenAbsent(wrappedValue: request.sector)
        let name = request.task.map { "\($0.name ?? "<...>")-\($0.tid)" }
        _task = NullWhenAbsent(wrappedValue: name.map { PageText.cut($0) })
        _error = NullWhenAbsent(wrappedValue: request.error)
    }

    /// Which stages are shown: of equal ones those that came first.
    private static func longest(_ stages: [Request.Stage]) -> ArraySlice<Bool> {
        if stages.count <= maxStages { return Array(repeating: true, count: stages.count)[...] }
        let order = stages.indices.sorted { (stages[$1].ns, $0) < (stages[$0].ns, $1) }
        var isShown = [Bool](repeating: false, count: stages.count)
        for index in order.prefix(maxStages) { isShown[index] = true }
        return isShown[...]
    }

    private static func byLayer(_ stages: [Request.Stage]) -> [Stage] {
        let sums = stages.reduce(into: [String: UInt64]()) {
            $0[$1.layer] = $0[$1.layer, default: 0].addingSaturated($1.ns)
        }
        return sums.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { layer, ns in
            Stage(name: "smaller", layer: layer, atNs: nil, ns: ns, cpu: nil)
        }
    }
}

extension PageRequest.Round {
    /// - Parameter isShown: whether each stage, from the first one of this round on, is shown.
    fileprivate init(_ round: Request.Round, from origin: UInt64, _ isShown: ArraySlice<Bool>) {
        stages = zip(round.stages, isShown).filter { $1 }.map { stage, _ in
            PageRequest.Stage(
                name: stage.stage, layer: stage.layer, atNs: stage.startNs - min(origin, stage.startNs), ns: stage.ns,
                cpu: stage.cpu)
        }
    }
}

extension PageRequest.Try {
    fileprivate init(_ one: Request.Try, _ rounds: [PageRequest.Round], _ names: PathNames) {
        self.init(
            path: one.disk.map(names.disk), error: one.error, rejected: one.isRejected, timeouts: one.timeouts,
            retransmits: one.retransmits, rounds: rounds)
    }
}
