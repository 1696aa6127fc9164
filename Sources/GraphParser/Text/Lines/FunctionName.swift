/// What a function may be called in a trace: prose with a parenthesis in it is no call.
enum FunctionName {
    /// True if `name` or `name [module]` fills the range: letters, digits, `_ . $ :`, as source languages and compilers have
    /// them, or `(null)`.
    static func fills(_ line: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard !range.isEmpty else { return false }
        if range.count == 6, line.has("(null)", at: range.lowerBound) { return true }
        var end = range.lowerBound
        while end < range.upperBound, isOfName(line[end]) { end += 1 }
        guard end > range.lowerBound else { return false }
        return end == range.upperBound || isModule(line, end..<range.upperBound)
    }

    /// ` [module]`; a library's name has more characters than a kernel module's.
    private static func isModule(_ line: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard line.has(" [", at: range.lowerBound), line[range.upperBound - 1] == UInt8(ascii: "]"), range.count > 3
        else { return false }
        for index in (range.lowerBound + 2)..<(range.upperBound - 1) {
            let byte = line[index]
            guard isOfName(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") else { return false }
        }
        return true
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "$"),
            UInt8(ascii: ":"):
            true
        default: false
        }
    }
}
