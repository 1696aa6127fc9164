/// A key as `dmflow browse` takes it.
enum Key: Equatable {
    case character(Character)
    case up, down, left, right, pageUp, pageDown, home, end
    case enter, backspace, escape
    /// With the key Ctrl.
    case control(Character)
}

/// Turns what a terminal sends into keys. A sequence may come in pieces.
struct KeyReader {
    private var bytes: [UInt8] = []

    /// Whether it has got the beginning of something that may be a sequence, or Escape alone.
    var isWaiting: Bool { !bytes.isEmpty }

    /// - Parameter isLast: nothing more has come for a while: what waits is what it is.
    mutating func keys(_ new: some Sequence<UInt8>, isLast: Bool = false) -> [Key] {
        bytes += new
        var keys: [Key] = []
        while let (key, length) = next(isLast: isLast) {
            bytes.removeFirst(length)
            if let key { keys.append(key) }
        }
        return keys
    }

    /// - Returns: the next key, nil if it has none, and how many bytes it takes; nil if more have to come.
    private func next(isLast: Bool) -> (Key?, Int)? {
        guard let first = bytes.first else { return nil }
        switch first {
        case 0x1b: return sequence(isLast: isLast)
        case 0x0d, 0x0a: return (.enter, 1)
        case 0x7f, 0x08: return (.backspace, 1)
        case 0x00..<0x20: return (.control(Character(UnicodeScalar(first + 0x60))), 1)
        case 0x20..<0x7f: return (.character(Character(UnicodeScalar(first))), 1)
        default: return encoded(first, isLast: isLast)
        }
    }

    private func encoded(_ first: UInt8, isLast: Bool) -> (Key?, Int)? {
        let length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1
        guard bytes.count >= length else { return isLast ? (nil, bytes.count) : nil }
        guard let text = String(validating: bytes[..<length], as: UTF8.self), let character = text.first else {
            return (nil, 1)
        }
        return (.character(character), length)
    }

    /// `ESC [ … letter` and `ESC O letter`; what is not known is no key.
    private func sequence(isLast: Bool) -> (Key?, Int)? {
        guard bytes.count > 1 else { return isLast ? (.escape, 1) : nil }
        guard bytes[1] == UInt8(ascii: "[") || bytes[1] == UInt8(ascii: "O") else { return (.escape, 1) }
        guard let end = bytes.dropFirst(2).firstIndex(where: { (0x40...0x7e).contains($0) }) else {
            return isLast || bytes.count > 16 ? (nil, bytes.count) : nil
        }
        let number = bytes[2..<end].prefix { $0 != UInt8(ascii: ";") }
        return (Self.key(bytes[end], String(decoding: number, as: UTF8.self)), end + 1)
    }

    private static func key(_ letter: UInt8, _ number: String) -> Key? {
        switch (Character(UnicodeScalar(letter)), number) {
        case ("A", _): .up
        case ("B", _): .down
        case ("C", _): .right
        case ("D", _): .left
        case ("H", _), ("~", "1"), ("~", "7"): .home
        case ("F", _), ("~", "4"), ("~", "8"): .end
        case ("~", "5"): .pageUp
        case ("~", "6"): .pageDown
        default: nil
        }
    }
}
