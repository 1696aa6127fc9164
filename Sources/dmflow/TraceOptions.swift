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

    @OptionGroup var reading: ReadingOptions

    var color: ColorChoice { reading.color }

    /// The file, as messages call it.
    var name: String { ReadingOptions.name(of: file) }

    /// Reads the trace, and says on a terminal how far it is.
    ///
    /// - Parameters:
    ///   - printing: an analyzer prints while the trace is read.
    ///   - asItComes: text from a pipe is handed on as it comes.
    func read(
        into analyzers: [any Analyzer], printing: Bool = false, asItComes: Bool = false
    ) throws -> TraceReading {
        try reading.read(file, into: analyzers, printing: printing, asItComes: asItComes)
    }

    /// Whether the trace comes from a pipe, or what else may have more of it later.
    var isStream: Bool {
        var status = stat()
        let code = file == "-" ? fstat(STDIN_FILENO, &status) : RawString(file).withCString { stat($0, &status) }
        return code == 0 && (status.st_mode & S_IFMT != S_IFREG || status.st_size == 0)
    }

    func layerMap() throws -> LayerMap { try reading.layers.map() }

    /// Call last: what was printed stays printed.
    ///
    /// - Parameters:
    ///   - requests: what the trace's requests come to, if it was asked for.
    ///   - unplaced: failures that no path is known of, where failovers were asked for.
    func checkStrict(_ trace: TraceReading, _ requests: RequestSummary? = nil, unplaced: Int = 0) throws {
        if reading.strict, unplaced > 0 || ReadingOptions.isInDoubt(trace, requests) { throw ExitCode(3) }
    }
}
