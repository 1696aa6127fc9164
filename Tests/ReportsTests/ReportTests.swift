import FoundationEssentials
import GraphParser
import Reports
import TestSupport
import Testing

private let reports = OncePerName<Report>()

/// A fixture's report, made once for all tests that ask.
func makeReport(_ fixture: String) throws -> Report {
    try reports.value(of: fixture) { Report(try makeSummary($0)) }
}

func makeReport(path: String) throws -> Report { Report(try makeSummary(path: path)) }

func makeReport(text: String) throws -> Report { Report(try makeSummary(text: text)) }

@Suite struct ReportTests {
    // MARK: Golden reports

    /// All figures of every trace, as JSON. A golden file that is missing is written and the test fails: look at it before you
    /// keep it.
    @Test(arguments: Fixtures.traces) func isAsTheGoldenReport(fixture: String) throws {
        try expectGolden(fixture + ".report.json", try makeReport(fixture).json())
    }

    /// Text forms, versions of trace.dat, kernels and recorders; between them every kind of line that a report has.
    static let shownTraces = [
        "4.19-legacy/io.txt", "5.10/dump.txt", "5.10/io.all.txt", "5.10/io.no-context.txt", "5.10/stacks.dat",
        "6.1/columns.all.txt", "6.1/daemon.dat", "6.1/daemon.default.txt", "6.1/io-lossy-record.dat",
        "6.1/io-lossy.txt",
        "6.1/io.v7-zstd.dat", "6.12/io.all.txt", "6.12/thresh.dat", "7.3/create-load.dat", "7.3/io.all.txt",
        "7.3/io.trace-cmd-report.txt", "article/create.txt", "article/io.txt", "article/load.txt",
        "el8-4.18.0-477/c-io.dat", "el8-4.18.0-477/c-submit-complete.dat", "el8-4.18.0-477/io16.dat",
        "el9-5.14.0-362/io16.dat",
    ]

    /// How a report looks.
    @Test(arguments: shownTraces) func looksAsTheGoldenText(fixture: String) throws {
        let text = TextReport(
            try makeReport(fixture), of: try makeSummary(fixture), style: .plain, rootLimit: 10, functionLimit: 15
        ).render()
        try expectGolden(fixture + ".report.golden", text)
    }

    /// Golden texts that nobody reads would not be missed.
    @Test func everyGoldenTextIsRead() {
        let kept = Fixtures.files(withSuffixes: [".report.golden"]).map { $0.replacing(".report.golden", with: "") }
        #expect(kept == Self.shownTraces)
    }

    @Test(arguments: ["article/create.txt", "article/load.txt", "article/io.txt"])
    func articleTreesAreDrawnAsGolden(fixture: String) throws {
        var renderer = TreeRenderer(map: .builtin, style: .plain, limits: .init())
        var text: [UInt8] = []
        _ = try TraceFile.read(
            Fixtures.path(fixture), into: [TreeAssembler(events: ["*"]) { renderer.render($0, into: &text) }])
        try expectGolden(fixture + ".tree.golden", String(decoding: text, as: UTF8.self))
    }

    private func expectGolden(_ name: String, _ text: String) throws {
        let url = Fixtures.directory.appending(path: name)
        guard let golden = try? String(contentsOf: url, encoding: .utf8) else {
            try Data(text.utf8).write(to: url)
            Issue.record("\(name) was missing and has been recorded")
            return
        }
        #expect(text == golden, "\(name) differs; if the change is meant, remove the file and run again")
    }

    /// An interrupt between a root's end and the record of its exit is no part of the root. Found by fuzzing, invented.
    @Test func whatCameWhenARootWasOverIsNoPartOfIt() throws {
        let report = try makeReport(
            text: """
                    1.000000 |   0)  t-1  |               |  f() {
                    1.000100 |   0)  t-1  |   5.000 us    |    g();
                    1.000110 |   0)  t-1  |   2.000 us    |  } /* f */

                """)
        #expect(report.roots.map(\.function) == ["g", "f"])
        #expect(report.roots.map(\.latency.sumNs) == [5000, 2000])
        #expect(report.roots.map { $0.layers.reduce(0) { $0 + $1.selfNs } } == [5000, 2000])
        #expect(report.roots.allSatisfy { $0.partialCalls == 0 && !$0.fragment && $0.unattributedNs == 0 })
    }

    // MARK: Against an independent count

