/// What stands behind a call: the kernel's and trace-cmd's own words, what people write there, or damage such as the next
/// line whose newline was lost.
enum Remark {
    /// True if nothing or a remark stands from `start` on, be that in plain words.
    static func fills(_ line: Span<UInt8>, from start: Int) -> Bool {
        if isMarked(line, from: start) { return true }
        // Words are set apart, and have nothing that another call would have.
        guard line.has(" ", at: start) else { return false }
        return isPlain(line, from: line.skipSpaces(from: start))
    }

    /// The same, but words need a mark before them: behind a brace other words are a program's.
    static func isMarked(_ line: Span<UInt8>, from start: Int) -> Bool {
        let text = line.skipSpaces(from: start)
        guard text < line.count else { return true }
        // trace-cmd's return value or depth.
        if line.has("(", at: text), let close = line.firstIndex(of: UInt8(ascii: ")"), in: text..<line.count) {
            return (line.has("(ret=", at: text) || line.number(from: text + 1)?.end == close)
                && isMarked(line, from: close + 1)
        }
        if line.has("/*", at: text) {
            guard let end = line.firstIndex(of: "*/", in: (text + 2)..<line.count) else {
                return isPlain(line, from: text)
            }
            return fills(line, from: end + 2)
        }
        if line.has("//", at: text) { return !Columns.stand(in: line, from: text) }
        let marks: [StaticString] = ["#", "--", "<-", "<=", "<<", "=="]
        return marks.contains { line.has($0, at: text) } && isPlain(line, from: text)
    }

    /// Nothing of a trace's columns and no other call.
    private static func isPlain(_ line: Span<UInt8>, from start: Int) -> Bool {
        if let number = line.number(from: start), line.has(")", at: number.end) { return false }
        for index in start..<line.count {
            switch line[index] {
            case bar, UInt8(ascii: "{"), UInt8(ascii: "}"), 0..<0x20, 0x7f: return false
            case UInt8(ascii: ")") where line.has(");", at: index): return false
            default: break
            }
        }
        return line.firstIndex(of: " us ", in: start..<line.count) == nil
    }
}
