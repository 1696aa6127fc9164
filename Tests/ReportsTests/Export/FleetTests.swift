import FoundationEssentials
import TestSupport
import Testing

@testable import Reports

@Suite struct FleetTests {
    @Test(arguments: FleetEngine.allCases) func anEngineHasASchemaALoadAndTenQueries(engine: FleetEngine) {
        let files = engine.files
        #expect(files.map(\.path).prefix(2) == ["schema.sql", "load.sql"])
        let queries = files.dropFirst(2)
        #expect(queries.count == 10 && queries.map(\.path) == queries.map(\.path).sorted())
        for query in queries {
            #expect(query.path.wholeMatch(of: /queries\/[0-9]{2}-[a-z-]+\.sql/) != nil)
            #expect(query.text.hasPrefix("-- ") && query.text.hasSuffix(";\n") && query.text.contains("ORDER BY"))
        }
        for table in FleetOutput.tables {
            #expect(files[0].text.contains("CREATE TABLE IF NOT EXISTS \(table.name) ("))
            #expect(files[1].text.contains("INSERT INTO \(table.name) SELECT"))
        }
    }

    /// Every row has its capture, and the same rows as all tables have.
    @Test func eachTableGoesToItsOwnPlace() throws {
        let path = Fixtures.path("6.12/failover-all-failing.dat.xz")
        let kept = try KeptRows.of(path).rows
        var written: [String: String] = [:]
        let sinks = Dictionary(
            uniqueKeysWithValues: FleetOutput.tables.map { table in
                (table.name, OutputSink { written[table.name, default: ""] += String(decoding: $0, as: UTF8.self) })
            })
        try ExportReading.run([.init(FleetOutput(to: sinks), to: OutputSink { _ in })], path)
        for table in FleetOutput.tables {
            let lines = (written[table.name] ?? "").split(separator: "\n")
            #expect(lines.count == kept.rows[table.name]?.count ?? 0, "\(table.name)")
            #expect(lines.allSatisfy { $0.hasPrefix("{\"capture\":\"\(kept.captures[0].capture)\",") })
        }
        #expect(written["calls"] == nil)
    }

    // MARK: What people read of the tables

    private static let marks = (begin: "<!-- tables: begin -->\n", end: "<!-- tables: end -->\n")

    /// Documentation/tables.md has what the tables say of themselves. A part that is another is written anew, and the test fails.
    @Test func tablesAreDocumented() throws {
        let page = Fixtures.repository.appending(path: "Documentation/tables.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        let begin = try #require(text.firstRange(of: Self.marks.begin)).upperBound
        let end = try #require(text.firstRange(of: Self.marks.end)).lowerBound
        let told = Table.all.map(Self.section).joined()
        guard text[begin..<end] != told else { return }
        try Data((text[..<begin] + told + text[end...]).utf8).write(to: page)
        Issue.record("Documentation/tables.md was another and has been written anew")
    }

    private static func section(_ table: Table) -> String {
        let rows = table.columns.map { column in
            let type = "\(column.type)\(column.isOptional ? "?" : "")\(column.unit.map { ", \($0)" } ?? "")"
            return "| `\(column.name)` | \(type) | \(column.help) |\n"
        }
        let references = table.references.map {
            "`\($0.columns.joined(separator: ", "))` names a row of `\($0.table)`."
        }
        return "\n### \(table.name)\n\n\(table.help.prefix(1).uppercased())\(table.help.dropFirst()). "
            + "\((["Key: `\(table.key.joined(separator: ", "))`."] + references).joined(separator: " "))\n\n| Column | Type | |\n|---|---|---|\n"
            + rows.joined()
    }
}
