import GraphParser
import TraceFormat

/// All calls merged, and single ones as they went, for https://speedscope.app.
///
/// A frame's number is its function's, so that what is written while the pass goes on and what is written behind it need not agree on any.
struct SpeedscopeOutput: OutputFormat {
    let name = "speedscope"
    let help = "all calls merged, weighted by self time, and single ones of the main roots, for speedscope.app (JSON)"
    let needsSummary = false
    let needsMergedTree = true

    func analyzer(_ options: OutputOptions, to sink: OutputSink) -> (any Analyzer)? { Singles(sink) }

    func render(_ results: OutputResults, to sink: OutputSink) throws {
        try SpeedscopeWriter(sink).write(results.mergedTree, furtherFrame: results.names.count)
        try writeFrames(results, to: sink)
    }

    /// Writes the single trees, once all are known.
    private final class Singles: TreeTaker {
        let interest = Interest()
        private let sink: OutputSink
        private var trees = TypicalTrees()
        private var name = ""

        /// Of so many root functions, those with the most time.
        private static let roots = 5

        init(_ sink: OutputSink) { self.sink = sink }

        func begin(_ trace: TraceContext) { name = CaptureName(trace).capture }
        func take(_ batch: TraceBatch) -> Demand { .more }
        func take(_ tree: CallTree, number: Int) { trees.add(tree, number: number) }

        func finish(_ end: TraceEnd) throws {
            let note =
                trees.leftOut > 0 ? ", single calls of the first \(TypicalTrees.maxRoots) root functions only" : ""
            let singles = trees.main(Self.roots).flatMap(Self.singles)
            let writer = SpeedscopeWriter(sink)
            // Behind these comes the one of all calls, which is what is looked at first.
            try writer.begin(name: "\(name)\(note)", shown: singles.count)
            for (tree, name) in singles { try writer.write(tree, name: name) }
        }

        /// The slowest and one near the median, unless that is the same.
        private static func singles(of root: TypicalTrees.Root) -> [(tree: CallTree, name: String)] {
            guard let slowest = root.examples.slowest.first?.value, let typical = root.examples.typical?.value else {
                return []
            }
            let (times, count) = (root.examples.times, root.examples.times.count)
            let function = slowest.tree.names[root.function].description
            func duration(_ tree: CallTree) -> String { Figures.duration(tree.root.duration ?? 0) }
            let first = "\(function): slowest of \(count), \(duration(slowest.tree)), tree \(slowest.number)"
            guard count > 2, typical.number != slowest.number else { return [(slowest.tree, first)] }
            let median = "median of \(count) \(Figures.duration(times.percentiles([0.5])[0]))"
            let second = "\(function): near the median, \(duration(typical.tree)), tree \(typical.number) (\(median))"
            return [(slowest.tree, first), (typical.tree, second)]
        }
    }

    private func writeFrames(_ results: OutputResults, to sink: OutputSink) throws {
        let map = results.options.map
        sink.bytes.appendJSON(raw: "\n],\"shared\":{\"frames\":[")
        for index in 0..<results.names.count {
            let function = results.names[FunctionID(index: Int32(index))]
            sink.bytes.appendJSON(raw: index > 0 ? ",\n{\"name\":" : "\n{\"name\":")
            sink.bytes.appendJSON(printable(function.description))
            // What it has for where a function is from.
            sink.bytes.appendJSON(raw: ",\"file\":")
            sink.bytes.appendJSON(printable(map.layers[map.layer(of: function)]))
            sink.bytes.append(UInt8(ascii: "}"))
            try sink.pass()
        }
        sink.bytes.appendJSON(raw: ",\n{\"name\":")
        sink.bytes.appendJSON(MergedTree.furtherName)
        sink.bytes.appendJSON(raw: "}\n]}}\n")
        try sink.pass()
    }
}
