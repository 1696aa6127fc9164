import Foundation
import TestSupport
import Testing

/// `dmflow report --output FORMAT[=FILE]`.
@Suite struct OutputOptionTests {
    private static let trace = Fixtures.path("6.1/io.dat")
    private let directory = Directory()

    /// Removed with all that is in it.
    private final class Directory {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("dmflow-output-\(UUID().uuidString)")
            .path

        init() { try! FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false) }
        deinit { try? FileManager.default.removeItem(atPath: path) }

        var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }
        func text(_ name: String) throws -> String { try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8) }
        func write(_ name: String, _ text: String) throws {
            try Data(text.utf8).write(to: URL(filePath: "\(path)/\(name)"))
        }
    }

    private func report(_ arguments: String..., output: String? = nil) throws -> Program.Result {
        try Program.run(["report", Self.trace] + arguments, output: output)
    }

    // MARK: Where outputs go

    @Test func severalOutputsAreMadeInOnePass() throws {
        let result = try report(
            "--output", "json=\(directory.path)/r.json", "--output", "summary=\(directory.path)/s.json", "--output",
            "text")
        #expect(result.status == 0 && result.errors.isEmpty)
        #expect(result.output == (try report().output))
        #expect(try directory.text("r.json") == report("--format", "json").output)
        #expect(try directory.text("s.json") == report("--output", "summary").output)
        #expect(directory.names == ["r.json", "s.json"])
    }

    /// Standard input can be read only once.
    @Test func onePassIsEnoughForAPipe() throws {
        let path = "\(directory.path)/r.txt"
        let result = try Program.run(
            ["report", "-", "--output", "json", "--output", "text=\(path)"], input: try Fixtures.bytes("6.1/io.dat"))
        #expect(result.status == 0 && result.output.contains("dmflow.report/1"))
        #expect(try directory.text("r.txt").hasPrefix("standard input:\n  trace.dat"))
    }

    @Test(arguments: [["--format", "json"], ["--output", "json"], ["--output", "json=-"]])
    func theseAreTheSame(arguments: [String]) throws {
        let result = try Program.run(["report", Self.trace] + arguments)
        #expect(result.status == 0 && result.output.contains("dmflow.report/1") && result.errors.isEmpty)
        #expect(result.output == (try report("--format", "json").output))
    }

    @Test func formatIsAnOutputBesideTheOthers() throws {
        let result = try report("--format", "text", "--output", "json=\(directory.path)/r.json")
        #expect(result.output == (try report().output) && directory.names == ["r.json"])
        // What is asked for as files only leaves standard output empty.
        #expect(try report("--output", "json=\(directory.path)/r.json").output.isEmpty)
    }

    @Test func filesHaveNoColourUnlessAsked() throws {
        _ = try report("--output", "text=\(directory.path)/r.txt")
        #expect(try !directory.text("r.txt").contains("\u{1b}"))
        _ = try report("--output", "text=\(directory.path)/r.txt", "--color", "always")
        #expect(try directory.text("r.txt").contains("\u{1b}[1m"))
    }

    @Test func aFileIsReplacedByAWholeOneOnly() throws {
        try directory.write("r.json", "old")
        let damaged = "\(directory.path)/cut.dat"
        try Data(try Fixtures.bytes("6.1/io.dat").prefix(100_000)).write(to: URL(filePath: damaged))
        let failed = try Program.run(["report", damaged, "--output", "json=\(directory.path)/r.json"])
        #expect(failed.status == 2 && directory.names == ["cut.dat", "r.json"])
        #expect(try directory.text("r.json") == "old")
        #expect(try report("--output", "json=\(directory.path)/r.json").errors.isEmpty)
        #expect(try directory.text("r.json").hasPrefix("{"))
    }

    /// The first file that is opened would get the number of a stream that is closed, and the messages.
    @Test(arguments: ["<&- >&-", "2>&-", "<&- >&- 2>&-"]) func closedStreamsGoNowhereElse(closed: String) throws {
        let result = try Program.run(
            script: "$DMFLOW report \(Self.trace) --output json=\(directory.path)/r.json --output text \(closed)")
        // What cannot be printed is an error, which says nothing of files.
        #expect(result.status == (closed.contains(">&- ") || closed.hasSuffix("<&- >&-") ? 2 : 0))
        if result.status == 0 { #expect(try directory.text("r.json") == report("--format", "json").output) }
        if result.status != 0 { #expect(directory.names.isEmpty) }
    }

    @Test func treesAloneSayWhatIsInDoubtBeside() throws {
        let lossy = Fixtures.path("6.1/io-lossy.txt")
        let trees = try Program.run(["report", lossy, "--output", "tree"])
        #expect(try trees.errors == Program.run(["tree", lossy]).errors && trees.errors.contains("events lost"))
        #expect(try Program.run(["report", lossy, "--output", "tree", "--output", "json=/dev/null"]).errors.isEmpty)
    }

    @Test func aNameThatIsTooLongCostsNoReading() throws {
        let name = String(repeating: "a", count: 256)
        let result = try report(
            "--output", "json=\(directory.path)/first", "--output", "text=\(directory.path)/\(name)")
        #expect(result.status == 2 && result.errors.contains("too long") && directory.names.isEmpty)
        #expect(result.errors.split(separator: "\n").count == 1)
    }

    /// Whoever can write to the directory can have put the link there.
    @Test func aLinkIsReplacedAndNotFollowed() throws {
        try directory.write("precious", "old")
        symlink("\(directory.path)/precious", "\(directory.path)/r.json")
        let result = try report("--output", "json=\(directory.path)/r.json")
        #expect(result.status == 0 && result.errors.contains("the link that was there is replaced"))
        #expect(try directory.text("precious") == "old" && directory.text("r.json").hasPrefix("{"))
    }

    // MARK: Refusals

    /// A line on standard error, no more, and nothing that was read or written for it. Behind an ellipsis it goes on.
    private func expectRefused(_ arguments: [String], status: Int32, _ message: String) throws {
        // A trace that is no trace: what is refused is refused before it is opened.
        let result = try Program.run(["report", "/dev/null"] + arguments)
        #expect(result.status == status && result.output.isEmpty)
        let told = message.hasSuffix("…") ? "\(message.dropLast())" : "\(message)\n"
        #expect(result.errors.hasPrefix("dmflow: \(told)") && result.errors.split(separator: "\n").count == 1)
        #expect(directory.names.isEmpty)
    }

    @Test(arguments: [
        (
            ["--output", "jsn"],
            "there is no output format 'jsn'; did you mean 'json'? there are text, json, summary, …"
        ),
        (["--format", "pdf"], "there is no output format 'pdf'; there are text, json, summary, …"),
        (["--output", ""], "there is no output format ''; there are text, json, summary, …"),
        (["--output", "json="], "'json=' names no file; write json=FILE, or json for standard output"),
        (
            ["--format", "json=a b"],
            "--format takes the name of a format only; to write to a file: --output 'json=a b'"
        ),
        (
            ["--format", "text", "--output", "json"],
            "text and json would both go to standard output; give all but one a file: --output json=FILE"
        ),
        (
            ["--output", "json", "--output", "json=-"],
            "json and json would both go to standard output; give all but one a file: --output json=FILE"
        ),
    ]) func whatCannotBeMeantIsAUsageError(arguments: [String], message: String) throws {
        try expectRefused(arguments, status: 64, message)
    }

    @Test func oneFileForTwoIsAUsageError() throws {
        let path = directory.path
        let result = try report(
            "--output", "json=\(path)/r", "--output", "text=\(path)/../\(path.split(separator: "/").last!)/r")
        #expect(
            result.status == 64
                && result.errors.hasSuffix("/r: two outputs would go to this file; give each one of its own\n"))
        #expect(directory.names.isEmpty && result.output.isEmpty)
    }

    @Test func theTraceItselfIsNotReplaced() throws {
        let trace = "\(directory.path)/io.dat"
        try Data(try Fixtures.bytes("6.1/io.dat")).write(to: URL(filePath: trace))
        let named = try Program.run(["report", trace, "--output", "json=\(trace)"])
        let read = try Program.run(script: "cd '\(directory.path)' && $DMFLOW report - --output json=./io.dat < io.dat")
        for result in [named, read] {
            #expect(result.status == 64 && result.errors.contains("is the trace itself; choose another file"))
        }
        #expect(try Data(contentsOf: URL(filePath: trace)).elementsEqual(Fixtures.bytes("6.1/io.dat")))
    }

    @Test func whatCannotBeWrittenIsRefusedBeforeTheTraceIsRead() throws {
        let path = directory.path
        try expectRefused(
            ["--output", "json=\(path)/no/r.json"], status: 2,
            "\(path)/no/r.json: cannot be written: No such file or directory; check the directory, or choose another")
        try expectRefused(
            ["--output", "json=\(path)"], status: 2, "\(path): exists and is not a regular file; choose another name")
    }

    /// /dev/stdout itself was replaced, by root.
    @Test func aLinkToStandardOutputIsNotReplaced() throws {
        let link = "\(directory.path)/stdout"
        symlink("/proc/self/fd/1", link)
        let toFile = try report("--output", "json=\(link)")
        #expect(toFile.status == 2 && toFile.errors.contains("stdout: exists and is not a regular file"))
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "/proc/self/fd/1")
    }

    /// Where others can write, a device may be anybody's link to a disk.
    @Test func aDeviceIsWrittenToOnlyWhereNobodyElseCanHavePutIt() throws {
        chmod(directory.path, 0o777)
        symlink("/dev/null", "\(directory.path)/r.json")
        let result = try report("--output", "json=\(directory.path)/r.json")
        #expect(result.status == 2 && result.errors.contains("r.json: exists and is not a regular file"))
        chmod(directory.path, 0o700)
        #expect(try report("--output", "json=\(directory.path)/r.json").status == 0)
    }

    @Test func aFullDiskEndsAllOutputs() throws {
        let full = "\(directory.path)/full"
        symlink("/dev/full", full)
        let result = try report("--output", "json=\(full)", "--output", "text=\(directory.path)/r.txt")
        #expect(result.status == 2 && directory.names == ["full"])
        #expect(result.errors == "dmflow: \(full): No space left on device; what was written is not all of it\n")
        unlink(full)
        let printed = try report("--output", "text", "--output", "json=\(directory.path)/r.json", output: "/dev/full")
        #expect(printed.status == 2 && directory.names.isEmpty)
        #expect(printed.errors.hasPrefix("dmflow: standard output: No space left on device"))
    }

    /// It ends as other programs do then, and leaves no part of a file.
    @Test func aClosedPipeEndsAllOutputs() throws {
        let lines = (0..<2000).map { " 0)   t-1    |   1.000 us    |  some_function_\($0)();\n" }
        let trace = try TemporaryFile(Array(lines.joined().utf8))
        let arguments = "--output text='\(directory.path)/r.txt' '\(trace.path)'"
        let printed = try Program.run(
            script: "{ { $DMFLOW report --output json \(arguments); echo $? >&3; } | head -c 1 >/dev/null; } 3>&1")
        #expect(printed.output == "141\n" && printed.errors.isEmpty && directory.names.isEmpty)
        let named = try Program.run(
            script:
                "{ { $DMFLOW report --output json=/dev/fd/4 \(arguments) 4>&1; echo $? >&3; } | head -c 1 >/dev/null; } 3>&1"
        )
        #expect(named.output == "141\n" && named.errors.isEmpty && directory.names.isEmpty)
    }

    @Test func namesThatAreNoTextAreKept() throws {
        let result = try Program.run(
            script:
                "cd '\(directory.path)' && $DMFLOW report --output json=$'r\\xff' '\(Self.trace)' && LC_ALL=C ls | od -An -tx1"
        )
        #expect(result.status == 0 && result.output.contains("72 ff 0a"))
    }
}
