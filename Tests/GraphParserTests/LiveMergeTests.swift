import TestSupport
import Testing
import TraceFormat

@testable import GraphParser

/// Pages that come while the trace goes on: in pieces, from CPUs that are silent for a while.
@Suite struct LiveMergeTests {
    /// Captures without marks of lost events: those are known of only when their CPU goes on.
    private static let fixtures = [
        "5.10/create-load.dat", "5.10/events.dat", "6.1/daemon-map.dat", "6.1/io.dat", "6.1/io-v7-none.dat",
    ].filter { Fixtures.datTraces.contains($0) }

    /// Whatever the rounds, the events are those of the file, in its order.
    @Test(arguments: fixtures, 1...4 as ClosedRange<UInt64>)
    func theEventsAreThoseOfTheFile(fixture: String, seed: UInt64) throws {
        let recorded = try Recorded(Fixtures.bytes(fixture))
        try check(recorded, seed: seed)
    }

    /// Many CPUs with few pages each, and times that are equal.
    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func theEventsAreThoseOfAnInventedFile(seed: UInt64) throws {
        let trace = SyntheticTrace(seed: seed, tasks: 6, cpus: Int(seed % 7) + 2, steps: 200)
        let recorded = try Recorded(TraceDatImage(trace, eventsPerPage: Int(seed % 5) + 1).bytes())
        try check(recorded, seed: seed)
        // A clock that hardly moves.
        try check(recorded.withClock(dividedBy: 2_000_000), seed: seed)
    }

    private func check(_ recorded: Recorded, seed: UInt64) throws {
        #expect(recorded.events.count > 20)
        var random = SeededRandom(seed: seed)
        var live = try recorded.merge()
        var moved: [Row] = []
        var left = recorded.pages
        let times = recorded.times.sorted()
        var next = 0
        while left.contains(where: { !$0.isEmpty }) {
            // Each CPU has told what happened up to the watermark, and some have told more.
            let watermark = times[min(next, times.count - 1)]
            next += Int.random(in: 0...times.count / 8, using: &random)
            for stream in left.indices {
                let ahead = Int.random(in: 0...2, using: &random)
                recorded.add(&left[stream], of: stream, upTo: watermark, ahead: ahead, to: &live)
            }
            moved += try recorded.move(upTo: watermark, &live)
        }
        live.finish()
        moved += try recorded.move(upTo: .max, &live)
        #expect(moved == recorded.events)
        #expect(live.lateEvents == 0 && live.counts == recorded.counts)
    }

    @Test func nobodyWaitsForASilentCPU() throws {
        let recorded = try Recorded(
            TraceDatImage(SyntheticTrace(seed: 3, tasks: 4, cpus: 3, steps: 200), eventsPerPage: 4).bytes())
        var live = try recorded.merge()
        var left = recorded.pages
        for stream in 0...1 { recorded.add(&left[stream], of: stream, upTo: .max, ahead: 0, to: &live) }
        let moved = try recorded.move(upTo: .max - 1, &live)
        #expect(moved == recorded.events.filter { $0.cpu != 2 } && moved.count > 50)
        // When it goes on, all of it is too late, and handed on all the same.
        recorded.add(&left[2], of: 2, upTo: .max, ahead: 0, to: &live)
        let late = try recorded.move(upTo: .max, &live)
        #expect(late == recorded.events.filter { $0.cpu == 2 } && live.lateEvents == late.count && late.count > 20)
    }

    @Test func whatIsLaterThanTheWatermarkStays() throws {
        let recorded = try Recorded(
            TraceDatImage(SyntheticTrace(seed: 4, tasks: 3, cpus: 2, steps: 100), eventsPerPage: 50).bytes())
        var live = try recorded.merge()
        var left = recorded.pages
        for stream in left.indices { recorded.add(&left[stream], of: stream, upTo: .max, ahead: 0, to: &live) }
        let watermark = recorded.times.sorted()[recorded.times.count / 2]
        let first = try recorded.move(upTo: watermark, &live)
        #expect(first == Array(recorded.events.prefix(first.count)))
        #expect(!first.isEmpty && first.count < recorded.events.count)
        #expect(first.allSatisfy { $0.timestamp <= watermark })
        #expect(try recorded.move(upTo: watermark, &live).isEmpty)
        #expect(try recorded.move(upTo: .max, &live) == Array(recorded.events.dropFirst(first.count)))
    }

