import GraphParser
import TraceFormat

/// Adds requests up as they end.
struct RequestSums {
    /// The tries on a path.
    private struct PathSums {
        var tries = 0
        var failed = 0
        var rejected = 0
        var retries = 0
        var bytes: UInt64 = 0
        var latency = Histogram()
        var stages = StageSums()
        var overTime = RequestRates()
    }

    /// By the number of the stage's kind.
    private struct StageSums {
        private var histograms = [Histogram](repeating: Histogram(), count: StageKind.all.count)

        mutating func add(_ kind: Int, _ ns: UInt64) { histograms[kind].record(ns) }

        var stages: [RequestSummary.Stage] {
            zip(StageKind.all, histograms).compactMap { kind, histogram in
                histogram.count == 0
                    ? nil : .init(stage: kind.name, layer: kind.layer, order: kind.order, ns: histogram)
            }
        }
    }

    private struct GroupSums {
        var bytes: UInt64 = 0
        var latency = Histogram()

        mutating func add(_ ns: UInt64, _ bytes: UInt64) {
            self.bytes = self.bytes.addingSaturated(bytes)
            latency.record(ns)
        }
    }

    /// More paths than a host has; what comes beyond stands together.
    private static let maxPaths = 4096

    private struct PathKey: Hashable {
        let map: BlockDevice?
        let disk: BlockDevice?
    }

    private var seen = 0
    private var joined = 0
    private var flaws: [LiveRequest.Flaw: Int] = [:]
    private var failed = 0
    private var retried = 0
    private var busy = 0
    private var stoodIn: [RequestPoint: Int] = [:]
    private var latency = Histogram()
    private var untilData = Histogram()
    private var stages = StageSums()
    private var layers = LayerSums()
    private var operations: [RequestOperation: GroupSums] = [:]
    private var sizes: [UInt64: Histogram] = [:]
    private var maps: [BlockDevice?: GroupSums] = [:]
    private var paths: [PathSums] = []
    private var places: [PathKey: Int] = [:]
    private var overTime = RequestRates()
    /// The longest, unordered but for the last.
    private var slowest: [Request] = []
    /// What a request must take to be among them.
    private var slowThreshold: UInt64 = 0

    // MARK: Adding

    /// One that nothing sure can be said of.
    mutating func addUnjoined(_ flaw: LiveRequest.Flaw, times: Int = 1) {
        guard times > 0 else { return }
        seen += times
        flaws[flaw, default: 0] += times
    }

    /// - Parameter depth: requests that dm has, this one included.
    mutating func add(_ live: LiveRequest, _ timeline: RequestTimeline, depth: Int, request: () -> Request) {
        seen += 1
        joined += 1
        let (ns, bytes) = (live.latencyNs, UInt64(live.bytes))
        latency.record(ns)
        if let done = live.dataDone, done >= live.startNs { untilData.record(done - live.startNs) }
        operations[live.operation, default: GroupSums()].add(ns, bytes)
        sizes[Self.sizeClass(bytes), default: Histogram()].record(ns)
        maps[live.device, default: GroupSums()].add(ns, bytes)
        overTime.add(start: live.startNs, end: live.endNs, bytes: bytes, depth: depth)
        failed += live.error == 0 ? 0 : 1
        retried += live.tries.count { !$0.isRejected } > 1 ? 1 : 0
        busy += live.busyDispatches
        for (disk, times) in live.furtherRejections {
            paths[place(of: PathKey(map: live.device, disk: disk))].rejected += times
        }
        for point in live.stoodIn { stoodIn[point, default: 0] += 1 }
        addStages(live, timeline)
        if slowest.count < RequestSummary.slowestCount || ns >= slowThreshold { keepSlow(request()) }
    }

    private mutating func addStages(_ live: LiveRequest, _ timeline: RequestTimeline) {
        var path = beginTry(0, live)
        var onPath: UInt64 = 0
        for (index, number) in timeline.tries {
            if let known = path, known.number != number {
                endTry(known, live, onPath)
                path = beginTry(number ?? 0, live)
                onPath = 0
            }
            let (kind, ns) = (timeline.kind(index, of: number), live.ns(ofStage: index))
            stages.add(kind, ns)
            layers.add(kind, ns)
            guard let path, path.isGood, live.isOnPath(index) else { continue }
            onPath = onPath.addingSaturated(ns)
            paths[path.place].stages.add(kind, ns)
        }
        if let path { endTry(path, live, onPath) }
        layers.next()
    }

    /// A try that is being added, and the place of its path's sums.
    private struct OpenTry {
        let number: Int
        let place: Int
        /// Whether its times count.
        let isGood: Bool
    }

