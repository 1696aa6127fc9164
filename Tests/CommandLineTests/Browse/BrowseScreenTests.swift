import Reports
import TestSupport
import Testing

@testable import dmflow

/// What `dmflow browse` puts on screens of any size.
@Suite struct BrowseScreenTests {
    private func model() throws -> BrowseModel {
        var model = try BrowseModelTests.model(
            """
             0)   t-1    |               |  dm_mq_queue_rq [dm_mod]() {
             0)   t-1    |   1.000 us    |    a_function_with_a_name_that_is_longer_than_many();
             0)   t-1    |   5.000 us    |  }

            """)
        model.resize(to: .init(lines: 8, columns: 80))
        return model
    }

    @Test func showsTitleHeadRowsAndStatus() throws {
        let lines = BrowseScreen(try model(), style: .plain).lines
        #expect(
            lines == [
                "x.dat  all",
                "      calls    total     self     mean      p99  function",
                "\u{1b}[7m>         1 5.000 us 4.000 us 5.000 us 5.000 us  - dm_mq_queue_rq [dm_mod]\u{1b}[0m\u{1b}[0m",
                "          1 1.000 us 1.000 us 1.000 us 1.000 us      a_function_with_a_name_that",
                "", "", "",
                "\u{1b}[7mq quit  / search  s slowest  by total                                ? help  1/2\u{1b}[0m\u{1b}[0m",
            ])
    }

    @Test func smallScreensHaveFewerColumns() throws {
        var model = try model()
        for (columns, head) in [(76, "p99  function"), (75, "self  function"), (49, "total  function")] {
            model.resize(to: .init(lines: 8, columns: columns))
            let line = BrowseScreen(model, style: .plain).lines[1]
            #expect(line.hasSuffix(head) && line.count <= columns, "\(line)")
        }
        for lines in 1...5 {
            model.resize(to: .init(lines: lines, columns: 20))
            let screen = BrowseScreen(model, style: .plain).lines
            #expect(screen.count == lines && screen.contains { $0.contains("dm_mq") })
        }
    }

    /// The cursor's row is moved so far to the left that its name is seen.
    @Test func deepRowsAreInSight() throws {
        let depth = 60
        let begins = (0..<depth).map {
            " 0)   t-1    |               |  \(String(repeating: "  ", count: $0))f\($0)() {\n"
        }
        let leaf = " 0)   t-1    |   1.000 us    |  \(String(repeating: "  ", count: depth))the_leaf();\n"
        let ends = (0..<depth).reversed().map {
            " 0)   t-1    |   9.000 us    |  \(String(repeating: "  ", count: $0))}\n"
        }
        var model = try BrowseModelTests.model(begins.joined() + leaf + ends.joined())
        model.resize(to: .init(lines: 24, columns: 80))
        for key in "_*G" { _ = model.take(.character(key)) }
        let lines = BrowseScreen(model, style: .plain).lines
        #expect(lines.contains { $0.contains("> ") && $0.contains("the_leaf") })
    }

    @Test func withoutUnicodeAllIsASCII() throws {
        let model = try BrowseModelTests.model(
            " 0)   t-1    |               |  f() {\n 0)   t-1    |   1.000 us    |    g();\n 0)   t-1    |   5.000 us    |  }\n"
        )
        for unicode in [true, false] {
            let text = BrowseScreen(model, style: Style(color: true, unicode: unicode)).lines.joined()
            #expect(text.unicodeScalars.allSatisfy(\.isASCII) == !unicode)
        }
    }

    @Test(arguments: [
        ("abcdef", 3, "abc"), ("abc", 3, "abc"), ("\u{1b}[31mabc\u{1b}[0m", 2, "\u{1b}[31mab\u{1b}[0m\u{1b}[0m"),
        ("日本", 3, "日"),
        ("日本", 4, "日本"), ("e\u{301}x", 1, "e\u{301}"), ("abc", 0, ""),
    ]) func linesAreCutToColumns(line: String, columns: Int, cut: String) {
        #expect(fitting(line, columns, unicode: true) == cut)
    }
}
