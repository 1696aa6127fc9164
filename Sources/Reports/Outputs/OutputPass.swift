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
    private let builder: SummaryBuilder?
    private let analyzer: RequestAnalyzer?
    private let failover: FailoverAnalyzer?
    /// What the trace's requests come to, once the pass is finished; nil without any, and if no output asks for them.
    public private(set) var requests: RequestSummary?

    /// - Parameters:
    ///   - outputs: each with a sink of its own.
    ///   - map: tells the layers of functions.
    public init(_ outputs: [Output], map: LayerMap) {
        self.outputs = outputs
        builder = outputs.contains(where: \.format.needsSummary) ? SummaryBuilder(map: map) : nil
        analyzer = builder == nil ? nil : RequestAnalyzer()
        failover = analyzer.map { FailoverAnalyzer($0) }
        let own: [any Analyzer] = outputs.compactMap { $0.format.analyzer($0.options, to: $0.sink) }
        let shared: [(any Analyzer)?] = [builder, failover, analyzer]
        analyzers = shared.compactMap(\.self) + own
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
        requests = analyzer?.summary(source: source)
        summary.requests = requests
        summary.failover = failover?.summary(source: source)
        let shared = OutputResults.Shared(
            summary,
            notUnderstood: showsNotUnderstood ? source.notUnderstood : nil, topology: source.topology)
        for output in outputs {
            try output.format.render(OutputResults(options: output.options, shared: shared), to: output.sink)
            try output.sink.flush()
        }
    }
}
