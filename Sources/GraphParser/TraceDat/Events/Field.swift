/// Where a field stands in an event's record, in bytes from the record's begin, common header included.
struct Field: Equatable, Sendable {
    let offset: Int
    /// 1, 2, 4 or 8.
    let size: Int

    init?(offset: Int, size: Int) {
        guard offset >= 0, offset < 4096, [1, 2, 4, 8].contains(size) else { return nil }
        self.offset = offset
        self.size = size
    }

    /// The field's value, zero-extended; nil if the record is too short.
    @inline(__always)
    func value(in page: RawSpan, record: Range<Int>) -> UInt64? {
        guard offset + size <= record.count else { return nil }
        return page.number(at: record.lowerBound + offset, size: size)
    }
}

extension RawSpan {
    /// The little-endian number of 1, 2, 4 or 8 bytes at `offset`, zero-extended; nil if it does not lie inside.
    @inline(__always)
    func number(at offset: Int, size: Int) -> UInt64? {
        guard offset >= 0, offset <= byteCount - size else { return nil }
        switch size {
        case 8: return unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
        case 4: return UInt64(unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
        case 2: return UInt64(unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
        case 1: return UInt64(unsafeLoad(fromByteOffset: offset, as: UInt8.self))
        default: return nil
        }
    }
}
