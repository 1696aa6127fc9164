import GraphParser

/// One table as lines of text: `jsonl-calls`, `csv-requests`.
struct TableOutput: OutputFormat {
    /// How a row is written.
    enum Form: String {
        case jsonl, csv
    }

    private let form: Form
    private let table: Table

    init(_ form: Form, _ table: Table) { (self.form, self.table) = (form, table) }

    /// The tables that are outputs by themselves, in both forms.
    static let all: [TableOutput] = [Form.jsonl, .csv].flatMap { form in
        [Table.calls, .requests, .stages, .functions].map { TableOutput(form, $0) }
    }

    var name: String { "\(form.rawValue)-\(table.name)" }
    var help: String {
        "the table \(table.name), \(form == .jsonl ? "a line of JSON for each row" : "as comma-separated values"): \(table.help)"
    }

    /// Calls and requests are written as they come.
    var needsSummary: Bool { ![Table.calls, .requests, .stages].contains { $0.name == table.name } }

    func analyzer(_ options: OutputOptions, to sink: OutputSink) -> (any Analyzer)? {
        TableFeed(writer(to: sink), map: options.map).analyzer
    }

    func render(_ results: OutputResults, to sink: OutputSink) throws {
        if needsSummary { try results.tableFeed?.finish(results) }
    }

    func omissions(_ results: OutputResults) -> [String] {
        guard [Table.requests, .stages].contains(where: { $0.name == table.name }) else { return [] }
        guard let requests = results.summary.requests else { return ["no requests of multipath devices were recorded"] }
        return requests.unjoined.filter { $0.count > 0 }.map {
            "\(Figures.plural($0.count, "request")) \($0.count == 1 ? "is" : "are") not in it: \($0.name)"
        }
    }

    private func writer(to sink: OutputSink) -> any TableWriter {
        switch form {
        case .jsonl: TextTableWriter<TableJSON>(table, to: sink)
        case .csv: TextTableWriter<TableCSV>(table, to: sink)
        }
    }
}

/// Writes one table's rows as text.
private final class TextTableWriter<Text: TableText>: TableWriter {
    private let table: Table
    private let sink: OutputSink
    private var text: Text?

    init(_ table: Table, to sink: OutputSink) { (self.table, self.sink) = (table, sink) }

    func wants(_ table: Table) -> Bool { table.name == self.table.name }

    func begin(_ capture: CaptureName) throws {
        let text = Text(capture, table)
        try sink.write(text.head)
        self.text = text
    }

    func write(_ row: [TableValue], to table: Table) throws {
        text?.append(row, to: &sink.bytes)
        try sink.pass()
    }
}
