import FoundationEssentials
import TestSupport
import Testing
import TraceFormat

@testable import GraphParser
@testable import Reports

/// What is shown of an interval.
@Suite struct LiveTextTests {
    private static let captures = [
        "6.12/requests-graph.dat.xz", "6.12/failover-all-queueing.dat.xz", "6.12/failover-two.dat.xz", "6.1/io.dat",
    ]

    private func intervals(_ name: String) throws -> [LiveInterval] {
        try LiveFixture(name).watch(round: 100_000_000, interval: 500_000_000).intervals
    }

    /// In a log, and on any terminal.
    @Test(arguments: captures) func itFits(name: String) throws {
        let text = LiveText(style: .plain)
        let colored = LiveText(style: Style(color: true, unicode: true))
        for interval in try intervals(name).prefix(12) {
            let block = text.block(interval).split(separator: "\n", omittingEmptySubsequences: false)
            #expect(block.allSatisfy { $0.count <= 80 })
            for (columns, rows) in [(80, 24), (200, 60), (40, 10), (20, 3), (80, 1), (1, 1)] {
                for text in [text, colored] {
                    let screen = text.screen(
                        interval, title: "dmflow live", hint: "q ends", columns: columns, rows: rows)
                    #expect(screen.count <= rows && screen.allSatisfy { ClippedLine.width($0) <= columns })
                    if rows >= 3 { #expect(screen.last?.contains("no event") == true) }
                }
            }
        }
    }

    /// On 80 by 24, with all kinds of sections: each has a row, and what is left out is said.
    @Test func nothingIsLeftOutSilently() throws {
        let interval = try #require(
            try intervals("6.12/requests-graph.dat.xz").first {
                $0.calls?.layers.isEmpty == false && $0.requests?.joined ?? 0 > 0
            })
        let whole = LiveText(style: .plain).block(interval)
        let screen = LiveText(style: .plain).screen(interval, title: "live", hint: "q", columns: 80, rows: 24)
        for title in ["request latency", "latency on paths", "stages' latency", "functions' time"] {
            #expect(whole.contains(title) && screen.contains { $0.contains(title) }, "\(title)")
        }
        #expect(screen.contains { $0.hasPrefix("    and ") && $0.hasSuffix(" more") })
        let large = LiveText(style: .plain).screen(interval, title: "live", hint: "", columns: 80, rows: 200)
        #expect(!large.contains { $0.hasPrefix("    and ") })
        let rows = Set(whole.split(separator: "\n").map(String.init).dropFirst().dropLast())
        #expect(rows.isSubset(of: Set(large)))
    }

