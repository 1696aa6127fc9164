import Foundation
import TestSupport
import Testing

/// `dmflow report FILE FILE …`.
@Suite struct SeveralTracesTests {
    private static let (one, other) = (Fixtures.path("6.1/io.dat"), Fixtures.path("6.12/io.txt"))

    private func json(_ arguments: [String]) throws -> [String: Any] {
        let result = try Program.run(["report", "--format", "json"] + arguments)
        #expect(result.status == 0, "\(result.errors)")
        return try #require(JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    }

    private func calls(_ report: [String: Any]) -> Int { (report["counts"] as? [String: Any])?["calls"] as? Int ?? -1 }

    @Test func figuresAreThoseOfAll() throws {
        let (left, right) = (try json([Self.one]), try json([Self.other]))
        let both = try json([Self.one, Self.other])
        #expect(calls(both) == calls(left) + calls(right) && calls(left) > 0 && calls(right) > 0)
        let text = try Program.run(["report", Self.one, Self.other]).output
        #expect(text.contains("\(Self.one):\n") && text.contains("\(Self.other):\n") && text.contains("in 2 captures."))
    }

    /// The same whether the traces are read, or what was left of them, in any order.
    @Test func summariesAreAsGoodAsTraces() throws {
        let file = try TemporaryFile(Array(try Program.run(["report", "--format", "summary", Self.other]).output.utf8))
        let merged = try Program.run(["report", "--format", "summary", Self.one, Self.other])
        for files in [[Self.one, file.path], [file.path, Self.one], [Self.other, Self.one]] {
            let result = try Program.run(["report", "--format", "summary"] + files)
            #expect(result.output == merged.output && result.status == 0)
        }
        let alone = try Program.run(["report", "--format", "json", file.path])
        #expect(alone.output == (try Program.run(["report", "--format", "json", Self.other]).output))
    }

    @Test func nothingCountsTwice() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("dmflow-\(UUID().uuidString)")
            .path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let (link, copy) = ("\(directory)/link", "\(directory)/copy")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: Self.one)
        try FileManager.default.copyItem(atPath: Self.one, toPath: copy)
        for (twin, status) in [(Self.one, 64), (link, 64), (copy, 2)] {
            let result = try Program.run(["report", Self.one, twin])
            #expect(result.status == status && result.output.isEmpty)
            #expect(result.errors.contains("would count twice") && result.errors.split(separator: "\n").count == 1)
        }
        let summary = try TemporaryFile(Array(try Program.run(["report", "--format", "summary", copy]).output.utf8))
        #expect(try Program.run(["report", Self.one, summary.path]).status == 2)
    }

    @Test(arguments: ["tree", "topology"]) func someOutputsAreOfOneTrace(format: String) throws {
        let result = try Program.run([
            "report", "--output", "json", "--output", "\(format)=/tmp/x", Self.one, Self.other,
        ])
        #expect(result.status == 64 && result.errors.contains("\(format) is of one trace"))
        #expect(result.errors.contains("text, json, summary") && result.output.isEmpty)
    }

    @Test func whatIsNoSummaryIsRefused() throws {
        let file = try TemporaryFile(Array("{\"schema\": 1}".utf8))
        let result = try Program.run(["report", Self.one, file.path])
        #expect(result.status == 2 && result.errors.contains("\(file.path): is no summary of traces"))
    }

    /// One that cannot be read leaves no half report.
    @Test func allOrNothing() throws {
        let result = try Program.run(["report", Self.one, "/no/such/file"])
        #expect(result.status == 2 && result.output.isEmpty && result.errors.hasPrefix("dmflow: /no/such/file"))
    }

    /// What the kernel counted and the trace has not stays known of each, in several and in summaries of them.
    @Test(arguments: [
        ("multipath requests: 999", "699 of the reads and writes"), ("missed by probes: aa=99", "for 99 calls"),
    ])
    func whatIsMissingOfOneIsMissingOfAll(fact: String, doubt: String) throws {
        let result = try Program.run(
            script: """
                directory=$(mktemp -d) && cd "$directory" && trap 'rm -rf "$directory"' EXIT
                xz -dc '\(Fixtures.path("6.12/requests-qd1.dat.xz"))' | sed 's/multipath requests: 300/\(fact)/' > a.dat
                xz -dc '\(Fixtures.path("6.12/requests-qd16.dat.xz"))' > b.dat
                for name in a b; do "$DMFLOW" report $name.dat --output summary=$name.json; done
                for files in a.dat a.json "a.dat b.dat" "a.json b.json"; do
                    "$DMFLOW" report --strict $files > text; echo "$? $(tr -s ' \n' ' ' < text | grep -c '\(doubt)')"
                done
                """)
        #expect(result.output == "3 1\n3 1\n3 1\n3 1\n", "\(result.output) \(result.errors)")
    }

    @Test func strictIsOfAll() throws {
        let lossy = Fixtures.path("6.1/io-lossy.txt")
        #expect(try Program.run(["report", "--strict", Self.one, lossy]).status == 3)
        #expect(try Program.run(["report", "--strict", Self.one, Self.other]).status == 0)
    }
}
