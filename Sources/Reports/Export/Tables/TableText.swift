import TraceFormat

/// The rows of a table and a capture as lines of text.
protocol TableText {
    init(_ capture: CaptureName, _ table: Table)

    /// What stands before the rows; empty if nothing does.
    var head: String { get }

    /// Appends a row with its line end.
    func append(_ row: [TableValue], to bytes: inout [UInt8])
}

/// Rows as JSON objects, a line each.
struct TableJSON: TableText {
    let head = ""
    /// By column: what stands before its value, of the first one all of the capture too: `{"capture":"…","host":null,…,"id":`.
    private let keys: [[UInt8]]

    init(_ capture: CaptureName, _ table: Table) {
        var bytes: [UInt8] = []
        let values = [capture.capture, capture.host, capture.boot, capture.kernel]
        for (index, value) in values.enumerated() {
            bytes.append(UInt8(ascii: index == 0 ? "{" : ","))
            bytes.appendJSON(Table.identity[index].name)
            bytes.append(UInt8(ascii: ":"))
            bytes.appendJSON(value)
        }
        keys = table.columns.enumerated().map { index, column in
            (index == 0 ? bytes : []) + ",\"\(column.name)\":".utf8
        }
    }

    func append(_ row: [TableValue], to bytes: inout [UInt8]) {
        for index in row.indices {
            bytes += keys[index]
            switch row[index] {
            case .null: bytes.appendJSON(raw: "null")
            case .text(let text): bytes.appendJSON(text)
            case .count(let number): bytes.appendJSON(number)
            case .number(let number): bytes.appendJSON(number)
            case .flag(let flag): bytes.appendJSON(raw: flag ? "true" : "false")
            }
        }
        bytes.appendJSON(raw: "}\n")
    }
}

/// Rows as comma-separated values (RFC 4180).
struct TableCSV: TableText {
    let head: String
    /// The capture's fields, with a comma behind each.
    private let begin: [UInt8]

    init(_ capture: CaptureName, _ table: Table) {
        head = (Table.identity + table.columns).map(\.name).joined(separator: ",") + "\r\n"
        begin = [capture.capture, capture.host, capture.boot, capture.kernel]
            .flatMap { Array(CSVField.text($0).utf8) + [UInt8(ascii: ",")] }
    }

    func append(_ row: [TableValue], to bytes: inout [UInt8]) {
        bytes += begin
        for index in row.indices {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            switch row[index] {
            case .null: break
            case .text(let text): bytes += CSVField.text(text).utf8
            case .count(let number): bytes.appendJSON(number)
            case .number(let number): bytes.appendJSON(number)
            case .flag(let flag): bytes.appendJSON(raw: flag ? "true" : "false")
            }
        }
        bytes.appendJSON(raw: "\r\n")
    }
}
