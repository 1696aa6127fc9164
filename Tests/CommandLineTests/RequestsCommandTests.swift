import TestSupport
import Testing

/// `dmflow requests`: its options, its input, and what it says beside the list.
@Suite struct RequestsCommandTests {
    /// Thirty requests on two maps, half of them writes, and one that was under way at the end.
    private static let text: [UInt8] = {
        var script = RequestScript()
        for number in 0..<30 {
            let request = InventedRequest(number).with {
                ($0.flags, $0.map, $0.bytes) = (number % 2, number / 15, 512 << (number % 3))
            }
            script.add(
                request, InventedRequest.detail, from: UInt64(number) * 10_000_000, every: UInt64(100 + number) * 1000)
        }
        script.add(InventedRequest(99), "400000000 dm_dispatch, 400000010 dm_clone")
        return Array(script.text.utf8)
    }()

    private func run(_ arguments: String...) throws -> Program.Result {
        try Program.run(["requests"] + arguments + ["-"], input: Self.text)
    }

    // MARK: Options

    @Test(arguments: [
        (["--limit", "-1"], "--limit"), (["--limit", "x"], "--limit"), (["--format", "xml"], "format"),
        (["--sort", "size,"], "sort"), (["--operation", "reed"], "read"), (["--operation", "READ"], "operation"),
        (["--min-size", "8k", "--max-size", "4k"], "--min-size is above --max-size"), (["--min-size", "4x"], "4x"),
        (["--min-latency", "2ms", "--max-latency", "1ms"], "--min-latency is above --max-latency"),
        (["--min-latency", "soon"], "soon"), (["--from", "2s", "--to", "1s"], "--from is behind --to"),
        (["--id", "one"], "id"), (["--trouble"], "--troubled"), ([], "file"),
    ]) func wrongOptionsAreUsage(options: [String], word: String) throws {
        let result = try Program.run(["requests"] + options + (options.isEmpty ? [] : ["x.dat"]))
        #expect(result.status == 64 && result.output.isEmpty && result.errors.contains(word), "\(result.errors)")
    }

    /// The same bounds on both ends are none too many.
    @Test func boundsCanBeEqual() throws {
        let result = try run("--min-size", "1K", "--max-size", "1K", "--format", "csv", "--from", "0", "--to", "0.5s")
        #expect(result.status == 0 && result.output.split(separator: "\r\n").count == 11)
    }

    // MARK: Input

    /// One line says what is missing and what to do.
    @Test(arguments: ["6.1/io.dat", "6.1/create-load.txt", "5.10/io.dat"]) func aTraceWithoutRequestsIsRefused(
        fixture: String
    ) throws {
        for format in ["text", "jsonl", "csv", "waterfall"] {
            let path = Fixtures.path(fixture)
            let result = try Program.run(["requests", "--format", format, path])
            #expect(result.status == 2 && result.output.isEmpty)
            #expect(
                result.errors
                    == "dmflow: \(path): no requests of multipath devices in it; record with dmflow capture --light\n")
        }
    }

    @Test func standardInputIsRead() throws {
        let file = try TemporaryFile(Self.text)
        let (named, piped) = (try Program.run(["requests", file.path]), try run())
        #expect(named.status == 0 && piped.status == 0 && piped.output == named.output)
        let compressed = try Shell.output("gzip -c", input: Self.text)
        #expect(try Program.run(["requests", "-"], input: compressed, piped: true).output == named.output)
    }

    // MARK: What is listed, and what is said of it

    @Test func theTableShowsTheSlowest() throws {
        let result = try run()
        let lines = result.output.split(separator: "\n")
        #expect(result.status == 0 && lines.count == 21)
        #expect(lines[1].contains("      30 ") && lines[20].contains("      11 "))
        #expect(
            result.errors == """
                dmflow: standard input: 31 requests, 30 joined by address
                dmflow: standard input: not in the figures: 1 in flight when the recording ended
                dmflow: standard input: 20 of 30 requests are listed; --limit 0 lists all

                """)
    }

    @Test(arguments: [("text", 1), ("csv", 1), ("jsonl", 0)]) func aLimitOfNoneListsAll(format: String, head: Int)
        throws
    {
        let all = try run("--limit", "0", "--format", format)
        let few = try run("--limit", "3", "--format", format)
        func lines(_ text: String) -> Int { text.utf8.count { $0 == 0x0a } }
        #expect(lines(all.output) == 30 + head && lines(few.output) == 3 + head)
        #expect(!all.errors.contains("are listed") && few.errors.contains("3 of 30 requests are listed"))
    }

    @Test(arguments: [
        (["--map", "253:1"], 15), (["--path", "8:0"], 30), (["--path", "2:0:0:0"], 30), (["--operation", "write"], 15),
        (["--min-size", "2K"], 10), (["--max-latency", "1900us"], 12), (["--min-latency", "2100us"], 6),
        (["--id", "7"], 1),
        (["--from", "100ms", "--to", "200ms"], 11), (["--min-latency", "1h"], 0), (["--task", "359"], 30),
        (["--troubled"], 0),
    ]) func filtersList(options: [String], count: Int) throws {
        let result = try Program.run(["requests", "--format", "jsonl"] + options + ["-"], input: Self.text)
        #expect(result.status == 0 && result.output.utf8.count { $0 == 0x0a } == count)
        #expect(result.errors.contains("none of 30 requests is as asked for") == (count == 0))
    }

    /// A name that is nowhere is another answer than that none is so long.
    @Test(arguments: [
        (["--id", "99"], "no request 99 among the 30 of 31 requests that are joined; dmflow requests lists them"),
        (
            ["--id", "7", "--map", "mpathq"],
            "none of the 30 of 31 requests that are joined is to the map mpathq; dmflow report names the maps"
        ),
        (["--path", "sdq", "--min-latency", "1h"], "was tried on sdq; dmflow report names the paths"),
        (["--task", "nobody"], "is of the task nobody;"),
    ]) func namesThatAreNowhereAreRefused(options: [String], message: String) throws {
        for format in ["text", "jsonl", "csv", "waterfall"] {
            let result = try Program.run(["requests", "--format", format] + options + ["-"], input: Self.text)
            #expect(result.status == 2 && result.output.isEmpty && result.errors.contains(message), "\(result.errors)")
        }
    }

    /// A path that stands by, and its map, have no requests, and are there all the same.
    @Test(arguments: [("--path", "sda"), ("--path", "0:0:0:1"), ("--map", "mpatha")])
    func whatTheTopologyHasIsNoSlip(option: String, name: String) throws {
        let result = try Program.run(["requests", option, name, Fixtures.path("6.12/failover-alua.dat.xz")])
        #expect(result.status == 0 && result.errors.contains("requests is as asked for"), "\(result.errors)")
    }

    @Test func theReportHasThemToo() throws {
        let result = try Program.run(["report", "-"], input: Self.text)
        #expect(result.status == 0 && result.output.contains("31 requests, 30 joined by address"))
        let summary = try Program.run(["report", "--output", "summary", "-"], input: Self.text)
        #expect(summary.output.contains("\"byPointer\":30") || summary.output.contains("\"byPointer\" : 30"))
    }
}
