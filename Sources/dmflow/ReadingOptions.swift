import ArgumentParser
import GraphParser
import Reports
import TraceFormat

/// How traces are read, be it one or several.
struct ReadingOptions: ParsableArguments {
    @OptionGroup var layers: LayerOption

    @Option(help: "Colour: on terminals only, for a pager that shows it, or none.")
    var color = ColorChoice.auto

    @Flag(help: "Exit with 3 if events were lost, or calls, requests or failovers are in doubt.")
    var strict = false

    /// A file, as messages call it.
    static func name(of file: String) -> String { file == "-" ? "standard input" : printable(file) }

    /// Reads a trace, and says on a terminal how far it is.
    ///
    /// - Parameters:
    ///   - printing: an analyzer prints while the trace is read.
    ///   - asItComes: text from a pipe is handed on as it comes.
    ///   - place: which of several it is: `2 of 3`.
    func read(
        _ file: String, into analyzers: [any Analyzer], printing: Bool = false, asItComes: Bool = false,
        place: String? = nil
    ) throws -> TraceReading {
        let name = Self.name(of: file) + (place.map { " (\($0))" } ?? "")
        var progress = Progress(path: name, printing: printing)
        defer { progress.end() }
        return try TraceFile.read(file, asItComes: asItComes, into: analyzers) { progress.update(done: $0, of: $1) }
    }

    /// Whether events of a trace were lost, or calls or requests are in doubt, as far as this can be told without a report.
    static func isInDoubt(_ trace: TraceReading, _ requests: RequestSummary?) -> Bool {
        trace.counts.isInDoubt || trace.doubtfulTrees > 0 || requests?.isInDoubt == true
    }
}
