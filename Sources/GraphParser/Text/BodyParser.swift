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
        case UInt8(ascii: "/") where line.has("/*", at: body):
            return .comment(isClosed: line.has("*/", at: line.count - 2) && line.count - 4 >= body)
        default: return call(line, at: body, graph)
        }
    }

    private static func exit(_ line: Span<UInt8>, at body: Int, _ columns: GraphLine) -> TextLine {
        var graph = columns
        graph.kind = .exit
        let label = line.skipSpaces(from: body + 1)
        if label == line.count { return .graph(graph) }
        guard line.has("/* ", at: label) else { return .unparsed }
        let nameStart = label + 3
        // The name ends where the comment does, or where a return value begins: `f ret=0x0`, `f = 0x0`.
        var end = nameStart
        while end < line.count, !line.has(" */", at: end), !line.has(" ret=", at: end), !line.has(" = ", at: end),
            !line.has(" (ret=", at: end)
        { end += 1 }
        guard end < line.count, end > nameStart else { return .unparsed }
        // A return value alone names nothing.
        let isValue = line.has("ret=", at: nameStart) || line.has("= ", at: nameStart)
        graph.name = isValue ? 0..<0 : nameStart..<end
        return .graph(graph)
    }

    private static func call(_ line: Span<UInt8>, at body: Int, _ columns: GraphLine) -> TextLine {
        var graph = columns
        // `(null)` is a name too, hence not the very first byte.
        guard var open = line.firstIndex(of: UInt8(ascii: "("), in: (body + 1)..<line.count) else { return .unparsed }
        if line.has("(null)", at: body), body + 6 < line.count { open = body + 6 }
        guard open < line.count, line[open] == UInt8(ascii: "("), isName(line, body..<open) else { return .unparsed }
        graph.name = body..<open
        // Arguments may hold brackets of any kind, but what follows them is unmistakable.
        var index = open + 1
        while let close = line.firstIndex(of: UInt8(ascii: ")"), in: index..<line.count) {
            if line.has(";", at: close + 1) {
                graph.kind = .leaf
                return .graph(graph)
            }
            if line.has(" {", at: close + 1) {
                graph.kind = .entry
                return .graph(graph)
            }
            index = close + 1
        }
        return .unparsed
    }

    /// One word, or one word and a module in brackets: anything else is prose with a parenthesis in it.
    private static func isName(_ line: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard let gap = line.firstIndex(of: space, in: range) else { return true }
        return line[gap + 1] == UInt8(ascii: "[") && line[range.upperBound - 1] == UInt8(ascii: "]")
    }
}
