public import GraphParser

/// The tables of a capture that a fleet is made of, each as JSON lines to a place of its own.
///
/// All but single calls: what they come to is there by function, layer and root.
public struct FleetOutput: OutputFormat {
    /// `fleet`; it is no format that somebody asks for.
    public let name = "fleet"
    /// As for the others.
    public let help = "the tables of a fleet"
    private let sinks: Sinks

    /// The tables, in an order in which what is referred to comes first.
    public static let tables = Table.all.filter { $0.name != Table.calls.name }

    /// Used on the thread of the pass only.
    private final class Sinks: @unchecked Sendable {
        let all: [String: OutputSink]
        init(_ all: [String: OutputSink]) { self.all = all }
    }

    /// - Parameter sinks: one for each of ``tables``, by its name.
    public init(to sinks: [String: OutputSink]) { self.sinks = Sinks(sinks) }

    /// Makes the rows of requests as they come.
    public func analyzer(_ options: OutputOptions, to sink: OutputSink) -> (any Analyzer)? {
        TableFeed(Writer(sinks.all), map: options.map).analyzer
    }

    /// Writes the others, and flushes the sinks.
    public func render(_ results: OutputResults, to sink: OutputSink) throws {
        try results.tableFeed?.finish(results)
        for sink in sinks.all.values { try sink.flush() }
    }

    /// What tells captures apart: the same wherever a capture's file lies, or, where the trace does not tell, the file's name.
    ///
    /// - Parameter source: what a pass found of the trace as a whole.
    ///
    /// - Returns: and whether the trace tells it itself, so that another of this name is the same capture.
    public static func capture(of source: TraceSource) -> (name: String, isTold: Bool) {
        let name = CaptureName(source.identity, path: source.path)
        return (name.capture, name.isTold)
    }

    private final class Writer: TableWriter {
        private let sinks: [String: OutputSink]
        /// By table.
        private var texts: [String: TableJSON] = [:]

        init(_ sinks: [String: OutputSink]) { self.sinks = sinks }

        func wants(_ table: Table) -> Bool { sinks[table.name] != nil }

        func begin(_ capture: CaptureName) {
            for table in FleetOutput.tables { texts[table.name] = TableJSON(capture, table) }
        }

        func write(_ row: [TableValue], to table: Table) throws {
            guard let sink = sinks[table.name] else { return }
            texts[table.name]?.append(row, to: &sink.bytes)
            try sink.pass()
        }
    }
}
