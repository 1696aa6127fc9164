/// Understands what stands behind the columns: `f() {`, `f();`, `}`, `} /* f */`, `/* comment */`, with the return values,
/// return addresses and arguments that newer kernels add.
enum BodyParser {
    static func parse(_ line: Span<UInt8>, from start: Int, _ columns: GraphLine) -> TextLine {
        var graph = columns
        let body = line.skipSpaces(from: start)
        guard body < line.count else { return .unparsed }
        graph.depth = (body - start) / 2
        guard graph.depth <= Limits.depth else { return .unparsed }
        switch line[body] {
        case UInt8(ascii: "}"): return exit(line, at: body, graph)
        case UInt8(ascii: "/") where line.has("/*", at: body): return comment(line, at: body, graph)
        default: return call(line, at: body, graph)
        }
    }

    private static func comment(_ line: Span<UInt8>, at body: Int, _ columns: GraphLine) -> TextLine {
        let isClosed = line.has("*/", at: line.count - 2) && line.count - 4 >= body
        let text = line.trimmed((body + 2)..<(isClosed ? line.count - 2 : line.count))
        return .comment(CommentLine(columns: columns, text: text, end: isClosed ? .closed : .open))
    }

    // MARK: Exits

    private static func exit(_ line: Span<UInt8>, at body: Int, _ columns: GraphLine) -> TextLine {
        var graph = columns
        graph.kind = .exit
        let label = line.skipSpaces(from: body + 1)
        if label == line.count { return .graph(graph) }
        // trace-cmd's return value `(ret=0)` or depth `(2)`.
        if line[label] == UInt8(ascii: "("), line[line.count - 1] == UInt8(ascii: ")") { return .graph(graph) }
        guard line.has("/* ", at: label), let name = name(line, from: label + 3) else { return .unparsed }
        graph.name = name
        return .graph(graph)
    }

    /// The function in `f */`, `f ret=0x0 */`, `f = 0x0 */`; empty if a return value stands alone or somebody wrote a remark;
    /// nil if the line ends first.
    private static func name(_ line: Span<UInt8>, from start: Int) -> Range<Int>? {
        var end = start
        while end < line.count, !line.has(" */", at: end), !line.has(" ret=", at: end), !line.has(" = ", at: end),
            !line.has(" (ret=", at: end)
        { end += 1 }
        guard end < line.count, end > start else { return nil }
        let isValue = line.has("ret=", at: start) || line.has("= ", at: start)
        return isValue || !isName(line, start..<end) ? 0..<0 : start..<end
    }

    // MARK: Calls

    private static func call(_ line: Span<UInt8>, at body: Int, _ columns: GraphLine) -> TextLine {
        var graph = columns
        // `(null)` is a name too, hence not the very first byte.
        guard var open = line.firstIndex(of: UInt8(ascii: "("), in: (body + 1)..<line.count) else { return .unparsed }
        if line.has("(null)", at: body), body + 6 < line.count { open = body + 6 }
        guard line[open] == UInt8(ascii: "("), isName(line, body..<open),
            let kind = closingArguments(line, from: open) ?? closingAnything(line, from: open)
        else { return .unparsed }
        graph.name = body..<open
        graph.kind = kind
        return .graph(graph)
    }

    /// What follows the parenthesis that closes the one at `open`. Arguments may hold brackets of any kind, and strings.
    private static func closingArguments(_ line: Span<UInt8>, from open: Int) -> GraphEvent.Kind? {
        var level = 0
        var isQuoted = false
        for index in open..<line.count {
            switch line[index] {
            case UInt8(ascii: "\"") where line[index - 1] != UInt8(ascii: "\\"): isQuoted.toggle()
            case UInt8(ascii: "(") where !isQuoted: level += 1
            case UInt8(ascii: ")") where !isQuoted:
                level -= 1
                if level == 0 { return kind(line, behind: index) }
            default: break
            }
        }
        return nil
    }

    /// The same where brackets or quotes do not match: what follows the arguments is unmistakable all the same.
    private static func closingAnything(_ line: Span<UInt8>, from open: Int) -> GraphEvent.Kind? {
        var index = open + 1
        while let close = line.firstIndex(of: UInt8(ascii: ")"), in: index..<line.count) {
            if let kind = kind(line, behind: close) { return kind }
            index = close + 1
        }
        return nil
    }

    private static func kind(_ line: Span<UInt8>, behind close: Int) -> GraphEvent.Kind? {
        if line.has(";", at: close + 1) { return .leaf }
        return line.has(" {", at: close + 1) ? .entry : nil
    }

    /// One word, or one word and a module in brackets: anything else is prose with a parenthesis in it.
    private static func isName(_ line: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard line.firstIndex(of: 0x09, in: range) == nil else { return false }
        guard let gap = line.firstIndex(of: space, in: range) else { return true }
        return gap > range.lowerBound && line[gap + 1] == UInt8(ascii: "[")
            && line[range.upperBound - 1] == UInt8(ascii: "]")
            && line.firstIndex(of: space, in: (gap + 1)..<range.upperBound) == nil
    }
}
