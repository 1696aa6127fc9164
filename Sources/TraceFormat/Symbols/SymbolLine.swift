/// A line of /proc/kallsyms that names code: `ffffffff81000000 T name`, `[module]` behind a tab.
package struct SymbolLine {
    /// 0 where the kernel hides addresses.
    package let address: UInt64
    /// Where in the line the name stands, with the module behind it.
    package let names: Range<Int>

    /// - Returns: nil for data, for what has no name, and for what is no such line.
    @inlinable
    package init?(_ line: Span<UInt8>) {
        let blank = UInt8(ascii: " ")
        // Half of kallsyms is data: seen first where the address has its usual width.
        if line.count > 17 && line[16] == blank && !Self.isCode(type: line[17]) { return nil }
        guard let (address, index) = Self.address(line) else { return nil }
        guard index > 0, index + 3 < line.count, line[index] == blank, Self.isCode(type: line[index + 1]),
            line[index + 2] == blank
        else { return nil }
        self.address = address
        names = (index + 3)..<line.count
    }

    /// The address with which a line begins, and where it ends; nil if it has more than 64 bits.
    @inlinable
    static func address(_ line: Span<UInt8>) -> (value: UInt64, end: Int)? {
        let bytes = line.bytes
        // Nearly all have sixteen digits.
        if line.count > 16, hexDigit(line[16]) == nil,
            let high = eightHexDigits(bytes.unsafeLoadUnaligned(fromByteOffset: 0, as: UInt64.self)),
            let low = eightHexDigits(bytes.unsafeLoadUnaligned(fromByteOffset: 8, as: UInt64.self))
        {
            return (high << 32 | low, 16)
        }
        var address: UInt64 = 0
        var index = 0
        while index < line.count, let digit = hexDigit(line[index]) {
            guard address >> 60 == 0 else { return nil }
            address = address << 4 | digit
            index += 1
        }
        return (address, index)
    }

    /// Whether a symbol's type says code: `t`, `T`, `w` or `W`.
    @inlinable
    package static func isCode(type: UInt8) -> Bool {
        switch type {
        case UInt8(ascii: "t"), UInt8(ascii: "T"), UInt8(ascii: "w"), UInt8(ascii: "W"): true
        default: false
        }
    }

    /// Whether a name is of what stands in front of a function, or in place of it, and is never what was called.
    package static func isPadding(_ name: Span<UInt8>) -> Bool {
        switch name[0] {
        case UInt8(ascii: "_"): name.starts(with: "__pfx_") || name.starts(with: "__cfi_")
        // Marks between code and data on ARM.
        case UInt8(ascii: "$"): true
        default: false
        }
    }

    /// Tells the name from its module, in brackets, as printable text.
    ///
    /// - Parameter names: what stands in ``names``.
    /// - Returns: a nil name if there is none; a nil module if the function is the kernel's own.
    package static func split(_ names: ArraySlice<UInt8>) -> (name: String?, module: String?) {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x09 || byte == UInt8(ascii: " ") }
        let parts = names.split(maxSplits: 1, whereSeparator: isBlank)
        guard let name = parts.first else { return (nil, nil) }
        let rest = parts.count > 1 ? parts[1].prefix { !isBlank($0) } : []
        let module = rest.first == UInt8(ascii: "[") ? printable(rest.dropFirst().dropLast()) : nil
        return (printable(name), module)
    }
}

/// The value of eight hexadecimal digits, as the kernel prints them; nil if not all are that.
@inlinable @inline(__always)
func eightHexDigits(_ digits: UInt64) -> UInt64? {
    let ones: UInt64 = 0x0101_0101_0101_0101
    // A letter has the bit that no digit has, and counts from 10 on.
    let values = (digits & (0x0f &* ones)) &+ (digits >> 6 & ones) &* 9
    let areLetters = (values &+ 6 &* ones) >> 4 & ones
    guard values & (0xf0 &* ones) == 0, values &+ 0x30 &* ones &+ areLetters &* 0x27 == digits else { return nil }
    // Pairs of digits, then of pairs, then of fours.
    let nibbles = values.byteSwapped
    let pairs = (nibbles | nibbles >> 4) & 0x00ff_00ff_00ff_00ff
    let fours = (pairs | pairs >> 8) & 0x0000_ffff_0000_ffff
    return (fours | fours >> 16) & 0xffff_ffff
}

@inlinable @inline(__always)
func hexDigit(_ byte: UInt8) -> UInt64? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
}

extension Span<UInt8> {
    fileprivate func starts(with prefix: StaticString) -> Bool {
        guard count >= prefix.utf8CodeUnitCount else { return false }
        return prefix.withUTF8Buffer { expected in expected.indices.allSatisfy { self[$0] == expected[$0] } }
    }
}
