import TestSupport
import Testing

/// `dmflow failover`, and `--incident` of others: options, input, and what is said.
@Suite struct FailoverCommandTests {
    /// A path of a map that requests tell of fails, with one request, and comes back.
    private static let text: [UInt8] = {
        var script = RequestScript()
        script.add(InventedRequest(1), InventedRequest.light, every: 100_000)
        let request = InventedRequest(2)
        script.add(
            request,
            "5000000 dm_dispatch, 5000010 dm_clone, 5000020 dm_done, 5000030 dm_verdict error=10, 5000040 dm_requeue, "
                + "5000050 rq_requeue")
        script.add("path_event", "(ffffffffc067a200) type=0 path=\"8:0\" valid=1", at: 5_000_035, tid: 21)
        script.add(
            request.tried(on: 16),
            "5000060 dm_dispatch, 5000061 dm_clone, 5000070 dm_done, 5000073 dm_verdict, 5000074 rq_end")
        script.add("path_event", "(ffffffffc067a200) type=1 path=\"8:0\" valid=2", at: 900_000_000, tid: 21)
        script.add(InventedRequest(3), InventedRequest.light, from: 950_000_000, every: 100_000)
        return Array(script.text.utf8)
    }()

    private static let noFailure: [UInt8] = Array(
        "task77-77 [000] 100.000000001: path_event: (ffffffffc067a200) type=1 path=\"8:0\" valid=2\n".utf8)

    private func run(_ arguments: String..., input: [UInt8]? = nil) throws -> Program.Result {
        try Program.run(["failover"] + arguments + ["-"], input: input ?? Self.text)
    }

    @Test func theIncidentIsToldAsTextAndJSON() throws {
        let text = try run()
        #expect(text.status == 0, "\(text.errors)")
        #expect(text.output.contains("I/O on 8:0 failed at ") && text.output.contains("dm takes the path out of use"))
        #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
        let json = try run("--format", "json")
        #expect(
            json.status == 0 && json.output.contains(#""schema" : "dmflow.failover/1""#), "\(json.output.suffix(300))")
    }

    @Test func oneIncidentCanBeAskedFor() throws {
        #expect(try run("--incident", "1").output == run().output)
        let none = try run("--incident", "2")
        #expect(none.status == 2 && none.output.isEmpty && none.errors.contains("no incident 2 among 1"))
        #expect(none.errors.split(separator: "\n").last?.contains("dmflow failover lists them") == true)
    }

    @Test func noIncidentIsALine() throws {
        let result = try run(input: Self.noFailure)
        #expect(
            result.status == 0 && result.output == "failover: no incident in 0 ns\n", "\(result.output)\(result.errors)"
        )
        #expect(result.errors.contains("no requests in it: who stood still is not known"))
    }

    @Test func aTraceOfOtherThingsSaysWhatToRecord() throws {
        let result = try Program.run(["failover", Fixtures.path("6.1/io.txt")])
        #expect(result.status == 2 && result.output.isEmpty)
        #expect(
            result.errors.contains("nothing in it that would tell of a failover; record with dmflow capture --light"))
    }

    @Test(arguments: [["--format", "xml"], ["--incident", "one"], ["--incident"]])
    func wrongOptionsAreUsage(options: [String]) throws {
        #expect(try Program.run(["failover"] + options + ["x.dat"]).status == 64)
    }

    @Test func requestsOfAnIncidentAreListed() throws {
        let file = try TemporaryFile(Self.text)
        let result = try Program.run(["requests", "--incident", "1", "--format", "csv", file.path])
        let lines = result.output.split(whereSeparator: \.isNewline)
        #expect(result.status == 0 && lines.count == 2 && lines[1].hasPrefix("2,"), "\(result.output)\(result.errors)")
        #expect(try Program.run(["requests", "--incident", "3", file.path]).status == 2)
        for command in ["requests", "tree"] {
            let piped = try Program.run([command, "--incident", "1", "-"], input: Self.text)
            #expect(piped.status == 64 && piped.errors.contains("reads the trace twice"), "\(piped.errors)")
        }
        let both = try Program.run(["tree", "--incident", "1", "--request", "1", file.path])
        #expect(both.status == 64)
    }
}