    private mutating func beginTry(_ number: Int, _ live: LiveRequest) -> OpenTry? {
        guard number < live.tries.count else { return nil }
        let one = live.tries[number]
        return OpenTry(
            number: number, place: place(of: PathKey(map: live.device, disk: one.disk)),
            isGood: !one.isRejected && one.error == 0)
    }

    private mutating func endTry(_ open: OpenTry, _ live: LiveRequest, _ ns: UInt64) {
        let one = live.tries[open.number]
        if one.isRejected {
            paths[open.place].rejected += 1
            return
        }
        paths[open.place].tries += 1
        paths[open.place].retries += one.laterRounds.count
        if one.error != 0 {
            paths[open.place].failed += 1
            return
        }
        paths[open.place].bytes = paths[open.place].bytes.addingSaturated(UInt64(live.bytes))
        paths[open.place].latency.record(ns)
        paths[open.place].overTime.add(
            end: one.start.addingSaturated(ns), bytes: UInt64(live.bytes), latencyNs: ns)
    }

    private mutating func place(of key: PathKey) -> Int {
        if let known = places[key] { return known }
        if paths.count >= Self.maxPaths, key != PathKey(map: nil, disk: nil) {
            return place(of: PathKey(map: nil, disk: nil))
        }
        places[key] = paths.count
        paths.append(PathSums())
        return paths.count - 1
    }

    private static func sizeClass(_ bytes: UInt64) -> UInt64 {
        bytes <= 512 ? (bytes == 0 ? 0 : 512) : 1 << UInt64(64 - (bytes - 1).leadingZeroBitCount)
    }

    private mutating func keepSlow(_ request: Request) {
        slowest.append(request)
        // Of equal ones the first.
        slowest.sort { ($1.latencyNs, $0.startNs, $0.id) < ($0.latencyNs, $1.startNs, $1.id) }
        if slowest.count > RequestSummary.slowestCount { slowest.removeLast() }
        slowThreshold = slowest.last?.latencyNs ?? 0
    }

    // MARK: The summary

    /// - Parameters:
    ///   - names: what paths and maps are called.
    ///   - source: the trace, as the user gave it.
    func summary(_ names: PathNames, joinedBy kind: JoinKind, source: String) -> RequestSummary {
        var summary = RequestSummary()
        (summary.seen, summary.failed, summary.retried) = (seen, failed, retried)
        if kind == .pointer { summary.byPointer = joined } else { summary.bySector = joined }
        summary.unjoined = Summary.merge(flaws.map { .init(name: $0.rawValue, count: $1) })
        summary.busyDispatches = busy
        summary.stoodIn = Summary.merge(stoodIn.map { .init(name: "\($0)", count: $1) })
        (summary.latency, summary.untilData) = (latency, untilData)
        summary.stages = Summary.merge(stages.stages)
        summary.layers = layers.layers
        summary.operations = Summary.merge(
            operations.map { .init(name: $0.rawValue, bytes: $1.bytes, latency: $1.latency) })
        summary.sizes = Summary.merge(sizes.map { .init(upToBytes: $0, latency: $1) })
        summary.maps = Summary.merge(
            maps.map { .init(name: names.map($0) ?? "(unknown map)", bytes: $1.bytes, latency: $1.latency) })
        summary.paths = Summary.merge(
            places.map { key, place in
                let sums = paths[place]
                return .init(
                    facts: names.facts(map: key.map, disk: key.disk), tries: sums.tries, failed: sums.failed,
                    rejected: sums.rejected, retries: sums.retries, bytes: sums.bytes, latency: sums.latency,
                    stages: Summary.merge(sums.stages.stages), overTime: sums.overTime)
            })
        summary.overTime = overTime
        summary.slowest = slowest.map { SlowRequest($0, names, source: source) }.sorted { $0.precedes($1) }
        return summary
    }
}

extension LiveRequest {
    /// Whether a stage is a path's: from the clone to dm's verdict.
    fileprivate func isOnPath(_ stage: Int) -> Bool {
        let (from, to) = (steps[stage].point, steps[stage + 1].point)
        // A bio's path is chosen where nobody sees it.
        if isBio { return from >= .dispatched && to <= .verdict }
        return from >= .cloned && from < .verdict && to <= .verdict && to > .dispatched || from == .retried
            || to == .retried
    }
}

extension SlowRequest {
    init(_ request: Request, _ names: PathNames, source: String) {
        self.init(
            id: request.id, source: source, map: names.map(request.device), startNs: request.startNs,
            latencyNs: request.latencyNs, operation: request.operation, sector: request.sector, bytes: request.bytes,
            error: request.error,
            tries: request.tries.map { one in
                Try(
                    path: one.disk.map { names.disk($0) }, error: one.error, rounds: one.rounds.count,
                    stages: one.rounds.flatMap(\.stages).map { Stage(stage: $0.stage, layer: $0.layer, ns: $0.ns) })
            })
    }
}
