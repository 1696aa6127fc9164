import GraphParser
import Reports
import TestSupport
import Testing

/// More distinct functions than are told apart: the rest is one function, and nothing is dropped.
@Suite struct ManyFunctionsTests {
    private static let limit = 32_768

    @Test(arguments: [limit - 1, limit, limit + 1, 3 * limit]) func allOfThemAreCounted(functions: Int) throws {
        let report = try makeReport(text: Self.roots(functions))
        let told = min(functions, Self.limit)
        let isCapped = functions > Self.limit
        #expect(report.counts.calls == 2 * functions && report.counts.orphans == 0)
        #expect(report.roots.count == told + (isCapped ? 1 : 0))
        #expect(report.functions.count == report.roots.count)
        #expect(report.source.notes.contains { $0.hasPrefix("more than 32768 distinct functions") } == isCapped)
        // The n-th lasts n ns, twice.
        let sum = UInt64(functions) * UInt64(functions + 1)
        #expect(report.roots.reduce(0) { $0 + $1.latency.sumNs } == sum)
        #expect(report.functions.reduce(0) { $0 + $1.selfNs } == sum)
        #expect(report.layers.reduce(0) { $0 + $1.selfNs } == sum)
        for root in report.roots { #expect(root.layers.map(\.selfNs) == [root.latency.sumNs]) }
        let further = report.functions.first { $0.function == "(further functions)" }
        #expect(further?.calls == (isCapped ? 2 * (functions - told) : nil))
        #expect(further.map(\.layer) == (isCapped ? "other" : nil))
    }

    /// Entries and exits of functions that have no names of their own still find each other.
    @Test func treesOfUnnamedFunctionsAddUp() throws {
        let below = """
             0)   t-1    |               |  late_a() {
             0)   t-1    |   1.000 us    |    late_b();
             0)   t-1    |   2.000 us    |    blk_early();
             0)   t-1    |   5.000 us    |  } /* late_a */

            """
        let text = " 0)   t-1    |   1.000 us    |  blk_early();\n" + Self.roots(Self.limit) + below
        let report = try makeReport(text: text)
        #expect(report.counts.orphans == 0 && report.counts.open == 0)
        let root = try #require(report.roots.first { $0.function == "(further functions)" })
        #expect(root.layers.map(\.layer) == ["other", "block"])
        // With the one of the roots that came too late for a name.
        #expect(root.latency.sumNs == 5000 + 2 * UInt64(Self.limit) && root.unattributedNs == 0)
    }

    /// Names are limited in their length altogether, too.
    @Test func longNamesTakeNoMoreMemoryThanMany() throws {
        let name = String(repeating: "x", count: 500)
        let text = (0..<17_000).map { " 0)   1.000 us    |  \(name)\($0)();\n" }.joined()
        let report = try makeReport(text: text)
        #expect(report.functions.count < 17_000 && report.functions.count > 16_000)
        #expect(report.counts.calls == 17_000 && report.functions.reduce(0) { $0 + $1.calls } == 17_000)
    }

    /// Each function twice, after all others: the second time they are known, or stand together.
    private static func roots(_ functions: Int) -> String {
        var text = ""
        for _ in 0..<2 {
            for number in 1...functions {
                let fraction = String(1000 + number % 1000).dropFirst()
                text += " 0)   t-1    |   \(number / 1000).\(fraction) us    |  f\(number)();\n"
            }
        }
        return text
    }
}
