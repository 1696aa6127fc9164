/// What the report is derived from.
struct SummaryOutput: SummaryFormat {
    let name = "summary"
    let help =
        "counts, sums and histograms, which can be merged with those of other traces, as JSON (\(Summary.schema))"

    func render(_ summary: Summary, _ report: Report, _ options: OutputOptions, to sink: OutputSink) throws {
        try summary.writeJSON(to: sink.write)
    }
}