    /// Its mark is on the page that comes next, which may be long after.
    @Test func aLossIsToldWhenItsCPUGoesOnAndIsNoLateEvent() throws {
        let trace = SyntheticTrace(seed: 6, tasks: 2, cpus: 2, steps: 100)
        let recorded = try Recorded(TraceDatImage(trace, eventsPerPage: 10).bytes())
        var live = try recorded.merge()
        var left = recorded.pages
        recorded.add(&left[0], of: 0, upTo: .max, ahead: 0, to: &live)
        let middle = left[1].count / 2
        for page in left[1][..<middle] { live.add(page.span, cpu: 1) }
        let watermark = recorded.begin(left[1][middle])! - 1
        var rows = try recorded.move(upTo: watermark, &live)
        // The kernel had no room for the one in the middle, and marks the one behind it.
        var marked = left[1][middle + 1]
        marked[11] |= 0x80
        live.add(marked.span, cpu: 1)
        for page in left[1][(middle + 2)...] { live.add(page.span, cpu: 1) }
        live.finish()
        rows += try recorded.move(upTo: .max, &live)
        #expect(rows.count { $0.kind == .loss } == 1 && rows.first { $0.kind == .loss }?.cpu == 1)
        #expect(rows.count > recorded.events.count - 20 && live.lateEvents == 0)
    }

    // MARK: Whole traces

    /// The same trees as of the file, with the events in them.
    @Test(arguments: fixtures)
    func treesOfALiveTraceAreThoseOfTheFile(fixture: String) throws {
        let file = try RecordedTrace(path: Fixtures.path(fixture), events: true)
        let recorded = try Recorded(Fixtures.bytes(fixture))
        let recorder = CallRecorder(events: true)
        let live = LiveTrace(
            path: "live", description: recorded.header.description, cpus: recorded.cpus, pageSize: recorded.pageSize)
        let reading = try live.read(Rounds(recorded), into: [recorder])
        func rows(_ trees: [CallTree], _ names: TraceNames) -> [String] {
            trees.map { tree in
                let calls = tree.nodes.map { "\($0.level) \(names[$0.call.function]) \($0.call.duration ?? 0)" }
                return (calls + tree.events.map { "\($0.call) \($0.event.name) \($0.event.text)" }).joined(
                    separator: "\n")
            }
        }
        #expect(rows(recorder.trees, reading.names) == rows(file.trees, file.names) && !file.trees.isEmpty)
        #expect(reading.isWhole && reading.source.notes.isEmpty && reading.source.path == "live")
        #expect(reading.counts == file.counts && recorder.eventsOutside == file.eventsOutside)
    }

    @Test func aTraceWithoutAnyCallIsNoError() throws {
        let recorded = try Recorded(TraceDatImage(pages: [[]]).bytes(), cpus: [0, 1])
        let live = LiveTrace(
            path: "live", description: recorded.header.description, cpus: recorded.cpus,
            pageSize: recorded.pageSize)
        let reading = try live.read(Rounds(recorded), into: [CallRecorder()])
        #expect(reading.counts.calls == 0 && reading.isWhole)
    }

