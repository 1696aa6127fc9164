import Reports

/// What a ``BrowseModel`` looks like: its lines, each as wide as the screen at most.
struct BrowseScreen {
    private let model: BrowseModel
    private let style: Style
    private let text: OutlineText

    /// - Parameter style: with the colours of the layers.
    init(_ model: BrowseModel, style: Style) {
        (self.model, self.style) = (model, style)
        text = OutlineText(model.view.outline, style: style, columns: Self.columns(model.size.columns))
    }

    /// Names need room, too.
    private static func columns(_ width: Int) -> OutlineText.Columns {
        width >= 76 ? .all : width >= 50 ? .few : .one
    }

    /// From top to bottom; as many as the screen has.
    var lines: [String] {
        let (height, width) = (model.size.lines, model.size.columns)
        var lines = model.help.map(help) ?? rows
        while lines.count < model.pageSize { lines.append("") }
        if height >= 5 {
            lines = (model.help == nil ? [title, style.dim("  " + text.head)] : [style.bold("help"), ""]) + lines
        }
        if height >= 3 { lines.append(status) }
        return lines.prefix(height).map { fitting($0, width, unicode: style.unicode) }
    }

    private func help(from first: Int) -> [String] {
        Array(BrowseHelp.lines(model.notes).dropFirst(first).prefix(model.pageSize))
    }

    private var title: String { style.bold(model.name) + "  " + model.view.title }

    private var rows: [String] {
        let view = model.view
        let end = min(view.top + model.pageSize, view.lines.count)
        guard view.top < end else { return [] }
        let shift = shift(view)
        return (view.top..<end).map { index in
            let line = view.lines[index]
            let mark = view.isFolded(line.row) ? fold.closed : view.hasRows(below: line.row) ? fold.open : "  "
            // Where deep rows would be out of sight all are moved to the left.
            let level = 2 * line.level - shift
            let name = String(repeating: " ", count: max(0, level)) + (level < 0 ? "< " : mark)
            guard index == view.cursor else {
                return "  " + text.figures(line.row) + name + text.name(line.row) + text.note(line.row)
            }
            let plain =
                "> " + text.plainFigures(line.row) + name + view.outline.name(of: line.row) + text.plainNote(line.row)
            return "\u{1b}[7m" + plain + "\u{1b}[0m"
        }
    }

    private var fold: (open: String, closed: String) { style.unicode ? ("▾ ", "▸ ") : ("- ", "+ ") }

    /// So far all names are moved to the left for the cursor's row to be seen whole.
    private func shift(_ view: FoldedOutline) -> Int {
        guard view.lines.indices.contains(view.cursor) else { return 0 }
        let line = view.lines[view.cursor]
        let room = model.size.columns - text.plainFigures(line.row).count - 4
        let name = columnCount(view.outline.name(of: line.row))
        return min(2 * line.level, max(0, 2 * line.level + name - room))
    }

    private var status: String {
        let view = model.view
        if let prompt = model.prompt { return "/" + prompt }
        let place =
            (model.size.columns < 40 ? "" : " ? help")
            + (view.lines.isEmpty ? "" : "  \(view.cursor + 1)/\(view.lines.count)")
        let hint =
            model.help == nil ? "q quit  / search  s slowest  by \(view.order.rawValue)" : "q leaves the help"
        let left = model.message.isEmpty ? hint : model.message
        let room = max(0, model.size.columns - place.count - 1)
        let text = fitting(left, room, unicode: style.unicode)
        let gap = String(repeating: " ", count: max(1, model.size.columns - place.count - columnCount(text)))
        return "\u{1b}[7m" + text + gap + place + "\u{1b}[0m"
    }
}
