public import GraphParser

/// Sums up the calls of a trace into a ``Report``, in one pass; memory grows with the distinct functions, of which
/// ``TraceNames`` has a limited number, and the open calls, not with the trace.
public struct ReportBuilder: CallConsumer {
    private struct FunctionSum {
        var calls = 0
        var selfNs: UInt64 = 0
        var totalNs: UInt64 = 0
        let layer: Int
        /// Where in `roots` its calls without a caller are; negative if there are none.
        var root = -1

        /// - Returns: the function's layer.
        @inline(__always)
        mutating func add(_ own: UInt64, _ duration: UInt64) -> Int {
            calls &+= 1
            selfNs = selfNs.addingSaturated(own)
            totalNs = totalNs.addingSaturated(duration)
            return layer
        }
    }

    private struct RootSum {
        let function: FunctionID
        /// Calls with others below them.
        var latency = Histogram()
        var partialCalls = 0
        /// Complete calls in their trees.
        var treeCalls = 0
        /// Those below them that are the kernel's.
        var kernelCallsBelow = 0
        /// Of each layer its self time in the calls in which it occurred.
        var layers = LayerHistograms()
    }

    /// What a layer has below the current root of a task.
    private struct LayerTime {
        var selfNs: UInt64 = 0
        /// Time of its outermost complete calls, so far.
        var totalNs: UInt64 = 0
        /// Complete calls.
        var calls = 0
        /// Those in user space.
        var userCalls = 0
    }

    private let names: TraceNames
    private let map: LayerMap
    private var functions: [FunctionSum] = []
    private var layerTotals: [UInt64]
    private var roots: [RootSum] = []
    /// By root: its calls with nothing below them. All that is to be known of them is their duration, which is their layer's, too.
    private var leaves: [Histogram] = []
    /// By task and layer.
    private var times: [LayerTime] = []
    /// For each open call, what `totalNs` of its layer was when it began: a complete call replaces with its own duration what
    /// its calls of the same layer have added since.
    private var totalsAtBegin: [UInt64] = []

    public init(names: TraceNames, map: LayerMap) {
        self.names = names
        self.map = map
        layerTotals = Array(repeating: 0, count: map.layers.count)
    }

    @discardableResult public mutating func take(_ batch: CallBatch) -> Demand {
        prepare(batch)
        let events = batch.events.span
        var index = add(events, from: 0)
        while index < events.count {
            if case .ended(let call) = events[index] { endRoot(call) }
            index = add(events, from: index + 1)
        }
        return .more
    }

    /// Makes room for functions, tasks and open calls that are new.
    private mutating func prepare(_ batch: CallBatch) {
        while functions.count < batch.functions {
            let id = FunctionID(index: Int32(functions.count))
            functions.append(FunctionSum(layer: map.layer(of: names[id])))
        }
        let missing = batch.tasks * map.layers.count - times.count
        if missing > 0 { times.append(contentsOf: repeatElement(LayerTime(), count: missing)) }
        if batch.openCalls > totalsAtBegin.count {
            totalsAtBegin.append(contentsOf: repeatElement(0, count: batch.openCalls - totalsAtBegin.count))
        }
    }

    /// Adds calls to the sums, up to the end of a root.
    ///
    /// - Returns: the index of the root's end, or the count.
    private mutating func add(_ events: Span<CallEvent>, from start: Int) -> Int {
        // Out of `self`, so that their spans can be changed side by side.
        var (functions, times, totals, leaves) = (self.functions, self.times, self.totalsAtBegin, self.leaves)
        (self.functions, self.times, self.totalsAtBegin, self.leaves) = ([], [], [], [])
        defer { (self.functions, self.times, self.totalsAtBegin, self.leaves) = (functions, times, totals, leaves) }
        var leafSpan = leaves.mutableSpan
        var functionSpan = functions.mutableSpan
        var timeSpan = times.mutableSpan
        var totalSpan = totals.mutableSpan
        let layers = map.layers.count
        for index in start..<events.count {
            switch events[index] {
            case .began(let function, let task, let number):
                let layer = functionSpan[Int(function.index)].layer
                totalSpan[Int(number)] = timeSpan[Int(task) &* layers &+ layer].totalNs
            case .ended(let call):
                if call.confidence == .complete {
                    let duration = call.duration ?? 0
                    let own = call.selfNs
                    let layer = functionSpan[Int(call.function.index)].add(own, duration)
                    // A root without calls below goes into its histogram alone.
                    if call.isRoot && call.isLeaf {
                        let root = functionSpan[Int(call.function.index)].root
                        if root < 0 { return index }
                        leafSpan[root].record(duration)
                        continue
                    }
                    let time = call.task &* layers &+ layer
                    let totalAtBegin = call.isLeaf ? timeSpan[time].totalNs : totalSpan[Int(call.number)]
                    timeSpan[time].calls &+= 1
                    if call.isUser { timeSpan[time].userCalls &+= 1 }
                    timeSpan[time].selfNs = timeSpan[time].selfNs.addingSaturated(own)
                    timeSpan[time].totalNs = totalAtBegin.addingSaturated(duration)
                }
                if call.isRoot { return index }
            case .other, .lost: break
            }
        }
        return events.count
    }

