import CSQLite

/// Why a database could not be written: what, where, what to do.
struct SQLiteError: Error, CustomStringConvertible {
    let description: String

    /// - Parameter place: where the database is being made.
    init(_ reason: String, in place: String) {
        description =
            "\(place): the database cannot be made there: \(reason); free space, or set TMPDIR to a directory with room"
    }
}

/// SQLite's own calls, as far as an export needs them: text with `execute`, rows through a prepared statement.
final class SQLiteDatabase {
    /// A statement that is used again for each row.
    final class Statement {
        fileprivate let handle: OpaquePointer
        private let database: SQLiteDatabase

        fileprivate init(_ handle: OpaquePointer, _ database: SQLiteDatabase) {
            (self.handle, self.database) = (handle, database)
        }

        deinit { sqlite3_finalize(handle) }

        /// Runs it with these values in the places of its question marks.
        func run(_ values: [TableValue]) throws {
            for (index, value) in values.enumerated() { try bind(value, to: Int32(index + 1)) }
            try database.check(sqlite3_step(handle), isDone: SQLITE_DONE)
            try database.check(sqlite3_reset(handle))
        }

        private func bind(_ value: TableValue, to place: Int32) throws {
            let code =
                switch value {
                case .null: sqlite3_bind_null(handle, place)
                case .text(let text):
                    sqlite3_bind_text(handle, place, text, Int32(text.utf8.count), SQLiteDatabase.copied)
                // What has no place in SQLite's 64 bits with a sign sticks at their greatest number.
                case .count(let number): sqlite3_bind_int64(handle, place, Int64(clamping: number))
                case .number(let number): sqlite3_bind_int64(handle, place, number)
                case .flag(let flag): sqlite3_bind_int64(handle, place, flag ? 1 : 0)
                }
            try database.check(code)
        }
    }

    private var handle: OpaquePointer?
    private let place: String

    /// SQLITE_TRANSIENT, which Swift does not import.
    private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

    /// - Parameters:
    ///   - path: an empty file.
    ///   - place: what errors call it.
    init(path: UnsafePointer<CChar>, place: String) throws {
        self.place = place
        try check(
            sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, nil))
    }

    deinit { sqlite3_close_v2(handle) }

    /// Runs statements that have no values.
    func execute(_ statements: String) throws { try check(sqlite3_exec(handle, statements, nil, nil, nil)) }

    func prepare(_ statement: String) throws -> Statement {
        var prepared: OpaquePointer?
        try check(sqlite3_prepare_v2(handle, statement, -1, &prepared, nil))
        return Statement(prepared!, self)
    }

    private func check(_ code: Int32, isDone: Int32 = SQLITE_OK) throws {
        guard code != isDone else { return }
        throw SQLiteError(
            handle.flatMap(sqlite3_errmsg).map { String(cString: $0) } ?? String(cString: sqlite3_errstr(code)),
            in: place)
    }
}
