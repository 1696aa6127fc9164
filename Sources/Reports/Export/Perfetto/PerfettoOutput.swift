import GraphParser

/// Everything on one timeline, for https://ui.perfetto.dev and its trace processor.
struct PerfettoOutput: OutputFormat {
    let name = "perfetto"
    let readers = OutputReaders.openers
    let help = "calls, requests and failovers on a timeline, for ui.perfetto.dev and its SQL (protobuf)"

    func analyzer(_ options: OutputOptions, to sink: OutputSink) -> (any Analyzer)? {
        TimelineAnalyzer(options.map) { PerfettoWriter($0, sequence: 1, to: sink) }
    }

    func render(_ results: OutputResults, to sink: OutputSink) throws {
        guard let failover = results.summary.failover else { return }
        let labels = Labels()
        let writer = PerfettoWriter(labels, sequence: 2, to: sink)
        try writer.begin(TimelineCapture(results.source.identity, results.capture))
        try IncidentTracks(TrackNumbers(after: IncidentTracks.firstNumber), labels, writer).draw(failover)
    }
}

extension IncidentTracks {
    /// What is drawn behind the pass has tracks with other numbers than what was drawn in it.
    static var firstNumber: Int { 1 << 24 }
}
