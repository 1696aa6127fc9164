import FoundationEssentials
import GraphParser
import TestSupport
import Testing

@testable import Reports

@Suite struct SummaryTests {
    // MARK: Merging

    /// Whatever parts the trees of a trace are summed up in, and however these are merged, it is the summary of the whole.
    @Test(arguments: Fixtures.traces) func partsMergeToTheWhole(fixture: String) throws {
        try expectPartsMerge(SplitTrace(path: Fixtures.path(fixture)), seed: UInt64(fixture.utf8.count))
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>) func partsOfInventedTracesMergeToTheWhole(seed: UInt64) throws {
        let image = TraceDatImage(SyntheticTrace(seed: seed, tasks: 4, cpus: 2, steps: 800))
        let file = try TemporaryFile(image.bytes())
        try expectPartsMerge(SplitTrace(path: file.path), seed: seed)
    }

    private func expectPartsMerge(_ trace: SplitTrace, seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let whole = trace.summary
        try #require(!whole.functions.isEmpty || trace.counts.calls == 0)
        for count in [2, 3, 7] {
            var parts = trace.parts(count, using: &random)
            #expect(parts.reduce(0) { $0 + $1.roots.reduce(0) { $0 + $1.latency.count } } == whole.calls)
            // Any two, until one is left.
            while parts.count > 1 {
                parts.shuffle(using: &random)
                let (first, second) = (parts.removeLast(), parts.removeLast())
                parts.append(first.merged(with: second))
            }
            #expect(parts[0] == whole)
        }
    }

    /// Functions have other numbers in each trace, and some another module, root or layer.
    @Test func differentTracesMergeInAnyOrder() throws {
        let map = try LayerMap(text: "mine [dm_mod]", path: "mine.layers")
        let traces = try [
            makeSummary("6.1/io.dat"), makeSummary("5.10/create-load.txt"), makeSummary("6.1/io.dat", map: map),
            makeSummary("4.19-legacy/io.txt"),
        ]
        let whole = traces.reduce(Summary()) { $0.merged(with: $1) }
        #expect(traces.reversed().reduce(Summary()) { $1.merged(with: $0) } == whole)
        #expect(traces[0].merged(with: traces[1]).merged(with: traces[2].merged(with: traces[3])) == whole)
        #expect(whole.sources.map(\.path) == ["4.19-legacy/io.txt", "5.10/create-load.txt", "6.1/io.dat"])
        #expect(whole.counts.calls == traces.reduce(0) { $0 + $1.counts.calls })
        #expect(whole.calls == traces.reduce(0) { $0 + $1.calls })
        // Each by the map that it was summed up with.
        let queue = whole.functions.filter { $0.function == "dm_mq_queue_rq" }
        #expect(queue.map(\.layer) == ["dm", "mine"] && queue.map(\.calls) == [64, 64])
        #expect(whole.roots.first { $0.function == "dm_mq_queue_rq" }?.latency.count == 128)
        #expect(whole.flaw == nil)
    }

    @Test func theSummaryOfNothingChangesNothing() throws {
        let summary = try makeSummary("6.1/io.dat")
        #expect(summary.merged(with: Summary()) == summary && Summary().merged(with: summary) == summary)
        #expect(Report(Summary()).roots.isEmpty)
    }

    /// What recording cost is known of a whole only if it is of each part.
    @Test(arguments: [(nil, nil, nil), (5, nil, nil), (5, 6, 11), (.max, 6, .max)] as [(UInt64?, UInt64?, UInt64?)])
    func theCostOfRecordingIsKnownOrNot(left: UInt64?, right: UInt64?, both: UInt64?) throws {
        func summary(_ ns: UInt64?) throws -> Summary {
            var summary = try makeSummary("6.1/io.dat")
            for index in summary.roots.indices { summary.roots[index].tracingNs = ns }
            return summary
        }
        let merged = try summary(left).merged(with: summary(right))
        #expect(merged.roots.map(\.tracingNs) == [both])
        #expect(try summary(right).merged(with: summary(left)) == merged)
    }

