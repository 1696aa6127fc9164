import Foundation
import GraphParser
import TestSupport
import Testing

@Suite struct ReportCommandTests {
    @Test func reportsFromAFileAndFromStandardInputAreTheSame() throws {
        for fixture in ["6.1/io.txt", "6.1/io.dat"] {
            let path = Fixtures.path(fixture)
            let fromFile = try Program.run(["report", path])
            let fromInput = try Program.run(["report", "-"], input: try Fixtures.bytes(fixture))
            #expect(fromFile.status == 0 && fromInput.status == 0)
            #expect(fromFile.output.hasPrefix(path))
            #expect(fromFile.output.dropFirst(path.count) == fromInput.output.dropFirst("standard input".count))
        }
    }

    @Test func aPipeIsReadAsAFileIs() throws {
        let pipe = "/tmp/dmflow-pipe-\(UUID().uuidString)"
        #expect(mkfifo(pipe, 0o600) == 0)
        defer { unlink(pipe) }
        let writer = Process()
        writer.executableURL = URL(fileURLWithPath: "/bin/sh")
        writer.arguments = ["-c", "cat '\(Fixtures.path("6.1/io.dat"))' > \(pipe)"]
        try writer.run()
        let result = try Program.run(["report", pipe])
        writer.waitUntilExit()
        #expect(result.status == 0 && result.output.contains("64 calls"))
    }

    @Test func jsonIsWhatTheContractSays() throws {
        let result = try Program.run(["report", "--format", "json", Fixtures.path("6.1/io.dat")])
        let report = try #require(JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        #expect(report["schema"] as? String == "dmflow.report/1")
        let roots = try #require(report["roots"] as? [[String: Any]])
        #expect(roots.map { $0["function"] as? String } == ["dm_mq_queue_rq"])
        #expect(roots.map { $0["calls"] as? Int } == [64])
    }

    @Test func strictExitsWith3WhenCallsAreInDoubt() throws {
        for command in ["report", "tree"] {
            #expect(try Program.run([command, "--strict", Fixtures.path("6.1/io-lossy.txt")]).status == 3)
            #expect(try Program.run([command, "--strict", Fixtures.path("6.1/io.txt")]).status == 0)
            #expect(try Program.run([command, Fixtures.path("6.1/io-lossy.txt")]).status == 0)
        }
    }

    /// What the report has under "In doubt" is what --strict ends with 3 for, also where it is read from a summary.
    @Test(arguments: [
        ("el8-4.18.0-477/whole-way.txt", Int32(3)), ("6.1/requests-graph.dat.xz", 3),
        ("6.1/requests-dropped.dat.xz", 3),
        ("6.1/failover-two.dat.xz", 3), ("6.12/failover-cut-short.dat.xz", 0), ("6.1/failover-goes-on.dat.xz", 0),
        ("6.1/instances.dat", 0),
    ]) func strictAndTheReportAreOne(fixture: String, status: Int32) throws {
        let summary = FileManager.default.temporaryDirectory.appendingPathComponent("dmflow-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: summary) }
        let report = try Program.run([
            "report", "--strict", "--output", "text", "--output", "summary=\(summary)", Fixtures.path(fixture),
        ])
        #expect(report.status == status && report.output.contains("In doubt: ") == (status == 3))
        let again = try Program.run(["report", "--strict", summary])
        #expect(again.status == status && again.output.contains("In doubt: ") == (status == 3))
    }

    /// Hollow trees are in doubt for who looks at trees; failures without a path for who looks at failovers.
    @Test(arguments: [("tree", "el8-4.18.0-477/whole-way.txt"), ("failover", "6.1/requests-dropped.dat.xz")])
    func strictIsOfWhatACommandShows(command: String, fixture: String) throws {
        #expect(try Program.run([command, "--strict", Fixtures.path(fixture)]).status == 3)
    }

    @Test func lossIsSaidInTheFirstLines() throws {
        let lines = try Program.run(["report", Fixtures.path("6.1/io-lossy.txt")]).output.split(separator: "\n")
        #expect(lines.prefix(3).contains { $0.contains("EVENTS LOST: 8,612") })
    }

    @Test func whatTheRootLimitLeavesOutIsSummedUp() throws {
        let output = try Program.run(["report", "--roots", "1", Fixtures.path("4.19-legacy/io.txt")]).output
        #expect(output.contains("and 1 root more: 190 calls"))
        #expect(!output.contains("dm_old_request_fn [dm_mod]: 190 calls"))
    }

    @Test func colourIsForTerminalsOnly() throws {
        let plain = try Program.run(["report", Fixtures.path("article/io.txt")], environment: ["LC_ALL": "C"]).output
        #expect(!plain.contains("\u{1b}") && plain.allSatisfy(\.isASCII))
        let unicode = try Program.run(["report", Fixtures.path("article/io.txt")], environment: ["LC_ALL": "C.UTF-8"])
        #expect(unicode.output.contains("█"))
    }

    @Test func colourCanBeAskedForAndRefused() throws {
        let path = Fixtures.path("article/io.txt")
        #expect(try Program.run(["report", "--color", "always", path]).output.contains("\u{1b}[1m"))
        #expect(!(try Program.run(["report", "--color", "never", path]).output.contains("\u{1b}")))
    }

    @Test func aTextWithoutDurationsIsNotTakenForOneWithoutTime() throws {
        let output = try Program.run(["report", "-"], input: Array(" 0) a() {\n 0)   b();\n 0) }\n".utf8)).output
        #expect(output.contains("2 calls have no duration"))
    }

    @Test func recordsThatAreNotUnderstoodAreInTheFirstLines() throws {
        let text = " 0)   1.000 us    |  a();\n 0)   1.000 us    |  b\n"
        let lines = try Program.run(["report", "-"], input: Array(text.utf8)).output.split(separator: "\n")
        #expect(lines.prefix(3).contains { $0.contains("NOT UNDERSTOOD: 1 of 2 records") })
    }

    @Test func aLayerMapOfOnesOwnIsUsed() throws {
        let map = try TemporaryFile(Array("mine [dm_mod]\n".utf8))
        let output = try Program.run(["report", Fixtures.path("article/io.txt"), "--layers", map.path]).output
        #expect(output.contains("  mine "))
    }
}

@Suite struct TreeCommandTests {
    @Test func depthAndThresholdSumUpWhatTheyHide() throws {
        let path = Fixtures.path("4.19-legacy/io.txt")
        let whole = try Program.run(["tree", path]).output
        let shallow = try Program.run(["tree", "--depth", "2", path]).output
        #expect(shallow.count < whole.count)
        #expect(shallow.contains("calls not drawn"))
        let long = try Program.run(["tree", "--threshold", "50", path]).output
        #expect(!long.contains("elv_rb_del();") && long.contains("not drawn"))
    }