    /// The watermark of a batch is a promise.
    @Test func nothingComesBehindABatchsWatermark() throws {
        let recorded = try Recorded(
            TraceDatImage(SyntheticTrace(seed: 9, tasks: 5, cpus: 4, steps: 300), eventsPerPage: 3).bytes())
        var source = LiveSource(
            LiveTrace(
                path: "live", description: recorded.header.description, cpus: recorded.cpus,
                pageSize: recorded.pageSize),
            Rounds(recorded), names: TraceNames())
        var promised: UInt64 = 0
        var isMore = true
        var count = 0
        while isMore {
            var batch = EventBatch()
            isMore = try source.read(into: &batch)
            // A leaf stands where it ended.
            for event in batch.events where event.kind != .leaf { #expect(event.timestamp > promised) }
            promised = batch.watermark ?? promised
            count += batch.events.count
        }
        #expect(count == recorded.events.count && promised > 0)
    }

    // MARK: The description

    /// What a running tracefs says is what recorders write into a file.
    @Test func theDescriptionCanBeMadeOfTracefsFiles() throws {
        let image = TraceDatImage(SyntheticTrace(seed: 2, tasks: 3, cpus: 2, steps: 80))
        let recorded = try Recorded(image.bytes())
        var files = TracefsDescription()
        files.formats = image.ftraceFormats.map { ("ftrace", Array($0.utf8)) }
        files.formats += image.systems.flatMap { system in system.formats.map { (system.name, Array($0.utf8)) } }
        files.symbols = Array("ffffffff81000000 T first\nffffffff81000100 t second\t[mod]\n".utf8)
        files.commandLines = Array("100 dd\n101 kworker/u4:1\n".utf8)
        let description = try TraceDescription(files)
        #expect(description.comms == [100: "dd", 101: "kworker/u4:1"] && description.layout == .wide)
        #expect(description.symbols.function(at: 0xffff_ffff_8100_0104)?.description == "second [mod]")
        #expect(description.events.numbers == recorded.header.description.events.numbers)
        let names = TraceNames()
        var live = LiveMerge(description, cpus: recorded.cpus, pageSize: recorded.pageSize, names: names)
        var left = recorded.pages
        for stream in left.indices { recorded.add(&left[stream], of: stream, upTo: .max, ahead: 0, to: &live) }
        let moved = try recorded.move(upTo: .max, &live)
        #expect(moved.map(\.timestamp) == recorded.events.map(\.timestamp))
        #expect(moved.map(\.kind) == recorded.events.map(\.kind))
    }

    @Test func aTracefsWithoutFunctionGraphIsRefused() {
        var files = TracefsDescription()
        files.formats = [("ftrace", Array("name: function\nID: 1\nformat:\n".utf8))]
        #expect { try TraceDescription(files) } throws: { ($0 as? TraceError)?.code == .otherTracer }
    }
}

/// An event as far as it matters where it comes from.
private struct Row: Equatable {
    let kind: GraphEvent.Kind
    let timestamp: UInt64
    let duration: UInt64
    let function: Int32
    let task: TaskKey
    let cpu: UInt16
    let depth: UInt16

    init(_ event: GraphEvent) {
        (kind, timestamp, duration, function) = (event.kind, event.timestamp, event.duration, event.function)
        (task, cpu, depth) = (event.task, event.cpu, event.depth)
    }
}

/// A file's pages, and the events that its reader makes of them.
private struct Recorded {
    let header: TraceDatHeader
    let cpus: [Int]
    let pageSize: Int
    /// The pages of each CPU, in order.
    let pages: [[[UInt8]]]
    let events: [Row]
    let counts: TraceCounts
    private let names = TraceNames()

    /// - Parameter cpus: those of the machine, if there are others than have data.
    init(_ bytes: [UInt8], cpus: [Int]? = nil) throws {
        let file = InputFile(bytes, name: "recorded")
        header = try TraceDatHeader(file)
        self.cpus = cpus ?? header.top.cpus.map(\.cpu)
        pageSize = header.top.pageSize
        var pages: [[[UInt8]]] = []
        for data in header.top.cpus {
            var reader = PageReader(file: file, data: data, pageSize: pageSize, maxChunkSize: 1 << 20)
            var all: [[UInt8]] = []
            var buffer: [UInt8] = []
            while case let count = try reader.next(into: &buffer, atMost: pageSize), count > 0 {
                all.append(Array(buffer[..<count]))
            }
            pages.append(all)
        }
        self.pages = pages
        var reader = TraceDatReader(file: file, header: header, names: names)
        var rows: [Row] = []
        var isMore = true
        while isMore {
            var batch = EventBatch()
            isMore = try reader.read(into: &batch)
            rows += batch.events.map(Row.init)
        }
        events = rows
        counts = reader.counts
    }

