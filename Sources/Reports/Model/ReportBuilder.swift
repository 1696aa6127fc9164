public import GraphParser

/// Sums up the calls of a trace into a ``Report``, in one pass; memory grows with the distinct functions and the open
/// calls, not with the trace.
public struct ReportBuilder: CallConsumer {
    private struct FunctionSum {
        var layer = 0
        var calls = 0
        var selfNs: UInt64 = 0
        var totalNs: UInt64 = 0

        mutating func add(selfNs: UInt64, totalNs: UInt64) {
            calls += 1
            self.selfNs = self.selfNs.addingSaturated(selfNs)
            self.totalNs = self.totalNs.addingSaturated(totalNs)
        }
    }

    private struct LayerSum {
        var calls = 0
        var selfNs: UInt64 = 0
        var totalNs: UInt64 = 0
    }

    private struct RootSum {
        var latency = Histogram()
        var partialCalls = 0
        /// By layer; nil until the layer occurs below the root.
        var layers: [Histogram?]

        /// A layer that did not occur in a call counts with 0 for it, before its first occurrence too.
        mutating func add(_ duration: UInt64, isWhole: Bool, selfNs: [UInt64?]) {
            for layer in layers.indices where selfNs[layer] != nil || layers[layer] != nil {
                var histogram = layers[layer] ?? Histogram()
                layers[layer] = nil
                if histogram.count == 0 { histogram.record(0, times: latency.count) }
                histogram.record(selfNs[layer] ?? 0)
                layers[layer] = histogram
            }
            latency.record(duration)
            if !isWhole { partialCalls += 1 }
        }
    }

    /// What is under way in one task.
    private struct TaskState {
        /// For each layer, self time below the current root, and whether the layer occurred.
        var selfNs: [UInt64?]
        /// For each layer, time of its outermost complete calls below the current root, so far.
        var totalNs: [UInt64]
        /// For each open call, what `totalNs` of its layer was when it began: a complete call replaces with its own
        /// duration what its calls of the same layer have added since.
        var totalsAtBegin: [UInt64] = []
    }

    private let names: TraceNames
    private let map: LayerMap
    private var functions: [FunctionSum?] = []
    private var layers: [LayerSum]
    private var roots: [FunctionID: RootSum] = [:]
    private var tasks: [TaskState] = []

    public init(names: TraceNames, map: LayerMap) {
        self.names = names
        self.map = map
        layers = [LayerSum](repeating: LayerSum(), count: map.layers.count)
    }

    public mutating func began(_ function: FunctionID, depth: Int, task: TaskSlot) {
        addTasks(upTo: task)
        tasks[task].totalsAtBegin.append(tasks[task].totalNs[layer(of: function)])
    }

    public mutating func ended(_ call: Call) {
        guard call.confidence != .orphan else { return }
        let layer = layer(of: call.function)
        let totalAtBegin = tasks[call.task].totalsAtBegin.removeLast()
        if call.confidence == .complete {
            let duration = call.duration ?? 0
            functions[Int(call.function.index)]!.add(selfNs: call.selfNs, totalNs: duration)
            layers[layer].calls += 1
            layers[layer].selfNs = layers[layer].selfNs.addingSaturated(call.selfNs)
            tasks[call.task].selfNs[layer] = (tasks[call.task].selfNs[layer] ?? 0).addingSaturated(call.selfNs)
            tasks[call.task].totalNs[layer] = totalAtBegin.addingSaturated(duration)
        }
        if call.isRoot { endRoot(call) }
    }

    /// The figures of everything taken so far.
    public func report(source: TraceSource, counts: TraceCounts) -> Report {
        Report(
            schema: Report.schema, source: Report.Source(source), counts: Report.Counts(counts),
            roots: rootReports(), layers: layerReports(), functions: functionReports())
    }

    // MARK: Sums

    private mutating func endRoot(_ call: Call) {
        if call.confidence == .complete, let duration = call.duration {
            roots[call.function, default: RootSum(layers: Array(repeating: nil, count: layers.count))]
                .add(duration, isWhole: call.isWhole, selfNs: tasks[call.task].selfNs)
        }
        for layer in layers.indices {
            layers[layer].totalNs = layers[layer].totalNs.addingSaturated(tasks[call.task].totalNs[layer])
        }
        tasks[call.task] = emptyTask()
    }

    private mutating func layer(of function: FunctionID) -> Int {
        let index = Int(function.index)
        while functions.count <= index { functions.append(nil) }
        if let known = functions[index] { return known.layer }
        let layer = map.layer(of: names[function])
        functions[index] = FunctionSum(layer: layer)
        return layer
    }

    private mutating func addTasks(upTo task: TaskSlot) {
        while tasks.count <= task { tasks.append(emptyTask()) }
    }

    private func emptyTask() -> TaskState {
        TaskState(
            selfNs: Array(repeating: nil, count: layers.count), totalNs: Array(repeating: 0, count: layers.count))
    }

    // MARK: Report

    private func rootReports() -> [Report.Root] {
        let reports = roots.map { id, sum in
            let function = names[id]
            let layers = sum.layers.enumerated().compactMap { index, histogram in
                histogram.map {
                    Report.RootLayer(layer: map.layers[index], selfNs: $0.sum, latency: Report.Latency($0))
                }
            }
            let attributed = layers.reduce(0 as UInt64) { $0.addingSaturated($1.selfNs) }
            return Report.Root(
                function: function.name, module: function.module, calls: sum.latency.count,
                partialCalls: sum.partialCalls, latency: Report.Latency(sum.latency),
                layers: layers.sorted { ($1.selfNs, $0.layer) < ($0.selfNs, $1.layer) },
                unattributedNs: sum.latency.sum - min(attributed, sum.latency.sum))
        }
        return reports.sorted {
            ($1.latency.sumNs, $0.function, $0.module ?? "") < ($0.latency.sumNs, $1.function, $1.module ?? "")
        }
    }

    private func layerReports() -> [Report.Layer] {
        zip(map.layers, layers).filter { $0.1.calls > 0 }
            .map { Report.Layer(layer: $0, calls: $1.calls, selfNs: $1.selfNs, totalNs: $1.totalNs) }
            .sorted { ($1.selfNs, $0.layer) < ($0.selfNs, $1.layer) }
    }

    private func functionReports() -> [Report.FunctionTime] {
        let reports = functions.enumerated().compactMap { index, sum -> Report.FunctionTime? in
            guard let sum, sum.calls > 0 else { return nil }
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
