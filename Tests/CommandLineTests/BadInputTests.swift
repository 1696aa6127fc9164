import Foundation
import TestSupport
import Testing

/// The program as a person meets it when something is wrong: exit code, one line that says what, where and what to do.
@Suite struct BadInputTests {
    struct BadFile: CustomTestStringConvertible, Sendable {
        let name: String
        let bytes: [UInt8]
        /// Must stand in the message.
        let says: String

        var testDescription: String { name }
    }

    static let traceDat = TraceDatImage(SyntheticTrace(seed: 1, tasks: 1, cpus: 1, steps: 20)).bytes()

    static let badFiles = [
        BadFile(name: "empty", bytes: [], says: "is empty"),
        BadFile(
            name: "binary", bytes: (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 3) }, says: "neither"),
        BadFile(name: "prose", bytes: Array("Dear maintainers,\nplease find attached\n".utf8), says: "neither"),
        BadFile(
            name: "cut gzip", bytes: [0x1f, 0x8b, 8, 0, 0, 0, 0, 0], says: "is cut: its gzip data ends too early"),
        BadFile(
            name: "bzip2", bytes: Array("BZh91AY&SY".utf8), says: "is compressed; decompress it first, with bunzip2"),
        BadFile(name: "function tracer", bytes: Array("# tracer: function\n#\n".utf8), says: "'function'"),
        BadFile(name: "nop tracer", bytes: Array("# tracer: nop\n#\n".utf8), says: "'nop'"),
        BadFile(name: "no calls", bytes: Array("# tracer: function_graph\n#\n".utf8), says: "holds no calls"),
        BadFile(
            name: "report without durations",
            bytes: Array("  dd-12 [000] 1.000000: funcgraph_entry: func=f depth=0\n".utf8), says: "-R"),
        BadFile(name: "cut trace.dat", bytes: Array(traceDat.prefix(700)), says: "ends within"),
        BadFile(name: "trace.dat without its end", bytes: Array(traceDat.dropLast(100)), says: "end behind the end"),
        BadFile(
            name: "trace.dat version 9", bytes: traceDat.prefix(10) + Array("9\0".utf8) + [0, 8], says: "version 9"),
        BadFile(
            name: "a claim of 4 GiB",
            bytes: traceDat.prefix(18) + Array("header_page\0".utf8) + little(UInt64(4 << 30)),
            says: "ends within header_page"),
    ]

    @Test(arguments: badFiles, ["report", "tree"]) func badFilesAreRefused(file: BadFile, command: String) throws {
        let temporary = try TemporaryFile(file.bytes)
        let result = try Program.run([command, temporary.path])
        expectRefusal(result, says: file.says)
        #expect(result.errors.contains(temporary.path))
    }

    @Test(arguments: ["tree", "requests", "failover"]) func aSummaryIsNoTrace(command: String) throws {
        let file = try TemporaryFile(Array(#"{"schema":"dmflow.summary/1"}"#.utf8))
        let result = try Program.run([command, file.path])
        #expect(result.status == 2 && result.errors.contains("is JSON, and no trace; give the capture itself"))
    }

    @Test(arguments: badFiles, ["report", "tree"]) func badStandardInputIsRefused(file: BadFile, command: String) throws
    {
        let result = try Program.run([command, "-"], input: file.bytes)
        expectRefusal(result, says: file.says)
        #expect(result.errors.hasPrefix("dmflow: standard input: "))
    }

    @Test func aPipeThatCannotBeCopiedNamesThePlace() throws {
        let result = try Program.run(
            ["report", "-"], input: Array("x\n".utf8), piped: true, environment: ["TMPDIR": "/nonexistent"])
        expectRefusal(result, says: "cannot be copied to /nonexistent")
        #expect(result.errors.contains("TMPDIR"))
    }

    @Test func aMissingFileIsRefused() throws {
        expectRefusal(try Program.run(["report", "/nonexistent/trace.dat"]), says: "No such file")
    }

    @Test func aDirectoryIsRefused() throws {
        expectRefusal(try Program.run(["report", "/tmp"]), says: "Is a directory")
    }

    @Test func aPathCannotSteerTheTerminal() throws {
        let result = try Program.run(["report", "/nonexistent/\u{1b}[2J"])
        #expect(result.status == 2)
        #expect(!result.errors.contains("\u{1b}"))
    }

    @Test func aBadLayerMapIsRefused() throws {
        let map = try TemporaryFile(Array("dm [dm_mod\n".utf8))
        let result = try Program.run(["report", Fixtures.path("article/io.txt"), "--layers", map.path])
        expectRefusal(result, says: ":1: ")
    }

    @Test func aFullDiskUnderTheReportIsSaid() throws {
        let result = try Program.run(["report", Fixtures.path("article/io.txt")], output: "/dev/full")
        expectRefusal(result, says: "No space left")
    }

    @Test(arguments: [
        ["report"], ["tree", "x", "y"], ["report", "x", "--format", "xml"], ["tree", "x", "--depth", "0"],
        ["report", "x", "--functions", "-1"], ["frobnicate"], ["capture", "--depth", "0"],
        ["capture", "--duration", "soon"], ["capture", "--flow", ","], ["capture", "--flow", "create,bogus"],
    ])
    func wrongUsageIs64(arguments: [String]) throws {
        #expect(try Program.run(arguments).status == 64)
    }

    @Test(arguments: [["--flow", "io"], ["--root", "dm_mq_queue_rq"]])
    func lightIsAloneAndSaysWhatToDo(other: [String]) throws {
        let result = try Program.run(["capture", "--light"] + other)
        #expect(result.status == 64)
        #expect(
            result.errors.contains("leave it out and give --flow requests,failover with the others"), "\(result.errors)"
        )
    }

    @Test(arguments: [
        ("--duration", "soon", "500ms"), ("--last", "10x", "10s"), ("--stop-after", "-1s", "10s"),
        ("--max-size", "500MX", "500K"), ("--buffer-size", "0", "500K"), ("--max-loss", "1", "percentage"),
        ("--max-overhead", "101%", "100%"),
    ])
    func aValueThatCannotBeReadIsSaidWithItsOption(option: String, value: String, remedy: String) throws {
        let said = try Program.run(["capture", "--stop-at", "fail_path", "\(option)=\(value)"]).errors
        let line = try #require(said.split(separator: "\n").first)
        #expect(line.contains("'\(value)'") && line.contains(option) && line.contains(remedy), "\(said)")
    }

    private func expectRefusal(_ result: Program.Result, says: String) {
        #expect(result.status == 2)
        #expect(result.errors.contains(says), "\(result.errors)")
        #expect(result.errors.hasPrefix("dmflow: ") && result.errors.split(separator: "\n").count == 1)
        #expect(result.output.isEmpty)
    }
}
