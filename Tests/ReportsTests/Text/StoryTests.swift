import GraphParser
import TestSupport
import Testing

@testable import Reports

@Suite struct StoryTests {
    private func story(_ text: String) throws -> [String] {
        Story(report: try makeReport(text: text), captures: 1, hosts: 1).sentences
    }

    /// What is told of traces in which there is little, and nothing that is not there.
    @Test(arguments: [
        (
            " 0)   1.000 us    |  f();\n",
            [
                "1 complete call, below 1 of f.",
                "The call of f took 1.000 us, in the function: that is not the latency of I/O.",
                "Of all time inside functions the layer other has most: 100.0 %.",
                "Nothing was lost, and nothing is in doubt.",
            ]
        ),
        (
            "CPU:0 [LOST 12 EVENTS]\n 0)               |  f() {\n",
            ["No complete call and no request of a multipath device: there are no times to tell."]
        ),
        (
            " 0)   1.000 us    |  f();\n 0)   3.000 us    |  f();\n 0)   g(\n",
            [
                "2 complete calls, below 2 of f.",
                "Half of 2 calls of f took 1.002 us or less, the longest 3.000 us, in the function: that is not the latency of I/O.",
                "Of all time inside functions the layer other has most: 100.0 %.",
            ]
        ),
    ]) func littleIsTold(text: String, sentences: [String]) throws {
        #expect(try story(text) == sentences)
    }

    /// What makes a trace doubtful never goes with the sentence that nothing does.
    @Test(arguments: Fixtures.traces) func thatNothingIsInDoubtIsSaidOnlyThen(fixture: String) throws {
        let report = try makeReport(fixture)
        let isSure = Story(report: report, captures: 1, hosts: 1).sentences.contains {
            $0.contains("nothing is in doubt")
        }
        let counts = report.counts
        let calls = [counts.open, counts.orphans, counts.lossy, counts.lostEvents, counts.unparsedLines].reduce(0, +)
        let requests = report.requests.map {
            $0.joined < $0.seen || $0.ambiguous > 0 || $0.by != "pointer" && $0.joined > 0
        }
        #expect(!isSure || calls == 0 && requests != true && report.source.notes.isEmpty)
    }

    /// What --strict refuses is what a reader is warned of, in the story or above it.
    @Test(arguments: Fixtures.traces) func doubtsAreTold(fixture: String) throws {
        let text = TextReport(
            try makeReport(fixture), of: try makeSummary(fixture), style: .plain, rootLimit: 10, functionLimit: 0
        ).render()
        let warnings = ["EVENTS LOST:", "IN DOUBT:", "NOT UNDERSTOOD:", "  In doubt: "]
        #expect(try makeReport(fixture).isInDoubt == warnings.contains { text.contains($0) })
    }

    /// Latency is of requests only, and of them it is told where there are any.
    @Test(arguments: Fixtures.traces) func functionTimeIsNotTakenForLatency(fixture: String) throws {
        let report = try makeReport(fixture)
        let sentences = Story(report: report, captures: 1, hosts: 1).sentences
        let areOfFunctions = sentences.contains { $0.contains("in the function: that is not the latency of I/O") }
        if let requests = report.requests, requests.joined > 0 {
            #expect(!areOfFunctions && requests.findings.allSatisfy(sentences.contains))
        } else {
            #expect(areOfFunctions == report.roots.contains { !$0.fragment && $0.askedFor != false })
            #expect(!sentences.contains { $0.contains("requests took") })
        }
    }

    // MARK: How a report looks

    /// Only a name can be longer than the terminal is wide.
    @Test(arguments: Fixtures.traces, [80, 100, 132, 200]) func linesFitTheTerminal(fixture: String, columns: Int)
        throws
    {
        let style = Style(color: false, unicode: false, columns: columns)
        let text = TextReport(
            try makeReport(fixture), of: try makeSummary(fixture), style: style, rootLimit: 10, functionLimit: 15
        ).render()
        for line in text.split(separator: "\n") where line.count > columns {
            let room = columns - (line.lastIndex(of: " ").map { line.distance(from: line.startIndex, to: $0) } ?? 0)
            let isName = line.hasPrefix("  ") && line.split(separator: " ").last!.count > room - 1
            #expect(isName || line.hasSuffix(":") || line.contains(": "), "\(line)")
        }
        #expect(text.utf8.allSatisfy { $0 < 0x80 })
        #expect(!text.split(separator: "\n", omittingEmptySubsequences: false).contains { $0.hasSuffix(" ") })
    }

    @Test(arguments: [
        ("a → b", "a -> b"), ("…", "..."), ("10 µs – 20", "10 us - 20"), ("é", "\\u00e9"), ("😀", "\\U0001f600"),
        ("plain", "plain"),
    ]) func whatALocaleCannotShowIsSpelt(text: String, shown: String) {
        #expect(Style.plain.shown(text) == shown)
        #expect(Style(color: false, unicode: true).shown(text) == text)
    }
}
