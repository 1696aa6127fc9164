import ArgumentParser
import GraphParser
import Reports

/// `dmflow report`: latency by root and layer.
struct ReportCommand: ParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Say where the time of a trace went: latency per root, layers, hottest functions.",
        discussion: """
            A root is a call without a recorded caller. Only complete calls are in the figures; what was lost or is in \
            doubt is counted in the first lines.
            """)

    @OptionGroup var trace: TraceOptions

    @Option(help: "The form of the report.")
    var format = Format.text

    @Option(help: ArgumentHelp("Show this many roots, those with the most time (text only).", valueName: "n"))
    var roots = 10

    @Option(help: ArgumentHelp("Show this many functions, the hottest (text only).", valueName: "n"))
    var functions = 15

    @Flag(help: "Show the first lines of a text that were not understood, with their numbers.")
    var verbose = false

    func validate() throws {
        if roots < 0 || functions < 0 { throw ValidationError("--roots and --functions take numbers from 0") }
    }

    func run() throws {
        try reporting {
            let builder = SummaryBuilder(map: try trace.layerMap())
            let reading = try trace.read(into: [builder])
            let report = Report(builder.summary(source: reading.source, counts: reading.counts))
            try write(verbose ? report.withNotUnderstood(reading.source.notUnderstood) : report)
            try trace.checkStrict(reading.counts)
        }
    }

    private func write(_ report: Report) throws {
        switch format {
        case .json:
            var output = OutputBuffer()
            try report.writeJSON {
                output.bytes += $0.utf8
                try output.pass()
            }
            try output.flush()
        case .text:
            let style = Style.ofStandardOutput(trace.color)
            try emit(TextReport(report, style: style, rootLimit: roots, functionLimit: functions).render())
        }
    }
}
