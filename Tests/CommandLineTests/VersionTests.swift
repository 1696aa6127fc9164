import Foundation
import TestSupport
import Testing

@testable import dmflow

@Suite struct VersionTests {
    @Test(arguments: [["--version"], ["-V"]]) func theProgramTellsItsVersion(arguments: [String]) throws {
        let result = try Program.run(arguments)
        #expect(result.status == 0 && result.errors.isEmpty)
        #expect(result.output == Version.text + "\n")
    }

    @Test(arguments: [
        ("", "unknown revision"), ("e705a45b1c2d", "e705a45b1c2d"), ("e705a45b1c2d-dirty", "e705a45b1c2d-dirty"),
    ])
    func theRevisionIsBehindTheNumber(revision: String, shown: String) {
        #expect(Version.text(revision: revision) == "dmflow \(Version.number) (\(shown))")
    }

    /// make tells builds and tests the same.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["DMFLOW_REVISION"]?.isEmpty == false))
    func theProgramHasTheRevisionThatTheBuildWasTold() throws {
        let revision = try #require(ProcessInfo.processInfo.environment["DMFLOW_REVISION"])
        #expect(try Program.run(["--version"]).output.hasSuffix("(\(revision))\n"))
    }

    /// Dated releases with the newest first, below what is not released; the number is the newest's, or one to come.
    @Test func theChangelogHasTheVersion() throws {
        let url = Fixtures.repository.appending(path: "CHANGELOG.md")
        let headings = try String(contentsOf: url, encoding: .utf8).matches(of: /(?m)^## (.*)$/).map { String($0.1) }
        #expect(headings.first == "Unreleased")
        let releases = try headings.dropFirst().map { heading in
            try #require(heading.wholeMatch(of: /(\d+\.\d+\.\d+) – (\d{4}-\d\d-\d\d)/), "\(heading)")
        }
        let (numbers, dates) = (releases.map { String($0.1) }, releases.map { String($0.2) })
        #expect(dates == dates.sorted(by: >))
        #expect(numbers == numbers.sorted { $0.compare($1, options: .numeric) == .orderedDescending })
        let newest = try #require(numbers.first)
        let next = Version.number.hasSuffix("-dev") ? String(Version.number.dropLast(4)) : nil
        #expect(next.map { $0.compare(newest, options: .numeric) == .orderedDescending } ?? (Version.number == newest))
    }
}
