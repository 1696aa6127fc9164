import TraceFormat

/// The name of a uprobe's event at the entry or the return of a function in user space: `call__OBJECT__FUNCTION` or
/// `ret__OBJECT__FUNCTION`, where OBJECT is the program or library and has no two underscores in a row.
struct UserCallName {
    /// ``GraphEvent/Kind/userEntry`` or ``GraphEvent/Kind/userExit``.
    let kind: GraphEvent.Kind
    /// Where `OBJECT__FUNCTION` stands, which is a function's own as the event's name is not.
    let whole: Range<Int>
    private let object: Range<Int>
    private let function: Range<Int>

    /// The folder in tracefs' events that these events are in.
    static let system = "dmflow"

    /// - Parameter start: where the name begins, which ends where `text` does or with a byte that no name has.
    /// - Returns: nil if it is another event's.
    init?(_ text: Span<UInt8>, from start: Int) {
        let prefix: Int
        if text.has("call__", at: start) {
            (kind, prefix) = (.userEntry, 6)
        } else if text.has("ret__", at: start) {
            (kind, prefix) = (.userExit, 5)
        } else {
            return nil
        }
        var end = start + prefix
        while end < text.count, Self.isOfName(text[end]) { end += 1 }
        whole = (start + prefix)..<end
        guard let gap = text.firstIndex(of: "__", in: whole), gap > whole.lowerBound, gap + 2 < end else { return nil }
        object = whole.lowerBound..<gap
        function = (gap + 2)..<end
    }

    /// The function, with the object as its module.
    func function(in text: Span<UInt8>) -> Function {
        Function(name: printable(function.map { text[$0] }), module: printable(object.map { text[$0] }))
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
