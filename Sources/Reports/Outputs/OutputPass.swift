public import GraphParser

/// Outputs of one pass over a trace: all that their formats ask for is found in it at once.
public final class OutputPass {
    /// One output: in which format, how it is to look, and where it goes.
    public struct Output {
        /// In which format.
        public let format: any OutputFormat
        /// How it is to look.
        public let options: OutputOptions
        /// Where it goes.
        public let sink: OutputSink

        /// For a format, with options as they are by default.
        public init(_ format: any OutputFormat, options: OutputOptions = OutputOptions(), to sink: OutputSink) {
            (self.format, self.options, self.sink) = (format, options, sink)
        }
    }

    /// What is to take part in the pass.
    public let analyzers: [any Analyzer]
    private let outputs: [Output]
    /// By output.
    private let ownAnalyzers: [(any Analyzer)?]
    private let builder: SummaryBuilder?
    private let joiner: RequestAnalyzer?
    private let failover: FailoverAnalyzer?
    private let trees: OutputTrees?
    private let names = NamesOfTrace()
    /// What the trace's requests come to, once the pass is finished; nil without any, and if no output asks for them.
    public private(set) var requests: RequestSummary?
    /// Whether anything of the trace is in doubt, once the pass is finished, as far as the outputs needed it summed up.
    public var isInDoubt: Bool { builder != nil && shared?.report.isInDoubt == true }
    private var shared: OutputResults.Shared?
    /// What outputs do not hold, once the pass is finished: a line each, with the format's name.
    public private(set) var omissions: [String] = []

    /// Keeps the names of the trace's functions and tasks.
    private final class NamesOfTrace: Analyzer {
        let interest = Interest()
        var names = TraceNames()
        func begin(_ trace: TraceContext) { names = trace.names }
        func take(_ batch: TraceBatch) -> Demand { .more }
    }

    /// - Parameters:
    ///   - outputs: each with a sink of its own.
    ///   - map: tells the layers of functions.
    public init(_ outputs: [Output], map: LayerMap) {
        self.outputs = outputs
        ownAnalyzers = outputs.map { $0.format.analyzer($0.options, to: $0.sink) }
        let own = ownAnalyzers.compactMap(\.self)
        builder = outputs.contains(where: \.format.needsSummary) ? SummaryBuilder(map: map) : nil
        joiner = Self.joiner(own.compactMap { $0 as? any RequestTaker }, isNeeded: builder != nil)
        failover = builder == nil ? nil : joiner.map { FailoverAnalyzer($0) }
        trees = Self.trees(
            own.compactMap { $0 as? any TreeTaker }, merges: outputs.contains(where: \.format.needsMergedTree))
        // What others are given by them comes first, so that it is there when they finish.
        let shared: [(any Analyzer)?] = [names, builder, failover, joiner, trees]
        analyzers = shared.compactMap(\.self) + own
    }

    private static func joiner(_ takers: [any RequestTaker], isNeeded: Bool) -> RequestAnalyzer? {
        if takers.isEmpty { return isNeeded ? RequestAnalyzer() : nil }
        return RequestAnalyzer(onNamedRequest: { request, names in
            for taker in takers { try taker.take(request, names) }
        })
    }

    private static func trees(_ takers: [any TreeTaker], merges: Bool) -> OutputTrees? {
        takers.isEmpty && !merges ? nil : OutputTrees(takers, merges: merges)
    }

    /// Writes what is to be written behind the pass, and flushes the sinks.
    ///
    /// - Parameters:
    ///   - source: what the pass found of the trace as a whole.
    ///   - counts: what it counted.
    ///   - showsNotUnderstood: whether the report holds the lines of a text that were not understood.
    /// - Throws: what a sink throws.
    public func finish(source: TraceSource, counts: TraceCounts, showsNotUnderstood: Bool = false) throws {
        var summary = builder?.summary(source: source, counts: counts) ?? Summary()
        requests = joiner?.summary(source: source)
        summary.requests = requests
        summary.failover = failover?.summary(source: source)
        let shared = OutputResults.Shared(
            summary, source, notUnderstood: showsNotUnderstood ? source.notUnderstood : nil, names: names.names,
            merged: trees?.merged)
        self.shared = shared
        for (output, analyzer) in zip(outputs, ownAnalyzers) {
            let results = OutputResults(options: output.options, shared: shared, analyzer: analyzer)
            try output.format.render(results, to: output.sink)
            try output.sink.flush()
            omissions += output.format.omissions(results).map { "\(output.format.name): \($0)" }
        }
    }
}
