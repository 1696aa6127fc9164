import TestSupport
import Testing

@testable import GraphParser

@Suite struct EventCatalogueTests {
    /// As kernels have had it since 6.11.
    static let issue = """
        name: block_rq_issue
        ID: 1222
        format:
        \(TraceDatImage.common)

        \tfield:dev_t dev;\toffset:8;\tsize:4;\tsigned:0;
        \tfield:sector_t sector;\toffset:16;\tsize:8;\tsigned:0;
        \tfield:unsigned int nr_sector;\toffset:24;\tsize:4;\tsigned:0;
        \tfield:unsigned short ioprio;\toffset:32;\tsize:2;\tsigned:0;
        \tfield:char rwbs[8];\toffset:34;\tsize:8;\tsigned:0;
        \tfield:char comm[16];\toffset:42;\tsize:16;\tsigned:0;
        \tfield:__data_loc char[] cmd;\toffset:60;\tsize:4;\tsigned:0;

        print fmt: "%d,%d %s", ((unsigned int) ((REC->dev) >> 20)), ((((REC->dev
        """

    static let mixed = """
        name: mixed
        ID: 77
        format:
        \(TraceDatImage.common)

        \tfield:int error;\toffset:8;\tsize:4;\tsigned:1;
        \tfield:u8 lun[4];\toffset:12;\tsize:4;\tsigned:0;
        \tfield:unsigned long ip;\toffset:16;\tsize:8;\tsigned:0;
        \tfield:const void * sk;\toffset:24;\tsize:8;\tsigned:0;
        \tfield:__data_loc unsigned char[] cmnd;\toffset:32;\tsize:4;\tsigned:0;
        \tfield:__rel_loc char[] name;\toffset:36;\tsize:4;\tsigned:0;
        \tfield:u32 words[2];\toffset:40;\tsize:8;\tsigned:0;

        print fmt: ""
        """

    static let marker = """
        name: print
        ID: 5
        format:
        \(TraceDatImage.common)

        \tfield:unsigned long ip;\toffset:8;\tsize:8;\tsigned:0;
        \tfield:char buf[];\toffset:16;\tsize:0;\tsigned:0;

        print fmt: "%ps: %s", (void *)REC->ip, REC->buf
        """

    static let header = [UInt8](repeating: 0, count: 8)

    @Test func anEventIsDescribedFromItsFields() throws {
        var record = Self.header + little(UInt32(8_388_608)) + [0, 0, 0, 0] + little(UInt64(2048))
        record += little(UInt32(8)) + [0, 0, 0, 0] + little(UInt16(0)) + padded("WS", 8) + padded("my job", 16)
        record += [0, 0] + little(UInt32(64 | 3 << 16)) + Array("ab\0".utf8)
        let event = try #require(EventFormatParser.parse(Array(Self.issue.utf8), system: "block"))
        #expect(event.system == "block" && event.name == "block_rq_issue" && event.id == 1222)
        #expect(
            describe(event, record)
                == #"dev=8,0 sector=2048 nr_sector=8 ioprio=0 rwbs=WS comm="my job" cmd=ab"#)
        #expect(integer(event.field("sector"), record) == 2048)
    }

