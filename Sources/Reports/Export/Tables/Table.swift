/// A table of an export: the same columns whatever it is written as.
///
/// Before its own columns a row has those of ``identity``; a database that holds one capture has them once, in the table `captures`.
public struct Table: Sendable {
    /// A value of each row.
    public struct Column: Sendable {
        /// What it is called, everywhere.
        public let name: String
        /// What it holds.
        public let type: ColumnType
        /// Whether it can be missing.
        public let isOptional: Bool
        /// `ns`, `bytes`; nil for what has no unit.
        public let unit: String?
        /// What it says, a phrase.
        public let help: String

        init(_ name: String, _ type: ColumnType, _ help: String, unit: String? = nil, optional: Bool = false) {
            (self.name, self.type, self.isOptional, self.unit, self.help) = (name, type, optional, unit, help)
        }
    }

    /// That columns name a row of another table, of the same capture.
    struct Reference: Sendable {
        let columns: [String]
        let table: String
        let key: [String]
    }

    /// Lower case with underscores.
    public let name: String
    /// What a row is, a phrase.
    public let help: String
    /// In their order.
    public let columns: [Column]
    /// Which of them tell its rows apart within a capture.
    let key: [String]
    let references: [Reference]

    init(
        _ name: String, _ help: String, key: [String], references: [Reference] = [], _ columns: [Column]
    ) {
        (self.name, self.help, self.columns, self.key, self.references) = (name, help, columns, key, references)
    }

    /// The columns that rows of all tables begin with.
    public static let identity: [Column] = [
        .init("capture", .text, "which capture: when and in which boot it was recorded, else its file's name"),
        .init("host", .text, "the machine's name", optional: true),
        .init("boot", .text, "the random number of the machine's boot", optional: true),
        .init("kernel", .text, "its kernel's release", optional: true),
    ]

    /// In an order in which what is referred to comes first.
    public static let all: [Table] = [
        captures, notes, losses, maps, paths, requests, tries, rounds, stages, functions, layers, roots, rootLayers,
        calls,
        incidents, incidentPaths, incidentOwners, incidentEvents, incidentTimers, stalls, stallParts,
    ]
}

/// What a column can hold.
public enum ColumnType: Sendable {
    /// Text, printable.
    case text
    /// A whole number from 0 on, of 64 bits.
    case count
    /// A whole number of 64 bits with a sign.
    case number
    /// True or false.
    case flag
}

/// A value of a row.
enum TableValue: Hashable {
    case null
    case text(String)
    case count(UInt64)
    case number(Int64)
    case flag(Bool)

    init(_ text: String?) { self = text.map(Self.text) ?? .null }
    init(_ count: UInt64?) { self = count.map(Self.count) ?? .null }
    /// A negative count is none.
    init(_ count: Int?) { self = count.flatMap(UInt64.init(exactly:)).map(Self.count) ?? .null }
    init(_ count: Int32?) { self.init(count.map(Int.init)) }
    init(_ flag: Bool?) { self = flag.map(Self.flag) ?? .null }

    /// Of something that can be below zero.
    static func signed(_ number: Int?) -> TableValue { number.map { .number(Int64($0)) } ?? .null }
}

/// Takes the rows of tables, in whatever form.
protocol TableWriter: AnyObject {
    /// Whether it wants a table's rows.
    func wants(_ table: Table) -> Bool

    /// The capture that all rows are of. Called once, before the first row.
    func begin(_ capture: CaptureName) throws

    /// - Parameter row: a value for each of the table's own columns.
    func write(_ row: [TableValue], to table: Table) throws
}
