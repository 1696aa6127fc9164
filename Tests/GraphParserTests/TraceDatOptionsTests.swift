import TestSupport
import Testing
import TraceFormat

@testable import GraphParser

@Suite struct TraceDatOptionsTests {
    @Test(arguments: [
        ("local global [mono] boot\n\0", "mono"), ("mono_raw\0", "mono_raw"), ("[x86-tsc]", "x86-tsc"),
        ("local", "local"),
    ]) func clocksAreReadInBothForms(text: String, expected: String) throws {
        let header = try read([(4, Array(text.utf8))])
        #expect(header.identity.clock == expected)
        #expect(header.notes.count == (expected == "x86-tsc" ? 1 : 0))
    }

    /// Version 6 has the name behind the table of CPUs if the option is empty.
    @Test func anEmptyClockStandsBehindTheTable() throws {
        #expect(try read([(4, [])]).identity.clock == "mono")
        #expect(try read([]).identity.clock == nil)
    }

    @Test func ticksBecomeNanoseconds() throws {
        // 0x8000_0000 / 2^32: every tick is half a nanosecond.
        let rate = little(UInt32(0x8000_0000)) + little(UInt32(32)) + little(UInt64(5))
        let header = try read([(4, Array("[x86-tsc]".utf8)), (14, rate)])
        #expect(header.description.time(UInt64(1) << 60) == 1 << 59)
        #expect(header.description.time(1001) == 500)
        #expect(header.notes.isEmpty)
    }

    @Test(
        arguments: [
            ([(7, "0x10")], 16), ([(7, "-5")], -5), ([(7, "-0x5\n")], -5), ([(1, "0x2"), (7, "3")], 2003),
            ([(7, "junk")], 0), ([(7, "-0x-8000000000000000")], 0), ([(7, "-0x8000000000000000")], Int64.min),
            ([(7, "--5")], 0),
            ([(7, "9223372036854775807"), (1, "9223372036854775807")], Int64.max &+ Int64.max &* 1000), ([], 0),
        ] as [([(UInt16, String)], Int64)]) func offsetsAreAdded(options: [(UInt16, String)], expected: Int64) throws
    {
        let header = try read(options.map { ($0.0, Array("\($0.1)\0".utf8)) })
        #expect(header.description.time.offset == expected)
        #expect(header.description.time(100) == UInt64(bitPattern: 100 &+ expected))
    }

    @Test(arguments: [UInt32.max, 128, 64, 0]) func anyRateGivesATime(shift: UInt32) {
        let time = TimeConversion(multiplier: .max, shift: shift, offset: .min)
        _ = time(.max)
        #expect(!time.isIdentity && TimeConversion().isIdentity)
    }

