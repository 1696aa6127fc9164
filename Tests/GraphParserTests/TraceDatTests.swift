import CTraceevent
import TestSupport
import Testing
import TraceFormat

@testable import GraphParser

@Suite struct TraceDatTests {
    static let image = TraceDatImage(SyntheticTrace(seed: 7, tasks: 3, cpus: 2, steps: 60), eventsPerPage: 5).bytes()

    /// Cut anywhere: an error that says so, or, behind the header, fewer events; never more, never a crash.
    @Test func aFileCutAnywhereIsAnErrorOrShorter() throws {
        let whole = try RecordedTrace(bytes: Self.image)
        let everySection = Array(0..<100) + Array(stride(from: 100, to: Self.image.count, by: 41))
        for end in everySection + [Self.image.count - 1] {
            do {
                let cut = try RecordedTrace(bytes: Array(Self.image[..<end]))
                Issue.record("read \(cut.counts.records) of \(whole.counts.records) events of a file cut at \(end)")
            } catch let error as TraceError {
                #expect([.empty, .notATrace, .damaged].contains(error.code), "\(end): \(error)")
                #expect(!error.description.contains("\n"))
            }
        }
    }

    /// Also where the last ones, or the first, recorded nothing.
    @Test(arguments: [0, 1, 2]) func aMachinesCPUsAreCountedWithThoseThatHaveNoEvents(cpu: Int) throws {
        let whole = SyntheticTrace(seed: 7, tasks: 3, cpus: 3, steps: 60)
        let events = whole.events
        let trace = try RecordedTrace(bytes: TraceDatImage(whole.filtered { events[$0].cpu == cpu }).bytes())
        #expect(trace.source.machineCPUs == 3 && trace.source.cpusWithEvents == 1)
    }

    @Test(arguments: 1...60 as ClosedRange<UInt64>) func changedBytesNeverCrash(seed: UInt64) throws {
        try expectNoCrash(Self.image, seed: seed)
    }

    /// A page whose padding claims the length -4 sends libtraceevent's kbuffer round in circles for ever.
    @Test(
        arguments: [
            [29 | 1 << 5, 0xffff_fffc], [29 | 1 << 5, 0], [0, 0], [0, 3], [0, 0xffff_ffff], [28 | 1 << 5, 0], [30],
            [31],
        ] as [[UInt32]])
    func lengthsThatDoNotFitEndThePage(words: [UInt32]) throws {
        let data = words.flatMap { little($0) }
        let page = TraceDatImage.page(time: 5, commit: UInt64(data.count), data: data, size: 4096)
        var reader = try #require(open(page))
        guard case .damaged = reader.next(page.span.bytes) else {
            Issue.record("not seen as damaged")
            return
        }
        let counts = try RecordedTrace(bytes: TraceDatImage(pages: [page]).bytes()).counts
        #expect(counts.unparsedLines == 1 && counts.records == 1 && counts.uncountedLosses == 1)
    }

    @Test func aBufferThatEndsWithinAPageIsSaid() throws {
        let trace = SyntheticTrace(seed: 3, tasks: 1, cpus: 1, steps: 30)
        let page = TraceDatImage.page(trace.events, size: 4096)
        let whole = try RecordedTrace(bytes: TraceDatImage(pages: [page + page.prefix(24)]).bytes())
        #expect(whole.counts.unparsedLines == 1)
        #expect(whole.counts.entries == trace.entryCount)
    }

    @Test func aPageThatClaimsMoreThanItHoldsIsDamaged() {
        let page = TraceDatImage.page(time: 5, commit: 4081, data: [], size: 4096)
        #expect(open(page) == nil)
    }

    @Test(arguments: [
        (UInt64(0), RingBufferPage.Loss.none), (1 << 31, .events(nil)), (1 << 31 | 1 << 30, .events(77)),
    ])
    func missedEventsAreSeen(flags: UInt64, expected: RingBufferPage.Loss) throws {
        let page = TraceDatImage.page(
            time: 5, commit: flags | 8, data: little(UInt64(29)) + little(UInt64(77)), size: 4096)
        #expect(try #require(open(page)).loss == expected)
    }

