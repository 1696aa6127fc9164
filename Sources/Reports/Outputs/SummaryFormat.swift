/// An output that is made of the summary and its report alone: of one trace as well as of several, whose summaries are merged.
public protocol SummaryFormat: OutputFormat {
    /// Writes it.
    ///
    /// - Throws: what the sink throws.
    func render(_ summary: Summary, _ report: Report, _ options: OutputOptions, to sink: OutputSink) throws
}

extension SummaryFormat {
    /// Of one trace.
    public func render(_ results: OutputResults, to sink: OutputSink) throws {
        try render(results.summary, results.report, results.options, to: sink)
    }
}

extension OutputFormat {
    /// Whether one output can be made of several traces.
    public var takesSeveralTraces: Bool { self is any SummaryFormat }
}