    private init(_ other: Recorded, pages: [[[UInt8]]]) throws {
        var bytes: [UInt8] = []
        var cpus: [[UInt8]] = [[UInt8]](repeating: [], count: (other.cpus.max() ?? 0) + 1)
        for (cpu, pages) in zip(other.cpus, pages) { cpus[cpu] = pages.flatMap { $0 } }
        bytes = TraceDatImage(pages: cpus).bytes()
        try self.init(bytes)
    }

    /// The same pages with times that are coarser, and within a page all the same: many events of several CPUs share one.
    func withClock(dividedBy divisor: UInt64) throws -> Recorded {
        let coarse = pages.map { pages in
            pages.map { page in
                var page = page
                let time = page.span.bytes.number(at: 0, as: UInt64.self)! / divisor
                page.replaceSubrange(0..<8, with: little(time))
                var walk = RingBufferPage(page.span.bytes)!
                while case .event(let record, _) = walk.next(page.span.bytes) {
                    // The five bits of the kind stay, the time since the event before goes.
                    page[record.lowerBound - 4] &= 0x1f
                    for offset in 1...3 { page[record.lowerBound - 4 + offset] = 0 }
                }
                return page
            }
        }
        return try Recorded(self, pages: coarse)
    }

    /// All times at which something begins, and some around them.
    var times: [UInt64] { events.map(\.timestamp) + pages.joined().compactMap(begin) }

    func begin(_ page: [UInt8]) -> UInt64? {
        page.span.bytes.number(at: 0, as: UInt64.self).map(header.description.time.callAsFunction)
    }

    func merge() throws -> LiveMerge {
        LiveMerge(header.description, cpus: cpus, pageSize: pageSize, names: names)
    }

    /// Adds the pages of a CPU that can hold events up to a time, and some that come behind them.
    func add(_ left: inout [[UInt8]], of stream: Int, upTo watermark: UInt64, ahead: Int, to live: inout LiveMerge) {
        let due = left.prefix { begin($0)! <= watermark }.count
        let count = min(left.count, due + ahead)
        for page in left[..<count] { live.add(page.span, cpu: cpus[stream]) }
        left.removeFirst(count)
    }

    func move(upTo watermark: UInt64, _ live: inout LiveMerge) throws -> [Row] {
        var rows: [Row] = []
        var isComplete = false
        while !isComplete {
            var batch = EventBatch()
            isComplete = try live.move(upTo: watermark, to: &batch)
            rows += batch.events.map(Row.init)
        }
        return rows
    }
}

/// Hands over a CPU's pages as long as they begin before the watermark, which goes on from page to page.
private struct Rounds: PageFeed {
    private var left: [(cpu: Int, page: [UInt8], begin: UInt64)]

    init(_ recorded: Recorded) {
        left = zip(recorded.cpus, recorded.pages).flatMap { cpu, pages in
            pages.map { (cpu, $0, $0.span.bytes.number(at: 0, as: UInt64.self)!) }
        }
        // Each CPU's stay in their order: their times ascend.
        left.sort { $0.begin < $1.begin }
    }

    mutating func next(_ take: (_ cpu: Int, _ pages: Span<UInt8>) -> Void) throws(TraceError) -> LiveRound? {
        guard let first = left.first else { return nil }
        while let page = left.first, page.begin <= first.begin {
            take(page.cpu, page.page.span)
            left.removeFirst()
        }
        return LiveRound(watermark: first.begin)
    }
}
