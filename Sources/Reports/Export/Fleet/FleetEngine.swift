/// A database engine that a fleet of captures is loaded into. dmflow only writes what it reads.
public enum FleetEngine: String, CaseIterable, Sendable {
    /// ClickHouse: a server, `clickhouse local`, or chdb within a program.
    case clickhouse
    /// DuckDB: a program or library with its database in one file.
    case duckdb

    /// The files beside the captures, by their paths.
    public var files: [(path: String, text: String)] {
        [("schema.sql", schema), ("load.sql", load)]
            + FleetQueries.all.enumerated().map { number, query in
                let place = number < 9 ? "0\(number + 1)" : "\(number + 1)"
                return ("queries/\(place)-\(query.name).sql", query.text(for: self))
            }
    }

    /// How to load the captures and ask, a line each.
    public var usage: [String] {
        switch self {
        case .duckdb:
            ["duckdb fleet.db < schema.sql", "duckdb fleet.db < load.sql", "duckdb fleet.db < queries/01-….sql"]
        case .clickhouse:
            [
                "clickhouse local --path fleet.clickhouse --queries-file schema.sql",
                "clickhouse local --path fleet.clickhouse --queries-file load.sql",
                "clickhouse local --path fleet.clickhouse --queries-file queries/01-….sql",
            ]
        }
    }

    // MARK: Schema

    private var schema: String {
        let tables = FleetOutput.tables.map { table in
            let columns = (Table.identity + table.columns).map { "  \(quoted($0.name)) \(definition($0))" }
            let key = (["capture"] + table.key).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
            return """
                -- \(table.name): \(table.help).
                CREATE TABLE IF NOT EXISTS \(table.name) (
                \(columns.joined(separator: ",\n"))
                )\(self == .clickhouse ? " ENGINE = MergeTree ORDER BY (\(key.map(quoted).joined(separator: ", ")))" : "");
                """
        }
        return
            "-- The tables of a fleet of captures, for \(title). Documentation/tables.md says what the columns mean.\n\n"
            + tables.joined(separator: "\n\n") + "\n"
    }

    private var title: String { self == .clickhouse ? "ClickHouse" : "DuckDB" }

    private func definition(_ column: Table.Column) -> String {
        let type = self.type(column.type)
        return switch self {
        case .clickhouse: column.isOptional ? "Nullable(\(type))" : type
        case .duckdb: column.isOptional ? type : "\(type) NOT NULL"
        }
    }

    private func type(_ type: ColumnType) -> String {
        switch (self, type) {
        case (.clickhouse, .text): "String"
        case (.clickhouse, .count): "UInt64"
        case (.clickhouse, .number): "Int64"
        case (.clickhouse, .flag): "Bool"
        case (.duckdb, .text): "VARCHAR"
        case (.duckdb, .count): "UBIGINT"
        case (.duckdb, .number): "BIGINT"
        case (.duckdb, .flag): "BOOLEAN"
        }
    }

    private func quoted(_ name: String) -> String { "\"\(name)\"" }

    // MARK: Load

    private var load: String {
        let place =
            self == .clickhouse
            ? "-- Run it in the directory that it lies in; for a server, its files are to lie below user_files.\n"
            : "-- Run it in the directory that it lies in.\n"
        let statements = FleetOutput.tables.map { table in
            """
            INSERT INTO \(table.name) SELECT * FROM \(source(table))
            WHERE capture NOT IN (SELECT capture FROM \(table.name));
            """
        }
        return """
            -- Loads the captures below captures/ into \(title). Those that are there already are left out, so that it can be run again
            -- when others have come.
            \(place)
            \(self == .duckdb ? "BEGIN;\n" : "")\(statements.joined(separator: "\n"))
            \(self == .duckdb ? "COMMIT;\n" : "")
            """
    }

    private func source(_ table: Table) -> String {
        let files = "'captures/*/\(table.name).jsonl'"
        let columns = Table.identity + table.columns
        switch self {
        case .clickhouse:
            return
                "file(\(files), 'JSONEachRow', '\(columns.map { "\(quoted($0.name)) \(definition($0))" }.joined(separator: ", "))')"
        case .duckdb:
            let types = columns.map { "'\($0.name)': '\(type($0.type))'" }.joined(separator: ", ")
            return "read_json(\(files), format = 'newline_delimited', columns = {\(types)})"
        }
    }

    // MARK: Expressions of queries

    /// A quantile of all values, interpolated between two, and cut to a whole number.
    ///
    /// - Parameter share: of three decimals at most. So is then what is interpolated, and half of the last one keeps a whole number whole
    ///   for which an engine's floating point falls short of it.
    func quantile(_ column: String, _ share: String) -> String {
        switch self {
        case .clickhouse: whole("quantileExactInclusive(\(share))(\(column)) + 0.0005")
        case .duckdb: whole("quantile_cont(\(column), \(share)) + 0.0005")
        }
    }

    /// Cut to a whole number.
    func whole(_ expression: String) -> String { "CAST(floor(\(expression)) AS BIGINT)" }
}
