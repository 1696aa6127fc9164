/// The report for reading in a terminal.
struct TextOutput: SummaryFormat {
    let name = "text"
    let help = "for reading: the story, then requests, failovers, latency per root, layers, hottest functions"
    let readers = OutputReaders.people

    func render(_ summary: Summary, _ report: Report, _ options: OutputOptions, to sink: OutputSink) throws {
        try sink.write(
            TextReport(
                report, of: summary, style: options.layerStyle, rootLimit: options.rootLimit,
                functionLimit: options.functionLimit
            ).render())
    }
}
