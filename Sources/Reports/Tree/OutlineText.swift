/// An ``Outline`` as text: a line for each row, its figures in columns, and its name as far to the right as it is deep.
package struct OutlineText {
    /// What of it is drawn.
    package struct Limits: Sendable {
        /// Levels; nil for all.
        package var depth: Int?
        /// Rows with less time in all, in ns, are one line.
        package var thresholdNs: UInt64 = 0

        package init(depth: Int? = nil, thresholdNs: UInt64 = 0) {
            (self.depth, self.thresholdNs) = (depth, thresholdNs)
        }
    }

    /// Rows that are one line.
    package struct Hidden: Equatable {
        package var rows = 0
        package var calls = 0
        package var totalNs: UInt64 = 0

        package init() {}

        package mutating func add(_ row: Outline.Row) {
            rows += 1
            calls += row.calls
            totalNs = totalNs.addingSaturated(row.totalNs)
        }
    }

    /// Figures that there is room for.
    package enum Columns: Sendable {
        /// Each.
        case all
        /// Not those that are derived.
        case few
        /// The time in all.
        case one
    }

    package let outline: Outline
    private let style: Style
    private let shown: Columns

    /// - Parameter style: with the colours of the layers.
    package init(_ outline: Outline, style: Style, columns: Columns = .all) {
        (self.outline, self.style, shown) = (outline, style, columns)
    }

    /// Appends all of it, with a head.
    package func render(_ limits: Limits = Limits(), by order: TreeOrder, into text: inout [UInt8]) {
        text.append(style.dim(head) + "\n")
        var rest: [Item] = items(below: -1, level: 0, limits, order).reversed()
        while let item = rest.popLast() {
            switch item {
            case .row(let row, let level):
                text.append(line(row, level: level) + "\n")
                rest += items(below: row, level: level + 1, limits, order).reversed()
            case .hidden(let hidden, let level, let word):
                text.append(line(hidden, level: level, word) + "\n")
            }
        }
    }

    private enum Item {
        case row(Int, level: Int)
        case hidden(Hidden, level: Int, String)
    }

    private func items(below row: Int, level: Int, _ limits: Limits, _ order: TreeOrder) -> [Item] {
        let rows = outline.rows(below: row, by: order)
        var hidden = Hidden()
        guard level < limits.depth ?? .max else {
            for row in rows { hidden.add(outline.rows[row]) }
            return rows.isEmpty ? [] : [.hidden(hidden, level: level, "below")]
        }
        var items: [Item] = []
        for row in rows {
            if outline.rows[row].totalNs < limits.thresholdNs {
                hidden.add(outline.rows[row])
            } else {
                items.append(.row(row, level: level))
            }
        }
        if hidden.rows > 0 { items.append(.hidden(hidden, level: level, "smaller")) }
        return items
    }

    // MARK: Lines

    /// The names of the columns.
    package var head: String {
        switch outline.kind {
        case .merged, .callers: columns("calls", ["total", "self"], ["mean", "p99"]) + "function"
        case .single: columns(nil, ["took", "usually", ""], ["self"]) + "function"
        }
    }

    /// A row without a line feed.
    ///
    /// - Parameter mark: stands in front of the name.
    package func line(_ row: Int, level: Int, mark: String = "") -> String {
        figures(row) + String(repeating: " ", count: 2 * level) + mark + name(row) + note(row)
    }

    /// The figures of a row, as wide as the head's.
    package func figures(_ row: Int) -> String {
        let factor = outline.rows[row].factor
        return factor.isEmpty
            ? plainFigures(row) : plainFigures(row).replacing(" \(factor) ", with: " \(style.warning(factor)) ")
    }

    /// The same without colour.
    package func plainFigures(_ row: Int) -> String {
        let row = outline.rows[row]
        let typical = row.typicalNs.map(Figures.duration) ?? "-"
        let total = Figures.duration(row.totalNs)
        let own = Figures.duration(row.selfNs)
        switch outline.kind {
        case .merged, .callers:
            let mean = row.calls > 0 ? Figures.duration(row.meanNs) : "-"
            return columns(row.calls > 0 ? Figures.count(row.calls) : "-", [total, own], [mean, typical])
        case .single: return columns(nil, [total, typical, row.factor], [own])
        }
    }

    /// The name of a row in its layer's colour.
    package func name(_ row: Int) -> String {
        let label = outline.labels[outline.rows[row].label]
        return label.layer.map { style.layer($0, label.text) } ?? style.dim(label.text)
    }

    /// What is remarkable about a row, behind its name.
    package func note(_ row: Int) -> String {
        let note = plainNote(row)
        return note.isEmpty ? "" : style.warning(note)
    }

    /// The same without colour.
    package func plainNote(_ row: Int) -> String {
        outline.rows[row].note.isEmpty ? "" : "  <- \(outline.rows[row].note)"
    }

    /// Rows that are one line: `12 smaller: 1.234 us`.
    package func line(_ hidden: Hidden, level: Int, _ word: String) -> String {
        let calls = outline.kind == .single ? nil : Figures.count(hidden.calls)
        let ns = Figures.duration(hidden.totalNs)
        return columns(
            calls, outline.kind == .single ? [ns, "", ""] : [ns, ""], outline.kind == .single ? [""] : ["", ""])
            + String(repeating: " ", count: 2 * level)
            + style.dim("(\(Figures.count(hidden.rows)) \(word): \(Figures.duration(hidden.totalNs)))")
    }

    /// - Parameters:
    ///   - calls: nil of a kind that does not have them.
    ///   - times: the first is the time in all.
    ///   - derived: times that there is not always room for.
    private func columns(_ calls: String?, _ times: [String], _ derived: [String]) -> String {
        let count = shown == .one ? nil : calls
        let columns = shown == .one ? [times[0]] : shown == .few ? times : times + derived
        return (count.map { padLeft($0, 9) + " " } ?? "") + columns.map { padLeft($0, 8) + " " }.joined() + " "
    }
}
