import Foundation
import Gate
import TestSupport
import Testing

/// Documentation/reading-figures.md explains all kinds of findings.
@Suite struct ReadingFiguresTests {
    @Test(arguments: Finding.Rule.allCases) func allRules(rule: Finding.Rule) throws {
        let page = try String(
            contentsOf: Fixtures.repository.appending(path: "Documentation/reading-figures.md"), encoding: .utf8)
        #expect(page.contains("`\(rule.rawValue)`"))
    }
}
