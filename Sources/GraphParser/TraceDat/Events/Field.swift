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
        let at = record.lowerBound + offset
        switch size {
        case 8: return page.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)
        case 4: return UInt64(page.unsafeLoadUnaligned(fromByteOffset: at, as: UInt32.self))
        case 2: return UInt64(page.unsafeLoadUnaligned(fromByteOffset: at, as: UInt16.self))
        default: return UInt64(page.unsafeLoad(fromByteOffset: at, as: UInt8.self))
        }
    }
}
