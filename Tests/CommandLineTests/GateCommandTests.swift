import Foundation
import TestSupport
import Testing

/// `dmflow baseline`, `check` and `diff`: files, exit codes, and where the verdict is found.
@Suite final class GateCommandTests {
    private let directory = FileManager.default.temporaryDirectory.appendingPathComponent(
        "dmflow-gate-\(UUID().uuidString)")

    init() throws {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        // A real capture, and the same with shorter leaves; as text they have no boot, so that each is a recording of its own.
        let text = String(decoding: try Fixtures.bytes("6.1/io.txt"), as: UTF8.self)
        for (name, digit) in [("a.txt", "2"), ("b.txt", "3"), ("c.txt", "4")] {
            try write(text.replacing("   \(digit).", with: "   1."), name)
        }
        try write(text.replacing("multipath_busy", with: "multipath_idle"), "renamed.txt")
        try write("time: off\n", "shape.yml")
        try write("budgets:\n- name: fast\n  root: io\n  p50: 1us\n  comment: '@storage'\n", "fast.yml")
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    private func write(_ text: String, _ name: String) throws {
        try text.write(toFile: path(name), atomically: true, encoding: .utf8)
    }
    private func path(_ name: String) -> String { directory.appendingPathComponent(name).path }
    private func read(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }
    private func run(_ arguments: String...) throws -> Program.Result {
        try Program.run(
            arguments.map {
                $0.hasPrefix("@") ? path(String($0.dropFirst())) : $0.replacing("=@", with: "=" + path("") + "/")
            })
    }

    private func baseline() throws { #expect(try run("baseline", "@a.txt", "@b.txt", "-o", "@base.json").status == 0) }

    @Test func aBaselineIsTheSameEachTimeAndCanBeAddedTo() throws {
        try baseline()
        let printed = try run("baseline", "@b.txt", "@a.txt")
        #expect(try printed.status == 0 && printed.output == read("base.json"))
        #expect(try run("baseline", "@base.json", "@c.txt", "-o", "@base.json").status == 0)
        #expect(try read("base.json").contains(#""name":"c.txt""#))
        let twice = try run("baseline", "@base.json", "@c.txt")
        try #require(try run("baseline", "@a.txt", "@b.txt").output != run("baseline", "@a.txt", "@c.txt").output)
        #expect(twice.status == 2 && twice.errors.contains("would count twice") && twice.output.isEmpty)
    }

    /// A slip of `baseline base.json new.dat -o base.json`, by whatever name.
    @Test(arguments: ["@a.txt", "@link"]) func aCaptureIsNotReplaced(output: String) throws {
        try baseline()
        let link = path("link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "a.txt")
        let before = try read("a.txt")
        let result = try run("baseline", "@base.json", "@a.txt", "-o", output)
        #expect(result.status == 64 && result.errors.contains("is the capture"), "\(result.errors)")
        #expect(try read("a.txt") == before)
    }

    @Test func whatIsUnchangedPasses() throws {
        try baseline()
        let result = try run(
            "check", "@c.txt", "--baseline", "@base.json", "--policy", "@shape.yml", "--status", "@status")
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        #expect(result.output.hasSuffix("\nverdict: same\n"))
        #expect(try read("status") == "same\npass\n")
    }

    @Test func whatIsChangedFailsAndIsNamed() throws {
        try baseline()
        let result = try run(
            "check", "@renamed.txt", "--baseline", "@base.json", "--policy", "@shape.yml", "--status", "@status")
        #expect(result.status == 1)
        #expect(result.output.contains("multipath_busy is gone, and multipath_idle is in its place"))
        #expect(result.output.hasSuffix("\nverdict: worse\n"))
        #expect(try read("status") == "worse\nfail\n")
    }

    @Test func fewCapturesCannotTellAndDoNotPass() throws {
        try baseline()
        let result = try run("check", "@c.txt", "--baseline", "@base.json")
        #expect(result.status == 1 && result.output.hasSuffix("\nverdict: cannot tell\n"), "\(result.output)")
        #expect(result.output.contains("more captures a side would decide"))
    }

    @Test func aDifferenceIsNoFailure() throws {
        let result = try run("diff", "@a.txt", "@renamed.txt", "--policy", "@shape.yml")
        #expect(result.status == 0 && result.output.contains("multipath_idle"))
        #expect(try run("diff", "@a.txt", "@a.txt").status == 2)
    }

    @Test func budgetsNeedNoBaseline() throws {
        let result = try run("check", "@a.txt", "@b.txt", "--policy", "@fast.yml")
        #expect(
            result.status == 1 && result.output.contains("fast: root dm_mq_queue_rq")
                || result.output.contains("root dm_mq_queue_rq: p50"))
        #expect(result.output.contains("@storage"))
        let nothing = try run("check", "@a.txt")
        #expect(nothing.status == 64 && nothing.errors.contains("nothing to check"))
    }

    @Test func everyFormatIsWrittenInOneRun() throws {
        try baseline()
        let result = try run(
            "check", "@renamed.txt", "--baseline", "@base.json", "--policy", "@shape.yml", "--output", "json",
            "--output", "junit=@x.xml",
            "--output", "sarif=@x.sarif", "--output", "markdown=@x.md", "--output", "text=@x.txt")
        #expect(result.status == 1 && result.output.contains(#""schema" : "dmflow.check/1""#), "\(result.errors)")
        #expect(result.errors.hasSuffix("dmflow: verdict: worse\n"))
        #expect(try read("x.xml").contains("<failure type=\"worse\""))
        #expect(try read("x.sarif").contains(#""ruleId" : "dmflow/vanished-call""#))
        #expect(try read("x.md").hasPrefix("## dmflow check: worse\n"))
        #expect(try read("x.txt").hasSuffix("verdict: worse\n"))
    }

    @Test func nothingOfAnEarlierCheckIsLeftByOneThatCannotBeDone() throws {
        try write("same\npass\n", "status")
        try write("<old/>", "old.xml")
        #expect(
            try run("check", "@a.txt", "--baseline", "@missing", "--status", "@status", "--output", "junit=@old.xml")
                .status == 2)
        #expect(try read("status") == "not done\nfail\n")
        #expect(!FileManager.default.fileExists(atPath: path("old.xml")))
        try write("same\npass\n", "status")
        #expect(
            try run("check", "@a.txt", "--baseline", "@missing", "--status", "@status", "--rounds", "0").status == 64)
        #expect(try read("status") == "not done\nfail\n")
        try write("same\npass\n", "status")
        #expect(try run("check", "--baseline", "@missing", "--status", "@status").status == 64)
        #expect(try read("status") == "not done\nfail\n")
        // What is read is not written over.
        try baseline()
        for arguments in [["--status", "@base.json"], ["--output", "json=@base.json"], ["--output", "json=@c.txt"]] {
            let all = (["check", "@c.txt", "--baseline", "@base.json"] + arguments)
                .map {
                    $0.hasPrefix("@") ? path(String($0.dropFirst())) : $0.replacing("=@", with: "=" + path("") + "/")
                }
            #expect(try Program.run(all).status == 64)
        }
        #expect(try read("base.json").contains("dmflow.baseline/1") && read("c.txt").contains("dm_mq_queue_rq"))
    }

