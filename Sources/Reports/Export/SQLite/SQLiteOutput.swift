import GraphParser

/// All tables of a capture as a database of SQLite.
struct SQLiteOutput: OutputFormat {
    let name = "sqlite"
    let readers = OutputReaders.openers
    let help =
        "a database of SQLite: calls, requests with their stages, paths, incidents and what all come to, with views to begin with"

    func analyzer(_ options: OutputOptions, to sink: OutputSink) -> (any Analyzer)? {
        TableFeed(SQLiteWriter(), map: options.map).analyzer
    }

    func render(_ results: OutputResults, to sink: OutputSink) throws {
        guard let feed = results.tableFeed, let writer = feed.writer as? SQLiteWriter else { return }
        try feed.finish(results)
        try writer.finish(to: sink)
    }
}

/// Writes rows into a database, all in one transaction.
private final class SQLiteWriter: TableWriter {
    private var file: SQLiteFile?
    private var statements: [String: SQLiteDatabase.Statement] = [:]
    private var capture: [TableValue] = []

    func wants(_ table: Table) -> Bool { true }

    func begin(_ capture: CaptureName) throws {
        self.capture = [.text(capture.capture), .init(capture.host), .init(capture.boot), .init(capture.kernel)]
        let file = try SQLiteFile()
        try file.database.execute(SQLiteSchema.settings)
        try file.database.execute("BEGIN;\n" + SQLiteSchema.tables)
        self.file = file
    }

    func write(_ row: [TableValue], to table: Table) throws {
        let isCapture = SQLiteSchema.isCaptures(table)
        try statement(table)?.run([.count(1)] + (isCapture ? capture : []) + row)
    }

    private func statement(_ table: Table) throws -> SQLiteDatabase.Statement? {
        if let statement = statements[table.name] { return statement }
        let statement = try file?.database.prepare(SQLiteSchema.insertion(table))
        statements[table.name] = statement
        return statement
    }

    func finish(to sink: OutputSink) throws {
        statements.removeAll()
        try file?.database.execute(SQLiteSchema.indexes + SQLiteViews.all + "\nCOMMIT;")
        try file?.copy(to: sink)
        file = nil
    }
}
