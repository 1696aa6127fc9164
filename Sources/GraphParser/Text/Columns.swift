/// The cells between the CPU and the body, each closed by a bar and each optional: task, latency flags, duration.
enum Columns {
    enum End {
        /// The body with its indentation begins here.
        case body(at: Int)
        /// An interrupt mark stands in place of a call.
        case arrow
    }

    static func read(_ line: Span<UInt8>, from start: Int, into graph: inout GraphLine) -> End {
        var index = start
        while let close = line.firstIndex(of: bar, in: index..<line.count) {
            let cell = line.trimmed(index..<close)
            if cell.isEmpty {
                graph.bar = close
                return .body(at: min(close + 3, line.count))
            }
            if isArrow(line, cell) { return .arrow }
            if let duration = duration(line, cell) {
                graph.duration = duration.value
                graph.precision = GraphEvent.Precision(resolution: duration.resolution)
                graph.bar = close
                return .body(at: min(close + 3, line.count))
            }
            if graph.tid == nil, let task = task(line, from: index, close: close) {
                graph.tid = task.tid
                graph.comm = task.comm
                index = task.end
            } else if isFlags(line, cell) {
                index = close + 1
            } else {
                break
            }
        }
        // Without a duration column one space separates the body from what stands before it.
        return .body(at: index > start || graph.cpu != nil ? min(index + 1, line.count) : index)
    }

    /// `+ 12.345 us`: mark, microseconds. The value is cut, never rounded, to the digits that fit into seven columns.
    private static func duration(
        _ line: Span<UInt8>, _ cell: Range<Int>
    ) -> (value: UInt64, resolution: UInt64)? {
        var index = cell.lowerBound
        if !isDigit(line[index]) {
            guard isMark(line[index]) else { return nil }
            index = line.skipSpaces(from: index + 1)
        }
        guard index < cell.upperBound, let value = line.decimal(from: index, scale: 3) else { return nil }
        let unit = line.skipSpaces(from: value.end)
        return line.has("us", at: unit) && unit + 2 == cell.upperBound ? (value.value, value.resolution) : nil
    }

    private static func isMark(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "+"), UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "*"), UInt8(ascii: "@"),
            UInt8(ascii: "$"):
            true
        default: false
        }
    }

    /// `comm-123`; a comm may contain bars itself, but no more than its 7 bytes have room for.
    private static func task(_ line: Span<UInt8>, from start: Int, close: Int) -> (
        tid: Int32, comm: Range<Int>, end: Int
    )? {
        var close = close
        for _ in 0..<8 {
            let cell = line.trimmed(start..<close)
            if let tid = LineParser.trailingTID(line, cell) { return (tid, comm(line, cell), close + 1) }
            guard let next = line.firstIndex(of: bar, in: (close + 1)..<line.count), next - start < 32 else { break }
            close = next
        }
        return nil
    }

    /// `comm` of `comm-123`.
    private static func comm(_ line: Span<UInt8>, _ cell: Range<Int>) -> Range<Int> {
        var end = cell.upperBound
        while line[end - 1] != UInt8(ascii: "-") { end -= 1 }
        return cell.lowerBound..<(end - 1)
    }

    /// Latency flags: interrupts, reschedule, context, preemption depth, migration.
    private static func isFlags(_ line: Span<UInt8>, _ cell: Range<Int>) -> Bool {
        guard (4...7).contains(cell.count) else { return false }
        for index in cell where !flagBytes.contains(line[index]) { return false }
        return true
    }

    private static let flagBytes = Set(".dDbBXnNpLlhHsSzZ0123456789abcdef".utf8)

    private static func isArrow(_ line: Span<UInt8>, _ cell: Range<Int>) -> Bool {
        line.has("==========>", at: cell.lowerBound) || line.has("<==========", at: cell.lowerBound)
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
