import Reports

/// An outline some of whose rows are folded, and where one stands in it.
struct FoldedOutline {
    /// A row that is seen.
    struct Line: Equatable {
        let row: Int
        let level: Int
    }

    let outline: Outline
    /// What it is of.
    let title: String
    private(set) var order: TreeOrder
    private(set) var lines: [Line] = []
    private var isUnfolded: [Bool]
    /// In ``lines``.
    var cursor = 0
    /// The first one on the screen.
    var top = 0

    /// At first what takes most of the time is unfolded.
    init(_ outline: Outline, title: String, by order: TreeOrder) {
        (self.outline, self.title, self.order) = (outline, title, order)
        isUnfolded = [Bool](repeating: false, count: outline.rows.count)
        var row = heaviest(below: -1)
        while let next = row, let below = heaviest(below: next) {
            isUnfolded[next] = true
            row = outline.rows[below].totalNs >= outline.rows[next].totalNs / 2 ? below : nil
        }
        arrange()
    }

    /// The row at the cursor; nil without any.
    var row: Int? { lines.indices.contains(cursor) ? lines[cursor].row : nil }

    func isFolded(_ row: Int) -> Bool { !isUnfolded[row] && outline.hasRows(below: row) }
    func hasRows(below row: Int) -> Bool { outline.hasRows(below: row) }

    /// The row below one, or on the left, with the most time.
    func heaviest(below row: Int) -> Int? {
        outline.rows(below: row).max { outline.rows[$0].totalNs < outline.rows[$1].totalNs }
    }

    // MARK: Folding

    /// Shows what is below the cursor's row.
    mutating func unfold() {
        guard let row, isFolded(row) else { return }
        isUnfolded[row] = true
        lines.insert(contentsOf: seen(below: row, level: lines[cursor].level + 1), at: cursor + 1)
    }

    /// Hides what is below the cursor's row.
    mutating func fold() {
        guard let row, isUnfolded[row] else { return }
        isUnfolded[row] = false
        let level = lines[cursor].level
        let end = lines[(cursor + 1)...].firstIndex { $0.level <= level } ?? lines.count
        lines.removeSubrange((cursor + 1)..<end)
    }

    /// Shows all that is below the cursor's row, or hides it if all is shown.
    mutating func unfoldAll() {
        guard let row else { return }
        var rows = [row]
        var isAll = true
        var rest = [row]
        while let next = rest.popLast() {
            let below = outline.rows(below: next)
            isAll = isAll && (below.isEmpty || isUnfolded[next])
            rows += below
            rest += below
        }
        fold()
        for row in rows where outline.hasRows(below: row) { isUnfolded[row] = !isAll }
        if !isAll { lines.insert(contentsOf: seen(below: row, level: lines[cursor].level + 1), at: cursor + 1) }
    }

    /// Folds all but what the cursor's row is in, of which the outermost row has the cursor then.
    mutating func foldAll() {
        let outermost = row.map { outline.path(to: $0).first ?? $0 }
        for row in isUnfolded.indices { isUnfolded[row] = false }
        arrange()
        if let outermost { go(to: outermost) }
    }

    /// Puts the cursor on a row, and unfolds what it is in.
    mutating func reveal(_ row: Int) {
        let path = outline.path(to: row)
        if path.contains(where: { !isUnfolded[$0] }) {
            for above in path { isUnfolded[above] = true }
            arrange()
        }
        go(to: row)
    }

    mutating func sort(by order: TreeOrder) {
        let row = row
        self.order = order
        arrange()
        if let row { go(to: row) }
    }

    private mutating func go(to row: Int) { cursor = lines.firstIndex { $0.row == row } ?? 0 }

    private mutating func arrange() { lines = seen(below: -1, level: 0) }

    /// What is seen below a row, in its order.
    private func seen(below row: Int, level: Int) -> [Line] {
        var lines: [Line] = []
        var rest = outline.rows(below: row, by: order).reversed().map { Line(row: $0, level: level) }
        while let line = rest.popLast() {
            lines.append(line)
            guard isUnfolded[line.row] else { continue }
            rest += outline.rows(below: line.row, by: order).reversed().map { Line(row: $0, level: line.level + 1) }
        }
        return lines
    }

    // MARK: Searching

    /// The next row whose name has the text in it, folded or not, after the last one from the other end on; nil if there is none.
    func next(_ text: String, isForward: Bool) -> Int? {
        // As in less -i: case counts if there is any.
        let ignoresCase = text.allSatisfy { !$0.isUppercase }
        let hits = outline.labels.map { (ignoresCase ? $0.text.lowercased() : $0.text).contains(text) }
        guard hits.contains(true) else { return nil }
        let all = everything
        let own = row.flatMap { row in all.firstIndex(of: row) } ?? 0
        let step = isForward ? 1 : all.count - 1
        var place = own
        for _ in all.indices {
            place = (place + step) % all.count
            if hits[outline.rows[all[place]].label] { return all[place] }
        }
        return nil
    }

    /// All rows as they would be seen unfolded.
    private var everything: [Int] {
        var rows: [Int] = []
        var rest = Array(outline.rows(below: -1, by: order).reversed())
        while let row = rest.popLast() {
            rows.append(row)
            rest += outline.rows(below: row, by: order).reversed()
        }
        return rows
    }
}