    @Test func onlyTheTreesOfARootAreDrawn() throws {
        let output = try Program.run(["tree", "--root", "map_tio_request", Fixtures.path("4.19-legacy/io.txt")]).output
        #expect(output.split(separator: "\n").count { $0.hasPrefix("#") } == 64)
        let printed = try Program.run([
            "tree", "--root", "map_tio_request [dm_mod]", Fixtures.path("4.19-legacy/io.txt"),
        ])
        #expect(printed.output == output)
        let none = try Program.run(["tree", "--root", "no_such", Fixtures.path("4.19-legacy/io.txt")])
        #expect(none.status == 2 && none.errors.contains("no_such"))
    }

    @Test func eventsAreDrawnOnlyWhenAskedForAndNeverHiddenUnsaid() throws {
        let path = Fixtures.path("7.3/events.dat")
        #expect(!(try Program.run(["tree", path]).output.contains("/* ")))
        let all = try Program.run(["tree", "--events", path])
        let drawn = all.output.split(separator: "\n").filter { $0.contains("/* ") }
        #expect(drawn.count == 45 && drawn.contains { $0.contains("/* block_rq_issue: dev=253,0 sector=0 ") })
        #expect(all.errors.contains("events of other kinds outside of all calls, which are not drawn: 105"))
        let shallow = try Program.run(["tree", "--events", "--depth", "2", path]).output
        let hidden = shallow.matches(of: /(\d+) other events? not drawn/).compactMap { Int($0.output.1) }
        let shown = shallow.split(separator: "\n").count { $0.contains("/* ") && !$0.contains("not drawn") }
        #expect(hidden.reduce(0, +) + shown == 45 && !hidden.isEmpty)
    }

    @Test func stacksAreShownAsFunctions() throws {
        let output = try Program.run(["tree", "--events", Fixtures.path("7.3/stacks.dat")]).output
        #expect(output.contains("blk_mq_start_request,dm_mq_queue_rq [dm_mod],"))
        // All of them, not the eight that the format tells of.
        #expect(output.contains("ret_from_fork_asm]"))
    }

    /// Events of another instance than the calls'.
    @Test func eventsOfAnotherInstanceAreDrawnInTheTasksCalls() throws {
        let result = try Program.run(["tree", "--events", Fixtures.path("7.3/instances.dat")])
        #expect(result.output.split(separator: "\n").count { $0.contains("/* ") } == 32)
        #expect(result.errors.contains("which are not drawn: 72"))
    }

