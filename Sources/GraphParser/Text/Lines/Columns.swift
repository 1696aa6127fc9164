/// The cells between the CPU and the body, each optional: task, latency flags, duration.
enum Columns {
    enum End {
        /// The body with its indentation begins here.
        case body(at: Int)
        /// An interrupt mark stands in place of a call.
        case arrow
    }

    /// - Parameter start: where the first cell begins, or the body if there is none.
    static func read(_ line: Span<UInt8>, from start: Int, into graph: inout GraphLine) -> End {
        var index = start
        var hasFlags = false
        while let close = line.firstIndex(of: bar, in: index..<line.count) {
            var cell = line.trimmed(index..<close)
            let isBlank = cell.isEmpty && close - index > narrowCell
            if graph.tid == nil, !hasFlags, !isBlank, let field = taskField(line, from: index, close: close) {
                graph.tid = field.task.tid
                graph.comm = field.task.comm
                index = line.skip(upTo: 1, from: field.close + 1)
                continue
            }
            if !hasFlags, LatencyFlags.fill(line, cell) {
                hasFlags = true
                // Flags in a cell of their own have one blank behind them; more blanks are an empty duration.
                if close - cell.upperBound == 1 {
                    index = line.skip(upTo: 1, from: close + 1)
                    continue
                }
                cell = close..<close
            } else if !hasFlags {
                cell = withoutFlags(line, cell)
            }
            if isArrow(line, at: cell.lowerBound) { return .arrow }
            guard cell.isEmpty || readDuration(line, cell, into: &graph) else { break }
            graph.durationBar = close
            return .body(at: line.skip(upTo: 2, from: close + 1))
        }
        // Flags that are glued to the body have one blank before them, which is no indentation.
        if !hasFlags, index + 1 < line.count, line[index] == space, let end = LatencyFlags.glued(line, at: index + 1) {
            index = end
        }
        return isArrow(line, at: line.skipSpaces(from: index)) ? .arrow : .body(at: index)
    }

    /// Blanks before a task's name, at most; an empty duration has more.
    private static let narrowCell = 6

    /// `+ 12.345 us`: mark, microseconds. The value is cut, never rounded, to the digits that fit into seven columns.
    ///
    /// - Returns: false if the cell is no duration.
    static func readDuration(_ line: Span<UInt8>, _ cell: Range<Int>, into graph: inout GraphLine) -> Bool {
        var index = cell.lowerBound
        if !isDigit(line[index]) {
            guard isMark(line[index]) else { return false }
            index = line.skipSpaces(from: index + 1)
        }
        guard index < cell.upperBound, let value = line.decimal(from: index, scale: 3) else { return false }
        // Fewer than seven digits have a fraction: without one it is a number that lost its beginning, or another column.
        guard value.resolution < 1000 || value.end - index >= 7 else { return false }
        // What the kernel makes of an end before its begin.
        guard value.value < maxDurationNs else { return false }
        let unit = line.skipSpaces(from: value.end)
        guard line.has("us", at: unit), unit + 2 == cell.upperBound else { return false }
        graph.duration = value.value
        graph.precision = GraphEvent.Precision(resolution: value.resolution)
        return true
    }

    /// ns, more than a century.
    private static let maxDurationNs: UInt64 = 1 << 62

    /// Whether another line's columns stand somewhere from `start` on: its newline was lost.
    static func stand(in line: Span<UInt8>, from start: Int) -> Bool {
        var index = start
        while let close = line.firstIndex(of: UInt8(ascii: ")"), in: index..<line.count) {
            index = close + 1
            guard close > start, isDigit(line[close - 1]) else { continue }
            // Its CPU, then blanks to the bar, or a duration.
            let cell = line.skipSpaces(from: index)
            guard let end = line.firstIndex(of: bar, in: cell..<min(line.count, cell + 24)) else { continue }
            var graph = GraphLine()
            let content = line.trimmed(cell..<end)
            if cell > index, content.isEmpty || readDuration(line, content, into: &graph) { return true }
        }
        return false
    }

    static func beginWithDuration(_ line: Span<UInt8>, from start: Int) -> Bool {
        var graph = GraphLine()
        guard let close = line.firstIndex(of: bar, in: start..<line.count) else { return false }
        let cell = line.trimmed(start..<close)
        return !cell.isEmpty && readDuration(line, cell, into: &graph)
    }

    private static func isMark(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "+"), UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "*"), UInt8(ascii: "@"),
            UInt8(ascii: "$"):
            true
        default: false
        }
    }

    /// The cell behind flags that no bar separates from it.
    private static func withoutFlags(_ line: Span<UInt8>, _ cell: Range<Int>) -> Range<Int> {
        var end = cell.lowerBound
        while end < cell.upperBound, line[end] != space, !isMark(line[end]) { end += 1 }
        return LatencyFlags.fill(line, cell.lowerBound..<end) ? line.trimmed(end..<cell.upperBound) : cell
    }

    /// `comm-123`, centred in 14 columns and closed by a bar at `close` or, since a comm may contain bars, soon after.
    private static func taskField(
        _ line: Span<UInt8>, from start: Int, close: Int
    ) -> (task: TaskName, close: Int)? {
        var first: (TaskName, Int)?
        var close = close
        while close - start < 40 {
            if let task = task(line, start..<close), task.comm.count <= TaskSwitch.commLimit {
                if close - start > 14 { return (task, close) }
                // Less than the column's width: text whose blanks were squeezed, unless a better bar follows.
                if first == nil { first = (task, close) }
            }
            guard let next = line.firstIndex(of: bar, in: (close + 1)..<max(close + 1, min(start + 40, line.count)))
            else { break }
            close = next
        }
        return first
    }

    /// The name and the number behind the last `-` of `comm-123`.
    static func task(_ line: Span<UInt8>, _ range: Range<Int>) -> TaskName? {
        let field = line.trimmed(range)
        var index = field.upperBound
        while index > field.lowerBound && isDigit(line[index - 1]) { index -= 1 }
        guard index > field.lowerBound, line[index - 1] == UInt8(ascii: "-"),
            let number = line.number(from: index), number.end == field.upperBound,
            let tid = Int32(exactly: number.value)
        else { return nil }
        return TaskName(comm: field.lowerBound..<(index - 1), tid: tid)
    }

    private static func isArrow(_ line: Span<UInt8>, at index: Int) -> Bool {
        line.has("==========>", at: index) || line.has("<==========", at: index)
    }
}

extension GraphEvent.Precision {
    /// - Parameter resolution: ns, of the last digit of a number of microseconds.
    fileprivate init(resolution: UInt64) {
        switch resolution {
        case 1: self = .nanosecond
        case 10: self = .tenNanoseconds
        case 100: self = .hundredNanoseconds
        default: self = .microsecond
        }
    }
}
