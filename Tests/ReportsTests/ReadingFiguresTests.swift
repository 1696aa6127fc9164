import Foundation
import TestSupport
import Testing

@testable import Reports

/// Documentation/reading-figures.md explains whatever can stand in a column of names.
@Suite struct ReadingFiguresTests {
    static let page = try! String(
        contentsOf: Fixtures.repository.appending(path: "Documentation/reading-figures.md"), encoding: .utf8)
    /// The first column of its tables.
    static let explained = Set(page.matches(of: /(?m)^\| ([^|]+) \|/).flatMap { names($0.1) })

    private static func names(_ column: Substring) -> [String] { column.matches(of: /`([^`]+)`/).map { String($0.1) } }

    @Test func allStages() {
        let stages = Set(StageKind.all.flatMap { $0.name.split(separator: " + ").map(String.init) })
        #expect(stages.subtracting(Self.explained).isEmpty && stages.count > 20)
    }

    @Test(arguments: StallOwner.allCases) func allOwners(owner: StallOwner) {
        #expect(Self.explained.contains(owner.rawValue))
    }
}
