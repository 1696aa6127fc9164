/// Takes one line of function_graph text apart, by its structure and never by column numbers: every column can be switched
/// off, and none has a fixed width.
///
/// The order of the columns is the kernel's (print_graph_prologue): time, CPU, task, latency flags, duration, body.
enum LineParser {
    /// - Parameter inBody: a graph line has been seen, so that `#` no longer begins a header.
    static func parse(_ line: Span<UInt8>, inBody: Bool) -> TextLine {
        let end = line.trimmedEnd()
        let start = line.skipSpaces(from: 0)
        guard start < end else { return .structure }
        let line = line.extracting(0..<end)
        switch line[start] {
        case UInt8(ascii: "#"):
            if start == 0 && !inBody { return header(line) }
            return line.has("#####", at: start) ? .structure : .unparsed
        case UInt8(ascii: "-"): return isRuler(line, from: start) ? .structure : .unparsed
        case UInt8(ascii: "C"):
            if let loss = loss(line, from: start) { return loss }
        case UInt8(ascii: "["):
            if line.has("[LINE TOO BIG]", at: start) { return .structure }
        case UInt8(ascii: "("):
            if line.has("(Overruns: ", at: start) { return .structure }
        default: break
        }
        return body(line, from: start)
    }

    private static func header(_ line: Span<UInt8>) -> TextLine {
        let label: StaticString = "# tracer: "
        guard line.has(label, at: 0) else { return .structure }
        return .tracer(line.trimmed(label.utf8CodeUnitCount..<line.count))
    }

    private static func isRuler(_ line: Span<UInt8>, from start: Int) -> Bool {
        guard line.count - start >= 20 else { return false }
        for index in start..<line.count where line[index] != UInt8(ascii: "-") { return false }
        return true
    }

    /// `CPU:3 [LOST 12 EVENTS]`, or without the number since the kernel may not know it.
    private static func loss(_ line: Span<UInt8>, from start: Int) -> TextLine? {
        guard line.has("CPU:", at: start), let cpu = line.number(from: start + 4), cpu.value <= Limits.cpu,
            line.has(" [LOST ", at: cpu.end)
        else { return nil }
        let count = line.number(from: cpu.end + 7)
        return .loss(cpu: Int(cpu.value), count: count.map { Int($0.value) })
    }

    private static func body(_ line: Span<UInt8>, from start: Int) -> TextLine {
        var graph = GraphLine()
        var index = start
        if let time = line.decimal(from: index, scale: 9) {
            let next = line.skipSpaces(from: time.end)
            if time.resolution < 1_000_000_000, next < line.count, line[next] == bar {
                graph.timestamp = time.value
                index = next + 1
            }
        }
        let cpuStart = line.skipSpaces(from: index)
        if let cpu = line.number(from: cpuStart), cpu.end < line.count, line[cpu.end] == UInt8(ascii: ")") {
            guard cpu.value <= Limits.cpu else { return .unparsed }
            graph.cpu = Int(cpu.value)
            index = cpu.end + 1
            if let change = taskSwitch(line, cpu: Int(cpu.value), from: index) { return change }
        }
        let hasPrefix = graph.cpu != nil || graph.timestamp != nil
        switch Columns.read(line, from: index, into: &graph) {
        case .arrow: return .structure
        case .body(let at): return BodyParser.parse(line, from: hasPrefix || at > index ? at : 0, graph)
        }
    }

    /// `bash-1234    =>   kworker-77`, what stands between the two rulers when a CPU goes on with another task.
    private static func taskSwitch(_ line: Span<UInt8>, cpu: Int, from start: Int) -> TextLine? {
        guard line.firstIndex(of: bar, in: start..<line.count) == nil, let to = trailingTID(line, start..<line.count)
        else { return nil }
        // A comm may contain "=>" itself, but only the separator has a thread ID right before it.
        var index = start
        while let arrow = line.firstIndex(of: UInt8(ascii: "="), in: index..<line.count) {
            if line.has("=> ", at: arrow), let from = trailingTID(line, line.trimmed(start..<arrow)) {
                return .taskSwitch(cpu: cpu, from: from, to: to)
            }
            index = arrow + 1
        }
        return nil
    }

    /// The number behind the last `-` of `comm-123`.
    static func trailingTID(_ line: Span<UInt8>, _ range: Range<Int>) -> Int32? {
        var index = range.upperBound
        while index > range.lowerBound && isDigit(line[index - 1]) { index -= 1 }
        guard index > range.lowerBound, line[index - 1] == UInt8(ascii: "-"),
            let tid = line.number(from: index), tid.end == range.upperBound
        else { return nil }
        return Int32(exactly: tid.value)
    }
}
