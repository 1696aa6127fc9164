import ArgumentParser
import Glibc
import TraceCapture

/// `dmflow capture`: records the flows on the running kernel.
struct CaptureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capture",
        abstract: "Record flows on the running kernel into a trace.dat file.",
        usage: """
            dmflow capture [--flow create,load,io] [--root FUNCTION] [--duration 10s] [-o FILE]
            dmflow capture [OPTIONS] -- COMMAND [ARGUMENT ...]
            """,
        discussion: """
            Records until COMMAND ends, the duration has passed, or Ctrl-C; whichever comes first. Needs root, a kernel \
            with function_graph, and nobody else tracing. Tracing settings are put back as they were, \
            on success, error, Ctrl-C and SIGTERM; after SIGKILL `dmflow restore` does. Only functions of the storage stack are recorded, unless \
            --all-functions is given.

            A trace also holds what other tasks did meanwhile below the same functions; its file is readable by its \
            owner only. The exit code is 0 when the trace is written, also when COMMAND itself failed (its status is \
            printed); 2 when no trace could be made.

            Flows: \(FlowCatalogue.builtin.names.joined(separator: ", ")); `dmflow flows` says what they are.
            """)

    @Option(
        name: .customLong("flow"),
        help: ArgumentHelp(
            "Flows to record, separated by commas; \(FlowCatalogue.builtin.defaults.joined(separator: ", ")) when neither a flow nor a root is given.",
            valueName: "name"))
    var flows: [String] = []

    @OptionGroup var flowOptions: FlowOptions

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

    @Option(help: ArgumentHelp("Stop after this time: 500ms, 10s, 2m.", valueName: "time"))
    var duration: String?

    @Option(
        help: ArgumentHelp(
            "Ring buffer of each CPU. Less is used if memory is short, and then said.", valueName: "KiB"))
    var bufferSize = 16 * 1024

    @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file"))
    var output = "trace.dat"

    @Flag(help: "Exit with 3 when events were lost; the trace is kept.")
    var strict = false

    @Argument(
        parsing: .postTerminator,
        help: ArgumentHelp("A command to run while tracing, after --.", valueName: "command"))
    var command: [String] = []

    func validate() throws {
        // A file that cannot be used is no matter of usage: capturing will say.
        let known = (try? flowOptions.catalogue().names) ?? flowNames
        for name in flowNames where !known.contains(name) {
            throw ValidationError("there is no flow '\(name)'; there are \(known.joined(separator: ", "))")
        }
        if !flows.isEmpty && flowNames.isEmpty { throw ValidationError("--flow names no flow") }
        if let depth, depth < 1 { throw ValidationError("--depth must be at least 1") }
        if bufferSize < 1 { throw ValidationError("--buffer-size must be at least 1") }
        if let duration {
            do {
                _ = try CaptureOptions.nanoseconds(duration)
            } catch {
                throw ValidationError("--duration: \(error)")
            }
        }
    }

    func run() throws {
        try reporting {
            let catalogue = try flowOptions.catalogue()
            let summary = try CaptureSession(try options(catalogue), catalogue: catalogue, report: complain).run()
            for line in lines(about: summary) { complain(line) }
            if strict && summary.lost > 0 { throw ExitCode(3) }
        }
    }

    private var flowNames: [String] { flows.flatMap { $0.split(separator: ",").map(String.init) } }

    private func options(_ catalogue: FlowCatalogue) throws(CaptureError) -> CaptureOptions {
        let isDefault = flows.isEmpty && roots.isEmpty
        var options = CaptureOptions(flows: isDefault ? catalogue.defaults : flowNames, output: output)
        // As reports print it, with its module, a function may be given too; the kernel takes the bare name.
        options.roots = roots.map { String($0.prefix { $0 != " " }) }
        options.allFunctions = allFunctions
        options.depth = depth
        if let duration { options.duration = try CaptureOptions.nanoseconds(duration) }
        options.bufferKilobytes = bufferSize
        options.command = command
        return options
    }

    // MARK: Summary

    private func lines(about summary: CaptureSummary) -> [String] {
        let lost = summary.cpus.map { "cpu\($0.cpu) \($0.lost)" }.joined(separator: ", ")
        let milliseconds = (summary.duration + 500_000) / 1_000_000
        return [
            self.line(about: summary.command),
            "\(summary.output): \(summary.events) events, \(summary.bytes) bytes of pages, \(milliseconds) ms, "
                + "\(summary.functions) functions, clock \(summary.clock)"
                + (summary.events == 0 ? "; nothing was recorded: did the flow happen?" : ""),
            "lost events: \(lost)" + (summary.lost == 0 ? "" : "; a larger --buffer-size loses fewer"),
        ].compactMap { $0 }
    }

    private func line(about status: CommandStatus?) -> String? {
        guard let name = command.first, let status else { return nil }
        switch status {
        case .exited(0): return nil
        case .exited(let code): return "'\(name)' exited with \(code); the trace is kept"
        case .killed(let signal): return "'\(name)' was killed by signal \(signal); the trace is kept"
        case .running: return "'\(name)' still runs"
        }
    }
}
