public import ArgumentParser
import GraphParser
public import Reports
import TraceFormat

/// `dmflow export`: captures of many machines for a database.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write captures of a fleet for a database: data, schema, and ready queries.",
        discussion: """
            The directory has a folder for each capture, with its requests, paths, incidents and what its calls come to as JSON lines; \
            schema.sql and load.sql; and ten queries. Captures can be added to it; one that is there already stays as it is. The \
            engine reads them in that directory: `duckdb fleet.db < schema.sql`, then load.sql, then a query.
            """
                + Examples([
                    "Captures of two hosts":
                        "dmflow export --for duckdb -o fleet host-a.dat host-b.dat",
                    "One more":
                        "dmflow export --for duckdb -o fleet host-c.dat",
                ]).text)

    @Argument(
        help: ArgumentHelp(
            "Captures: trace.dat or function_graph text, also compressed; - reads standard input.", valueName: "file"),
        completion: .file())
    var files: [String]

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("The engine that is to load it: clickhouse or duckdb.", valueName: "engine"))
    var engine: FleetEngine

    @Option(
        name: .shortAndLong, help: ArgumentHelp("The directory; made if it is not there.", valueName: "directory"),
        completion: .directory)
    var output: String

    @OptionGroup var layers: LayerOption

    func run() throws {
        try reporting {
            let map = try layers.map()
            let directory = try FleetDirectory(output)
            var (captures, all): ([FleetCapture], [FleetCapture]) = ([], [])
            for file in files {
                let capture = try directory.newCapture(of: file == "-" ? "standard input" : file)
                try read(file, into: capture, map)
                if try directory.isNew(capture, beside: all) { captures.append(capture) }
                all.append(capture)
            }
            try directory.write(engine.files)
            say(try captures.filter(directory.publish).count)
        }
    }

    private func read(_ file: String, into capture: FleetCapture, _ map: LayerMap) throws {
        let fleet = FleetOutput(to: capture.sinks)
        let pass = OutputPass(
            [.init(fleet, options: OutputOptions(map: map), to: OutputSink { _ in })], map: map)
        let name = printable(capture.source)
        var progress = Progress(path: name)
        defer { progress.end() }
        let reading = try TraceFile.read(file, into: pass.analyzers) { progress.update(done: $0, of: $1) }
        try pass.finish(source: reading.source, counts: reading.counts)
        try capture.finish(as: FleetOutput.capture(of: reading.source))
        if let doubts = TextReport.doubts(reading.counts) { printError("\(name): \(doubts)") }
    }

    /// How to go on, on standard error: nothing of it is a result.
    private func say(_ count: Int) {
        if count == 0 {
            return printError("no capture is new; the schema and queries in \(output) are for \(engine.rawValue)")
        }
        printError(
            "\(count == 1 ? "1 capture" : "\(count) captures") written to \(output); to load and ask, in that directory:"
        )
        for line in engine.usage { printError("  \(line)") }
    }
}

extension FleetEngine: ExpressibleByArgument {}
