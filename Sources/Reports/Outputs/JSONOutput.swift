/// All figures of the report.
struct JSONOutput: SummaryFormat {
    let name = "json"
    let help = "all figures of the report, percentiles among them, as JSON (\(Report.schema))"

    func render(_ summary: Summary, _ report: Report, _ options: OutputOptions, to sink: OutputSink) throws {
        try report.writeJSON(to: sink.write)
    }
}
