/// Undoes what copying a trace does to it: no-break spaces of web pages (C2 A0 in UTF-8), tabs for spaces, the colours of a
/// terminal.
enum PlainText {
    /// The line in plain spaces; nil if it has nothing of all this.
    static func restored(_ line: Span<UInt8>) -> [UInt8]? {
        var plain: [UInt8] = []
        var index = 0
        var isChanged = false
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

    /// The index behind what stands for something else at `index`; `index` if that is an ordinary byte.
    private static func skipped(_ line: Span<UInt8>, at index: Int, into plain: inout [UInt8]) -> Int {
        switch line[index] {
        case 0x09:
            repeat { plain.append(space) } while plain.count % 8 != 0
            return index + 1
        case 0xc2 where index + 1 < line.count && line[index + 1] == 0xa0:
            plain.append(space)
            return index + 2
        case 0x1b where line.has("[", at: index + 1):
            var end = index + 2
            while end < line.count, isDigit(line[end]) || line[end] == UInt8(ascii: ";") { end += 1 }
            return line.has("m", at: end) || line.has("K", at: end) ? end + 1 : index
        default: return index
        }
    }
}
