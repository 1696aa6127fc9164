import ArgumentParser
import GraphParser
import Reports

/// `dmflow report`: latency by root and layer.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Say where the time of a trace went: latency per root, layers, hottest functions.",
        discussion: """
            A root is a call without a recorded caller. Only complete calls are in the figures; what was lost or is in \
            doubt is counted in the first lines.
            """)

    @OptionGroup var trace: TraceOptions

    @Option(
        help: ArgumentHelp(
            "Output format, to standard output: \(OutputRegistry.builtin.names.joined(separator: ", ")). The first is the default.",
            valueName: "format"),
        completion: .list(OutputRegistry.builtin.names))
    var format: String?

    @Option(
        help: ArgumentHelp(
            """
            An output of this format, to a file or, without one, to standard output. Can be given again: the trace is read once.
            \(OutputChoice.help)
            """, valueName: "format[=file]"),
        completion: .list(OutputRegistry.builtin.names))
    var output: [String] = []

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
            let outputs = try choices()
            let map = try trace.layerMap()
            let options = OutputOptions(
                style: .ofStandardOutput(trace.color), rootLimit: roots, functionLimit: functions, map: map)
            let targets = try OutputTargets(outputs, trace: trace.file, color: trace.color, options: options)
            let pass = OutputPass(targets.outputs, map: map)
            let reading = try trace.read(into: pass.analyzers, printing: targets.isPrinting)
            try pass.finish(source: reading.source, counts: reading.counts, showsNotUnderstood: verbose)
            try targets.finish()
            // Trees alone do not say it.
            if !outputs.contains(where: \.format.needsSummary), let doubts = TextReport.doubts(reading.counts) {
                printError("\(trace.name): \(doubts)")
            }
            for omission in pass.omissions { printError("\(trace.name): \(omission)") }
            try trace.checkStrict(reading, pass.requests)
        }
    }

    /// What was asked for, or else the first format.
    private func choices() throws -> [OutputChoice] {
        let choices = try (format.map { [try .format($0)] } ?? []) + output.map { try OutputChoice($0) }
        try OutputChoice.checkPrinted(choices)
        return choices.isEmpty ? [try OutputChoice(OutputRegistry.builtin.names[0])] : choices
    }
}
