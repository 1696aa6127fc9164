import TestSupport
import Testing

@testable import GraphParser

/// Fields of events, read from records and from what kernels print of them.
@Suite struct EventFieldTests {
    /// Reads one field of all events of a name.
    private final class Reader: Analyzer {
        let interest: Interest
        let names: [String]
        private var fields: [EventField] = []
        /// For each event, its fields' values.
        private(set) var values: [[String]] = []

        private let numbersOnly: Bool

        init(_ event: String, _ fields: [String], numbersOnly: Bool = false) {
            self.numbersOnly = numbersOnly
            interest = Interest(events: [event])
            names = fields
        }

        func begin(_ trace: TraceContext) {
            fields = names.compactMap { trace.field($0, of: interest.events[0]) }
        }

        func take(_ batch: TraceBatch) -> Demand {
            for event in batch.events {
                values.append(
                    fields.map {
                        $0.integer(event).map(String.init) ?? (numbersOnly ? nil : $0.string(event)) ?? "-"
                    })
            }
            return .more
        }
    }

    private static let kernels = ["5.10", "6.1", "6.12", "7.3"]
    private static let events = PrintForm.templates.keys.sorted() + ["scsi_dispatch_cmd_start"]

    private static func fields(of event: String) -> [String] {
        let layouts = PrintForm.known(event).layouts
        let named = Set(layouts.flatMap { $0.pieces.map(\.field) }).subtracting([""])
        return layouts.isEmpty ? ["host_no", "channel", "id", "lun"] : named.sorted()
    }

    /// Whatever is known of an event's print form holds for the real texts of four kernels, against the records of the same seconds.
    @Test(arguments: kernels, events) func textAndRecordsHoldTheSame(kernel: String, event: String) throws {
        // For a failed request the text has the error's number, and the record its code, which is not the same on all kernels.
        let fields = Self.fields(of: event).filter { $0 != "error" }
        let (text, file) = (Reader(event, fields), Reader(event, fields))
        try TraceFile.read(Fixtures.path("\(kernel)/events.txt"), into: [text])
        try TraceFile.read(Fixtures.path("\(kernel)/events.dat"), into: [file])
        #expect(text.values == file.values)
        #expect(!text.values.joined().contains("-"))
    }

    /// Else the test above would hold nothing.
    @Test func theFixturesHaveEventsOfKnownForms() throws {
        let found = try Self.kernels.flatMap { kernel in
            try Self.events.filter { event in
                let reader = Reader(event, [])
                try TraceFile.read(Fixtures.path("\(kernel)/events.dat"), into: [reader])
                return !reader.values.isEmpty
            }
        }
        #expect(
            Set(found).isSuperset(of: ["block_rq_issue", "block_rq_complete", "block_rq_remap", "block_bio_queue"]))
        #expect(found.count >= 4 * 7)
    }

    // MARK: Made: what the fixtures lack

    @Test(arguments: [
        (
            "sched_switch", "next_pid",
            "prev_comm=a b=c prev_pid=7 prev_prio=120 prev_state=S ==> next_comm=d next_pid=-8 next_prio=120",
            -8 as Int64?
        ),
        (
            "sched_switch", "prev_pid",
            "prev_comm=a b=c prev_pid=7 prev_prio=120 prev_state=S ==> next_comm=d next_pid=8 next_prio=120", 7
        ),
        (
            "probe", "rq", "(dm_mq_queue_rq+0x0/0x3e0) rq=0xffff888012345678 len=4096",
            Int64(bitPattern: 0xffff_8880_1234_5678)
        ),
        ("probe", "len", "(f+0x0/0x3e0) rq=0xffff888012345678 len=4096", 4096),
        ("probe", "en", "(f+0x0/0x3e0) len=4096", nil),
        ("probe", "dev", "dev=8,16", BlockDevice(major: 8, minor: 16).number),
        ("probe", "len", "len=18446744073709551616", nil), ("probe", "len", "len=", nil), ("probe", "len", "", nil),
        ("block_rq_issue", "sector", "8,0 R 4096 () 18446744073709551615 + 8 [a]", -1),
        ("block_rq_issue", "sector", "8,0 R 4096 () 1 + 8 [a] b]", 1),
        ("block_rq_issue", "sector", "8,0 R 4096", nil),
    ]) func aTextsFieldIsFound(event: String, field: String, text: String, value: Int64?) throws {
        let reader = Reader(event, [field], numbersOnly: true)
        let file = try Self.file(event, text)
        try TraceFile.read(file.path, into: [reader])
        #expect(reader.values == [[value.map(String.init) ?? "-"]])
    }

    private static func file(_ event: String, _ text: String) throws -> TemporaryFile {
        try TemporaryFile(
            Array(
                " 0)   a-7   |               |  f() {\n 0)   a-7   |               |    /* \(event): \(text) */\n".utf8)
        )
    }

    /// Two systems have an event of one name, with its field at different places.
    @Test func eventsOfOneNameHaveTheirOwnFields() throws {
        func record(_ id: UInt16) -> [UInt8] {
            little(UInt32(3)) + little(id) + [0, 0] + little(UInt32(7)) + little(UInt16(id)) + little(UInt16(1))
        }
        func format(_ id: Int, offset: Int) -> String {
            "name: e\nID: \(id)\nformat:\n\(TraceDatImage.common)\n\n\tfield:u16 x;\toffset:\(offset);\tsize:2;\tsigned:0;\n\nprint fmt: \"\"\n"
        }
        let content = record(998) + record(999)
        let head = little(UInt64(1000)) + little(UInt64(content.count))
        var image = TraceDatImage(
            pages: [head + content + [UInt8](repeating: 0, count: 4096 - head.count - content.count)])
        image.systems += [("a", [format(998, offset: 8)]), ("b", [format(999, offset: 10)])]
        let file = try TemporaryFile(image.bytes())
        let reader = Reader("e", ["x"])
        try TraceFile.read(file.path, into: [reader])
        #expect(reader.values == [["998"], ["1"]])
    }

    @Test func aStringInQuotesIsOne() throws {
        let reader = Reader("probe", ["name", "len"])
        let file = try Self.file("probe", "(f+0x0/0x1) name=\"a b\" len=3")
        try TraceFile.read(file.path, into: [reader])
        #expect(reader.values == [["a b", "3"]])
    }
}
