import TestSupport
import Testing

@testable import GraphParser
@testable import Reports

/// What outputs write of a trace, in one pass.
enum ExportReading {
    static func outputs(_ names: [String], of path: String) throws -> [String] {
        try bytes(names, of: path).map { String(decoding: $0, as: UTF8.self) }
    }

    static func bytes(_ names: [String], of path: String) throws -> [[UInt8]] {
        var written = [[UInt8]](repeating: [], count: names.count)
        let outputs = try names.enumerated().map { index, name in
            OutputPass.Output(
                try #require(OutputRegistry.builtin.format(named: name)), to: OutputSink { written[index] += $0 })
        }
        try run(outputs, path)
        return written
    }

    static func run(_ outputs: [OutputPass.Output], _ path: String) throws {
        let pass = OutputPass(outputs, map: .builtin)
        let reading = try TraceFile.read(path, into: pass.analyzers)
        try pass.finish(source: reading.source, counts: reading.counts)
    }

    /// All trees of a trace, with what a graph of them needs.
    static func merged(_ path: String) throws -> (tree: MergedTree, names: TraceNames) {
        let merger = TreeMerger()
        let reading = try TraceFile.read(path, into: [merger])
        return (merger.tree, reading.names)
    }

    /// An invented text.
    static func text(_ lines: String) throws -> TemporaryFile { try TemporaryFile(Array(lines.utf8)) }

    /// Traces with everything that there are tables of.
    static let rich = [
        "6.12/requests-graph.dat.xz", "6.12/failover-all-failing.dat.xz", "6.1/requests-slow-iscsi.dat.xz",
        "6.1/topology.dat",
        "6.1/io-lossy.txt", "6.1/io.txt", "5.10/requests-graph.dat.xz",
    ]
}