    @Test func anIntervalWithoutAnythingSaysSo() {
        let interval = LiveInterval(
            number: 3, startNs: 5_000_000_000, endNs: 6_000_000_000, isLast: false, requests: RequestSummary(),
            underWay: RequestsUnderWay(), names: PathNames(), calls: nil, troubles: [], lost: .init(), lateEvents: 0,
            cpuNs: 2_000_000, cpuSpanNs: 1_000_000_000, clock: WallClock(TraceIdentity()))
        #expect(
            LiveText(style: .plain).block(interval) == """
                interval 3  1.000 s: no request
                  no event lost; dmflow took 2.000 ms of CPU time, 0.2 %


                """)
    }

    @Test func lossesAndLateEventsAreTold() {
        let interval = LiveInterval(
            number: 1, startNs: 0, endNs: 1_000_000_000, isLast: true, requests: nil, underWay: RequestsUnderWay(),
            names: PathNames(), calls: CallTotals(roots: [], layers: [], functions: []), troubles: nil,
            lost: .init(events: 12, uncounted: 1), lateEvents: 1, cpuNs: 0, cpuSpanNs: 1,
            clock: WallClock(TraceIdentity()))
        let block = LiveText(style: .plain).block(interval)
        #expect(block.contains("interval 1  1.000 s: no call\n"))
        #expect(
            block.hasSuffix(
                """
                  EVENTS LOST: 12, and 1 time more without a count
                  1 event too late for the order of time
                  dmflow took 0 ns of CPU time, 0.0 %


                """))
        var totals = LiveTotals()
        totals.add(interval)
        totals.add(interval)
        #expect(
            totals.lines == [
                "watched for 1.000 s", "events lost: 24, and 2 times more without a count",
                "2 events came too late to stand in the order of time",
            ])
    }

    /// However much there is to say of an interval.
    @Test func allThatIsAmissFitsToo() {
        var requests = RequestSummary()
        (requests.byPointer, requests.failed, requests.retried, requests.busyDispatches) = (
            12_345, 1_234, 2_345, 123_456
        )
        requests.unjoined = LiveRequest.Flaw.allCases.map { .init(name: $0.rawValue, count: 123_456) }
        let interval = LiveInterval(
            number: 1, startNs: 0, endNs: 1_000_000_000, isLast: true, requests: requests,
            underWay: RequestsUnderWay(), names: PathNames(), calls: nil, troubles: nil,
            lost: .init(events: 123_456_789, uncounted: 1_234_567), lateEvents: 123_456_789, cpuNs: 999_900_000,
            cpuSpanNs: 1_000_000_000, clock: WallClock(TraceIdentity()))
        let lines = LiveText(style: .plain).block(interval).split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 80 } && lines.count > 6)
    }

    /// In a log names stay whole, on a line of their own if they must.
    @Test func longNamesHaveALineOfTheirOwn() {
        var latency = Histogram()
        latency.record(71_000)
        let root = Summary.Root(
            function: "__sysvec_apic_timer_interrupt", baseName: "__sysvec_apic_timer_interrupt", fragment: true,
            latency: latency, partialCalls: 0, hollowCalls: 0, treeCalls: 1, kernelCallsBelow: 0, layers: [])
        let interval = LiveInterval(
            number: 1, startNs: 0, endNs: 1_000_000_000, isLast: true, requests: nil, underWay: RequestsUnderWay(),
            names: PathNames(), calls: CallTotals(roots: [root], layers: [], functions: []), troubles: nil,
            lost: .init(), lateEvents: 0, cpuNs: 0, cpuSpanNs: 1, clock: WallClock(TraceIdentity()))
        let lines = LiveText(style: .plain).block(interval).split(separator: "\n")
        #expect(lines.contains("      __sysvec_apic_timer_interrupt (fragment)") && lines.allSatisfy { $0.count <= 80 })
    }

    /// Names come from whoever set the machine up.
    @Test func namesThatWouldMoveTheCursorAreEscaped() throws {
        let trouble = LiveTrouble(
            kind: .noPath, map: "a\u{1b}[2Jb", path: nil, sinceNs: 0, forNs: 2_500_000_000, beganBefore: false,
            owner: .noPath)
        let interval = LiveInterval(
            number: 1, startNs: 0, endNs: 1_000_000_000, isLast: false, requests: RequestSummary(),
            underWay: RequestsUnderWay(), names: PathNames(), calls: nil, troubles: [trouble], lost: .init(),
            lateEvents: 0, cpuNs: 0, cpuSpanNs: 1, clock: WallClock(TraceIdentity()))
        let block = LiveText(style: .plain).block(interval)
        #expect(!block.contains("\u{1b}") && block.contains("no path left for 2.5 s; waits for: no path"))
        #expect(try !LiveJSON().line(interval).contains("\u{1b}"))
    }

    // MARK: JSON

    @Test(arguments: captures) func aLineOfJSONHasTheSameFigures(name: String) throws {
        for interval in try intervals(name).prefix(12) {
            let line = try LiveJSON().line(interval)
            #expect(line.hasSuffix("}\n") && line.count { $0 == "\n" } == 1)
            let read = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
            #expect(read.schema == "dmflow.live/1" && read.endNs - read.startNs == interval.lengthNs)
            #expect(read.requests?.joined == interval.requests?.joined)
            #expect(read.requests?.latency.sumNs == interval.requests?.latency.sum)
            let tries = interval.requests?.paths.reduce(0) { $0 + $1.tries }
            #expect(read.paths?.reduce(0) { $0 + $1.tries } == tries)
            #expect(read.calls?.calls == interval.calls.map { $0.layers.reduce(0) { $0 + $1.calls } })
            #expect(read.troubles?.count == interval.troubles?.count)
        }
    }

    private struct Line: Decodable {
        struct Requests: Decodable {
            let joined: Int
            let latency: Report.RequestLatency
        }
        struct Path: Decodable { let tries: Int }
        struct Calls: Decodable { let calls: Int }
        let schema: String
        let startNs: UInt64
        let endNs: UInt64
        let requests: Requests?
        let paths: [Path]?
        let calls: Calls?
        let troubles: [LiveTrouble]?
    }

    // MARK: Lines

    @Test(
        arguments: [
            ("plain", 3, "pla"), ("plain", 5, "plain"), ("", 0, ""),
            ("a\u{1b}[1;31mbcd\u{1b}[0m", 2, "a\u{1b}[1;31mb\u{1b}[0m"),
            ("\u{1b}[1mab\u{1b}[0m", 2, "\u{1b}[1mab\u{1b}[0m"),
        ] as [(String, Int, String)])
    func linesAreCutWithTheirColours(line: String, columns: Int, cut: String) {
        #expect(ClippedLine.clip(line, to: columns) == cut)
    }

    @Test func sectionsShareTheRoomByTheirRank() {
        let sections = [
            LiveSection(title: "a", rows: ["1", "2", "3", "4"], least: 1, rank: 1),
            LiveSection(title: "b", rows: ["5", "6", "7"], least: 2, rank: 0),
        ]
        func fitting(_ count: Int) -> [String] { LiveSection.fitting(sections, into: count) { $0 } }
        #expect(fitting(20) == ["a", "1", "2", "3", "4", "b", "5", "6", "7"])
        #expect(fitting(9) == fitting(20))
        #expect(fitting(8) == ["a", "1", "2", "    and 2 more", "b", "5", "6", "7"])
        #expect(fitting(5) == ["a", "    and 4 more", "b", "5", "    and 2 more"])
        #expect(fitting(2) == ["b", "    and 3 more"])
        #expect(fitting(1) == [] && fitting(0) == [])
    }
}
