import Foundation
import Testing

@testable import dmflow

/// On whatever machine the tests run: whether a capture could be made there is not theirs to say.
@Suite struct DoctorCommandTests {
    @Test func findingsComeByGroupAndTheExitCodeSaysWhetherOneBlocks() throws {
        let result = try Program.run(["doctor"])
        let lines = result.output.split(separator: "\n")
        let groups = ["Kernel", "Permission", "Tracing in use", "Stack", "Flows", "Resources"]
        #expect(lines.filter { !$0.hasPrefix("  ") && !$0.hasSuffix(" here.") }.map(String.init) == groups)
        let isBlocked = lines.contains { $0.hasPrefix("  problem") }
        #expect(result.status == (isBlocked ? 2 : 0))
        #expect(result.errors.split(separator: "\n").count == (isBlocked ? 1 : 0))
        let verdicts = ["A capture can be made here.\n", "Nothing is known to stand in the way of a capture here.\n"]
        #expect(verdicts.contains { result.output.hasSuffix($0) } == !isBlocked)
        #expect(!result.output.contains("\u{1b}"))
        #expect(try Program.run(["doctor", "--color", "always"]).output.contains("\u{1b}"))
    }

    @Test func jsonIsWhatThePageSays() throws {
        let result = try Program.run(["doctor", "--format", "json"])
        let report = try #require(JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        #expect(report["schema"] as? String == "dmflow.doctor/1")
        #expect(report["canCapture"] as? Bool == (result.status == 0))
        #expect(report["host"] is String && report["kernel"] is String)
        let findings = try #require(report["findings"] as? [[String: Any]])
        for finding in findings {
            #expect(Set(finding.keys) == ["group", "subject", "verdict", "fact", "remedy"])
            #expect(["ok", "note", "problem"].contains(finding["verdict"] as? String))
        }
        #expect(findings.first?["subject"] as? String == "release")
        #expect(findings.first?["remedy"] is NSNull)
    }

    @Test func aFileOfFlowsThatCannotBeUsedIsSaid() throws {
        let result = try Program.run(["doctor", "--flows", "/nonexistent.json"])
        #expect(result.status == 2 && result.output.isEmpty && result.errors.contains("/nonexistent.json"))
    }

    @Test(arguments: [
        ("one two three", 7, ["one two", "three"]), ("one two three", 13, ["one two three"]),
        ("a longerthanthat b", 5, ["a", "longerthanthat", "b"]), ("", 5, []),
    ]) func linesAreBrokenBetweenWords(text: String, width: Int, lines: [String]) {
        #expect(DoctorText.wrapped(text, to: width) == lines)
    }
}
