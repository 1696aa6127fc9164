/// Undoes what copying a trace does to it: the marks of quoted mail, no-break spaces of web pages (C2 A0 in UTF-8) and their
/// character entities, tabs for spaces, the colours of a terminal.
enum PlainText {
    /// The line in plain spaces; nil if it has nothing of all this.
    static func restored(_ line: Span<UInt8>) -> [UInt8]? {
        var plain: [UInt8] = []
        var index = quoteEnd(line)
        var isChanged = index > 0
        while index < line.count {
            let next = skipped(line, at: index, into: &plain)
            if next == index {
                plain.append(line[index])
                index += 1
            } else {
                isChanged = true
                index = next
            }
        }
        return isChanged ? plain : nil
    }

    /// Colours can stand where a line is understood without what they colour.
    static func isColoured(_ line: Span<UInt8>) -> Bool { line.firstIndex(of: 0x1b, in: 0..<line.count) != nil }

    /// The index behind `> ` and `>> ` of mail that was quoted, also more than once.
    private static func quoteEnd(_ line: Span<UInt8>) -> Int {
        var end = 0
        var next = line.skip(upTo: 1, from: 0)
        while next < line.count, line[next] == UInt8(ascii: ">") {
            end = next + 1
            next = line.skip(upTo: 1, from: end)
        }
        return end > 0 ? line.skip(upTo: 1, from: end) : 0
    }

    /// The index behind what stands for something else at `index`; `index` if that is an ordinary byte.
    private static func skipped(_ line: Span<UInt8>, at index: Int, into plain: inout [UInt8]) -> Int {
        switch line[index] {
        case 0x09:
            repeat { plain.append(space) } while plain.count % 8 != 0
            return index + 1
        case 0xc2 where index + 1 < line.count && line[index + 1] == 0xa0:
            plain.append(space)
            return index + 2
        case UInt8(ascii: "&"):
            guard let entity = entity(line, at: index) else { return index }
            plain.append(entity.byte)
            return entity.end
        case 0x1b where line.has("[", at: index + 1):
            var end = index + 2
            while end < line.count, isDigit(line[end]) || line[end] == UInt8(ascii: ";") { end += 1 }
            return line.has("m", at: end) || line.has("K", at: end) ? end + 1 : index
        default: return index
        }
    }

    /// `&lt;` and the like.
    private static func entity(_ line: Span<UInt8>, at index: Int) -> (byte: UInt8, end: Int)? {
        for (name, byte) in entities where line.has(name, at: index) { return (byte, index + name.utf8CodeUnitCount) }
        return nil
    }

    private static let entities: [(StaticString, UInt8)] = [
        ("&nbsp;", space), ("&#160;", space), ("&#xa0;", space), ("&#xA0;", space), ("&#32;", space),
        ("&lt;", UInt8(ascii: "<")), ("&#60;", UInt8(ascii: "<")), ("&gt;", UInt8(ascii: ">")),
        ("&#62;", UInt8(ascii: ">")), ("&amp;", UInt8(ascii: "&")), ("&#38;", UInt8(ascii: "&")),
        ("&quot;", UInt8(ascii: "\"")), ("&#34;", UInt8(ascii: "\"")), ("&apos;", UInt8(ascii: "'")),
        ("&#39;", UInt8(ascii: "'")), ("&#x27;", UInt8(ascii: "'")), ("&#124;", bar), ("&#x7c;", bar),
    ]
}