    @Test func shortTreesAreSummedUp() throws {
        let path = Fixtures.path("7.3/io.dat")
        let all = try Program.run(["tree", "--depth", "1", path]).output
        let long = try Program.run(["tree", "--depth", "1", "--threshold", "2000", path]).output
        func titles(_ text: String) -> Int { text.split(separator: "\n").count { $0.hasPrefix("# kworker") } }
        let hidden = long.matches(of: /# (\d+) trees? not drawn/).compactMap { Int($0.output.1) }.reduce(0, +)
        #expect(titles(long) + hidden == titles(all) && titles(long) > 0 && hidden > 0)
        let none = try Program.run(["tree", "--threshold", "1e9", path]).output
        #expect(none.hasPrefix("# \(titles(all)) trees not drawn, "))
    }

    @Test func lossesAreSaidWhereTheyWere() throws {
        let whole = try Program.run(["tree", Fixtures.path("6.1/io-lossy-record.dat")])
        #expect(whole.output.contains("# EVENTS LOST: 1 time, how many is not known, on CPU 1\n"))
        #expect(whole.errors.contains("events lost: 14,488; 0 open, 4 orphans"))
        let text =
            " 0)   2.000 us    |  f();\nCPU:1 [LOST 12 EVENTS]\nCPU:0 [LOST 3 EVENTS]\n 0)   2.000 us    |  g();\n"
        let lines = try Program.run(["tree", "-"], input: Array(text.utf8)).output.split(separator: "\n")
        #expect(
            lines.filter { !$0.hasPrefix("# 1 call") } == [
                "  0)   2.000 us    |  f();", "# EVENTS LOST: 15, on CPU 0, 1", "  0)   2.000 us    |  g();",
            ])
    }

    @Test func callsWithoutADurationAreInDoubt() throws {
        let result = try Program.run(["report", "--strict", Fixtures.path("7.3/io.no-duration.txt")])
        #expect(result.status == 3)
    }

    /// Reading what was drawn gives the trees that were drawn, with their tasks, CPUs and losses, coloured or not.
    @Test(arguments: Fixtures.traces, ["never", "always"])
    func drawnTreesReadBackAsThemselves(fixture: String, color: String) throws {
        let drawn = try Program.run(["tree", "--color", color, Fixtures.path(fixture)]).output
        let original = try Fixtures.reading(fixture)
        let again = try RecordedTrace(text: drawn)
        #expect(again.counts.unparsedLines == 0, "\(again.source.notUnderstood)")
        // A number that the file's end tells stands in no tree.
        #expect(again.counts.lostEvents == original.counts.lostEvents || again.counts.uncountedLosses > 0)
        let kept = original.trees.indices.filter { fits(original.trees[$0]) }
        let (outline, tids) = (original.outline(cut: shown, userDuration: shownOfUser), original.trees.map(\.root.tid))
        let expected = kept.map { index -> [String] in
            // What was not recorded of a hollow root is lost.
            let isHollow = original.trees[index].root.isHollow
            let lines = outline[index].map { isHollow ? $0.replacing(" complete", with: "") : $0 }
            return [tids[index].map(String.init) ?? "-", "\(original.trees[index].root.isFragment)"] + lines
        }
        let read = zip(again.trees, again.outline()).flatMap { tree, lines -> [[String]] in
            let facts = [tree.root.tid.map(String.init) ?? "-", "\(tree.root.isFragment)"]
            let isLossy = tree.root.confidence == .lossy
            let plain = lines.map { $0.replacing(" complete", with: "").replacing(" lossy", with: "") }
            return isLossy ? [facts + lines, facts + plain] : [facts + lines]
        }
        #expect(Set(expected).subtracting(read) == [])
        #expect(!kept.isEmpty)
    }

    /// Whether no call has more time directly below it than it lasted.
    private func fits(_ tree: CallTree) -> Bool {
        var below: [UInt64] = []
        for node in tree.nodes.reversed() {
            while below.count <= node.level + 1 { below.append(0) }
            if let duration = node.call.duration, node.call.confidence == .complete,
                below[node.level + 1] > duration + 999
            {
                return false
            }
            below[node.level] += node.call.duration ?? below[node.level + 1]
            below[node.level + 1] = 0
        }
        return true
    }

    /// What the drawing has of a duration; text does not have all of the durations itself.
    private func shown(_ ns: UInt64) -> UInt64? { cutToTextPrecision(ns) }
    private func shownOfUser(_ call: Call) -> UInt64? { call.duration.map(cutToTextPrecision) }

    @Test func linesThatWereNotUnderstoodAreShownOnRequest() throws {
        let text = " 0)   1.000 us    |  f();\n 0)   1.000 us    |  g(\nsome\u{202e} words\n"
        let plain = try Program.run(["report", "-"], input: Array(text.utf8)).output
        let verbose = try Program.run(["report", "--verbose", "-"], input: Array(text.utf8)).output
        #expect(!plain.contains("line 2") && verbose.contains("  line 2:  0)   1.000 us    |  g(\n"))
        #expect(verbose.contains("  line 3: some\\u202e words\n"))
        let json = try Program.run(["report", "--verbose", "--format", "json", "-"], input: Array(text.utf8)).output
        #expect(json.contains("\"line\" : 3"))
    }
}
