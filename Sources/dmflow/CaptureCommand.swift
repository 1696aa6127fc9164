import ArgumentParser
import Glibc
import TraceCapture
import TraceFormat

/// `dmflow capture`: records the flows on the running kernel.
struct CaptureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capture",
        abstract: "Record flows on the running kernel into a trace.dat file.",
        usage: """
            dmflow capture [--flow requests,failover] [--root FUNCTION] [--duration 10s] [-o FILE]
            dmflow capture --light [OPTIONS]
            dmflow capture --last 10s [--stop-at fail_path] [OPTIONS]
            dmflow capture [OPTIONS] -- COMMAND [ARGUMENT ...]
            """,
        discussion: """
            Records until COMMAND ends, a limit is reached, or Ctrl-C; whichever comes first. Needs root and, for \
            flows with trees of calls, a kernel with function_graph, where before Linux 6.11 nobody else may trace. Tracing settings are put back as they were, \
            on success, error, Ctrl-C and SIGTERM; after SIGKILL `dmflow restore` does. Only functions of the storage stack are recorded, unless \
            --all-functions is given.

            A trace also holds what other tasks did meanwhile below the same functions; its file is readable by its \
            owner only. The exit code is 0 when the trace is written, also when COMMAND itself failed (its status is \
            printed; --exit-code command makes it the exit code); 1 when --max-loss or --max-overhead ended it; 2 when no trace could be made, or not all of it, or \
            tracing could not be put back; 3 when events were lost and --strict is given.
            """
                + Examples([
                    "Each request and every failover, on a busy host":
                        "dmflow capture --light --duration 30s -o io.dat",
                    "What a command does, with the calls of dm, block, SCSI and iSCSI":
                        "dmflow capture -o io.dat -- dd if=/dev/mapper/mpatha of=/dev/null",
                    "The minute before the next path failure, and half a minute more":
                        "dmflow capture --light --last 60s --stop-at fail_path --stop-after 30s",
                    "What multipathd has the kernel do":
                        "dmflow capture --flow create,load -o create.dat -- multipath -r",
                ]).text)

    // Not in the command's discussion: that is made for every command, and would read the catalogue.
    @Option(
        name: .customLong("flow"),
        help: ArgumentHelp(
            """
            Flows to record, separated by commas; \(FlowCatalogue.builtin.defaults.joined(separator: ", ")) when neither a flow \
            nor a root is given. There are \(FlowCatalogue.builtin.names.joined(separator: ", ")); `dmflow flows` says what they are.
            """,
            valueName: "name"),
        completion: .list(FlowCatalogue.builtin.names))
    var flows: [String] = []

    @OptionGroup var flowOptions: FlowOptions

    @Flag(
        help: """
            Record the flows \(Flow.light.joined(separator: " and ")) alone: where each request was when, and who owned a \
            failover, without trees of calls. What a busy host can bear.
            """)
    var light = false

    @Option(
        name: .customLong("root"),
        help: ArgumentHelp(
            "A function to record besides, with all that it calls, or a pattern with * and ?.", valueName: "function"))
    var roots: [String] = []

    @Flag(help: "Record every function of the kernel below the roots. Slows the whole machine, and can stall it.")
    var allFunctions = false

    @Option(
        help: ArgumentHelp(
            "Levels of calls to record. All of them by default; 10 with --all-functions.", valueName: "levels"))
    var depth: Int?

    @Option(
        help: ArgumentHelp(
            "Record also what is called all the time and takes none: \(TraceNoise.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "what"),
        completion: .list(TraceNoise.allCases.map(\.rawValue)))
    var noise: [String] = []

    @Flag(
        inversion: .prefixedNo,
        help: """
            Record the interrupts that hit what is traced, or do not. By default they are recorded, but on kernels where an \
            interrupt can end a tree early.
            """)
    var irqs: Bool?

    @OptionGroup var limits: LimitOptions

    @Option(
        help: ArgumentHelp(
            "Ring buffer of each CPU; 16M by default. A bare number is KiB. Less is used if memory is short, and then said.",
            valueName: "size"),
        transform: Quantity.kibibytes)
    var bufferSize: Int?

    @Option(
        name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file"), completion: .file())
    var output = "trace.dat"

    @Option(
        help: ArgumentHelp(
            "Give the file to this user. Else it is for whoever captures: root.", valueName: "user"))
    var owner: String?

    @Option(
        help: ArgumentHelp(
            "Run COMMAND as this user, in their groups and with their HOME. Else it runs as whoever captures: root.",
            valueName: "user"))
    var user: String?

    @Option(
        help: ArgumentHelp(
            "Whose exit code: dmflow's own, or COMMAND's where that is not 0, 128 and the signal if one killed it.",
            valueName: "whose"))
    var exitCode = ExitCodeChoice.dmflow

    @Flag(help: "Exit with 3 when events were lost, or calls that probes missed; the trace is kept.")
    var strict = false

    @Flag(
        help: """
            Trace even if another session is active: before Linux 6.11, its tracer, events and limits are taken away \
            meanwhile and put back afterwards, and what its ring buffer holds is erased; later, its function_graph goes on \
            and records this capture's functions.
            """)
    var force = false

    @Argument(
        parsing: .postTerminator,
        help: ArgumentHelp("A command to run while tracing, after --.", valueName: "command"))
    var command: [String] = []

    func validate() throws {
        try flowOptions.check(flows)
        if light && !(flows.isEmpty && roots.isEmpty) {
            throw ValidationError(
                "--light records the flows \(Flow.light.joined(separator: " and ")) and nothing else; for more, leave it out and give --flow \(Flow.light.joined(separator: ",")) with the others"
            )
        }
        if roots.contains(where: { $0.names.isEmpty }) { throw ValidationError("--root names no function") }
        if let depth, depth < 1 { throw ValidationError("--depth must be at least 1") }
        if command.isEmpty && (user != nil || exitCode == .command) {
            throw ValidationError("--user and --exit-code command need a COMMAND after --")
        }
        for name in noiseNames where TraceNoise(rawValue: name) == nil {
            throw ValidationError(
                "--noise: " + Suggestion.unknown("noise", name, known: TraceNoise.allCases.map(\.rawValue)))
        }
    }

    func run() throws {
        try reporting {
            let catalogue = try flowOptions.catalogue()
            let options = try options(catalogue)
            let summary = try CaptureSession(options, catalogue: catalogue, report: printError).run()
            for line in CaptureLines(summary, options).lines { printError(line) }
            if let notRestored = summary.notRestored { throw notRestored }
            if let code = exitCode.code(
                ending: summary.ending, command: summary.command,
                isLossy: strict && (summary.lost > 0 || !summary.missed.isEmpty))
            {
                throw ExitCode(code)
            }
        }
    }

    private var flowNames: [String] { flows.flatMap(\.names) }
    private var noiseNames: [String] { noise.flatMap(\.names) }

    private func options(_ catalogue: FlowCatalogue) throws(CaptureError) -> CaptureOptions {
        let isDefault = flows.isEmpty && roots.isEmpty
        let names = light ? Flow.light : isDefault ? catalogue.defaults : flowNames
        var options = CaptureOptions(flows: names, output: RawString(output))
        options.roots = roots.map(\.functionName)
        options.allFunctions = allFunctions
        options.depth = depth
        options.noise = noiseNames.compactMap(TraceNoise.init)
        options.interrupts = irqs
        options.force = force
        options.limits = limits.limits
        options.keep = limits.last
        if let bufferSize { options.bufferKilobytes = (bufferSize + 1023) / 1024 }
        options.owner = try owner.map { name throws(CaptureError) in try Account(named: name) }
        options.commandLine = RawArguments.all
        options.command = command.map { RawString($0) }
        options.user = try user.map { name throws(CaptureError) in try Account(named: name) }
        return options
    }
}
