/// The name of a uprobe's event at the entry or the return of a function in user space: `call__OBJECT__FUNCTION` or
/// `ret__OBJECT__FUNCTION`, where OBJECT is the program or library and has no two underscores in a row.
package struct ProbeName {
    package enum Kind: Sendable {
        case entry
        case exit

        /// With which its names begin.
        package var prefix: StaticString { self == .entry ? "call__" : "ret__" }
    }

    /// The group of all probes that dmflow sets: the folder in tracefs' events, and the system in a trace.dat.
    package static let group = "dmflow"
    /// Bytes that a kernel takes for an event's name, without the NUL.
    package static let maxSize = 63

    package let kind: Kind
    /// Where `OBJECT__FUNCTION` stands, which is a function's own as the event's name is not.
    package let whole: Range<Int>
    package let object: Range<Int>
    package let function: Range<Int>

    /// The name for a function's probe.
    package static func text(_ kind: Kind, object: String, function: String) -> String {
        "\(kind.prefix)\(object)__\(function)"
    }

    /// - Parameter start: where the name begins, which ends where `text` does or with a byte that no name has.
    /// - Returns: nil if it is another event's.
    package init?(_ text: Span<UInt8>, from start: Int) {
        if text.has(Kind.entry.prefix, at: start) {
            kind = .entry
        } else if text.has(Kind.exit.prefix, at: start) {
            kind = .exit
        } else {
            return nil
        }
        let begin = start + kind.prefix.utf8CodeUnitCount
        var end = begin
        while end < text.count, Self.isOfName(text[end]) { end += 1 }
        whole = begin..<end
        guard let gap = (begin..<end).first(where: { text.has("__", at: $0) }), gap > begin, gap + 2 < end else {
            return nil
        }
        object = begin..<gap
        function = (gap + 2)..<end
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

extension Span<UInt8> {
    fileprivate func has(_ text: StaticString, at index: Int) -> Bool {
        guard index >= 0, index <= count - text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { expected in expected.indices.allSatisfy { self[index + $0] == expected[$0] } }
    }
}