    @Test func sumsStickInAnyOrder() throws {
        let parts = [UInt64.max - 5, 3, 9, .max].map { ns in
            Summary.FunctionTime(
                function: "f", baseName: "f", module: nil, layer: "dm", calls: .max / 2, selfNs: ns, totalNs: ns)
        }
        func sum(_ order: [Int]) -> Summary.FunctionTime {
            order.dropFirst().reduce(into: parts[order[0]]) { $0.add(parts[$1]) }
        }
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 2, 0, 3], [2, 0, 3, 1]] {
            #expect(sum(order).selfNs == .max && sum(order).calls == .max)
        }
        var (left, right) = (parts[1], parts[0])
        left.add(parts[2])
        left.add(parts[0])
        right.add(parts[1])
        right.add(parts[2])
        #expect(left == right)
    }

    // MARK: The report of several traces

    @Test func theReportOfSeveralTracesTellsWhatTheyHaveInCommon() throws {
        let (first, second) = (try makeSummary("6.1/io.dat"), try makeSummary("6.1/create-load.dat"))
        let report = Report(first.merged(with: second))
        #expect(report.source.path == "6.1/create-load.dat, 6.1/io.dat")
        #expect(report.source.kind == "trace.dat" && report.source.kernel == Report(first).source.kernel)
        #expect(report.counts.calls == Report(first).counts.calls + Report(second).counts.calls)
        #expect(!TextReport(report, style: .plain, rootLimit: 9, functionLimit: 9).render().isEmpty)
        let mixed = Report(first.merged(with: try makeSummary("4.19-legacy/io.txt")))
        #expect(mixed.source.kind == "several" && mixed.source.kernel == nil && mixed.source.recording == nil)
    }

    // MARK: JSON

    /// Keys are added as time goes on: summaries of before are read all the same.
    @Test(arguments: ["interrupts", "keptNs", "recorderCpuNs"]) func aKeyThatAnOlderSummaryLacksIsAbsent(key: String)
        throws
    {
        let json = try makeSummary("el9-5.14.0-362/c-io.dat").json()
        #expect(json.contains("\"\(key)\""))
        let older = json.replacing(try Regex(",\\s*\"\(key)\"\\s*:\\s*[a-z0-9]+"), with: "")
        #expect(!older.contains("\"\(key)\""))
        let read = try Summary(json: Array(older.utf8), path: "older.json")
        #expect(read.roots == (try makeSummary("el9-5.14.0-362/c-io.dat")).roots)
    }

    @Test(arguments: Fixtures.traces.filter { !$0.hasPrefix("7.3") }) func jsonHoldsAllOfIt(fixture: String) throws {
        let summary = try makeSummary(fixture)
        let json = try summary.json()
        #expect(try Summary(json: Array(json.utf8), path: "x.json") == summary)
        #expect(try JSONDecoder().decode(Summary.self, from: JSONEncoder().encode(summary)) == summary)
        #expect(Report(try Summary(json: Array(json.utf8), path: "x.json")) == Report(summary))
    }

    /// Each with one change to the JSON of a sound summary.
    @Test(arguments: [
        ("dmflow.summary/1", "dmflow.summary/2"), (#""calls":2"#, #""calls":-2"#), (#""calls":2"#, #""calls":"2""#),
        (#""calls":2"#, #""calls":9223372036854775808"#), (#""function":"dm_a""#, #""function":"zz""#),
        (#""function":"dm_a""#, #""function":"dm_a\u001b[2J""#), (#""function":"dm_a""#, #""function":"""#),
        (#""baseName":"dm_a""#, #""baseName":"dm_b""#), (#""layer":"dm""#, #""layer":"d m""#),
        (#""hollowCalls":0"#, #""hollowCalls":2"#), (#""partialCalls":0"#, #""partialCalls":-1"#),
        (#""treeCalls":2"#, #""treeCalls":-2"#), (#""kind":"text""#, #""kind":"html""#),
        (#""notes":["#, #""notes":["\u009b""#), (#""sumNs":5000"#, #""sumNs":5001"#),
        (#""comments":0"#, #""comments":-1"#), (#""fragment":false"#, #""fragment":0"#), ("{", "["),
    ]) func whatNoTraceHasIsRefused(part: String, instead: String) throws {
        let json = try makeSummary(text: Self.twoCalls).json()
        try #require(json.contains(part))
        #expect(throws: Never.self) { try Summary(json: Array(json.utf8), path: "x") }
        let error = #expect(throws: SummaryError.self) {
            try Summary(json: Array(json.replacing(part, with: instead, maxReplacements: 1).utf8), path: "s\n.json")
        }
        #expect(error?.description.contains("\n") == false)
        #expect(error?.description.hasPrefix(#"s\x0a.json: is no summary of traces"#) == true)
    }

    /// Random bytes changed: whatever is accepted can be merged and shown, and keeps its form.
    @Test(arguments: 1...4 as ClosedRange<UInt64>) func damagedJSONNeitherTrapsNorLies(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let summary = try makeSummary(text: Self.twoCalls)
        let json = Array(try summary.json().utf8)
        for _ in 0..<400 {
            var damaged = json
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let digits = damaged.indices.filter { (0x30...0x39).contains(damaged[$0]) }
                damaged[digits.randomElement(using: &random)!] = Array("0123456789-e.".utf8).randomElement(
                    using: &random)!
            }
            guard let read = try? Summary(json: damaged, path: "x") else { continue }
            #expect(read.flaw == nil)
            let merged = read.merged(with: summary).merged(with: read)
            #expect(try Summary(json: Array(merged.json().utf8), path: "x") == merged)
            #expect(!TextReport(Report(merged), style: .plain, rootLimit: 9, functionLimit: 9).render().isEmpty)
        }
    }

    private static let twoCalls = """
         0)               |  dm_a [dm_mod]() {
         0)   2.000 us    |    blk_b();
         0)   5.000 us    |  }

        """
}

extension Summary {
    /// All that had no caller.
    fileprivate var calls: Int { roots.reduce(0) { $0 + $1.latency.count } }
}

private let summaries = OncePerName<Summary>()

/// A fixture's summary, made once for all tests that ask.
func makeSummary(_ fixture: String) throws -> Summary {
    try summaries.value(of: fixture) { try makeSummary($0, map: .builtin) }
}

func makeSummary(_ fixture: String, map: LayerMap) throws -> Summary {
    try makeSummary(path: Fixtures.path(fixture), named: fixture, map: map)
}

func makeSummary(text: String) throws -> Summary {
    let file = try TemporaryFile(Array(text.utf8))
    return try makeSummary(path: file.path)
}

func makeSummary(path: String, named name: String? = nil, map: LayerMap = .builtin) throws -> Summary {
    let builder = SummaryBuilder(map: map)
    let reading = try TraceFile.read(path, into: [builder])
    var source = reading.source
    source.path = name ?? path
    return builder.summary(source: source, counts: reading.counts)
}
