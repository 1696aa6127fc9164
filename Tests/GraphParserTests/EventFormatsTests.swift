import TestSupport
import Testing

@testable import GraphParser

/// The layouts of the function_graph events, kernel by kernel.
@Suite struct EventFormatsTests {
    struct Layout: Sendable, CustomTestStringConvertible {
        let kernel: String
        var entry: [String]?
        var addressEntry: [String]?
        var exit: [String]?
        /// Offset and size of an entry's depth, an exit's depth, calltime and rettime.
        let expected: [[Int]]
        var testDescription: String { kernel }
    }

    static let function = "unsigned long func@8:8"
    static let layouts: [Layout] = [
        Layout(
            kernel: "3.10", entry: [function, "int depth@16:4"],
            exit: [
                function, "unsigned long long calltime@16:8", "unsigned long long rettime@24:8",
                "unsigned long overrun@32:8", "int depth@40:4",
            ], expected: [[16, 4], [40, 4], [16, 8], [24, 8]]),
        Layout(
            kernel: "4.19", entry: [function, "int depth@16:4"],
            exit: [
                function, "unsigned long overrun@16:8", "unsigned long long calltime@24:8",
                "unsigned long long rettime@32:8", "int depth@40:4",
            ], expected: [[16, 4], [40, 4], [24, 8], [32, 8]]),
        Layout(
            kernel: "6.1", entry: [function, "int depth@16:4"],
            exit: [
                function, "int depth@16:4", "unsigned int overrun@20:4", "unsigned long long calltime@24:8",
                "unsigned long long rettime@32:8",
            ], expected: [[16, 4], [16, 4], [24, 8], [32, 8]]),
        Layout(
            kernel: "6.12", entry: [function, "int depth@16:4"],
            exit: [
                function, "unsigned long retval@16:8", "int depth@24:4", "unsigned int overrun@28:4",
                "unsigned long long calltime@32:8", "unsigned long long rettime@40:8",
            ], expected: [[16, 4], [24, 4], [32, 8], [40, 8]]),
        Layout(
            kernel: "7.3", entry: [function, "unsigned long depth@16:8", "unsigned long args[]@24:0"],
            addressEntry: [
                function, "unsigned long depth@16:8", "unsigned long retaddr@24:8", "unsigned long args[]@32:0",
            ],
            exit: [
                function, "unsigned int depth@16:4", "unsigned int overrun@20:4", "unsigned long long calltime@24:8",
                "unsigned long long rettime@32:8",
            ], expected: [[16, 8], [16, 4], [24, 8], [32, 8]]),
    ]

    @Test(arguments: layouts) func fieldsAreFoundWhereTheFormatHasThem(layout: Layout) throws {
        let formats = try #require(try read(layout))
        let (entry, exit) = (try #require(formats.entry), try #require(formats.exit))
        #expect(
            [entry.depth, exit.depth, exit.callTime, exit.returnTime].map { [$0.offset, $0.size] } == layout.expected)
        #expect(entry.function == Field(offset: 8, size: 8) && exit.function == entry.function)
        #expect((exit.returnValue != nil) == (layout.kernel == "6.12"))
        #expect(entry.arguments == (layout.kernel == "7.3" ? 24 : nil))
        #expect(formats.returnAddressEntry?.returnAddress?.offset == (layout.kernel == "7.3" ? 24 : nil))
        #expect(formats.type == Field(offset: 0, size: 2) && formats.pid == Field(offset: 4, size: 4))
        #expect(entry.argumentSize == 8)
    }

    /// With tracing_thresh a kernel records exits only, and a recorder may store only what was recorded.
    @Test func oneOfTheEventsIsEnough() throws {
        var layout = Self.layouts[4]
        layout.entry = nil
        layout.addressEntry = nil
        #expect(try read(layout)?.exit != nil)
        layout.addressEntry = Self.layouts[4].addressEntry
        layout.exit = nil
        #expect(try read(layout)?.returnAddressEntry != nil)
        layout.addressEntry = nil
        #expect(try read(layout) == nil)
    }

    @Test func aTraceWithoutThemIsOfAnotherTracer() throws {
        var image = TraceDatImage(pages: [[]])
        image.ftraceFormats = [EventCatalogueTests.marker]
        #expect { try RecordedTrace(bytes: image.bytes()) } throws: { ($0 as? TraceError)?.code == .otherTracer }
    }

    /// Entries with a return address open calls as the others do.
    @Test func entriesWithAReturnAddressAreEntries() throws {
        let trace = SyntheticTrace(seed: 4, tasks: 1, cpus: 1, steps: 20)
        var image = TraceDatImage(trace)
        image.ftraceFormats[0] = image.ftraceFormats[0].replacing("funcgraph_entry", with: "fgraph_retaddr_entry")
        #expect(try RecordedTrace(bytes: image.bytes()).counts.calls == trace.entryCount)
    }

    private func read(_ layout: Layout) throws -> EventFormats? {
        var image = TraceDatImage(pages: [[]])
        image.ftraceFormats = [
            ("funcgraph_entry", 11, layout.entry), ("fgraph_retaddr_entry", 20, layout.addressEntry),
            ("funcgraph_exit", 10, layout.exit),
        ].compactMap { name, id, fields in fields.map { format(name, id, $0) } }
        let temporary = try TemporaryFile(image.ftraceEvents)
        var index = EventIndex()
        var cursor = FileCursor(ByteSource(try InputFile(path: temporary.path)))
        try index.addFtraceFormats(&cursor)
        return EventFormats(EventCatalogue(index))
    }

    /// - Parameter fields: each as `type name@offset:size`.
    private func format(_ name: String, _ id: Int, _ fields: [String]) -> String {
        let lines = fields.map { field in
            let parts = field.split { $0 == "@" || $0 == ":" }
            return
                "\tfield:\(parts[0]);\toffset:\(parts[1]);\tsize:\(parts[2]);\tsigned:\(field.hasPrefix("int") ? 1 : 0);\n"
        }
        return "name: \(name)\nID: \(id)\nformat:\n\(TraceDatImage.common)\n\n\(lines.joined())\nprint fmt: \"\"\n"
    }
}
