/// The report for reading in a terminal.
struct TextOutput: OutputFormat {
    let name = "text"
    let help = "for reading: latency per root, layers, hottest functions"

    func render(_ results: OutputResults, to sink: OutputSink) throws {
        let options = results.options
        try sink.write(
            TextReport(
                results.report, style: options.style, rootLimit: options.rootLimit,
                functionLimit: options.functionLimit
            ).render())
    }
}
