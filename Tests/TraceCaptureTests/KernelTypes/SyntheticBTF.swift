/// A BTF file of a test's own, of either byte order.
struct SyntheticBTF {
    /// A type's number, in its file or its base.
    typealias ID = UInt32

    var isBigEndian = false
    private(set) var types: [UInt8] = []
    private(set) var strings: [UInt8]
    private(set) var next: ID
    private let firstName: Int

    init(isBigEndian: Bool = false) {
        self.isBigEndian = isBigEndian
        (strings, next, firstName) = ([0], 1, 0)
    }

    /// For a module.
    init(base: SyntheticBTF) {
        isBigEndian = base.isBigEndian
        (strings, next, firstName) = ([], base.next, base.firstName + base.strings.count)
    }

    var bytes: [UInt8] {
        let header =
            number(UInt16(0xeb9f)) + [1, 0]
            + [24, 0, types.count, types.count, strings.count].flatMap { number(UInt32($0)) }
        return header + types + strings
    }

    private func number<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
        withUnsafeBytes(of: isBigEndian ? value.bigEndian : value.littleEndian) { Array($0) }
    }

    mutating func name(_ text: String) -> UInt32 {
        if text.isEmpty { return 0 }
        defer { strings += Array(text.utf8) + [0] }
        return UInt32(firstName + strings.count)
    }

    /// A type of any kind.
    ///
    /// - Parameter third: the third word, a size or a type.
    mutating func add(
        _ kind: UInt32, _ text: String = "", third: UInt32 = 0, count: UInt32 = 0, flag: Bool = false,
        _ rest: [UInt32] = []
    ) -> ID {
        let words = [name(text), kind << 24 | count | (flag ? 1 << 31 : 0), third] + rest
        types += words.flatMap { number($0) }
        next += 1
        return next - 1
    }

    mutating func integer(
        _ text: String, bytes: UInt32, isSigned: Bool = false, bits: UInt32? = nil, at offset: UInt32 = 0
    ) -> ID {
        add(1, text, third: bytes, [(isSigned ? 1 << 24 : 0) | offset << 16 | (bits ?? bytes * 8)])
    }

    mutating func pointer(to type: ID) -> ID { add(2, third: type) }

    mutating func array(of type: ID, _ count: UInt32) -> ID { add(3, "", [type, type, count]) }

    /// - Parameters:
    ///   - members: names, types and offsets in bits, with `bits << 24` of bit-fields if there is the flag.
    mutating func structure(
        _ text: String, size: UInt32 = 64, isUnion: Bool = false, flag: Bool = false,
        _ members: [(name: String, type: ID, offset: UInt32)]
    ) -> ID {
        let rest = members.flatMap { [name($0.name), $0.type, $0.offset] }
        return add(isUnion ? 5 : 4, text, third: size, count: UInt32(members.count), flag: flag, rest)
    }

    mutating func declaration(_ text: String) -> ID { add(7, text) }

    mutating func function(_ text: String, _ parameters: [(name: String, type: ID)]) -> ID {
        let rest = parameters.flatMap { [name($0.name), $0.type] }
        return add(12, text, third: add(13, count: UInt32(parameters.count), rest))
    }
}
