/// A line `name: value` of what the kernel or a recorder counted.
struct NamedValue {
    let name: String
    /// Without the blanks around it.
    let value: ArraySlice<UInt8>

    /// The lines of a text, which ends with it or at a NUL. Lines without a colon are passed over.
    static func lines(_ text: some Sequence<UInt8>) -> [NamedValue] {
        text.prefix { $0 != 0 }.split(separator: UInt8(ascii: "\n")).compactMap { NamedValue(Array($0)) }
    }

    private init?(_ line: [UInt8]) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        name = String(decoding: line[..<colon], as: UTF8.self)
        let value = line[(colon + 1)...].drop(while: Self.isBlank)
        self.value = value.prefix(value.lastIndex { !Self.isBlank($0) }.map { $0 + 1 - value.startIndex } ?? 0)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { [0x09, 0x0d, 0x20].contains(byte) }

    /// The value's words.
    var words: [ArraySlice<UInt8>] { value.split(separator: UInt8(ascii: " ")) }

    /// The value as a number; a unit may stand behind it. nil if it is none.
    var number: UInt64? { words.first.flatMap { UInt64(String(decoding: $0, as: UTF8.self)) } }
}
