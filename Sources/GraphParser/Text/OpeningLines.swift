/// The first lines of a text that begins with a call: it may have been cut anywhere, and what is left of its first line may
/// read as a call that never was. The next call shows which columns the text has.
struct OpeningLines: Sendable {
    private(set) var lines: [[UInt8]] = []
    private var first: Shape?

    var isEmpty: Bool { lines.isEmpty }
    /// A text that has no second call by now has no need to be held back.
    var isFull: Bool { lines.count >= 16 }

    /// - Parameter text: where `line` begins behind a log's prefix.
    mutating func hold(_ line: Span<UInt8>, from text: Int, _ graph: GraphLine?) {
        if lines.isEmpty, let graph { first = Shape(line, from: text, graph) }
        lines.append((0..<line.count).map { line[$0] })
    }

    /// True if the first line has lost its beginning.
    func firstIsCut(before line: Span<UInt8>, from text: Int, _ graph: GraphLine) -> Bool {
        guard let first else { return false }
        let next = Shape(line, from: text, graph)
        return first.columns != next.columns || (first.beginsWithDigit && !next.beginsWithDigit)
    }

    private struct Shape: Sendable {
        let columns: [Bool]
        /// All columns begin with a blank; only a time of more than a day has more digits than blanks before it.
        let beginsWithDigit: Bool

        init(_ line: Span<UInt8>, from text: Int, _ graph: GraphLine) {
            columns = [graph.timestamp != nil, graph.cpu != nil, graph.tid != nil, graph.hasDurationColumn]
            beginsWithDigit = text < line.count && isDigit(line[text])
        }
    }
}
