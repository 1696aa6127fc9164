extension RawSpan {
    /// The little-endian number of 1, 2, 4 or 8 bytes at `offset`, zero-extended; nil if it does not lie inside.
    @inlinable @inline(__always)
    public func number(at offset: Int, size: Int) -> UInt64? {
        switch size {
        case 8: number(at: offset, as: UInt64.self)
        case 4: number(at: offset, as: UInt32.self).map(UInt64.init)
        case 2: number(at: offset, as: UInt16.self).map(UInt64.init)
        case 1: number(at: offset, as: UInt8.self).map(UInt64.init)
        default: nil
        }
    }

    /// The number at `offset`, which need not be aligned; nil if it does not lie inside.
    @inlinable @inline(__always)
    public func number<Number: FixedWidthInteger & BitwiseCopyable>(
        at offset: Int, as: Number.Type, isBigEndian: Bool = false
    ) -> Number? {
        guard offset >= 0, offset <= byteCount - MemoryLayout<Number>.size else { return nil }
        let stored = unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: Number.self)
        return isBigEndian ? Number(bigEndian: stored) : Number(littleEndian: stored)
    }
}

extension Int {
    /// The least multiple of `alignment`, which is a power of two, that is not below it.
    @inlinable @inline(__always)
    public func aligned(to alignment: Int) -> Int { (self &+ alignment &- 1) & ~(alignment &- 1) }
}

/// Writes numbers and texts one behind the other, in this machine's byte order.
package struct ByteWriter {
    package private(set) var content: [UInt8] = []

    package init() {}

    package var count: Int { content.count }

    package mutating func append(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number) { content.append(contentsOf: $0) }
    }

    package mutating func append(bytes: some Sequence<UInt8>) {
        content.append(contentsOf: bytes)
    }

    /// Bytes with their count before them, in 64 bits.
    package mutating func append(sized bytes: [UInt8]) {
        append(UInt64(bytes.count))
        append(bytes: bytes)
    }

    /// A text with the NUL that ends it.
    package mutating func append(string: String) {
        content.append(contentsOf: string.utf8)
        content.append(0)
    }
}
