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
            """
                + Examples([
                    "The story, then all figures":
                        "dmflow report io.dat",
                    "Of text from any kernel":
                        "dmflow report /sys/kernel/tracing/trace",
                    "Several captures as one":
                        "dmflow report host1.dat host2.dat",
                    "For programs, and to be merged with others, in one pass":
                        "dmflow report io.dat --output json=io.json --output summary=io.summary.json",
                    "Summaries of many hosts as one":
                        "dmflow report host1.summary.json host2.summary.json",
                ]).text)

    @Argument(
        help: ArgumentHelp(
            "A trace.dat or function_graph text, also compressed with gzip, xz or zstd; - reads standard input. Several are reported as one. Or summaries of traces, from --output summary.",
            valueName: "file"),
        completion: .file())
    var files: [String]

    @OptionGroup var reading: ReadingOptions

    @OptionGroup var pager: PagerOption

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
            let choices = try choices()
            if choices.contains(where: { $0.file == nil && $0.format.readers == .people }) { pager.use() }
            let map = try reading.layers.map()
            let options = OutputOptions(
                style: .ofStandardOutput(reading.color), rootLimit: roots, functionLimit: functions, map: map)
            let several = try SeveralTraces(files, reading: reading)
            if several.areMerged { try several.check(choices) }
            let targets = try OutputTargets(choices, traces: files, color: reading.color, options: options)
            let isInDoubt =
                several.areMerged
                ? try several.report(to: targets, map: map) : try reportOne(choices, to: targets, map: map)
            if reading.strict, isInDoubt { throw ExitCode(3) }
        }
    }

    /// - Returns: whether anything is in doubt.
    private func reportOne(_ choices: [OutputChoice], to targets: OutputTargets, map: LayerMap) throws -> Bool {
        let pass = OutputPass(targets.outputs, map: map)
        let trace = try reading.read(files[0], into: pass.analyzers, printing: targets.isPrinting)
        try Pager.tolerating {
            try pass.finish(source: trace.source, counts: trace.counts, showsNotUnderstood: verbose)
            try targets.finish()
        }
        // Trees alone do not say it.
        if !choices.contains(where: \.format.needsSummary), let doubts = TextReport.doubts(trace.counts) {
            printError("\(ReadingOptions.name(of: files[0])): \(doubts)")
        }
        for omission in pass.omissions { printError("\(ReadingOptions.name(of: files[0])): \(omission)") }
        return pass.isInDoubt || ReadingOptions.isInDoubt(trace, pass.requests)
    }

    /// What was asked for, or else the first format.
    private func choices() throws -> [OutputChoice] {
        let choices = try (format.map { [try .format($0)] } ?? []) + output.map { try OutputChoice($0) }
        try OutputChoice.checkPrinted(choices)
        return choices.isEmpty ? [try OutputChoice(OutputRegistry.builtin.names[0])] : choices
    }
}
