import FoundationEssentials
import GraphParser
import TestSupport
import Testing

@testable import Reports

/// What is written of small invented traces, byte for byte.
@Suite struct ExportFormTests {
    /// A complete call, one whose entry is missing, one that has not ended, and names that would be more than names elsewhere.
    static let trace = """
        # tracer: function_graph
        #
        #     TIME        CPU  TASK/PID         DURATION                  FUNCTION CALLS
        #      |          |     |    |           |   |                     |   |   |   |
          100.000010 |   0)  <b>"x\\-7    |               |  dm_submit_bio [dm_mod]() {
          100.000011 |   0)  <b>"x\\-7    |   1.250 us    |    scsi_queue_rq [scsi_mod]();
          100.000020 |   0)  <b>"x\\-7    |   9.500 us    |  } /* dm_submit_bio [dm_mod] */
          100.000030 |   0)  <b>"x\\-7    |   2.000 us    |  } /* lost_one */
          100.000040 |   0)  <b>"x\\-7    |               |  dm_submit_bio [dm_mod]() {

        """

    private static func export(_ format: String, _ text: String) throws -> String {
        String(decoding: try exported(format, text), as: UTF8.self)
    }

    /// As if the file had been called `trace.txt`.
    private static func exported(_ format: String, _ text: String) throws -> [UInt8] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "dmflow-export-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "trace.txt").path
        try Data(text.utf8).write(to: URL(filePath: path))
        var written: [UInt8] = []
        let output = OutputPass.Output(
            OutputRegistry.builtin.format(named: format)!, to: OutputSink { written += $0 })
        let pass = OutputPass([output], map: .builtin)
        let reading = try TraceFile.read(path, into: pass.analyzers)
        try pass.finish(source: reading.source, counts: reading.counts)
        return written
    }

    /// A golden file that is missing is written, and the test fails: read it before it is committed.
    private static func expect(_ text: String, isGolden name: String) throws {
        let url = Fixtures.directory.appending(path: "export/\(name).golden")
        guard let golden = try? String(contentsOf: url, encoding: .utf8) else {
            try text.write(to: url, atomically: true, encoding: .utf8)
            Issue.record("\(name): recorded a new golden file; read it")
            return
        }
        #expect(text == golden, "\(name) differs; if the change is meant, remove the golden file and run again")
    }

    private static var requests: String {
        var script = RequestScript()
        script.add(InventedRequest(1), InventedRequest.light, every: 10)
        return script.text
    }

    @Test(arguments: ["chrome", "speedscope"]) func calls(format: String) throws {
        try Self.expect(Self.export(format, Self.trace), isGolden: "calls.\(format)")
    }

    @Test(arguments: ["chrome", "otlp"]) func requests(format: String) throws {
        try Self.expect(Self.export(format, Self.requests), isGolden: "requests.\(format)")
    }

    /// In hex, a line for each packet: what they mean Perfetto's own classes are asked in Tests/Viewers.
    @Test func perfetto() throws {
        let bytes = try Self.exported("perfetto", Self.trace)
        var lines = ""
        var rest = bytes[...]
        while rest.count > 1 {
            #expect(rest.first == 0x0a)
            // Lengths take one byte or two here.
            let (first, second) = (Int(rest[rest.startIndex + 1]), Int(rest[rest.startIndex + 2]))
            let length = first < 0x80 ? 2 + first : 3 + (first & 0x7f | second << 7)
            lines += rest.prefix(length).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "\n"
            rest = rest.dropFirst(length)
        }
        #expect(rest.isEmpty)
        try Self.expect(lines, isGolden: "calls.perfetto")
    }

    /// What a stranger calls a task can neither end a string nor begin a tag.
    @Test(arguments: ["chrome", "speedscope", "otlp"]) func namesAreEscaped(format: String) throws {
        for text in [Self.trace, Self.requests] where format != "speedscope" || text == Self.trace {
            let text = try Self.export(format, text.replacing("fio", with: "</script>"))
            #expect(!text.contains("<") && !text.contains("\u{1b}"))
        }
    }
}
