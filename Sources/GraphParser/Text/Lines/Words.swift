// Eight bytes of text at a time, little-endian: the first byte is the lowest.

private let ones: UInt64 = 0x0101_0101_0101_0101
private let highBits: UInt64 = 0x8080_8080_8080_8080

/// The lowest bit that is set belongs to the first of the eight bytes that is `byte`; 0 if none is. Bits above it mean nothing.
@inline(__always)
func positions(of byte: UInt8, in word: UInt64) -> UInt64 {
    let difference = word ^ (UInt64(byte) &* ones)
    return (difference &- ones) & ~difference & highBits
}

/// The same for bytes below the blank: newlines, tabs and other control characters.
@inline(__always)
func controls(in word: UInt64) -> UInt64 { (word &- 0x20 &* ones) & ~word & highBits }

/// The value of eight decimal digits; nil if not all are digits.
@inline(__always)
func decimal(_ digits: UInt64) -> UInt64? {
    let values = digits &- 0x3030_3030_3030_3030
    guard (digits &+ 0x4646_4646_4646_4646 | values) & highBits == 0 else { return nil }
    // Pairs of digits, then of pairs, then of fours.
    let pairs = (values &* 10 &+ (values >> 8)) & 0x00ff_00ff_00ff_00ff
    let fours = (pairs &* 100 &+ (pairs >> 16)) & 0x0000_ffff_0000_ffff
    return (fours &* 10000 &+ (fours >> 32)) & 0xffff_ffff
}

/// Eight bytes that end in the first `count` bytes of `word`, filled up with zeros in front: `12.` with 2 becomes `00000012`.
@inline(__always)
func leadingZeros(_ word: UInt64, count: Int) -> UInt64 {
    let shift = UInt64(64 &- 8 &* count)
    return word << shift | (0x3030_3030_3030_3030 & ((1 << shift) &- 1))
}

extension RawSpan {
    /// Eight bytes; the caller has made sure that they are there.
    @inline(__always)
    func word(_ offset: Int) -> UInt64 { unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self) }

    @inline(__always)
    func half(_ offset: Int) -> UInt32 { unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt32.self) }

    @inline(__always)
    func byte(_ offset: Int) -> UInt8 { unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self) }
}
