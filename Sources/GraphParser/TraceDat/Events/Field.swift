import TraceFormat

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