    @Test func whatDmflowKnewOfItsRecordingIsAmongTheStatistics() throws {
        let facts =
            "dmflow:\nrecorded for: 5 ns\nrecorder's CPU time: 3 ns\ncall cost before: 812 ns\ncall cost after: 835 ns\n"
        let recording = try #require(
            try read([(2, Array("CPU: 0\nentries: 5\n\0".utf8)), (2, Array("\(facts)multipath requests: 7\n\0".utf8))])
                .recording)
        #expect(recording.durationNs == 5 && recording.recorderCPUNs == 3 && recording.multipathRequests == 7)
        #expect(recording.callCostBeforeNs == 812 && recording.callCostAfterNs == 835 && recording.callCostNs == 835)
    }

    @Test(
        arguments: [
            ("roots: dm_mq_queue_rq dm_submit_bio\ninterrupts: recorded\n", ["dm_mq_queue_rq", "dm_submit_bio"], true),
            ("interrupts: not recorded\nroots: a.isra.0", ["a.isra.0"], false), ("roots:\ninterrupts:\n", [], nil),
            ("", nil, nil), ("interrupts: recordedly\n", nil, false),
        ] as [(String, Set<String>?, Bool?)])
    func whatWasAskedForIsAmongTheStatistics(text: String, roots: Set<String>?, interrupts: Bool?) throws {
        let recording = try #require(try read([(2, Array("dmflow:\n\(text)\0".utf8))]).recording)
        #expect(recording.roots == roots && recording.interrupts == interrupts)
    }

    @Test(arguments: [
        "", "\0", "CPU: 0\nentries: 5\n", "dmflow", "dmflow:", "dmflow:\ncall cost before: -1 ns\n",
        "dmflow:\ncall cost before: 99999999999999999999 ns\n", "dmflow:\ncall cost before:\n", "dmflow:\n:\n: 5\n",
        "dmflow:\n\u{1b}[2J: 5\n",
    ]) func otherStatisticsTellNothing(text: String) throws {
        let recording = try read([(2, Array(text.utf8))]).recording
        #expect(recording?.callCostNs == nil && recording?.durationNs == nil && recording?.multipathRequests == nil)
    }

    @Test(arguments: [
        ("trace-cmd version 3.1.6 ()\0", "trace-cmd version 3.1.6 ()"), ("a\u{1b}[2J", "a\\x1b[2J"), ("", ""),
    ])
    func theFileSaysWhatWroteIt(content: String, writer: String) throws {
        #expect(try read([(9, Array(content.utf8))]).identity.writer == writer)
    }

    /// They are in no page and among no CPU's losses.
    @Test func whatProbesMissedIsSaid() throws {
        let notes = try read([(2, Array("dmflow:\nmissed by probes: a=5 b=0 c=7\n\0".utf8))]).notes
        #expect(notes.contains("kernel probes were passed over for calls: a 5, c 7"), "\(notes)")
        #expect(
            try !read([(2, Array("dmflow:\nmissed by probes: a=0\n\0".utf8))]).notes.contains { $0.contains("probes") })
    }

    @Test func theTopologyIsRead() throws {
        let map = Topology.Map(name: "mpatha", device: "dm-0", devno: "253:0", sectors: 8)
        let topology = Topology(maps: [map])
        let header = try read([(TraceDatOption.topology, try #require(topology.option))])
        #expect(header.topology == topology)
        #expect(try header.notes == read([]).notes)
    }

    @Test(arguments: ["{", "\u{1b}[2J", "{}"]) func aBrokenTopologyIsSaid(json: String) throws {
        let header = try read([(TraceDatOption.topology, Array(json.utf8))])
        #expect(header.topology == nil)
        #expect(header.notes.contains { $0.hasPrefix("the multipath topology in this file cannot be read: it is not") })
    }

    // MARK: Page layout

    @Test func a32BitKernelsPagesAreRead() throws {
        let trace = SyntheticTrace(seed: 3, tasks: 1, cpus: 1, steps: 10)
        let wide = TraceDatImage.page(trace.events, size: 4096)
        // The commit word has 4 bytes less, and all behind it stands earlier.
        var image = TraceDatImage(pages: [Array(wide[..<12] + wide[16...]) + [0, 0, 0, 0]])
        image.headerPage = """
            \tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;
            \tfield: local_t commit;\toffset:8;\tsize:4;\tsigned:1;
            \tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;
            \tfield: char data;\toffset:12;\tsize:4084;\tsigned:1;

            """
        for bytes in [image.bytes(), image.version7(.zlib)] {
            #expect(try RecordedTrace(bytes: bytes).counts.calls == trace.entryCount)
        }
    }

    @Test(
        arguments: [
            ("", nil),
            ("field: local_t commit;\toffset:8;\tsize:8;\n\tfield: char data;\toffset:16;\tsize:4080;", .wide),
            (" field: local_t commit; offset:8; size:4;\n field: char data; offset:12; size:4084;", .narrow),
            ("field: local_t commit;\toffset:8;\tsize:3;\nfield: char data;\toffset:16;\tsize:1;", nil),
            (
                "field: local_t commit;\toffset:8;\tsize:8;\nfield: char data;\toffset:9999999999999999999;\tsize:1;",
                nil
            ),
            ("field: local_t commit;\toffset:8;\tsize:8;\nfield: char data;\toffset:-16;\tsize:1;", nil),
        ] as [(String, PageLayout?)]) func headerPagesAreUnderstood(text: String, expected: PageLayout?)
    {
        #expect(PageLayout(headerPage: Array(text.utf8)) == expected)
    }

    private func read(_ options: [(UInt16, [UInt8])]) throws -> TraceDatHeader {
        var image = TraceDatImage(pages: [[]])
        image.options = options.map { (id: $0.0, content: $0.1) }
        let temporary = try TemporaryFile(image.bytes())
        return try TraceDatHeader(InputFile(path: temporary.path))
    }
}
