import CSQLite
import TestSupport
import Testing

@testable import Reports

@Suite struct SQLiteTests {
    @Test(arguments: ExportReading.rich) func aDatabaseHasAllRowsAndIsSound(fixture: String) throws {
        let path = Fixtures.path(fixture)
        let file = try TemporaryFile(try ExportReading.bytes(["sqlite"], of: path)[0])
        #expect(try Self.rows("PRAGMA integrity_check", of: file.path) == [["ok"]])
        #expect(try Self.rows("PRAGMA foreign_key_check", of: file.path) == [])
        #expect(try Self.rows("PRAGMA user_version", of: file.path) == [["\(SQLiteSchema.version)"]])
        let kept = try KeptRows.of(path).rows
        for table in Table.all {
            let count = kept.rows[table.name]?.count ?? 0
            #expect(
                try Self.rows("SELECT count(*) FROM \(table.name)", of: file.path) == [["\(count)"]], "\(table.name)")
        }
        for view in try Self.rows("SELECT name FROM sqlite_schema WHERE type = 'view'", of: file.path) {
            let names = try Self.columns("SELECT * FROM \(view[0])", of: file.path)
            #expect(
                names.starts(with: ["host", "kernel", "capture"]) && names.allSatisfy { !$0.contains(":") },
                "\(view[0])")
        }
    }

    /// Values are bound, whatever they say, and what is too large for SQLite sticks.
    @Test func valuesAreKeptAsTheyAre() throws {
        let file = try SQLiteFile()
        try file.database.execute(SQLiteSchema.settings + "CREATE TABLE t (a, b, c, d, e)")
        let text = "'); DROP TABLE t; -- \u{1F4BE}\"\\"
        try file.database.prepare("INSERT INTO t VALUES (?, ?, ?, ?, ?)").run([
            .text(text), .count(.max), .number(.min), .flag(true), .null,
        ])
        var bytes: [UInt8] = []
        try file.copy(to: OutputSink(size: 1) { bytes += $0 })
        let kept = try TemporaryFile(bytes)
        let rows = try Self.rows("SELECT a, b, c, d, ifnull(e, 'nothing') FROM t", of: kept.path)
        #expect(rows == [[text, "9223372036854775807", "-9223372036854775808", "1", "nothing"]])
    }

    @Test func whatSQLiteRefusesIsThrown() throws {
        let file = try SQLiteFile()
        #expect(throws: SQLiteError.self) { try file.database.execute("nonsense") }
        #expect(throws: SQLiteError.self) { try SQLiteDatabase(path: "/nonexistent/x", place: "there") }
    }

    // MARK: Asking

    static func rows(_ question: String, of path: String) throws -> [[String]] {
        try ask(question, of: path) { statement in
            (0..<sqlite3_column_count(statement)).map { String(cString: sqlite3_column_text(statement, $0)) }
        }
    }

    private static func columns(_ question: String, of path: String) throws -> [String] {
        var names: [String] = []
        _ = try ask(
            question, of: path,
            before: { statement in
                names = (0..<sqlite3_column_count(statement)).map {
                    String(cString: sqlite3_column_name(statement, $0))
                }
            }, row: { _ in [] })
        return names
    }

    private static func ask(
        _ question: String, of path: String, before: (OpaquePointer?) -> Void = { _ in },
        row: (OpaquePointer?) -> [String]
    ) throws -> [[String]] {
        var (database, statement): (OpaquePointer?, OpaquePointer?)
        defer {
            sqlite3_finalize(statement)
            sqlite3_close(database)
        }
        try #require(sqlite3_open(path, &database) == SQLITE_OK)
        try #require(sqlite3_prepare_v2(database, question, -1, &statement, nil) == SQLITE_OK, "\(question)")
        before(statement)
        var rows: [[String]] = []
        while true {
            let code = sqlite3_step(statement)
            if code == SQLITE_DONE { return rows }
            try #require(code == SQLITE_ROW, "\(question)")
            rows.append(row(statement))
        }
    }
}
