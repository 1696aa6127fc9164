import TestSupport
import Testing

@testable import GraphParser

/// Many analyzers in one pass: each gets what it is interested in, with time, CPU and task.
@Suite struct AnalyzerTests {
    /// Writes down all that it is given.
    private final class Everything: Analyzer {
        let interest: Interest
        private(set) var batches = 0
        private(set) var steps: [String] = []
        private(set) var names: [String] = []
        private(set) var losses = 0
        private(set) var times: [UInt64] = []
        private(set) var isFinished = false

        init(_ interest: Interest) { self.interest = interest }

        func take(_ batch: TraceBatch) -> Demand {
            batches += 1
            losses += batch.losses.count
            names += batch.events.map(\.name)
            for step in batch.calls {
                switch step {
                case .began(let begin): add("began \(begin.function.index) \(begin.tid ?? -1) \(begin.cpu)", begin.time)
                case .ended(let call):
                    add("ended \(call.function.index) \(call.tid ?? -1) \(call.exitCPU)", call.endTime)
                case .event(let row):
                    if let event = batch.events.event(row: row) {
                        add("event \(event.name) \(event.tid ?? -1) \(event.cpu)", event.time)
                    }
                case .lost(let loss): add("lost \(loss.cpu)", loss.time)
                case .outside: break
                }
            }
            if let watermark = batch.watermark { #expect(times.allSatisfy { $0 <= watermark }) }
            times.removeAll()
            return .more
        }

        func finish(_ end: TraceEnd) { isFinished = true }

        private func add(_ step: String, _ time: UInt64?) { steps.append("\(step) \(time ?? 0)") }
    }

    private static let withEvents = ["5.10/events.dat", "6.12/events.txt", "7.3/events.dat", "7.3/events.txt"]

    /// Analyzers beside each other get what each of them gets alone.
    @Test(arguments: withEvents) func analyzersDoNotSeeEachOther(fixture: String) throws {
        let interests = [
            Interest.calls, .events("block_*"), .events("*"), Interest(),
            Interest(calls: true, events: ["block_rq_issue", "scsi_*"]), Interest(losses: true),
        ]
        let together = interests.map(Everything.init)
        try TraceFile.read(Fixtures.path(fixture), into: together)
        for (interest, one) in zip(interests, together) {
            let alone = Everything(interest)
            try TraceFile.read(Fixtures.path(fixture), into: [alone])
            #expect(alone.steps == one.steps && alone.names == one.names && alone.losses == one.losses)
            #expect(one.isFinished)
        }
        #expect(together[0].names.isEmpty && !together[0].steps.contains { $0.hasPrefix("event") })
        #expect(together[1].steps.isEmpty && together[1].names.allSatisfy { $0.hasPrefix("block_") })
        #expect(Set(together[1].names).isStrictSubset(of: together[2].names))
        #expect(together[3].batches == 0)
        let inPlace = together[4].steps.filter { $0.hasPrefix("event") }
        #expect(
            inPlace.count == together[4].names.count && !inPlace.isEmpty
                && together[4].names.allSatisfy { !$0.hasPrefix("iscsi") })
    }

    /// A trace.dat knows the task of everything, and its time.
    @Test(arguments: ["5.10/events.dat", "7.3/events.dat"]) func allHasTimeCPUAndTask(fixture: String) throws {
        let all = Everything(Interest(calls: true, losses: true, events: ["*"]))
        try TraceFile.read(Fixtures.path(fixture), into: [all])
        let words = all.steps.map { $0.split(separator: " ") }
        // A call without an end has none.
        let isOpen = try Fixtures.reading(fixture).counts.open
        #expect(words.count { $0[0] != "lost" && $0[2] == "-1" } == 0)
        #expect(words.count { $0.last == "0" } == isOpen)
        #expect(Set(words.map { $0[0] }) == ["began", "ended", "event"])
    }

    /// Who wants events needs no calls: a recording of tracepoints has none.
    @Test(arguments: [
        ("# tracer: nop\n#\n dd-401 [001] d..1.    12.345678: block_rq_issue: 8,0 R 4096 () 8 + 8 [dd]\n", "dd-401"),
        (" 0)   dd-401    |               |  /* block_rq_issue: 8,0 R 4096 () 8 + 8 [dd] */\n", "dd-401"),
    ]) func aTraceOfEventsAloneIsRead(text: String, task: String) throws {
        let file = try TemporaryFile(Array(text.utf8))
        let events = Everything(.events("block_*"))
        let reading = try TraceFile.read(file.path, into: [events])
        #expect(events.names == ["block_rq_issue"] && !reading.counts.holdsCalls && reading.isWhole)
        #expect(throws: TraceError.self) { try TraceFile.read(file.path, into: [Everything(.calls)]) }
    }

    /// The same for a trace.dat.
    @Test func aTraceDatOfEventsAloneIsRead() throws {
        let record = little(UInt16(999)) + [0, 0] + little(UInt32(7))
        let head = little(UInt64(1000)) + little(UInt64(4 + record.count)) + little(UInt32(record.count / 4))
        let page = head + record + [UInt8](repeating: 0, count: 4096 - head.count - record.count)
        var image = TraceDatImage(pages: [page])
        image.systems.append((name: "other", formats: ["name: e\nID: 999\nformat:\n"]))
        let file = try TemporaryFile(image.bytes())
        let events = Everything(.events("e"))
        try TraceFile.read(file.path, into: [events])
        #expect(events.names == ["e"])
        #expect(throws: TraceError.self) { try TraceFile.read(file.path, into: [Everything(.calls)]) }
    }

    /// Events that wait for what comes later have their records all the same, whatever has been read meanwhile.
    @Test(arguments: Fixtures.traces) func theTextsOfEventsAreTheirOwn(fixture: String) throws {
        final class Texts: Analyzer {
            let interest = Interest.events("*")
            private(set) var kept: [TraceEvent] = []
            private(set) var texts: [String] = []
            func take(_ batch: TraceBatch) -> Demand {
                for event in batch.events {
                    texts.append(event.text)
                    kept.append(event.kept)
                }
                return .more
            }
        }
        let analyzer = Texts()
        let reading = try TraceFile.read(Fixtures.path(fixture), into: [analyzer])
        #expect(analyzer.kept.map(\.text) == analyzer.texts)
        #expect(analyzer.texts.isEmpty == (reading.counts.comments == 0))
    }
}
