public import GraphParser
import TraceFormat

/// Sums up the calls of a trace into a ``Report``, in one pass; memory grows with the distinct functions, of which
/// `TraceNames` has a limited number, and the open calls, not with the trace.
public final class ReportBuilder: Analyzer {
    public let interest = Interest(calls: true)

    private struct FunctionSum {
        var calls = 0
        var selfNs: UInt64 = 0
        var totalNs: UInt64 = 0
        let layer: Int
        /// Where in `roots` its calls without a caller are, and those of them that are fragments; negative if there are none.
        var root = -1
        var fragment = -1

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
        let isFragment: Bool
        /// Calls with others below them.
        var latency = Histogram()
        var partialCalls = 0
        /// Those of them that are in no layer's times: what they called was not recorded.
        var hollowCalls = 0
        /// Complete calls in their trees.
        var treeCalls = 0
        /// Those below them that are the kernel's.
        var kernelCallsBelow = 0
        /// The self time of each layer in the calls in which it occurred.
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

        /// Interrupts call nothing in user space.
        mutating func subtract(_ part: LayerTime) {
            selfNs -= min(part.selfNs, selfNs)
            totalNs -= min(part.totalNs, totalNs)
            calls -= min(part.calls, calls)
        }
    }

    private var names = TraceNames()
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

    public init(map: LayerMap) {
        self.map = map
        layerTotals = Array(repeating: 0, count: map.layers.count)
    }

    public func begin(_ trace: TraceContext) { names = trace.names }

    @discardableResult public func take(_ batch: TraceBatch) -> Demand {
        prepare(batch)
        let events = batch.calls.span
        var index = add(events, from: 0)
        while index < events.count {
            switch events[index] {
            case .ended(let call): endRoot(call)
            case .outside(let number): takeOut(batch.outside[Int(number)])
            case .began, .event, .lost: break
            }
            index = add(events, from: index + 1)
        }
        return .more
    }

