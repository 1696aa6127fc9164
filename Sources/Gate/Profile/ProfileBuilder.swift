import GraphParser
public import Reports
import TraceFormat

/// Reads captures for the gate.
public enum ProfileBuilder {
    /// Reads a trace in one pass.
    ///
    /// - Parameters:
    ///   - path: of the trace.
    ///   - name: what it is called in a baseline and in what is said of it.
    ///   - map: tells the layers of functions.
    ///   - progress: called now and then with what has been read so far and what there is to read, in bytes.
    /// - Returns: what a gate keeps of it.
    /// - Throws: what `TraceFile.read` throws.
    public static func profile(
        _ path: String, name: String, map: LayerMap, progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> CaptureProfile {
        let (summary, requests, merger) = (SummaryBuilder(map: map), RequestAnalyzer(), TreeMerger())
        let reading = try TraceFile.read(path, into: [summary, requests, merger], progress: progress)
        var profile = CaptureProfile(name: name, identity: reading.source.identity)
        let joined = requests.summary(source: reading.source)
        profile.add(reading.source)
        profile.add(reading.counts, merger.tree)
        profile.add(summary.summary(source: reading.source, counts: reading.counts).roots)
        if let joined { profile.add(joined) }
        profile.calls = merger.tree.calls(reading.names, map)
        return profile
    }
}

extension CaptureProfile {
    fileprivate mutating func add(_ source: TraceSource) {
        guard let recording = source.recording else { return }
        interrupts = recording.interrupts
        scope = recording.scope
        armed = Dictionary((recording.kinds ?? []).map { ($0.kind, $0.armed) }) { $0 + $1 }
        losses.missedByProbes = Int(clamping: (recording.missedByProbes ?? [:]).values.reduce(0) { $0 &+ $1 })
        topology = source.topology.map(Self.lines) ?? []
    }

    /// What is the same wherever the same stack runs: no device numbers, no states.
    private static func lines(_ topology: Topology) -> [String] {
        topology.maps.sorted { $0.name < $1.name }.flatMap { map in
            ["\(map.name): \(map.queueMode ?? "rq"), \((map.features + map.hardwareHandler).joined(separator: " "))"]
                + map.groups.flatMap { group in
                    group.paths.map { path in
                        "\(map.name) group \(group.number), \(group.selector): \(place(path)), scheduler \(path.scheduler ?? "?")"
                    }.sorted()
                }
        }
    }

    private static func place(_ path: Topology.Path) -> String {
        path.iscsi?.portal ?? path.fibreChannel?.portName ?? path.hctl ?? path.device
    }

    fileprivate mutating func add(_ counts: TraceCounts, _ tree: MergedTree) {
        (losses.events, losses.uncounted) = (counts.lostEvents, counts.uncountedLosses)
        losses.calls = counts.open + counts.orphans + counts.lossy
        (losses.records, losses.trees, losses.unplaced) = (counts.unparsedLines, tree.treesInDoubt, tree.leftOut)
    }

    fileprivate mutating func add(_ roots: [Summary.Root]) {
        // One root's forms, such as `.isra.0`, are one.
        var durations: [Row: Histogram] = [:]
        // What nobody asked for, an interrupt or a task's own, comes and goes by itself.
        for root in roots where !root.fragment && root.askedFor != false {
            durations[Row(.root, of: root.baseName), default: Histogram()].merge(root.latency)
            for layer in root.layers {
                durations[Row(.layer, of: root.baseName, part: layer.layer), default: Histogram()].merge(layer.selfNs)
            }
        }
        add(durations)
    }

    fileprivate mutating func add(_ joined: RequestSummary) {
        var requests = Requests()
        (requests.seen, requests.joined) = (joined.seen, joined.joined)
        requests.unjoined = joined.unjoinedInside
        requests.ambiguous = joined.ambiguous + joined.disagreed
        (requests.failed, requests.retried) = (joined.failed, joined.retried)
        self.requests = requests
        var times: [Row: Histogram] = [Row(.requests): joined.latency, Row(.untilData): joined.untilData]
        for stage in joined.stages { times[Row(.stage, part: stage.stage), default: Histogram()].merge(stage.ns) }
        for path in joined.paths {
            let name = path.facts.stableName
            times[Row(.path, of: name), default: Histogram()].merge(path.latency)
            for stage in path.stages {
                times[Row(.pathStage, of: name, part: stage.stage), default: Histogram()].merge(stage.ns)
            }
        }
        add(times)
    }

    private mutating func add(_ histograms: [Row: Histogram]) {
        for (row, histogram) in histograms where histogram.count > 0 { times[row] = Distribution(histogram) }
    }
}

extension PathFacts {
    /// The same at every boot, whichever letter the disk has got.
    var stableName: String { "\(map ?? "?")/\(portal ?? hctl ?? name)" }
}

extension MergedTree {
    /// A caller before its calls, those of one caller in the order of their names.
    fileprivate func calls(_ names: TraceNames, _ map: LayerMap) -> [CallNode] {
        var below: [Int: [Int]] = [:]
        for (index, node) in nodes.enumerated() { below[node.parent, default: []].append(index) }
        let functions = nodes.map { names[$0.function] }
        func sorted(_ parent: Int) -> [Int] {
            (below[parent] ?? []).sorted { functions[$0].baseName < functions[$1].baseName }
        }
        var calls: [CallNode] = []
        var rest = sorted(-1).reversed().map { ($0, 0) }
        while let (index, depth) = rest.popLast() {
            let node = nodes[index]
            let isRoot = node.parent < 0
            calls.append(
                CallNode(
                    depth: depth, function: functions[index].baseName,
                    layer: map.layers[map.layer(of: functions[index])], calls: node.calls,
                    callersWith: isRoot ? node.calls : node.callersWith, fewest: isRoot ? 1 : node.fewest,
                    most: isRoot ? 1 : node.most, selfNs: Distribution(node.selves).usualNs))
            rest += sorted(index).reversed().map { ($0, depth + 1) }
        }
        return calls
    }
}
