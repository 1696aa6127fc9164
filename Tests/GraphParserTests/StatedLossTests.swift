import TestSupport
import Testing

@testable import GraphParser

/// Losses that a file states in its statistics of the CPUs.
@Suite struct StatedLossTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        var statistics: [String]
        /// Of CPU 0's second page.
        var isMarked = false
        var markCount: UInt64?
        var lost = 0
        var uncounted = 0
        var lossy: Lossy = .none
        var hasNote = false
        var testDescription: String { name }
    }

    enum Lossy { case none, some, ofCPU }

    static let cases = [
        Case(
            name: "nothing",
            statistics: ["CPU: 0\nentries: 0\noverrun: 0\ncommit overrun: 0\ndropped events: 0\nread events: 120\n"]),
        Case(
            name: "read by the recorder, marked without a number",
            statistics: ["CPU: 0\noverrun: 77\nread events: 120\n"], isMarked: true, lost: 77, lossy: .some),
        Case(
            name: "marked with a number", statistics: ["CPU: 0\noverrun: 77\nread events: 120\n"], isMarked: true,
            markCount: 77, lost: 77, lossy: .some),
        Case(
            name: "marked with a smaller number", statistics: ["CPU: 0\noverrun: 80\nread events: 120\n"],
            isMarked: true, markCount: 77, lost: 80, lossy: .some),
        Case(name: "marked without statistics", statistics: [], isMarked: true, uncounted: 1, lossy: .some),
        Case(
            name: "overwritten, not marked: before the first event",
            statistics: ["CPU: 0\nentries: 60\noverrun: 77\nread events: 0\n"], lost: 77),
        Case(
            name: "full, nobody read: behind the last event",
            statistics: ["CPU: 0\nentries: 60\ndropped events: 9\nread events: 0\n"], lost: 9),
        Case(
            name: "full while somebody read: anywhere", statistics: ["CPU: 0\ndropped events: 9\nread events: 60\n"],
            lost: 9, lossy: .ofCPU),
        Case(
            name: "an interrupt came on all of the buffer: anywhere",
            statistics: ["CPU: 0\ncommit overrun: 3\nread events: 60\n"], lost: 3, lossy: .ofCPU),
        Case(
            name: "a CPU without data", statistics: ["CPU: 5\noverrun: 1\ncommit overrun: 2\ndropped events: 3\n"],
            lost: 6),
        Case(
            name: "another instance's",
            statistics: ["\nBuffer: other\n\n", "CPU: 0\ncommit overrun: 3\nread events: 60\n"], lost: 3),
        Case(name: "left unread", statistics: ["CPU: 0\nentries: 7\nread events: 60\n"], hasNote: true),
        Case(name: "read after the statistics", statistics: ["CPU: 0\nentries: 30\nread events: 30\n"]),
        Case(
            name: "the end of a recording, as was meant",
            statistics: ["CPU: 0\nentries: 0\noverrun: 999\nread events: 60\n", "dmflow:\nkept of it: 5 ns\n"]),
        Case(
            name: "no number",
            statistics: [
                "CPU: 0\noverrun: -1\ncommit overrun: 99999999999999999999\ndropped events:\n", "CPU: x\noverrun: 5\n",
                "",
            ]),
    ]

    @Test(arguments: cases) func areLossesOnce(test: Case) throws {
        let reading = try read(test)
        #expect(reading.counts.lostEvents == test.lost && reading.counts.uncountedLosses == test.uncounted)
        switch test.lossy {
        case .none: #expect(reading.counts.lossy == 0)
        case .some: #expect((1..<30).contains(reading.counts.lossy))
        case .ofCPU:
            for call in reading.calls { #expect((call.confidence == .lossy) == (call.cpu == 0)) }
        }
        #expect(reading.counts.calls + reading.counts.lossy == 60)
        #expect(reading.source.notes.contains { $0.contains("left 7 events in the ring buffer") } == test.hasNote)
        expectAccounted(reading.counts)
    }

    /// A task whose calls another CPU's lost beginning or end can have held.
    @Test(arguments: [
        ("CPU: 1\noverrun: 5\nread events: 0\n", true), ("CPU: 0\ndropped events: 5\nread events: 0\n", true),
        ("CPU: 1\ndropped events: 5\nread events: 0\n", false), ("CPU: 0\noverrun: 5\nread events: 0\n", false),
    ]) func aTaskThatChangedItsCPUCanHaveBeenThere(statistics: String, isLossy: Bool) throws {
        func event(_ kind: SyntheticTrace.Event.Kind, _ time: UInt64, _ cpu: Int) -> SyntheticTrace.Event {
            SyntheticTrace.Event(
                kind: kind, time: time, cpu: cpu, tid: 7, depth: 0, function: 2, callTime: 1_000_000,
                returnTime: 2_000_000)
        }
        var image = TraceDatImage(pages: [
            TraceDatImage.page([event(.entry, 1_000_000, 0)], size: 4096),
            TraceDatImage.page([event(.exit, 2_000_000, 1)], size: 4096),
        ])
        image.options = [(id: 2, content: Array("\(statistics)\0".utf8))]
        let counts = try RecordedTrace(bytes: image.bytes()).counts
        #expect(counts.lossy == (isLossy ? 1 : 0) && counts.calls == (isLossy ? 0 : 1) && counts.lostEvents == 5)
    }

    @Test func theFileOfALossyRecordingSaysHowManyThereWere() throws {
        for fixture in ["6.1/io-lossy-record.dat", "6.1/io-lossy-record.v7-none.dat"] {
            let counts = try Fixtures.reading(fixture).counts
            #expect(counts.lostEvents == 14_488 && counts.uncountedLosses == 0)
        }
    }

    @Test(arguments: [(BufferStatistics.maxCount, true), (BufferStatistics.maxCount + 1, false)])
    func tooManyStatisticsAreRefused(count: Int, isTaken: Bool) {
        var list = BufferStatistics()
        var taken = true
        for number in 0..<count {
            if number % 8000 == 0 { _ = list.take(Array("Buffer: \(number)".utf8)) }
            taken = list.take(Array("CPU: \(number % 8000)".utf8)) && taken
        }
        #expect(taken == isTaken)
    }

    // MARK: A place that is used again

    /// A task left a CPU, ended, and another one has its place when the CPU's loss is told.
    @Test func aLossMarksNoStranger() throws {
        var builder = StackBuilder(names: TraceNames(), lossesAreMarked: true)
        func event(_ kind: GraphEvent.Kind, _ tid: Int32, cpu: UInt16, depth: UInt16 = 0) -> GraphEvent {
            GraphEvent(
                timestamp: 1, duration: kind == .entry ? GraphEvent.noTime : 5, function: 1,
                task: .thread(tid, cpu: cpu), cpu: cpu, ring: cpu, depth: depth, kind: kind)
        }
        var events = [event(.entry, 1, cpu: 0), event(.leaf, 1, cpu: 1, depth: 1), event(.exit, 1, cpu: 1)]
        // So many that those without open calls are forgotten, and their places used again.
        events += (0..<Int32(StackBuilder.taskLimit)).map { event(.leaf, 10 + $0, cpu: 1) }
        let strangers = (0..<Int32(64)).map { 100_000 + $0 }
        events += strangers.map { event(.entry, $0, cpu: 1) }
        events.append(.loss(cpu: 0, ring: 0, count: 1))
        events += strangers.map { event(.exit, $0, cpu: 1) }
        builder.take(events.span)
        builder.finish()
        #expect(builder.counts.lossy == 0 && builder.counts.open == 0)
    }

    // MARK: Helpers

    /// 30 calls on each of two CPUs, which no task leaves, in two pages each.
    private func read(_ test: Case) throws -> RecordedTrace {
        var pages: [[UInt8]] = []
        for cpu in 0..<2 {
            let trace = SyntheticTrace(
                seed: 5 + UInt64(cpu), tasks: 1, cpus: 1, steps: 30, interrupts: false, userCalls: false)
            let events = trace.events.map {
                SyntheticTrace.Event(
                    kind: $0.kind, time: $0.time, cpu: cpu, tid: Int32(50 + cpu), depth: $0.depth,
                    function: $0.function,
                    callTime: $0.callTime, returnTime: $0.returnTime)
            }
            let half = events.count / 2
            var second = TraceDatImage.page(Array(events[half...]), size: 4096)
            if cpu == 0, test.isMarked { mark(&second, test.markCount) }
            pages.append(TraceDatImage.page(Array(events[..<half]), size: 4096) + second)
        }
        var image = TraceDatImage(pages: pages)
        image.options = test.statistics.map { (id: 2, content: Array("\($0)\0".utf8)) }
        return try RecordedTrace(bytes: image.bytes())
    }

    private func mark(_ page: inout [UInt8], _ count: UInt64?) {
        page[11] |= count == nil ? 0x80 : 0xc0
        guard let count else { return }
        let used = Int(page[8]) | Int(page[9]) << 8
        page.replaceSubrange((16 + used)..<(16 + used + 8), with: little(count))
    }
}
