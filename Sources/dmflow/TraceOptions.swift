import ArgumentParser
import Glibc
import GraphParser
import Reports
import TraceFormat

/// What all commands that read a trace have in common.
struct TraceOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "A trace.dat or function_graph text, also compressed with gzip, xz or zstd; - reads standard input.",
            valueName: "file"),
        completion: .file())
    var file: String

    @OptionGroup var layers: LayerOption

    @Option(help: "Colour: on terminals only, for a pager that shows it, or none.")
    var color = ColorChoice.auto

    @Flag(help: "Exit with 3 if events were lost, or calls or requests are in doubt.")
    var strict = false

    /// The file, as messages call it.
    var name: String { file == "-" ? "standard input" : printable(file) }

    /// Reads the trace, and says on a terminal how far it is.
    ///
    /// - Parameters:
    ///   - printing: an analyzer prints while the trace is read.
    ///   - asItComes: text from a pipe is handed on as it comes.
    func read(
        into analyzers: [any Analyzer], printing: Bool = false, asItComes: Bool = false
    ) throws -> TraceReading {
        var progress = Progress(path: name, printing: printing)
        defer { progress.end() }
        return try TraceFile.read(file, asItComes: asItComes, into: analyzers) {
            progress.update(done: $0, of: $1)
        }
    }

    /// Whether the trace comes from a pipe, or what else may have more of it later.
    var isStream: Bool {
        var status = stat()
        let code = file == "-" ? fstat(STDIN_FILENO, &status) : RawString(file).withCString { stat($0, &status) }
        return code == 0 && (status.st_mode & S_IFMT != S_IFREG || status.st_size == 0)
    }

    func layerMap() throws -> LayerMap { try layers.map() }

    /// Call last: what was printed stays printed.
    ///
    /// - Parameter requests: what the trace's requests come to, if it was asked for.
    func checkStrict(_ reading: TraceReading, _ requests: RequestSummary? = nil) throws {
        let areInDoubt = requests.map { $0.isInDoubt || areMissed($0, reading.source) } ?? false
        if strict, reading.counts.isInDoubt || areInDoubt { throw ExitCode(3) }
    }

    private func areMissed(_ requests: RequestSummary, _ source: TraceSource) -> Bool {
        RequestFacts.unseen(requests, source) != nil
            || source.recording?.missedByProbes?.values.contains { $0 > 0 } == true
    }
}
