/// What a text has of an event that is no call: `block_rq_issue: 8,0 W …`, or a remark of trace_printk.
enum EventText {
    /// Where the event's name stands, empty for a remark, and where the rest begins.
    static func split(_ text: [UInt8]) -> (name: Range<Int>, rest: Int) {
        let end = text.firstIndex { !isOfName($0) } ?? text.count
        guard end > 0, end < text.count, text[end] == UInt8(ascii: ":") else { return (0..<0, 0) }
        guard end + 1 < text.count else { return (0..<end, end + 1) }
        guard text[end + 1] == space else { return (0..<0, 0) }
        let rest = text[(end + 1)...].firstIndex { $0 != space } ?? text.count
        return (0..<end, rest)
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        default: isDigit(byte)
        }
    }
}
