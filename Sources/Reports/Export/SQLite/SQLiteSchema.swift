/// The tables as SQLite has them: a capture's identity stands once, in `captures`, and rows of all others refer to it.
enum SQLiteSchema {
    /// Rises when what is there means something else.
    static let version = 1
    /// `dmfl`, by which `file` and others can tell what a database is.
    private static let application = 0x646d_666c

    /// What a database begins with. It is private until it is whole, so nothing has to survive a crash.
    static let settings = """
        PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -16384;
        PRAGMA application_id = \(application); PRAGMA user_version = \(version);
        """

    static let tables = Table.all.map(definition).joined(separator: "\n")

    /// Made when all rows are there, which is faster.
    static let indexes = [
        ("requests", "latencyNs"), ("requests", "startNs"), ("requests", "map, path"), ("tries", "path"),
        ("stages", "stage, path"), ("calls", "function"), ("calls", "parent"), ("calls", "tree"), ("calls", "startNs"),
        ("paths", "mapId"), ("functions", "function"), ("stalls", "request"),
    ].map { "CREATE INDEX \($0)_by_\($1.replacing(", ", with: "_")) ON \($0) (\($1));" }.joined(separator: "\n")

    /// Adds a row with a value for each column.
    static func insertion(_ table: Table) -> String {
        let count = table.columns.count + (isCaptures(table) ? Table.identity.count + 1 : 1)
        return "INSERT INTO \(table.name) VALUES (\(Array(repeating: "?", count: count).joined(separator: ", ")))"
    }

    static func isCaptures(_ table: Table) -> Bool { table.name == Table.captures.name }

    private static func definition(_ table: Table) -> String {
        if isCaptures(table) {
            let columns = (Table.identity + table.columns).map { ",\n  \(definition($0))" }.joined()
            return "CREATE TABLE captures (\n  id INTEGER PRIMARY KEY\(columns)\n);"
        }
        // A number by itself is SQLite's own row number.
        let isByNumber = table.key == ["id"]
        var lines = ["captureId INTEGER NOT NULL REFERENCES captures (id)"]
        lines += table.columns.map { column in
            isByNumber && column.name == "id" ? "id INTEGER PRIMARY KEY" : definition(column)
        }
        if !isByNumber { lines.append("PRIMARY KEY (\(table.key.joined(separator: ", ")))") }
        lines += table.references.map {
            "FOREIGN KEY (\($0.columns.joined(separator: ", "))) REFERENCES \($0.table) (\($0.key.joined(separator: ", ")))"
        }
        return
            "CREATE TABLE \(table.name) (\n  \(lines.joined(separator: ",\n  "))\n)\(isByNumber ? "" : " WITHOUT ROWID");"
    }

    private static func definition(_ column: Table.Column) -> String {
        let type =
            switch column.type {
            case .text: "TEXT"
            case .count, .number, .flag: "INTEGER"
            }
        return "\(column.name) \(type)\(column.isOptional ? "" : " NOT NULL")"
    }
}