    @Test func missedEventsAreCountedBehindALargePagesData() throws {
        let data = [UInt8](repeating: 0, count: 60_000)
        let page = TraceDatImage.page(
            time: 5, commit: 3 << 30 | UInt64(data.count), data: data + little(UInt64(77)), size: 65536)
        #expect(try #require(open(page)).loss == .events(77))
    }

    @Test func eventsMissedBetweenPagesMakeTheOpenCallsLossy() throws {
        let trace = SyntheticTrace(seed: 3, tasks: 1, cpus: 1, steps: 30, interrupts: false)
        let half = trace.events.count / 2
        var pages = TraceDatImage.page(Array(trace.events[..<half]), size: 4096)
        var second = TraceDatImage.page(Array(trace.events[half...]), size: 4096)
        second[11] |= 0x80
        pages += second
        let reading = try RecordedTrace(bytes: TraceDatImage(pages: [pages]).bytes())
        #expect(reading.counts.uncountedLosses == 1)
        #expect(reading.counts.lossy > 0)
        #expect(reading.counts.calls + reading.counts.lossy == 30)
    }

    /// Both decoders over every page of every captured file.
    @Test(arguments: Fixtures.datTraces) func pagesReadAsLibtraceeventReadsThem(fixture: String) throws {
        let file = try InputFile(path: Fixtures.path(fixture))
        let header = try TraceDatHeader(file)
        let kbuffer = try #require(kbuffer_alloc(KBUFFER_LSIZE_8, KBUFFER_ENDIAN_LITTLE))
        defer { kbuffer_free(kbuffer) }
        var events = 0
        for cpu in header.top.cpus {
            var reader = PageReader(
                file: file, data: cpu, pageSize: header.top.pageSize, maxChunkSize: 64 * header.top.pageSize)
            var page: [UInt8] = []
            while try reader.next(into: &page, atMost: header.top.pageSize) > 0 {
                let ours = try self.events(page)
                #expect(ours == reference(page, kbuffer))
                events += ours.count
            }
        }
        #expect(events > 0)
    }

    // The test macros cannot take a span.
    private func open(_ page: [UInt8]) -> RingBufferPage? { RingBufferPage(page.span.bytes) }

    private struct PageEvent: Equatable {
        let time: UInt64
        let bytes: [UInt8]
    }

    private func events(_ page: [UInt8]) throws -> [PageEvent] {
        var reader = try #require(open(page))
        var events: [PageEvent] = []
        while case .event(let record, let time) = reader.next(page.span.bytes) {
            events.append(PageEvent(time: time, bytes: Array(page[record])))
        }
        return events
    }

    private func reference(_ page: [UInt8], _ kbuffer: OpaquePointer) -> [PageEvent] {
        page.withUnsafeBytes { bytes in
            var events: [PageEvent] = []
            kbuffer_load_subbuffer(kbuffer, UnsafeMutableRawPointer(mutating: bytes.baseAddress))
            var time: UInt64 = 0
            var event = kbuffer_read_event(kbuffer, &time)
            while let data = event {
                let size = Int(kbuffer_event_size(kbuffer))
                events.append(PageEvent(time: time, bytes: Array(UnsafeRawBufferPointer(start: data, count: size))))
                event = kbuffer_next_event(kbuffer, &time)
            }
            return events
        }
    }
}

/// Reads a file after some of its bytes, chosen by `seed`, were changed.
func expectNoCrash(_ file: [UInt8], seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    var bytes = file
    for _ in 0..<Int.random(in: 1...20, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
    }
    do {
        let counts = try RecordedTrace(bytes: bytes).counts
        #expect(counts.entries + counts.exits + counts.comments + counts.unparsedLines == counts.records)
    } catch let error as TraceError {
        #expect(!error.description.contains("\n"))
    }
}
