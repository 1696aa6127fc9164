/// A tree with figures, for reading: calls merged, their callers, or the calls of a single tree.
package struct Outline {
    /// What it shows, which decides on its columns.
    package enum Kind: Sendable {
        /// All calls that were made in the same way are a row.
        case merged
        /// Below a function stand its callers; figures are those of its calls that came that way.
        case callers
        /// Each call is a row, held against those that were made in the same way.
        case single
    }

    /// What a row is called.
    package struct Label: Hashable, Sendable {
        package let text: String
        /// nil for what is no function.
        package let layer: String?
    }

    /// A line of it. Times are in ns.
    package struct Row: Sendable {
        /// The row that it belongs below; negative for those on the left.
        package var parent: Int
        /// In ``Outline/labels``.
        package var label: Int
        package var calls = 1
        package var totalNs: UInt64 = 0
        package var selfNs: UInt64 = 0
        /// 99 of 100 calls took no longer; of a single call, the median of those that were made in the same way. nil where that is not
        /// known.
        package var typicalNs: UInt64?
        /// How many times longer than usually it took, where that is remarkable: `86x`; empty otherwise.
        package var factor = ""
        /// What else is remarkable about it; empty if nothing is.
        package var note = ""

        package var meanNs: UInt64 { calls == 0 ? 0 : totalNs / UInt64(calls) }
    }

    package let kind: Kind
    /// A row before those below it.
    package private(set) var rows: [Row] = []
    package private(set) var labels: [Label] = []
    private var numbers: [Label: Int] = [:]
    /// The rows below each, one list behind the other, and where that of each row begins; that of the left ones comes first.
    private var below: [Int32] = []
    private var starts: [Int32] = []

    init(_ kind: Kind) { self.kind = kind }

    /// Rows below one, or on the left for a negative number, in the order in which they were added.
    package func rows(below row: Int) -> [Int] {
        below[Int(starts[row + 1])..<Int(starts[row + 2])].map(Int.init)
    }

    package func hasRows(below row: Int) -> Bool { starts[row + 1] < starts[row + 2] }

    /// The same in another order.
    package func rows(below row: Int, by order: TreeOrder) -> [Int] {
        let rows = rows(below: row)
        guard let key = order.key else { return rows }
        if order == .name {
            return rows.sorted { (name($0), $0) < (name($1), $1) }
        }
        return rows.sorted { (key(self.rows[$1]), $0) < (key(self.rows[$0]), $1) }
    }

    private func name(_ row: Int) -> String { labels[rows[row].label].text }

    /// Rows above one, the outermost first.
    package func path(to row: Int) -> [Int] {
        var path: [Int] = []
        var next = rows[row].parent
        while next >= 0 {
            path.append(next)
            next = rows[next].parent
        }
        return path.reversed()
    }

    // MARK: Making

    mutating func label(_ label: Label) -> Int {
        if let known = numbers[label] { return known }
        numbers[label] = labels.count
        labels.append(label)
        return labels.count - 1
    }

    /// - Returns: its number.
    @discardableResult
    mutating func append(_ row: Row) -> Int {
        rows.append(row)
        return rows.count - 1
    }

    /// All rows have been appended.
    mutating func finish() {
        starts = [Int32](repeating: 0, count: rows.count + 2)
        for row in rows { starts[row.parent + 2] += 1 }
        for index in 1..<starts.count { starts[index] += starts[index - 1] }
        below = [Int32](repeating: 0, count: rows.count)
        var next = starts
        for (index, row) in rows.enumerated() {
            below[Int(next[row.parent + 1])] = Int32(index)
            next[row.parent + 1] += 1
        }
    }
}

/// The order of rows that belong below the same one.
package enum TreeOrder: String, CaseIterable, Sendable {
    /// Those with the most time first.
    case total
    /// Those with the most time outside of what they call first.
    case own = "self"
    /// The most frequent first.
    case count
    /// Those with the greatest 99th percentile first.
    case p99
    /// By name.
    case name
    /// As they were called first.
    case first

    /// What is greatest comes first; nil for rows as they are.
    fileprivate var key: ((Outline.Row) -> UInt64)? {
        switch self {
        case .total: { $0.totalNs }
        case .own: { $0.selfNs }
        case .count: { UInt64(clamping: $0.calls) }
        case .p99: { $0.typicalNs ?? 0 }
        case .name: { _ in 0 }
        case .first: nil
        }
    }
}
