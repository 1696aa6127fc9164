import GraphParser
import TestSupport
import Testing

@testable import Reports

/// Takes requests and trees, and writes what they come to.
private struct Parts: OutputFormat {
    let name = "parts"
    let help = "requests, trees and calls"
    let needsMergedTree = true

    func analyzer(_ options: OutputOptions, to sink: OutputSink) -> (any Analyzer)? { Counter(sink) }

    func render(_ results: OutputResults, to sink: OutputSink) throws {
        let roots = results.mergedTree.nodes.filter { $0.parent < 0 }
        try sink.write("merged \(roots.reduce(0) { $0 + $1.calls })\n")
    }

    final class Counter: RequestTaker, TreeTaker {
        let interest = Interest()
        private let sink: OutputSink
        private var (requests, latencyNs, trees, calls, whole) = (0, UInt64(0), 0, 0, 0)
        private var maps: Set<String?> = []

        init(_ sink: OutputSink) { self.sink = sink }

        func take(_ batch: TraceBatch) -> Demand { .more }

        func take(_ request: Request, _ names: PathNames) throws {
            (requests, latencyNs) = (requests + 1, latencyNs + request.latencyNs)
            maps.insert(names.map(request.device))
        }

        func take(_ tree: CallTree, number: Int) throws {
            (trees, calls) = (trees + 1, calls + tree.nodes.count)
            #expect(number == trees)
            if tree.isComplete, !tree.root.isFragment { whole += 1 }
        }

        func finish(_ end: TraceEnd) throws {
            try sink.write("\(requests) \(latencyNs) \(maps.compactMap(\.self)) \(trees) \(calls) \(whole)\n")
        }
    }
}

@Suite struct OutputPartsTests {
    /// All are handed on before the output's own analyzer finishes, the last ones too, and twice if two outputs want them.
    @Test(arguments: ["6.1/requests-graph.dat.xz", "6.1/io-lossy.txt", "6.1/failover-offline.dat.xz"])
    func anOutputIsGivenEachRequestAndTree(fixture: String) throws {
        var written = [[UInt8]](repeating: [], count: 2)
        let pass = OutputPass(
            [
                OutputPass.Output(Parts(), to: OutputSink { written[0] += $0 }),
                OutputPass.Output(Parts(), to: OutputSink { written[1] += $0 }),
            ], map: .builtin)
        let reading = try TraceFile.read(Fixtures.path(fixture), into: pass.analyzers)
        try pass.finish(source: reading.source, counts: reading.counts)
        #expect(written[0] == written[1])

        let lines = String(decoding: written[0], as: UTF8.self).split(separator: "\n")
        let words = lines[0].split(separator: " ")
        let latency = pass.requests?.latency
        #expect(words[0] == "\(latency?.count ?? 0)" && words[1] == "\(latency?.sum ?? 0)")
        #expect((pass.requests == nil) == words[2].elementsEqual("[]"))
        let counts = reading.counts
        #expect(words[4] == "\(counts.calls + counts.open + counts.orphans + counts.lossy)")
        #expect(lines[1] == "merged \(words[5])")
    }
}
