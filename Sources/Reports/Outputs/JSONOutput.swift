/// All figures of the report.
struct JSONOutput: OutputFormat {
    let name = "json"
    let help = "all figures of the report, percentiles among them, as JSON (\(Report.schema))"

    func render(_ results: OutputResults, to sink: OutputSink) throws {
        try results.report.writeJSON(to: sink.write)
    }
}
