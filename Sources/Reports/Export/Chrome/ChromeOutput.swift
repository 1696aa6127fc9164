import GraphParser

/// Everything on one timeline, in the form that most viewers of timelines read.
struct ChromeOutput: OutputFormat {
    let name = "chrome"
    let help = "the same timeline as trace events in JSON, for viewers that do not read Perfetto's"

    func analyzer(_ options: OutputOptions, to sink: OutputSink) -> (any Analyzer)? {
        TimelineAnalyzer(options.map) { ChromeWriter($0, to: sink) }
    }

    func render(_ results: OutputResults, to sink: OutputSink) throws {
        if let failover = results.summary.failover {
            let labels = Labels()
            let writer = ChromeWriter(labels, to: sink)
            try IncidentTracks(TrackNumbers(after: IncidentTracks.firstNumber), labels, writer).draw(failover)
        }
        try ChromeWriter.end(sink)
    }
}
