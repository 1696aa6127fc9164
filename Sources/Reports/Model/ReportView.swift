import GraphParser

extension Report {
    /// What the figures of a summary come to: percentiles, means, shares, and the order in which they are read.
    public init(_ summary: Summary) {
        let requests = summary.requests.map { summary.isOfOneBoot ? $0 : $0.withoutTimesOfPaths }
        self.init(
            schema: Report.schema, source: Source(summary.sources), counts: Counts(summary.counts),
            roots: Self.roots(summary.roots), layers: Self.layers(summary.layers),
            functions: Self.functions(summary.functions), requests: requests.map(Requests.init),
            paths: requests.map { requests in requests.paths.map { Path($0, of: requests) } },
            failover: summary.failover.map(Failover.init))
    }

    /// The flow's roots, others, fragments; most time first.
    private static func roots(_ roots: [Summary.Root]) -> [Root] {
        func rank(_ root: Root) -> Int { root.fragment ? 2 : root.askedFor == false ? 1 : 0 }
        return roots.map(Root.init).sorted { left, right in
            if rank(left) != rank(right) { return rank(left) < rank(right) }
            if left.latency.sumNs != right.latency.sumNs { return left.latency.sumNs > right.latency.sumNs }
            return (left.function, left.module ?? "", right.calls) < (right.function, right.module ?? "", left.calls)
        }
    }

    private static func layers(_ layers: [Summary.Layer]) -> [Layer] {
        layers.map { Layer(layer: $0.layer, calls: $0.calls, selfNs: $0.selfNs, totalNs: $0.totalNs) }
            .sorted { ($1.selfNs, $0.layer) < ($0.selfNs, $1.layer) }
    }

    private static func functions(_ functions: [Summary.FunctionTime]) -> [FunctionTime] {
        functions.map {
            FunctionTime(
                function: $0.function, module: $0.module, layer: $0.layer, calls: $0.calls, selfNs: $0.selfNs,
                totalNs: $0.totalNs)
        }
        .sorted { left, right in
            // Most times differ: names are compared only where they do not.
            if left.selfNs != right.selfNs { return left.selfNs > right.selfNs }
            return (left.function, left.module ?? "", left.layer) < (right.function, right.module ?? "", right.layer)
        }
    }
}

extension Report.Root {
    init(_ root: Summary.Root) {
        let calls = root.latency.count
        let layers = root.layers.map { layer in
            // It did not occur in the other calls.
            var perCall = layer.selfNs
            perCall.record(0, times: calls - root.hollowCalls - layer.selfNs.count)
            return Report.RootLayer(layer: layer.layer, selfNs: perCall.sum, latency: Report.Latency(perCall))
        }
        let attributed = layers.reduce(0 as UInt64) { $0.addingSaturated($1.selfNs) }
        self.init(
            function: root.function, module: root.module, askedFor: root.askedFor, fragment: root.fragment,
            calls: calls, partialCalls: root.partialCalls, hollowCalls: root.hollowCalls, treeCalls: root.treeCalls,
            tracingNs: root.tracingNs, latency: Report.Latency(root.latency),
            layers: layers.sorted { ($1.selfNs, $0.layer) < ($0.selfNs, $1.layer) },
            unattributedNs: root.latency.sum - min(attributed, root.latency.sum))
    }
}

extension Report.Source {
    /// What one trace has, or several have in common.
    init(_ sources: [Summary.Source]) {
        func common<Value: Hashable>(_ value: (Summary.Source) -> Value?) -> Value? {
            let values = Set(sources.map(value))
            return values.count == 1 ? values.first! : nil
        }
        let isOne = sources.count == 1
        let cpusWithEvents = sources.map(\.cpusWithEvents)
        self.init(
            path: sources.map(\.path).joined(separator: ", "),
            kind: common(\.kind) ?? Self.severalKinds,
            kernel: common(\.identity.kernel), clock: common(\.identity.clock),
            cpus: sources.map { $0.machineCPUs ?? $0.cpusWithEvents ?? 1 }.max() ?? 0,
            cpusWithEvents: cpusWithEvents.contains(nil) ? nil : cpusWithEvents.compactMap(\.self).max(),
            notes: sources.flatMap { source in source.notes.map { isOne ? $0 : "\(source.path): \($0)" } },
            notUnderstood: nil, recording: isOne ? sources[0].recording : nil)
    }

    /// The kind of several traces that are not all of one.
    static let severalKinds = "several"
}

extension Summary {
    /// Whether all of it is on one clock.
    fileprivate var isOfOneBoot: Bool { sources.count < 2 || Set(sources.map(\.identity.boot)).count == 1 }
}

extension RequestSummary {
    /// The same without when tries were on paths: those of several machines or boots cannot be held against each other, so that none of
    /// their paths is called slow.
    fileprivate var withoutTimesOfPaths: RequestSummary {
        var summary = self
        for index in summary.paths.indices { summary.paths[index].overTime = nil }
        return summary
    }
}
