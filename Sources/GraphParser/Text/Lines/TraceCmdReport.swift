/// Events in the form of `trace-cmd report`, which is also how the kernel prints stack traces and the function tracer's
/// events between the calls.
///
///     dd-1234  [001] .....  12.345678: funcgraph_entry:        0.123 us   |  foo();
enum TraceCmdReport {
    static func parse(_ line: Span<UInt8>, _ classic: ClassicLine) -> TextLine {
        var columns = GraphLine()
        columns.timestamp = classic.timestamp
        columns.cpu = classic.cpu
        columns.tid = classic.task.tid
        columns.comm = classic.task.comm
        columns.source = classic.source
        columns.isReport = true
        if let colon = line.firstIndex(of: UInt8(ascii: ":"), in: classic.text..<line.count),
            let isEntry = isEntry(line, classic.text..<colon)
        {
            return call(line, from: line.skipSpaces(from: colon + 1), columns, isEntry: isEntry)
        }
        if line.firstIndex(of: "<stack trace", in: classic.text..<line.count) != nil
            || line.firstIndex(of: "<user stack trace", in: classic.text..<line.count) != nil
        {
            return .structure
        }
        return .comment(CommentLine(columns: columns, text: classic.text..<line.count, end: .beforeNextEvent))
    }

    /// Whether the event enters a function, or else leaves one; nil if it is neither.
    private static func isEntry(_ line: Span<UInt8>, _ name: Range<Int>) -> Bool? {
        guard line.has("funcgraph_", at: name.lowerBound) || line.has("fgraph_", at: name.lowerBound) else {
            return nil
        }
        if line.has("_entry", at: name.upperBound - 6) { return true }
        return line.has("_exit", at: name.upperBound - 5) ? false : nil
    }

    private static func call(_ line: Span<UInt8>, from start: Int, _ columns: GraphLine, isEntry: Bool) -> TextLine {
        var graph = columns
        // As printed without the function_graph plugin (-R, -N), with neither duration nor indentation.
        if line.has("func=", at: start) || line.has("-->", at: start) || line.has("<--", at: start) { return .rawEvent }
        guard let close = line.firstIndex(of: bar, in: start..<line.count) else { return .damaged }
        let cell = line.trimmed(start..<close)
        guard cell.isEmpty || Columns.readDuration(line, cell, into: &graph) else { return .damaged }
        graph.durationBar = close
        let body = BodyParser.parse(line, from: line.skip(upTo: 2, from: close + 1), graph)
        guard case .graph(let call) = body, (call.kind == .exit) != isEntry else { return .damaged }
        return body
    }

    /// True of what is left of a call's line that has lost its beginning.
    static func namesCall(_ line: Span<UInt8>) -> Bool {
        line.firstIndex(of: " funcgraph_entry: ", in: 0..<line.count) != nil
            || line.firstIndex(of: " funcgraph_exit: ", in: 0..<line.count) != nil
    }
}
