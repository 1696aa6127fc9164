/// Takes one line of function_graph text apart, by its structure and never by column numbers: every column can be switched
/// off, and none has a fixed width.
///
/// The order of the columns is the kernel's (print_graph_prologue): time, CPU, task, latency flags, duration, body.
enum LineParser {
    /// - Parameter inBody: a graph line has been seen, so that `#` no longer begins a header.
    static func parse(_ line: Span<UInt8>, inBody: Bool) -> TextLine {
        let line = line.extracting(0..<line.trimmedEnd())
        let start = line.skipSpaces(from: 0)
        guard start < line.count else { return .structure }
        if line.has(tooBig, at: line.count - tooBig.utf8CodeUnitCount) { return cut(line, inBody: inBody) }
        if let other = StructureLine.parse(line, from: start, inBody: inBody) {
            return Columns.stand(in: line, from: start) ? .damaged : other
        }
        let parsed = body(line, from: start)
        switch parsed {
        case .unparsed: return beginsLikeCall(line) ? .damaged : .unparsed
        case .structure: return Columns.stand(in: line, from: arrowEnd(line)) ? .damaged : parsed
        default: return parsed
        }
    }

    /// Behind the mark of an interrupt, whose own columns stand before it.
    private static func arrowEnd(_ line: Span<UInt8>) -> Int {
        line.firstIndex(of: "==========", in: 0..<line.count) ?? line.count
    }

    /// True if the line has a call's time, CPU or duration at its beginning, so that it is a damaged call if it is not
    /// understood.
    private static func beginsLikeCall(_ line: Span<UInt8>) -> Bool {
        var graph = GraphLine()
        let start = line.skipSpaces(from: 0)
        return time(line, from: start, into: &graph) != nil || cpu(line, from: start) != nil
            || Columns.beginWithDuration(line, from: start) || TraceCmdReport.namesCall(line)
    }

    private static let tooBig: StaticString = "[LINE TOO BIG]"

    /// The kernel had no room for the rest of a line, or for all of it.
    private static func cut(_ line: Span<UInt8>, inBody: Bool) -> TextLine {
        let rest = line.extracting(0..<(line.count - tooBig.utf8CodeUnitCount))
        guard rest.skipSpaces(from: 0) < rest.count else { return .structure }
        let parsed = parse(rest, inBody: inBody)
        guard case .comment(var comment) = parsed else { return parsed }
        comment.end = .closed
        return .comment(comment)
    }

    private static func body(_ line: Span<UInt8>, from start: Int) -> TextLine {
        var graph = GraphLine()
        // Behind the columns read so far.
        var index = time(line, from: start, into: &graph) ?? 0
        if let cpu = cpu(line, from: index) {
            guard cpu.number <= Limits.cpu else { return .unparsed }
            graph.cpu = cpu.number
            if let change = TaskSwitch.parse(line, cpu: cpu.number, from: cpu.end) { return change }
            index = line.skip(upTo: 1, from: cpu.end)
        } else if graph.timestamp == nil, let classic = ClassicLine(line) {
            return TraceCmdReport.parse(line, classic)
        }
        switch Columns.read(line, from: index, into: &graph) {
        case .arrow: return .structure
        case .body(let at): return BodyParser.parse(line, from: at, graph)
        }
    }

    /// `   21.013561 |  `, or the latency tracers' `       12 us |  `.
    ///
    /// - Returns: where the next column begins; nil if there is no time.
    private static func time(_ line: Span<UInt8>, from start: Int, into graph: inout GraphLine) -> Int? {
        guard let time = line.decimal(from: start, scale: 9) else { return nil }
        let isAbsolute = time.resolution < 1_000_000_000
        var end = line.skipSpaces(from: time.end)
        if !isAbsolute {
            guard line.has("us", at: end) else { return nil }
            end = line.skipSpaces(from: end + 2)
        }
        guard end < line.count, line[end] == bar else { return nil }
        let next = line.skip(upTo: 2, from: end + 1)
        // Durations of seven digits and more have no fraction either, but no CPU stands behind them.
        if !isAbsolute, time.end - start >= 7, cpu(line, from: next) == nil { return nil }
        graph.timestamp = isAbsolute ? time.value : time.value / 1_000_000
        return next
    }

    /// ` 12) `
    private static func cpu(_ line: Span<UInt8>, from start: Int) -> (number: Int, end: Int)? {
        guard let cpu = line.number(from: line.skipSpaces(from: start)), cpu.end < line.count,
            line[cpu.end] == UInt8(ascii: ")")
        else { return nil }
        return (Int(cpu.value), cpu.end + 1)
    }
}
