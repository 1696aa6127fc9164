import GraphParser
import Reports
import TestSupport
import Testing

/// What a format needs: one file, such as this type, and one line, such as the one that registers it below.
private struct RootNames: OutputFormat {
    let name = "names"
    let help = "the functions at which trees begin, a line each"

    func render(_ results: OutputResults, to sink: OutputSink) throws {
        for root in results.report.roots { try sink.write("\(root.function)\n") }
    }
}

/// A format that needs no figures and writes while the trace is read.
private struct EndedCalls: OutputFormat {
    let name = "ended"
    let help = "a line for each call, when it ends"
    let needsSummary = false

    func analyzer(_ options: OutputOptions, to sink: OutputSink) -> (any Analyzer)? { Writer(sink) }

    final class Writer: Analyzer {
        let interest = Interest(calls: true)
        private let sink: OutputSink

        init(_ sink: OutputSink) { self.sink = sink }

        func take(_ batch: TraceBatch) throws -> Demand {
            for case .ended(let call) in batch.calls { try sink.write("\(call.function.index)\n") }
            return .more
        }

        func finish(_ end: TraceEnd) throws { try sink.write("end\n") }
    }
}

@Suite struct OutputTests {
    private static let registry = OutputRegistry(OutputRegistry.builtin.formats + [RootNames(), EndedCalls()])

    private struct Full: Error {}

    // MARK: Formats

    @Test func aFormatIsOneTypeAndOneLine() throws {
        #expect(Self.registry.names.suffix(2) == ["names", "ended"])
        #expect(try outputs(["names"], of: "4.19-legacy/io.txt") == ["map_tio_request\ndm_old_request_fn\n"])
    }

    @Test func builtinFormatsHaveNamesOfTheirOwnAndSayWhatTheyGive() {
        let formats = OutputRegistry.builtin.formats
        #expect(Set(OutputRegistry.builtin.names).count == formats.count)
        for format in formats {
            #expect(format.name.allSatisfy { $0.isASCII && ($0.isLowercase || $0 == "-") } && !format.help.isEmpty)
            #expect(OutputRegistry.builtin.format(named: format.name)?.name == format.name)
        }
        #expect(OutputRegistry.builtin.format(named: "no") == nil)
    }

    @Test(arguments: ["6.1/io.dat", "6.1/io-lossy.txt"]) func eachFormatWritesWhatItSays(fixture: String) throws {
        let summary = try makeSummary(fixture)
        let text = TextReport(Report(summary), of: summary, style: .plain, rootLimit: 10, functionLimit: 15).render()
        let written = try outputs(["text", "json", "summary"], of: fixture)
        #expect(written == [text, try Report(summary).json(), try summary.json()])
    }

    @Test(arguments: ["6.1/io.dat", "6.1/io-lossy.txt"]) func treesAreThoseThatAreDrawnAlone(fixture: String) throws {
        var listing = TreeListing(
            TreeRenderer(map: .builtin, style: .plain, limits: .init()), style: .plain, thresholdNs: 0)
        var text: [UInt8] = []
        try TraceFile.read(
            Fixtures.path(fixture),
            into: [
                TreeAssembler(
                    onTree: { listing.add($0, to: &text) }, onLoss: { listing.addLoss(cpu: $0.cpu, count: $0.count) })
            ])
        listing.finish(&text)
        #expect(try outputs(["tree", "text"], of: fixture)[0] == String(decoding: text, as: UTF8.self))
        #expect(!text.isEmpty)
    }

    @Test func oneThatNeedsNoFiguresWritesWhileTheTraceIsRead() throws {
        let counts = try RecordedTrace(path: Fixtures.path("6.1/io.dat")).counts
        let (alone, beside) = (
            try outputs(["ended"], of: "6.1/io.dat"), try outputs(["text", "ended"], of: "6.1/io.dat")
        )
        #expect(alone[0].split(separator: "\n").count == counts.calls + 1 && alone[0].hasSuffix("\nend\n"))
        #expect(beside[1] == alone[0] && beside[0].contains("64 calls"))
    }

    /// - Returns: what each of the formats has written of one pass.
    private func outputs(_ names: [String], of fixture: String) throws -> [String] {
        var written = [[UInt8]](repeating: [], count: names.count)
        let outputs = try names.enumerated().map { index, name in
            OutputPass.Output(
                try #require(Self.registry.format(named: name)), to: OutputSink { written[index] += $0 })
        }
        try run(outputs, Fixtures.path(fixture), named: fixture)
        return written.map { String(decoding: $0, as: UTF8.self) }
    }

    private func run(_ outputs: [OutputPass.Output], _ path: String, named name: String) throws {
        let pass = OutputPass(outputs, map: .builtin)
        let reading = try TraceFile.read(path, into: pass.analyzers)
        var source = reading.source
        source.path = name
        try pass.finish(source: source, counts: reading.counts)
    }

    // MARK: Sinks

    /// A full disk ends the pass where it is: the trace is not read to its end.
    @Test func aSinkThatRefusesEndsThePass() throws {
        var taken = 0
        let sink = OutputSink(size: 100) { bytes in
            taken += bytes.count
            if taken > 1000 { throw Full() }
        }
        let path = Fixtures.path("6.1/io.dat")
        #expect(throws: Full.self) { try run([.init(EndedCalls(), to: sink)], path, named: path) }
        #expect(taken < 2000)
        let closed = OutputSink { _ in throw Full() }
        #expect(throws: Full.self) { try run([.init(RootNames(), to: closed)], path, named: path) }
    }

    @Test(arguments: [1, 10, 100]) func smallPiecesAreHandedOnAsLargeOnes(size: Int) throws {
        var printed: [[UInt8]] = []
        let sink = OutputSink(size: size) { printed.append($0) }
        for number in 0..<100 {
            sink.bytes.append(UInt8(number))
            try sink.pass()
        }
        try sink.flush()
        try sink.flush()
        #expect(printed.flatMap { $0 } == Array(0..<100))
        #expect(printed.count == 100 / size)
    }

    @Test func whatIsRefusedIsThrown() {
        let sink = OutputSink(size: 2) { _ in throw Full() }
        #expect(throws: Never.self) { try sink.write("1") }
        #expect(throws: Full.self) { try sink.write("2") }
    }
}