    @Test(arguments: [
        "4.19-legacy/io.txt", "4.19-legacy/create.txt", "6.1/io.txt", "6.1/create-load.txt", "6.1/io.dat",
    ])
    func agreesWithANaiveCount(fixture: String) throws {
        let text = fixture.replacing(".dat", with: ".txt")
        let naive = NaiveCount(try String(contentsOfFile: Fixtures.path(text), encoding: .utf8))
        var sums: [String: NaiveCount.Sum] = [:]
        for function in try makeReport(fixture).functions {
            let name = function.function + (function.module.map { " [\($0)]" } ?? "")
            sums[name] = .init(calls: function.calls, selfNs: function.selfNs, totalNs: function.totalNs)
        }
        if fixture.hasSuffix(".txt") {
            #expect(sums == naive.sums)
        } else {
            #expect(sums.mapValues(\.calls) == naive.sums.mapValues(\.calls))
        }
        #expect(!sums.isEmpty)
    }

    // MARK: Invariants

    /// Text cuts durations above 10 ms, the last digit of a few calls at most.
    @Test(arguments: Fixtures.traces) func layersOfWholeRootsAddUpToTheirTime(fixture: String) throws {
        for root in try makeReport(fixture).roots where root.partialCalls == 0 {
            let sum = root.layers.reduce(0) { $0 + $1.selfNs }
            let tolerance = fixture.hasSuffix(".txt") ? root.latency.sumNs / 10_000 : 0
            #expect(sum.distance(to: root.latency.sumNs).magnitude <= tolerance, "\(root.function)")
            #expect(root.unattributedNs <= tolerance)
            for layer in root.layers { #expect(layer.selfNs == layer.latency.sumNs) }
        }
    }

    @Test(arguments: Fixtures.traces) func functionsAddUpToTheirLayers(fixture: String) throws {
        let report = try makeReport(fixture)
        #expect(!report.layers.isEmpty)
        for layer in report.layers {
            let functions = report.functions.filter { $0.layer == layer.layer }
            #expect(functions.reduce(0) { $0 + $1.selfNs } == layer.selfNs)
            #expect(functions.reduce(0) { $0 + $1.calls } == layer.calls)
            #expect(layer.totalNs >= layer.selfNs)
        }
    }

    // MARK: Figures

    @Test func layersCountOnlyTheirOutermostCallsInTotal() throws {
        let report = try makeReport(
            text: """
                 0)               |  dm_a [dm_mod]() {
                 0)               |    blk_b() {
                 0)   2.000 us    |      dm_c [dm_mod]();
                 0)   5.000 us    |    }
                 0)   1.000 us    |    dm_d [dm_mod]();
                 0) + 10.000 us   |  }

                """)
        #expect(report.layers.map(\.layer) == ["dm", "block"])
        #expect(report.layers.map(\.selfNs) == [7000, 3000])
        #expect(report.layers.map(\.totalNs) == [10000, 5000])
        #expect(report.layers.map(\.calls) == [3, 1])
    }

    @Test func aRootsLayersCountWithZeroWhereTheyDoNotOccur() throws {
        let report = try makeReport(
            text: """
                 0)   1.000 us    |  dm_a [dm_mod]();
                 0)               |  dm_a [dm_mod]() {
                 0)   2.000 us    |    blk_b();
                 0)   3.000 us    |  }
                 0)   1.000 us    |  dm_a [dm_mod]();

                """)
        let block = try #require(report.roots.first?.layers.first { $0.layer == "block" })
        #expect(report.roots[0].calls == 3)
        #expect(block.latency.minNs == 0 && block.latency.p50Ns == 0 && block.latency.maxNs == 2000)
        #expect(block.latency.meanNs == 666)
    }

    @Test func onlyCompleteCallsAreInTheFigures() throws {
        let report = try makeReport(
            text: """
                 0)   one-1    |               |  dm_a [dm_mod]() {
                CPU:0 [LOST 1 EVENTS]
                 0)   one-1    |   5.000 us    |  }
                 0)   one-1    |   7.000 us    |  } /* dm_b [dm_mod] */
                 0)   one-1    |               |  dm_c [dm_mod]() {
                 0)   one-1    |   1.000 us    |    dm_d [dm_mod]();

                """)
        #expect(report.roots.isEmpty)
        #expect(report.functions.map(\.function) == ["dm_d"])
        #expect(report.counts.lossy == 1 && report.counts.orphans == 1 && report.counts.open == 1)
        #expect(report.layers.map(\.totalNs) == [1000])
    }

    @Test func jsonHasTheKeysOfTheContract() throws {
        let json = try makeReport("article/io.txt").json()
        let object = try JSONDecoder().decode(Report.self, from: Data(json.utf8))
        #expect(object.schema == "dmflow.report/1")
        for key in ["\"kernel\" : null", "\"module\" : null", "\"lostEvents\" : 0", "\"totalNs\"", "\"p99Ns\""] {
            #expect(json.contains(key))
        }
    }

    @Test(
        arguments: [
            (0, "0 ns"), (999, "999 ns"), (1000, "1.000 us"), (12345, "12.35 us"), (999_949, "999.9 us"),
            (999_950, "1.000 ms"),
            (999_999, "1.000 ms"), (999_949_999, "999.9 ms"), (999_950_000, "1.000 s"),
            (1_500_000_000, "1.500 s"), (20_860_920, "20.86 ms"), (7_200_000_000_000, "7200 s"),
        ] as [(UInt64, String)])
    func durationsAreReadable(ns: UInt64, expected: String) throws {
        let text = " 0) \(ns / 1000).\(String(ns % 1000 + 1000).dropFirst()) us |  f();\n"
        let rendered = TextReport(try makeReport(text: text), style: .plain, rootLimit: 1, functionLimit: 1).render()
        #expect(rendered.contains("1 call, \(expected) in all\n"))
    }

    /// A root of 5 us with one call below, in a file that says that recording a call took 812 ns and then 900.
    @Test func whatTracingCostStandsWithEachRoot() throws {
        let facts =
            "dmflow:\nrecorded for: 2000000000 ns\ncall cost before: 812 ns\ncall cost after: 900 ns\nmultipath requests: 64\n\0"
        var image = TraceDatImage(SyntheticTrace(seed: 3, tasks: 1, cpus: 1, steps: 40))
        image.options = [(id: 2, content: Array(facts.utf8))]
        let file = try TemporaryFile(image.bytes())
        let report = try makeReport(path: file.path)
        let recorded = try RecordedTrace(path: file.path)
        let names = recorded.names
        let trees = recorded.trees.filter {
            $0.root.confidence == .complete && $0.root.duration != nil
        }
        for root in report.roots {
            // What probes in user space cost is not measured.
            let below = trees.filter { names[$0.root.function].name == root.function }.flatMap { $0.nodes.dropFirst() }
                .filter { $0.call.confidence == .complete && !$0.call.isUser }
            #expect(root.tracingNs == UInt64(below.count) * 900)
        }
        let style = Style(color: false, unicode: false, columns: 132)
        let text = TextReport(report, style: style, rootLimit: .max, functionLimit: 1).render()
            .replacing("\n  ", with: " ")
        #expect(
            text.contains(
                "recording a call cost 812 ns before and 900 ns after; with each root stands what the higher comes to\n"
            ))
        #expect(
            text.contains(
                "the kernel counted 64 reads and writes on multipath devices in 2.000 s, 32.0 a second\n"
            ))
        #expect(text.contains(" tracing: up to "))
    }

    /// An interrupt or a task's own `schedule` has no caller either, and is no root of the flow.
    @Test func rootsThatNobodyAskedForAreToldApart() throws {
        func report(_ facts: String?) throws -> Report {
            var image = TraceDatImage(SyntheticTrace(seed: 3, tasks: 1, cpus: 1, steps: 200))
            if let facts { image.options = [(id: 2, content: Array("dmflow:\n\(facts)\0".utf8))] }
            let file = try TemporaryFile(image.bytes())
            return try makeReport(path: file.path)
        }
        let plain = try report(nil)
        #expect(plain.roots.count > 1 && plain.roots.allSatisfy { $0.askedFor == nil })
        // The one with the least time is the flow's.
        let roots = plain.roots.filter { !$0.fragment }
        let asked = try #require(roots.last).function
        let told = try report("roots: \(asked) other\ninterrupts: not recorded\n")
        #expect(told.roots.first?.function == asked && told.roots.first?.askedFor == true)
        let others = told.roots.dropFirst().filter { !$0.fragment }
        #expect(others.map(\.function) == roots.dropLast().map(\.function))
        #expect(others.allSatisfy { $0.askedFor == false })
        #expect(told.roots.allSatisfy { !$0.fragment || $0.askedFor == nil })
        let text = TextReport(told, style: .plain, rootLimit: .max, functionLimit: 1).render()
        #expect(text.split(separator: "no root that was asked for").count == others.count + 1)
        #expect(text.contains("interrupts were not recorded; their time is in what they hit\n"))
        let unknown = TextReport(plain, style: .plain, rootLimit: .max, functionLimit: 1).render()
        #expect(!unknown.contains("asked for") && !unknown.contains("interrupts were"))
    }

    /// Calls below a root are counted whatever their layer, and leaves count as their own trees.
    @Test func treesAreCountedWithAllTheirCalls() throws {
        let report = try makeReport(
            text: """
                 0)   one-1    |               |  dm_a [dm_mod]() {
                 0)   one-1    |   1.000 us    |    blk_b();
                 0)   one-1    |   1.000 us    |    dm_c [dm_mod]();
                 0)   one-1    |   5.000 us    |  }
                 0)   one-1    |   1.000 us    |  dm_a [dm_mod]();

                """)
        #expect(report.roots.map(\.treeCalls) == [4])
        #expect(report.roots.map(\.tracingNs) == [nil])
    }
}
