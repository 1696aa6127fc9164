import FoundationEssentials
import GraphParser
import TestSupport
import Testing

@testable import Reports

@Suite struct PageTests {
    // MARK: Pages

    private static func page(_ path: String, named name: String? = nil, map: LayerMap = .builtin) throws -> String {
        var written: [UInt8] = []
        let pass = OutputPass(
            [OutputPass.Output(HTMLOutput(), options: OutputOptions(map: map), to: OutputSink { written += $0 })],
            map: map)
        let reading = try TraceFile.read(path, into: pass.analyzers)
        var source = reading.source
        if let name { source.path = name }
        try pass.finish(source: source, counts: reading.counts)
        return String(decoding: written, as: UTF8.self)
    }

    /// The JSON that stands in a page.
    private static func json(_ page: String) throws -> Data {
        let parts = page.components(between: #"<script type="application/json" id="data">"#, and: "</script>")
        return Data(try #require(parts).utf8)
    }

    private struct Parts: Decodable {
        let schema: String
        let report: Report
        let merged: Merged
        let story: [Line]
        let doubts: [String]

        struct Merged: Decodable { let tree: Tree }
        struct Line: Decodable {
            let text: String
            let section: String
            let subject: String?
        }
        struct Tree: Decodable {
            let parent: [Int]
            let total: [UInt64]
            let own: [UInt64]
            enum CodingKeys: String, CodingKey {
                case parent, total
                case own = "self"
            }
        }
    }

    static let fixtures = [
        "6.1/requests-graph.dat.xz", "6.12/requests-graph.dat.xz", "6.1/failover-cut-long.dat.xz", "6.1/io-lossy.txt",
        "article/io.txt", "5.10/stacks.dat",
    ]

    @Test(arguments: fixtures) func theReportIsInIt(fixture: String) throws {
        let path = Fixtures.path(fixture)
        let parts = try JSONDecoder().decode(Parts.self, from: Self.json(Self.page(path)))
        let builder = OutputPass([OutputPass.Output(SummaryOutput(), to: OutputSink { _ in })], map: .builtin)
        let reading = try TraceFile.read(path, into: builder.analyzers)
        try builder.finish(source: reading.source, counts: reading.counts)
        #expect(parts.schema == PageData.schema && !parts.story.isEmpty)
        #expect(parts.report.counts == Report.Counts(reading.counts))
        #expect(parts.report.requests?.latency == builder.requests.map { Report.RequestLatency($0.latency) })
        if reading.counts.isInDoubt { #expect(!parts.doubts.isEmpty) }
        // Whole trees: what the roots have is what all nodes have themselves.
        let tree = parts.merged.tree
        let roots = zip(tree.parent, tree.total).reduce(0 as UInt64) { $0 + ($1.0 < 0 ? $1.1 : 0) }
        if !fixture.hasSuffix(".txt") { #expect(roots == tree.own.reduce(0, +)) }
    }

    @Test(arguments: fixtures) func theSameCaptureGivesTheSameBytes(fixture: String) throws {
        let path = Fixtures.path(fixture)
        #expect(try Self.page(path) == Self.page(path))
    }

    // MARK: Names from outside

    static let names = [
        "</script><script>alert(1);", "<img src=x onerror=alert()>", "<!--<script>", "a&b\"c'd", "\u{202e}gnp",
        "@@DATA@@", "@@STYLE@@",
    ]

    /// As the name of a function and as that of the file.
    @Test(arguments: names) func noNameEndsWhatItStandsIn(name: String) throws {
        let symbol = "execute_in_process_context"
        let room = symbol.utf8.count
        let code = Array(name.filter { $0 != " " }.utf8.prefix(room))
        let bytes = try Data(contentsOf: URL(filePath: Fixtures.path("6.1/io.dat")))
        let changed = Array(bytes).replacing(
            Array(symbol.utf8), with: code + Array(repeating: UInt8(ascii: "n"), count: room - code.count))
        let file = try TemporaryFile(changed)
        let page = try Self.page(file.path, named: name)
        #expect(page.ranges(of: "<script").count == 2 && page.ranges(of: "</script>").count == 2)
        #expect(!page.contains("<img") && !page.contains("<!--") && !page.contains("\u{202e}"))
        _ = try JSONDecoder().decode(Parts.self, from: Self.json(page))
    }

    @Test func aLongNameIsCut() throws {
        let name = String(repeating: "n", count: 60_000)
        let file = try TemporaryFile(Array(" 0)   1.000 us    |  f();\n 0)   1.000 us    |  \(name)();\n".utf8))
        let page = try Self.page(file.path, named: "long")
        #expect(page.utf8.count < 400_000 && page.contains("(59,700 bytes more)"))
    }

    @Test func aLongTextSaysWhatIsCutOff() {
        #expect(PageText.cut("short") == "short")
        #expect(PageText.cut(String(repeating: "x", count: 300)).count == 300)
        #expect(
            PageText.cut(String(repeating: "x", count: 1301)) == String(repeating: "x", count: 300)
                + "… (1,001 bytes more)")
        // Never within a character.
        #expect(
            PageText.cut(String(repeating: "多", count: 200)) == String(repeating: "多", count: 100)
                + "… (300 bytes more)")
    }

    // MARK: What is left out

    @Test func listsHaveTheSumsOfWhatIsLeftOut() throws {
        let lines = (0..<1000).map { " 0) t-1 |   \($0 % 9 + 1).000 us    |  function_\($0)();\n" }
        let file = try TemporaryFile(Array(lines.joined().utf8))
        let builder = SummaryBuilder(map: .builtin)
        let reading = try TraceFile.read(file.path, into: [builder])
        let whole = Report(builder.summary(source: reading.source, counts: reading.counts))
        let page = PageReport(whole)
        #expect(
            page.report.functions.count == PageReport.maxFunctions && page.report.roots.count == PageReport.maxRoots)
        #expect(page.furtherFunctions.rows == 1000 - PageReport.maxFunctions)
        let selves = page.report.functions.reduce(page.furtherFunctions.selfNs) { $0 + $1.selfNs }
        #expect(selves == whole.functions.reduce(0) { $0 + $1.selfNs })
        let calls = page.report.roots.reduce(page.furtherRoots.calls) { $0 + $1.calls }
        #expect(calls == whole.roots.reduce(0) { $0 + $1.calls })
    }

    @Test(arguments: [149, 150, 151, 4000]) func aRequestOfManyStagesHasTheSumsOfTheShortest(count: Int) {
        let stages = (0..<UInt64(count)).map { (number: UInt64) -> Request.Stage in
            let layer = number % 2 == 0 ? "dm" : "scsi"
            return Request.Stage(stage: "dm requeue", layer: layer, startNs: number * 10, ns: number % 97, cpu: 0)
        }
        let one = Request.Try(
            disk: nil, startNs: 0, rounds: [Request.Round(startNs: 0, stages: stages)], error: nil, isRejected: false,
            timeouts: 0, retransmits: 0)
        let request = Request(
            id: 1, startNs: 0, latencyNs: 10, operation: "read", bytes: 0, tries: [one], stoodIn: [], joinedBy: .pointer
        )
        let page = PageRequest(request, PathNames())
        let shown = page.tries.flatMap { $0.rounds.flatMap(\.stages) }
        #expect(shown.count == min(count, PageRequest.maxStages) && shown.count + page.smallerCount == count)
        let sum = (shown + page.smaller).reduce(0 as UInt64) { $0 + $1.ns }
        #expect(sum == stages.reduce(0 as UInt64) { $0 + $1.ns })
        #expect((page.smallerCount == 0) == (count <= PageRequest.maxStages))
    }

    // MARK: Distributions

    @Test func binsHoldAllValues() {
        var histogram = Histogram()
        var source = SystemlessRandom(1)
        for power in 0..<64 as Range<UInt64> {
            for _ in 0..<20 { histogram.record(source.next(.max) >> power) }
        }
        histogram.record(0, times: 3)
        let bins = histogram.bins
        #expect(bins.reduce(0) { $0 + $1.count } == histogram.count)
        #expect(bins.map(\.bin) == Array(Set(bins.map(\.bin))).sorted())
        #expect(bins.first?.bin == -1)
    }

    /// All values of a bucket are in one bin, and bins are in the order of values.
    @Test(arguments: [0, 1, 2, 3, 4, 5, 7, 8, 255, 256, 257, 320, 1023, 1024, 1_000_000, UInt64.max])
    func aBinHasWholeBuckets(ns: UInt64) {
        let values = Histogram.values(of: Histogram.bucket(of: ns))
        #expect(Histogram.bin(of: values.lowerBound) == Histogram.bin(of: values.upperBound))
        if ns > 0 { #expect(Histogram.bin(of: ns - 1) <= Histogram.bin(of: ns)) }
    }

    // MARK: Stories

    @Test(arguments: [
        ("6.1/requests-slow-iscsi.dat.xz", ["requests", "paths path-1", "requests", "requests request-457"]),
        (
            "6.12/failover-cut-short.dat.xz",
            ["requests", "failover incident-1", "paths", "requests", "requests request-117"]
        ),
        ("article/io.txt", ["doubt", "roots"]),
    ]) func sentencesLeadToWhatTheyTellOf(fixture: String, places: [String]) throws {
        let parts = try JSONDecoder().decode(Parts.self, from: Self.json(Self.page(Fixtures.path(fixture))))
        #expect(parts.story.map { [$0.section, $0.subject].compactMap(\.self).joined(separator: " ") } == places)
    }

    @Test(arguments: [" 0)   1.000 us    |  }\n", " 0)               |  dm_mq_queue_rq() {\n"])
    func aTraceWithNothingSaysSo(text: String) throws {
        let file = try TemporaryFile(Array(text.utf8))
        let parts = try JSONDecoder().decode(Parts.self, from: Self.json(Self.page(file.path)))
        #expect(
            parts.story.map(\.text) == [
                "No complete call and no request of a multipath device: there are no times to tell."
            ])
    }
}

extension String {
    fileprivate func components(between start: String, and end: String) -> Substring? {
        guard let from = ranges(of: start).first?.upperBound, let to = self[from...].ranges(of: end).first?.lowerBound
        else { return nil }
        return self[from..<to]
    }
}