    @Test func fieldsOfAllKindsAreDescribed() throws {
        let event = try #require(EventFormatParser.parse(Array(Self.mixed.utf8), system: "x"))
        var record = Self.header + little(Int32(-5)) + [0, 1, 0xfe, 2] + little(UInt64(0xffff_ffff_8100_0004))
        record += little(UInt64(0xffff_8880_0000_1000)) + little(UInt32(48 | 3 << 16))
        record += little(UInt32(11 | 5 << 16)) + little(UInt32(7)) + little(UInt32(8))
        record += [0x28, 0x00, 0xff] + Array("e\u{1b}th\0".utf8)
        #expect(
            describe(event, record)
                == #"error=-5 lun="00 01 fe 02" ip=0xffffffff81000004 sk=0xffff888000001000 cmnd="28 00 ff" name=e\x1bth words=[7,8]"#
        )
    }

    @Test func aMarkersTextReachesToTheRecordsEnd() throws {
        let event = try #require(EventFormatParser.parse(Array(Self.marker.utf8), system: "ftrace"))
        let record = Self.header + little(UInt64(16)) + Array("hello\n\0\0".utf8)
        #expect(describe(event, record) == #"ip=0x10 buf=hello"#)
    }

    /// A stack's record holds more callers than its format says.
    @Test func aStacksAddressesAreFunctions() throws {
        let text = """
            name: kernel_stack
            ID: 4
            format:
            \(TraceDatImage.common)

            \tfield:int size;\toffset:8;\tsize:4;\tsigned:1;
            \tfield:unsigned long caller[1];\toffset:16;\tsize:8;\tsigned:0;

            print fmt: ""
            """
        let event = try #require(EventFormatParser.parse(Array(text.utf8), system: "ftrace"))
        let record = Self.header + little(UInt32(2)) + [0, 0, 0, 0] + little(UInt64(16)) + little(UInt64(17))
        #expect(describe(event, record) == "size=2 caller=[0x10,0x11]")
        let named = event.describe(record.span.bytes) { $0 == 16 ? "f [m]" : nil }
        #expect(named == "size=2 caller=[f [m],0x11]")
    }

    /// Records can be larger than a page.
    @Test func dataFarBehindIsDescribed() throws {
        let event = try #require(EventFormatParser.parse(Array(Self.mixed.utf8), system: "x"))
        var record = Self.header + [UInt8](repeating: 0, count: 24) + little(UInt32(5000 | 2 << 16))
        record += [UInt8](repeating: 0, count: 4964) + [0xab, 0xcd]
        #expect(describe(event, record).contains(#"cmnd="ab cd""#))
    }

    /// Places behind the record's end, lengths that overflow, records of any length.
    @Test(arguments: 0...60, [0, 0xffff_ffff, 0x0001_ffff, 0xffff_0030] as [UInt32])
    func recordsThatAreTooShortAreNoTrouble(count: Int, location: UInt32) throws {
        let record = Array(
            (Self.header + [UInt8](repeating: 0xff, count: 24) + little(location) + little(location)
                + [UInt8](repeating: 0x41, count: 20)).prefix(count))
        for text in [Self.issue, Self.mixed, Self.marker] {
            let event = try #require(EventFormatParser.parse(Array(text.utf8), system: "x"))
            let description = describe(event, record)
            #expect(description.split(separator: " ").count >= event.fields.count)
        }
    }

    @Test func eventsOfBothVersionsAreFoundByNumber() throws {
        var image = TraceDatImage(pages: [[]])
        image.ftraceFormats.append(Self.marker)
        image.systems = [("block", [Self.issue, "nonsense"]), ("empty", []), ("test", [Self.mixed])]
        for bytes in [image.bytes(), image.version7(.zstd), image.version7(.none)] {
            let temporary = try TemporaryFile(bytes)
            let events = try TraceDatHeader(InputFile(path: temporary.path)).description.events
            #expect(events.count == 5)
            #expect(
                [5, 77, 1222, 1222, 11].map { events.event(id: $0)?.system } == [
                    "ftrace", "test", "block", "block", "ftrace",
                ])
            #expect(events.event(id: 1) == nil && events.event(id: -1) == nil)
        }
    }

    @Test(arguments: [
        "", "name: x\n", "name: x\nID: y\n", String(repeating: "a", count: 5000), "name: \u{1b}\nID: 3\nformat:\n",
    ])
    func whatIsNoFormatIsNotDescribed(text: String) {
        #expect(EventFormatParser.parse(Array(text.utf8), system: "x") == nil)
    }

    // The test macros cannot take a span.
    private func describe(_ event: EventFormat, _ record: [UInt8]) -> String { event.describe(record.span.bytes) }
    private func integer(_ field: FieldFormat?, _ record: [UInt8]) -> Int64? { field?.integer(record.span.bytes) }

    private func padded(_ text: String, _ count: Int) -> [UInt8] {
        Array(text.utf8) + [UInt8](repeating: 0, count: count - text.utf8.count)
    }
}
