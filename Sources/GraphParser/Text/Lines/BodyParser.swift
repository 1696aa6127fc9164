/// Understands what stands behind the columns: `f() {`, `f();`, `}`, `} /* f */`, `/* comment */`, with the return values,
/// return addresses and arguments that newer kernels add.
enum BodyParser {
    static func parse(_ line: Span<UInt8>, from start: Int, _ columns: GraphLine) -> TextLine {
        var graph = columns
        let body = line.skipSpaces(from: start)
        guard body < line.count else { return .unparsed }
        graph.indentation = body - (graph.durationBar >= 0 ? graph.durationBar + 1 : start)
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
        if !isClosed, let end = line.firstIndex(of: "*/", in: body..<line.count),
            Columns.stand(in: line, from: end + 2)
        {
            return .damaged
        }
        let text = line.trimmed((body + 2)..<(isClosed ? line.count - 2 : line.count))
        return .comment(CommentLine(columns: columns, text: text, end: isClosed ? .closed : .open))
    }

    // MARK: Exits

    private static func exit(_ line: Span<UInt8>, at body: Int, _ columns: GraphLine) -> TextLine {
        var graph = columns
        graph.kind = .exit
        graph.isLossy = lossNotes.contains { line.firstIndex(of: $0, in: body..<line.count) != nil }
        let label = line.skipSpaces(from: body + 1)
        guard line.has("/* ", at: label) else {
            return Remark.isMarked(line, from: body + 1) ? .graph(graph) : .unparsed
        }
        guard let end = line.firstIndex(of: " */", in: (label + 3)..<line.count),
            Remark.isMarked(line, from: end + 3)
        else { return .unparsed }
        graph.name = name(line, (label + 3)..<end)
        return .graph(graph)
    }

    /// What `dmflow tree` says of a call that was recorded in part.
    private static let lossNotes: [StaticString] = [
        "/* events lost inside */", "/* the rest of it was not recorded */",
    ]

    /// The function in `f`, `f()`, `f ret=0x0`, `f = 0x0`, `f <-caller`, `f (ret=0)`, or before what dmflow's trees say of it;
    /// empty if a return value stands alone or somebody wrote a remark.
    private static func name(_ line: Span<UInt8>, _ label: Range<Int>) -> Range<Int> {
        var end = label.lowerBound
        while end < label.upperBound, !line.has(" ret=", at: end), !line.has(" = ", at: end),
            !line.has(" <-", at: end), !line.has(" (ret=", at: end), !line.has("()", at: end),
            !line.has(": no entry recorded", at: end)
        { end += 1 }
        let name = label.lowerBound..<end
        let isValue = line.has("ret=", at: name.lowerBound) || line.has("= ", at: name.lowerBound)
        return isValue || !FunctionName.fills(line, name) ? 0..<0 : name
    }

    // MARK: Calls

    private static func call(_ line: Span<UInt8>, at body: Int, _ columns: GraphLine) -> TextLine {
        var graph = columns
        // `(null)` is a name too, hence not the very first byte.
        guard var open = line.firstIndex(of: UInt8(ascii: "("), in: (body + 1)..<line.count) else { return .unparsed }
        if line.has("(null)", at: body), body + 6 < line.count { open = body + 6 }
        guard line[open] == UInt8(ascii: "("), FunctionName.fills(line, body..<open),
            let ending = closingArguments(line, from: open) ?? closingAnything(line, from: open), ending != .damage
        else { return .unparsed }
        graph.name = body..<open
        graph.kind = ending == .leaf ? .leaf : .entry
        return .graph(graph)
    }

    /// What follows the parenthesis that closes the one at `open`. Arguments may hold brackets of any kind, and strings.
    private static func closingArguments(_ line: Span<UInt8>, from open: Int) -> Ending? {
        var level = 0
        var isQuoted = false
        for index in open..<line.count {
            switch line[index] {
            case UInt8(ascii: "\"") where line[index - 1] != UInt8(ascii: "\\"): isQuoted.toggle()
            case UInt8(ascii: "(") where !isQuoted: level += 1
            case UInt8(ascii: ")") where !isQuoted:
                level -= 1
                if level == 0 { return ending(line, behind: index) }
            default: break
            }
        }
        return nil
    }

    /// The same where brackets or quotes do not match: what follows the arguments is unmistakable all the same.
    private static func closingAnything(_ line: Span<UInt8>, from open: Int) -> Ending? {
        var index = open + 1
        for _ in 0..<maxBrackets {
            guard let close = line.firstIndex(of: UInt8(ascii: ")"), in: index..<line.count) else { break }
            // Another line's columns.
            if line.firstIndex(of: " us ", in: index..<close) != nil { return nil }
            if let ending = ending(line, behind: close), ending != .damage { return ending }
            index = close + 1
        }
        return nil
    }

    /// More than this no arguments have; what each is followed by takes as long to see as the line is.
    private static let maxBrackets = 64

    /// What stands behind the arguments.
    private enum Ending {
        case leaf
        case entry
        /// A call's, but with more behind it than a remark.
        case damage
    }

    private static func ending(_ line: Span<UInt8>, behind close: Int) -> Ending? {
        if line.has(";", at: close + 1) { return Remark.fills(line, from: close + 2) ? .leaf : .damage }
        guard line.has(" {", at: close + 1) else { return nil }
        return Remark.fills(line, from: close + 3) ? .entry : .damage
    }
}
