import ArgumentParser
import Glibc
import Reports
import TraceCapture
import TraceFormat

/// `dmflow live`: shows what flows now, interval by interval.
struct LiveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "live",
        abstract: "Show what flows now, by layer and path, each second.",
        usage: """
            dmflow live [--light] [--interval 1s] [--duration 10m]
            dmflow live --flow requests,failover,io [OPTIONS]
            dmflow live --format jsonl [OPTIONS] | COMMAND
            dmflow live [OPTIONS] -- COMMAND [ARGUMENT ...]
            """,
        discussion: """
            Watches requests, paths and failovers of this machine's multipath maps until q, Ctrl-C, --duration or COMMAND's end. \
            Nothing is written to disk, and memory does not grow with time. On a terminal it is one screen, drawn anew each \
            interval; else, with --plain, and where COMMAND has the terminal, it is a block of text for each interval, for a log. \
            Latencies of requests and times in functions are told apart; a request, a try and a call count in the interval in which \
            they ended.

            Needs what `dmflow capture` needs, refuses when it does, and puts tracing back as capture does: on success, error, \
            Ctrl-C and SIGTERM by itself, after SIGKILL by `dmflow restore`.

            The exit code is 0 when it came to its end; 2 when it could not watch, or tracing could not be put back; 3 when events \
            were lost and --strict is given.
            """
                + Examples([
                    "Requests, paths and failovers, each second":
                        "dmflow live",
                    "For a log":
                        "dmflow live --interval 10s --plain >> live.log",
                    "With the time in functions, by layer":
                        "dmflow live --flow requests,io",
                    "For a program":
                        "dmflow live --format jsonl --duration 1m | jq .requests.latency.p99Ns",
                    "For as long as a command runs":
                        "dmflow live --plain -- fio job.fio",
                ]).text)

    @Option(
        name: .customLong("flow"),
        help: ArgumentHelp(
            """
            Flows to watch, separated by commas; \(Flow.light.joined(separator: ", ")) by default. A flow with trees of calls, such \
            as io, adds the time in functions.
            """,
            valueName: "name"),
        completion: .list(FlowCatalogue.builtin.names))
    var flows: [String] = []

    @OptionGroup var flowOptions: FlowOptions

    @Flag(
        help:
            "Watch the flows \(Flow.light.joined(separator: " and ")) alone, as without --flow: what a busy host can bear."
    )
    var light = false

    @Option(
        help: ArgumentHelp("How long an interval is: 500ms, 10s. A bare number is seconds.", valueName: "time"),
        transform: { try Quantity.nanoseconds($0, unit: .seconds, least: LiveCommand.leastInterval) })
    var interval: UInt64 = 1_000_000_000

    @Option(
        help: ArgumentHelp("Stop after this time: 10s, 2m. A bare number is seconds.", valueName: "time"),
        transform: Quantity.seconds)
    var duration: UInt64?

    @OptionGroup var layers: LayerOption

    @Option(help: "How intervals look: text, or a line of JSON each.")
    var format = LiveFormat.text

    @Flag(help: "A block of text for each interval, also on a terminal.")
    var plain = false

    @Option(help: "Colour: on terminals only, for a pager that shows it, or none.")
    var color = ColorChoice.auto

    @Option(
        help: ArgumentHelp(
            "Ring buffer of each CPU; 16M by default. A bare number is KiB. Less is used if memory is short, and then said.",
            valueName: "size"),
        transform: Quantity.kibibytes)
    var bufferSize: Int?

    @Flag(help: "Exit with 3 when events were lost, or calls that probes missed.")
    var strict = false

    @Flag(help: "Trace even if another session is active, as dmflow capture --force does.")
    var force = false

    @Argument(
        parsing: .postTerminator,
        help: ArgumentHelp("A command to run meanwhile, after --; its end is the end.", valueName: "command"))
    var command: [String] = []

    /// Nobody reads faster.
    private static let leastInterval: UInt64 = 50_000_000

    func validate() throws {
        try flowOptions.check(flows)
        if light && !flows.isEmpty {
            throw ValidationError(
                "--light watches the flows \(Flow.light.joined(separator: " and ")) and nothing else; for more, leave it out and give --flow \(Flow.light.joined(separator: ",")) with the others"
            )
        }
        if plain && format == .jsonl { throw ValidationError("--plain is for --format text") }
    }

    func run() throws {
        try reporting {
            let catalogue = try flowOptions.catalogue()
            let options = options
            let map = try layers.map()
            let style = Style.ofStandardOutput(color).colored(by: map)
            let display: any LiveDisplay =
                switch format {
                case .jsonl: LiveLines()
                case .text: LiveScreen(title: title, style, isWanted: !plain && command.isEmpty) ?? LiveBlocks(style)
                }
            let viewer = LiveViewer(display, map: map, interval: interval)
            let session = try CaptureSession(options, catalogue: catalogue, report: display.note)
            // Whatever happens, the terminal is as it was before anything is said of it.
            defer { display.close() }
            let summary = try session.watch(every: interval, prepare: viewer.prepare) { viewer.run($0) }
            display.close()
            if let failure = viewer.failure { throw failure }
            for line in viewer.totals.lines + CaptureLines(summary, options).lines { printError(line) }
            if let notRestored = summary.notRestored { throw notRestored }
            let isLossy = summary.lost > 0 || !summary.missed.isEmpty || viewer.totals.lost.isAny
            if strict && isLossy { throw ExitCode(3) }
        }
    }

    private var flowNames: [String] { flows.flatMap(\.names) }

    private var title: String { "dmflow live: " + (flowNames.isEmpty ? Flow.light : flowNames).joined(separator: ", ") }

    private var options: CaptureOptions {
        var options = CaptureOptions(flows: flowNames.isEmpty ? Flow.light : flowNames)
        options.force = force
        options.limits.duration = duration
        if let bufferSize { options.bufferKilobytes = (bufferSize + 1023) / 1024 }
        options.commandLine = RawArguments.all
        options.command = command.map { RawString($0) }
        return options
    }
}

/// How intervals are written.
enum LiveFormat: String, CaseIterable, ExpressibleByArgument {
    case text, jsonl
}