    @Test(arguments: [
        ["check", "--baseline"], ["check"], ["diff", "a"], ["baseline"], ["check", "a", "--self-test", "--calibrate"],
        ["check", "a", "--rounds", "0"],
        ["check", "a", "--self-test", "--baseline", "b"], ["check", "a", "--side", "0"],
        ["check", "a", "--output", "xml"],
        ["check", "a", "--output", "json="], ["check", "a", "--output", "json", "--output", "text"],
    ])
    func wrongOptionsAreUsage(options: [String]) throws { #expect(try Program.run(options).status == 64) }

    @Test func whatCannotBeReadIsOneLine() throws {
        try write("{}", "bad.json")
        try write("tiem: off", "bad.yml")
        for arguments in [
            ["check", "@a.txt", "--baseline", "@bad.json"], ["check", "@a.txt", "--policy", "@bad.yml"],
            ["check", "@a.txt", "--baseline", "@missing"],
            ["check", "@missing", "--policy", "@fast.yml"], ["baseline", "@bad.yml"],
            ["check", "--self-test", "@a.txt"],
        ] {
            let result = try Program.run(arguments.map { $0.hasPrefix("@") ? path(String($0.dropFirst())) : $0 })
            #expect(result.status == 2 && result.output.isEmpty, "\(arguments): \(result.output)")
            #expect(
                result.errors.split(separator: "\n").count == 1 && result.errors.hasPrefix("dmflow: "),
                "\(result.errors)")
        }
    }

    @Test func calibrationAndSelfTestNeedNoBaseline() throws {
        let calibration = try run(
            "check", "--calibrate", "@a.txt", "@b.txt", "@c.txt", "--side", "1", "--rounds", "3", "--policy",
            "@shape.yml")
        #expect(
            calibration.status == 0 && calibration.output.contains("nothing changed: false alarms, 0 of 3"),
            "\(calibration.errors)")
        let test = try run("check", "--self-test", "@a.txt", "@b.txt", "@c.txt", "--policy", "@shape.yml")
        #expect(test.status == 0, "\(test.output)\(test.errors)")
        #expect(test.output.contains("fails   a new call, dm_mq_queue_rq -> dmflow_injected_call"))
        // Of so few captures there is nothing to calibrate.
        let few = try run("check", "--calibrate", "@a.txt", "@b.txt")
        #expect(few.status == 2 && few.errors.contains("nothing to calibrate"), "\(few.output)\(few.errors)")
        // Times cannot be told of so few: a self-test that says so fails.
        #expect(try run("check", "--self-test", "@a.txt", "@b.txt").status == 1)
    }
}
