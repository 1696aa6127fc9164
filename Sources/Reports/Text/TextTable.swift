/// A table for reading, as wide as the terminal lets it be: what matters less is shown where there is room for it.
struct TextTable<Row> {
    /// A column of it.
    struct Column {
        let title: String
        /// Columns of the terminal that it takes, blanks before it included.
        let width: Int
        let isLeft: Bool
        /// It is shown on terminals that are so wide, or wider.
        let from: Int
        /// The layer that gives it its colour.
        let layer: (Row) -> String?
        let cell: (Row) -> String

        /// A number at the right, or a word at the left.
        init(
            _ title: String, _ width: Int, isLeft: Bool = false, from: Int = 0,
            layer: @escaping (Row) -> String? = { _ in nil }, _ cell: @escaping (Row) -> String
        ) {
            (self.title, self.width, self.isLeft, self.from) = (title, width, isLeft, from)
            (self.layer, self.cell) = (layer, cell)
        }
    }

    private let columns: [Column]
    private let last: Column?
    private let wraps: Bool
    private let style: Style

    /// - Parameters:
    ///   - last: a column of words, which has what room is left.
    ///   - wraps: whether that is on several lines if it must; names stay whole.
    init(_ columns: [Column], last: Column? = nil, wraps: Bool = true, style: Style) {
        self.wraps = wraps
        self.columns = columns.filter { $0.from <= style.columns }
        (self.last, self.style) = (last, style)
    }

    /// Where the last column begins.
    var indent: Int { columns.reduce(2) { $0 + $1.width } + 2 }

    /// The titles.
    var head: String {
        let titles = columns.map { $0.isLeft ? pad($0.title, $0.width) : padLeft($0.title, $0.width) }
        let text = "  " + titles.joined() + (last.map { "  " + $0.title } ?? "")
        return style.dim(String(text.reversed().drop { $0 == " " }.reversed()))
    }

    func line(_ row: Row) -> String {
        var line = "  "
        for column in columns {
            let cell = column.cell(row)
            let text = column.isLeft ? pad(cell, column.width) : padLeft(cell, column.width)
            line += look(text, column.layer(row))
        }
        guard let last else { return line.contains("\u{1b}") ? line : Self.trimmed(line) }
        if !wraps { return line + "  " + look(last.cell(row), last.layer(row)) }
        let words = wrap(last.cell(row), to: max(style.columns - indent, 12), hanging: 0)
            .map { look($0, last.layer(row)) }
        return line + "  " + words.joined(separator: "\n" + String(repeating: " ", count: indent))
    }

    private func look(_ text: String, _ layer: String?) -> String { layer.map { style.layer($0, text) } ?? text }

    private static func trimmed(_ line: String) -> String { String(line.reversed().drop { $0 == " " }.reversed()) }
}
