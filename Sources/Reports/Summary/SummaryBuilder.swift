public import GraphParser
import TraceFormat

/// Sums up the calls of a trace in one pass, for a ``Summary`` of it.
///
/// Used on the thread that reads the trace.
public final class SummaryBuilder: Analyzer {
    /// All calls.
    public let interest = Interest(calls: true)

    private var names = TraceNames()
    private let map: LayerMap
    private var sums: CallSums

    /// - Parameter map: tells the layers of functions; each is looked up once.
    public init(map: LayerMap) {
        self.map = map
        sums = CallSums(layerCount: map.layers.count)
    }

    /// Gets the names of the trace's functions.
    public func begin(_ trace: TraceContext) { names = trace.names }

    /// Adds calls, in time order.
    @discardableResult public func take(_ batch: TraceBatch) -> Demand {
        sums.add(batch) { map.layer(of: names[$0]) }
        return .more
    }

    /// The sums of everything taken so far.
    ///
    /// - Parameters:
    ///   - source: what the reading found of the trace as a whole; tells which roots were asked for and what recording a call cost.
    ///   - counts: what the reading counted.
    public func summary(source: TraceSource, counts: TraceCounts) -> Summary {
        Summary(
            sources: [Summary.Source(source)], counts: counts, roots: Summary.merge(roots(source.recording)),
            layers: Summary.merge(layers), functions: Summary.merge(functions))
    }

    /// The sums of what has ended since this was asked last, and begins anew.
    func takeCalls() -> CallTotals {
        defer { sums.renew() }
        return CallTotals(
            roots: Summary.merge(roots(nil)), layers: Summary.merge(layers), functions: Summary.merge(functions))
    }

    private func roots(_ recording: RecordingStats?) -> [Summary.Root] {
        zip(sums.roots.roots, sums.roots.leaves).enumerated().map { index, sum in
            let (root, leaves) = sum
            let function = names[root.function]
            var layers = sums.roots.layers(of: index).map { Summary.RootLayer(layer: map.layers[$0], selfNs: $1) }
            // The calls with nothing below them among the others.
            if leaves.count > 0 {
                let layer = map.layers[sums.functions[Int(root.function.index)].layer]
                layers.append(Summary.RootLayer(layer: layer, selfNs: leaves))
            }
            var latency = root.latency
            latency.merge(leaves)
            return Summary.Root(
                function: function.name, baseName: function.baseName, module: function.module,
                fragment: root.isFragment,
                askedFor: root.isFragment ? nil : recording?.roots?.contains(function.name), latency: latency,
                partialCalls: root.partialCalls, hollowCalls: root.hollowCalls,
                treeCalls: root.treeCalls + leaves.count, kernelCallsBelow: root.kernelCallsBelow,
                tracingNs: recording?.callCostNs.map { $0.multipliedSaturated(by: root.kernelCallsBelow) },
                layers: Summary.merge(layers))
        }
    }

    private var layers: [Summary.Layer] {
        var layers = sums.layerTotals.enumerated().map { layer, total in
            Summary.Layer(layer: map.layers[layer], calls: 0, selfNs: 0, totalNs: total)
        }
        for function in sums.functions {
            layers[function.layer].calls += function.calls
            layers[function.layer].selfNs = layers[function.layer].selfNs.addingSaturated(function.selfNs)
        }
        for (root, leaves) in zip(sums.roots.roots, sums.roots.leaves) {
            let layer = sums.functions[Int(root.function.index)].layer
            layers[layer].totalNs = layers[layer].totalNs.addingSaturated(leaves.sum)
        }
        // The calls of a tree may have been handed over before it ended.
        return layers.filter { $0.calls > 0 || $0.totalNs > 0 }
    }

    private var functions: [Summary.FunctionTime] {
        sums.functions.enumerated().compactMap { index, sum in
            guard sum.calls > 0 else { return nil }
            let function = names[FunctionID(index: Int32(index))]
            return Summary.FunctionTime(
                function: function.name, baseName: function.baseName, module: function.module,
                layer: map.layers[sum.layer], calls: sum.calls, selfNs: sum.selfNs, totalNs: sum.totalNs)
        }
    }
}
