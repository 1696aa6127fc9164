import ArgumentParser
import GraphParser
import Reports

/// `dmflow failover`: what happened to paths, and who owned each second of the stall.
struct FailoverCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "failover",
        abstract: "Say what happened to the paths of a trace, and who owned the time of requests that stood still.",
        discussion: """
            An incident is what happened to paths that have a map in common, from its first sign to the last request that it \
            held up: errors, timers, resets, the kernel's own messages and multipathd's, on one clock. Timers are set beside \
            the settings that were in force. The trace needs the flow failover: `dmflow capture --light`; \
            `dmflow capture --light --last 60s --stop-at fail_path --stop-after 30s` waits for one.
            """
                + Examples([
                    "What happened to paths":
                        "dmflow failover failover.dat",
                    "One incident alone":
                        "dmflow failover failover.dat --incident 2",
                    "For a program":
                        "dmflow failover failover.dat --format json",
                ]).text)

    @OptionGroup var trace: TraceOptions

    @OptionGroup var pager: PagerOption

    @Option(help: ArgumentHelp("How incidents look: text or json.", valueName: "format"))
    var format = FailoverFormat.text

    @Option(help: ArgumentHelp("Only this incident, by its number.", valueName: "id"))
    var incident: Int?

    func run() throws {
        try reporting {
            if format == .text { pager.use() }
            let style = Style.ofStandardOutput(trace.color).colored(by: try trace.layerMap())
            let (summary, requests, reading) = try trace.failovers()
            say(reading, requests)
            if let incident { _ = try trace.incident(incident, of: summary) }
            let sink = OutputSink.standardOutput()
            try Pager.tolerating {
                switch format {
                case .text: try sink.write(FailoverText(summary, style: style).render(only: incident))
                case .json: try FailoverJSON(summary).write(only: incident, to: sink.write)
                }
                try sink.flush()
            }
            try trace.checkStrict(reading, requests, unplaced: summary.unplaced)
        }
    }

    /// On standard error: what casts doubt on it.
    private func say(_ reading: TraceReading, _ requests: RequestSummary?) {
        if let doubts = TextReport.doubts(reading.counts) { printError("\(trace.name): \(doubts)") }
        for note in reading.source.notes { printError("\(trace.name): \(note)") }
        if reading.source.topology == nil {
            printError(
                "\(trace.name): no multipath maps in it: what happens to sessions and hosts cannot be put to paths")
        }
        guard let requests else {
            return printError(
                "\(trace.name): no requests in it: who stood still is not known; record with dmflow capture --light")
        }
        for line in RequestFacts(requests).lines { printError("\(trace.name): \(line)") }
    }
}

/// How incidents are written.
enum FailoverFormat: String, CaseIterable, ExpressibleByArgument {
    case text, json
}