    /// Makes room for functions, tasks and open calls that are new.
    private func prepare(_ batch: TraceBatch) {
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

    /// Adds calls to the sums, up to the end of a root, or of a call with others inside that are no part of it.
    ///
    /// - Returns: the index of that event, or the count.
    private func add(_ events: Span<CallEvent>, from start: Int) -> Int {
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
            case .began(let begin):
                let layer = functionSpan[Int(begin.function.index)].layer
                totalSpan[Int(begin.number)] = timeSpan[begin.task &* layers &+ layer].totalNs
            case .ended(let call):
                if call.confidence == .complete {
                    let duration = call.duration ?? 0
                    let own = call.selfNs
                    let layer = functionSpan[Int(call.function.index)].add(own, duration)
                    // A root without calls below goes into its histogram alone.
                    if call.isRoot && call.isLeaf {
                        let function = functionSpan[Int(call.function.index)]
                        let root = call.depth == 0 ? function.root : function.fragment
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
            case .outside: return index
            case .event, .lost: break
            }
        }
        return events.count
    }

    private func endRoot(_ call: Call) {
        guard call.confidence != .orphan else { return }
        let first = call.task * map.layers.count
        let below = Array(times[first..<(first + map.layers.count)])
        for layer in map.layers.indices { times[first + layer] = LayerTime() }
        end(call, isFragment: call.isFragment, below)
    }

    /// A call has ended that nobody called.
    ///
    /// - Parameter tree: by layer, what it and the calls below it have.
    private func end(_ call: Call, isFragment: Bool, _ tree: [LayerTime]) {
        var root: Int?
        if call.confidence == .complete, let duration = call.duration {
            let index = index(ofRoot: call.function, isFragment: isFragment)
            guard !call.isLeaf else { return leaves[index].record(duration) }
            roots[index].latency.record(duration)
            if !call.isUser { roots[index].kernelCallsBelow -= 1 }
            if !call.isWhole { roots[index].partialCalls += 1 }
            if call.isHollow { roots[index].hollowCalls += 1 }
            root = index
        }
        var place = 0
        for layer in map.layers.indices where tree[layer].calls > 0 {
            let time = tree[layer]
            if let root {
                if !call.isHollow { roots[root].layers.record(time.selfNs, of: layer, from: &place) }
                roots[root].treeCalls += time.calls
                roots[root].kernelCallsBelow += time.calls - time.userCalls
            }
            layerTotals[layer] = layerTotals[layer].addingSaturated(time.totalNs)
        }
        if call.isHollow {
            // It has called what nobody knows: what is left of it is no function's own.
            let function = Int(call.function.index)
            functions[function].selfNs -= min(call.selfNs, functions[function].selfNs)
        }
    }

    private func index(ofRoot function: FunctionID, isFragment: Bool) -> Int {
        let place: WritableKeyPath<FunctionSum, Int> = isFragment ? \.fragment : \.root
        let known = functions[Int(function.index)][keyPath: place]
        if known >= 0 { return known }
        roots.append(RootSum(function: function, isFragment: isFragment))
        leaves.append(Histogram())
        functions[Int(function.index)][keyPath: place] = roots.count - 1
        return roots.count - 1
    }

    // MARK: Calls that interrupts put out of place

    /// The next call that ends has calls inside that are no part of it. They are its caller's; those of a root are roots.
    private func takeOut(_ outside: OutsideCalls) {
        let first = outside.task * map.layers.count
        let layer = functions[Int(outside.function.index)].layer
        for group in outside.before + outside.after {
            let tree = layerTimes(of: group)
            totalsAtBegin[Int(outside.number)] = totalsAtBegin[Int(outside.number)].addingSaturated(tree[layer].totalNs)
            guard outside.isOfRoot else { continue }
            for layer in map.layers.indices { times[first + layer].subtract(tree[layer]) }
            end(group[0], isFragment: false, tree)
        }
        // Its total holds them, and so did that of its layer when it began.
        for group in outside.inside {
            let total = layerTimes(of: group)[layer].totalNs
            totalsAtBegin[Int(outside.number)] -= min(total, totalsAtBegin[Int(outside.number)])
        }
        // The root's own total begins with what it does not have.
        if outside.isOfRoot { totalsAtBegin[Int(outside.number)] = 0 }
    }

    /// By layer, what a call and those below it have.
    ///
    /// - Parameter group: a caller before its calls.
    private func layerTimes(of group: [Call]) -> [LayerTime] {
        var tree = [LayerTime](repeating: LayerTime(), count: map.layers.count)
        // Depth and layer of the callers of a call.
        var callers: [(depth: Int, layer: Int)] = []
        for call in group where call.confidence == .complete {
            callers.removeAll { $0.depth >= call.depth }
            let layer = functions[Int(call.function.index)].layer
            tree[layer].calls += 1
            tree[layer].selfNs = tree[layer].selfNs.addingSaturated(call.selfNs)
            if !callers.contains(where: { $0.layer == layer }) {
                tree[layer].totalNs = tree[layer].totalNs.addingSaturated(call.duration ?? 0)
            }
            callers.append((call.depth, layer))
        }
        return tree
    }

    /// The figures of everything taken so far.
    public func report(source: TraceSource, counts: TraceCounts) -> Report {
        Report(
            schema: Report.schema, source: Report.Source(source), counts: Report.Counts(counts),
            roots: rootReports(source.recording), layers: layerReports(),
            functions: functionReports())
    }

    // MARK: Report

    private func rootReports(_ stats: RecordingStats?) -> [Report.Root] {
        let reports = zip(roots, leaves).map { root, leaves in
            let function = names[root.function]
            let sum = merged(root, leaves)
            let layers = sum.layers.all.map { layer, histogram in
                // It did not occur in the other calls.
                var perCall = histogram
                perCall.record(0, times: sum.latency.count - sum.hollowCalls - histogram.count)
                return Report.RootLayer(layer: map.layers[layer], selfNs: perCall.sum, latency: Report.Latency(perCall))
            }
            let attributed = layers.reduce(0 as UInt64) { $0.addingSaturated($1.selfNs) }
            return Report.Root(
                function: function.name, module: function.module,
                askedFor: root.isFragment ? nil : stats?.roots?.contains(function.name), fragment: root.isFragment,
                calls: sum.latency.count,
                partialCalls: sum.partialCalls, hollowCalls: sum.hollowCalls, treeCalls: sum.treeCalls,
                tracingNs: stats?.callCostNs.map { tracing($0, calls: sum.kernelCallsBelow) },
                latency: Report.Latency(sum.latency),
                layers: layers.sorted { ($1.selfNs, $0.layer) < ($0.selfNs, $1.layer) },
                unattributedNs: sum.latency.sum - min(attributed, sum.latency.sum))
        }
        // The flow's roots, others, fragments.
        func rank(_ root: Report.Root) -> Int { root.fragment ? 2 : root.askedFor == false ? 1 : 0 }
        return reports.sorted {
            (rank($0), $1.latency.sumNs, $0.function, $0.module ?? "")
                < (rank($1), $0.latency.sumNs, $1.function, $1.module ?? "")
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
