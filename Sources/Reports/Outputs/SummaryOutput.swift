/// What the report is derived from.
struct SummaryOutput: OutputFormat {
    let name = "summary"
    let help =
        "counts, sums and histograms, which can be merged with those of other traces, as JSON (\(Summary.schema))"

    func render(_ results: OutputResults, to sink: OutputSink) throws {
        try results.summary.writeJSON(to: sink.write)
    }
}
