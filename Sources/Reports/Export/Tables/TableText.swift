import TraceFormat

/// A row as a line of text.
protocol TableText {
    /// What stands before the rows of a table; empty if nothing does.
    func head(of table: Table) -> String

    /// For the rows of a capture.
    init(_ capture: CaptureName)

    /// Appends a row with its line end.
    func append(_ row: [TableValue], of table: Table, to bytes: inout [UInt8])
}

/// Rows as JSON objects, a line each.
struct TableJSON: TableText {
    /// `{"capture":"…","host":null,…`
    private let begin: [UInt8]

    init(_ capture: CaptureName) {
        var bytes: [UInt8] = []
        let values = [capture.capture, capture.host, capture.boot, capture.kernel]
        for (index, value) in values.enumerated() {
            bytes.append(UInt8(ascii: index == 0 ? "{" : ","))
            bytes.appendJSON(Table.identity[index].name)
            bytes.append(UInt8(ascii: ":"))
            bytes.appendJSON(value)
        }
        begin = bytes
    }

    func head(of table: Table) -> String { "" }

    func append(_ row: [TableValue], of table: Table, to bytes: inout [UInt8]) {
        bytes += begin
        for (column, value) in zip(table.columns, row) {
            // Names of columns need no escapes.
            bytes += ",\"".utf8
            bytes += column.name.utf8
            bytes += "\":".utf8
            switch value {
            case .null: bytes.appendJSON(raw: "null")
            case .text(let text): bytes.appendJSON(text)
            case .count(let number): bytes.appendJSON(number)
            case .number(let number): bytes.appendJSON(number)
            case .flag(let flag): bytes.appendJSON(raw: flag ? "true" : "false")
            }
        }
        bytes += "}\n".utf8
    }
}

/// Rows as comma-separated values (RFC 4180).
struct TableCSV: TableText {
    /// The capture's fields, with a comma behind each.
    private let begin: [UInt8]

    init(_ capture: CaptureName) {
        begin = [capture.capture, capture.host, capture.boot, capture.kernel]
            .flatMap { Array(CSVField.text($0).utf8) + [UInt8(ascii: ",")] }
    }

    func head(of table: Table) -> String {
        (Table.identity + table.columns).map(\.name).joined(separator: ",") + "\r\n"
    }

    func append(_ row: [TableValue], of table: Table, to bytes: inout [UInt8]) {
        bytes += begin
        for (index, value) in row.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            switch value {
            case .null: break
            case .text(let text): bytes += CSVField.text(text).utf8
            case .count(let number): bytes += String(number).utf8
            case .number(let number): bytes += String(number).utf8
            case .flag(let flag): bytes += (flag ? "true" : "false").utf8
            }
        }
        bytes += "\r\n".utf8
    }
}