    private mutating func endRoot(_ call: Call) {
        guard call.confidence != .orphan else { return }
        let root = call.confidence == .complete && call.duration != nil ? index(ofRoot: call.function) : nil
        if let root, let duration = call.duration {
            guard !call.isLeaf else { return leaves[root].record(duration) }
            roots[root].latency.record(duration)
            if !call.isUser { roots[root].kernelCallsBelow -= 1 }
            if !call.isWhole || call.isOutlived { roots[root].partialCalls += 1 }
        }
        let first = call.task * map.layers.count
        var place = 0
        for layer in map.layers.indices where times[first + layer].calls > 0 {
            let time = times[first + layer]
            if let root {
                roots[root].layers.record(time.selfNs, of: layer, from: &place)
                roots[root].treeCalls += time.calls
                roots[root].kernelCallsBelow += time.calls - time.userCalls
            }
            layerTotals[layer] = layerTotals[layer].addingSaturated(time.totalNs)
            times[first + layer] = LayerTime()
        }
    }

    private mutating func index(ofRoot function: FunctionID) -> Int {
        let known = functions[Int(function.index)].root
        if known >= 0 { return known }
        roots.append(RootSum(function: function))
        leaves.append(Histogram())
        functions[Int(function.index)].root = roots.count - 1
        return roots.count - 1
    }

    /// The figures of everything taken so far.
    public func report(source: TraceSource, counts: TraceCounts) -> Report {
        Report(
            schema: Report.schema, source: Report.Source(source), counts: Report.Counts(counts),
            roots: rootReports(source.recording), layers: layerReports(),
            functions: functionReports())
    }

    // MARK: Report

    private func rootReports(_ facts: RecordingFacts?) -> [Report.Root] {
        let reports = zip(roots, leaves).map { root, leaves in
            let function = names[root.function]
            let sum = merged(root, leaves)
            let layers = sum.layers.all.map { layer, histogram in
                // It did not occur in the other calls.
                var perCall = histogram
                perCall.record(0, times: sum.latency.count - histogram.count)
                return Report.RootLayer(layer: map.layers[layer], selfNs: perCall.sum, latency: Report.Latency(perCall))
            }
            let attributed = layers.reduce(0 as UInt64) { $0.addingSaturated($1.selfNs) }
            return Report.Root(
                function: function.name, module: function.module,
                askedFor: facts?.roots?.contains(function.name), calls: sum.latency.count,
                partialCalls: sum.partialCalls, treeCalls: sum.treeCalls,
                tracingNs: facts?.callCostNs.map { tracing($0, calls: sum.kernelCallsBelow) },
                latency: Report.Latency(sum.latency),
                layers: layers.sorted { ($1.selfNs, $0.layer) < ($0.selfNs, $1.layer) },
                unattributedNs: sum.latency.sum - min(attributed, sum.latency.sum))
        }
        return reports.sorted { first, second in
            let isFirstStray = first.askedFor == false
            if isFirstStray != (second.askedFor == false) { return !isFirstStray }
            return (second.latency.sumNs, first.function, first.module ?? "")
                < (first.latency.sumNs, second.function, second.module ?? "")
        }
    }

    private func tracing(_ callCostNs: UInt64, calls: Int) -> UInt64 {
        let (time, overflow) = callCostNs.multipliedReportingOverflow(by: UInt64(max(0, calls)))
        return overflow ? .max : time
    }

    /// With the calls that have nothing below them among the others.
    private func merged(_ root: RootSum, _ leaves: Histogram) -> RootSum {
        var root = root
        root.latency.merge(leaves)
        root.treeCalls += leaves.count
        if leaves.count > 0 { root.layers.merge(leaves, of: functions[Int(root.function.index)].layer) }
        return root
    }

    private func layerReports() -> [Report.Layer] {
        var calls = Array(repeating: 0, count: map.layers.count)
        var selfNs = Array(repeating: 0 as UInt64, count: map.layers.count)
        for function in functions {
            calls[function.layer] += function.calls
            selfNs[function.layer] = selfNs[function.layer].addingSaturated(function.selfNs)
        }
        var totalNs = layerTotals
        for (root, leaves) in zip(roots, leaves) {
            let layer = functions[Int(root.function.index)].layer
            totalNs[layer] = totalNs[layer].addingSaturated(leaves.sum)
        }
        return map.layers.indices.filter { calls[$0] > 0 }
            .map {
                Report.Layer(layer: map.layers[$0], calls: calls[$0], selfNs: selfNs[$0], totalNs: totalNs[$0])
            }
            .sorted { ($1.selfNs, $0.layer) < ($0.selfNs, $1.layer) }
    }

    private func functionReports() -> [Report.FunctionTime] {
        let reports = functions.enumerated().compactMap { index, sum -> Report.FunctionTime? in
            guard sum.calls > 0 else { return nil }
            let function = names[FunctionID(index: Int32(index))]
            return Report.FunctionTime(
                function: function.name, module: function.module, layer: map.layers[sum.layer], calls: sum.calls,
                selfNs: sum.selfNs, totalNs: sum.totalNs)
        }
        return reports.sorted {
            ($1.selfNs, $0.function, $0.module ?? "") < ($0.selfNs, $1.function, $1.module ?? "")
        }
    }
}
