import Foundation
import TestSupport
import Testing

/// What becomes of a command whose output is closed or full, and what of many small pieces.
@Suite struct OutputTests {
    /// As with other programs: it ends by SIGPIPE, which a shell makes 141 of, and says nothing, also if its caller ignores the
    /// signal.
    @Test(arguments: ["tree", "report --format json"], [false, true])
    func whoClosesThePipeEndsIt(command: String, isIgnored: Bool) throws {
        // Whose output no pipe holds.
        let trace = try distinctRoots(2000)
        let program = "'\(Program.binary.path)' \(command) '\(trace.path)' 2>&3; echo $? >&4"
        let result = try shell(
            (isIgnored ? "trap '' PIPE; " : "") + "{ { \(program); } | head -c 1 >/dev/null; } 3>&1 4>&1")
        #expect(result == "141\n")
    }

    @Test(arguments: ["tree", "report", "report --format json"]) func aFullDiskIsAnError(command: String) throws {
        let trace = Fixtures.path("6.1/create-load.txt")
        let result = try shell("'\(Program.binary.path)' \(command) '\(trace)' 2>&1 >/dev/full; echo $?")
        #expect(result == "dmflow: standard output: No space left on device; what was printed is not all of it\n2\n")
    }

    /// The same of lists of requests, which are written while the trace is read.
    @Test(arguments: ["jsonl", "csv", "waterfall --limit 0"]) func whoClosesThePipeEndsAList(format: String) throws {
        var script = RequestScript()
        for number in 0..<1500 {
            script.add(InventedRequest(number), InventedRequest.light, from: UInt64(number) * 1000, every: 10)
        }
        let trace = try TemporaryFile(Array(script.text.utf8))
        let program = "'\(Program.binary.path)' requests --format \(format) '\(trace.path)' 2>&3; echo $? >&4"
        #expect(try shell("{ { \(program); } | head -c 1 >/dev/null; } 3>&1 4>&1") == "141\n")
        let full = try shell(
            "'\(Program.binary.path)' requests --format \(format) '\(trace.path)' 2>&1 >/dev/full; echo $?")
        #expect(full == "dmflow: standard output: No space left on device; what was printed is not all of it\n2\n")
    }

    /// Many distinct names take no more memory than the limit for them: it took 1.25 GB of 200,000 roots as JSON.
    @Test(arguments: ["report", "report --format json", "tree"]) func manyNamesTakeLittleMemory(command: String) throws
    {
        let file = try distinctRoots(100_000)
        let result = try shell(
            "ulimit -v 400000; '\(Program.binary.path)' \(command) '\(file.path)' >/dev/null 2>&1; echo $?")
        #expect(result == "0\n")
    }

    private func distinctRoots(_ count: Int) throws -> TemporaryFile {
        let lines = (0..<count).map { " 0)   t-1    |   1.000 us    |  some_function_\($0)();\n" }
        return try TemporaryFile(Array(lines.joined().utf8))
    }

    private func shell(_ script: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", script]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: output, as: UTF8.self)
    }
}
