/// What the lowest five bits of a record's first word say; the time since the record before stands above them.
public enum RecordType {
    /// Data whose length stands in a word of its own, which counts itself.
    @inlinable public static var long: UInt32 { 0 }
    /// Data of so many words at the most has their number for its type.
    @inlinable public static var maxWords: UInt32 { 28 }
    /// The rest of the page, or a discarded event.
    @inlinable public static var padding: UInt32 { 29 }
    /// The upper bits of a time that has more of them than a record.
    @inlinable public static var timeExtend: UInt32 { 30 }
    /// A time that counts from zero.
    @inlinable public static var timeStamp: UInt32 { 31 }

    /// The bits of a record's first word that hold its type.
    /// The bits that hold the type.
    @inlinable public static var mask: UInt32 { 31 }
    /// Bits of the type, below those of the time.
    @inlinable public static var bits: UInt32 { 5 }
    /// Bits of the time in a record's first word.
    @inlinable public static var timeBits: UInt64 { 27 }
}

/// Walks over the events of one sub-buffer ("page") of the kernel's ring buffer.
///
/// Every length is checked against the page before it is believed. libtraceevent's kbuffer trusts them: a page whose
/// padding claims the length -4 makes it turn in a circle for ever, which a file that came by mail must not be able to do.
/// The tests compare both over every page of the captured fixtures.
@frozen public struct RingBufferPage {
    /// What comes next on a page.
    /// What stands next in a page.
    @frozen public enum Next {
        /// An event: where its record stands in the page, and its time in ns of the trace clock.
        case event(record: Range<Int>, timestamp: UInt64)
        /// Nothing more.
        /// The page is over.
        case end
        /// A length that does not fit: the rest of the page cannot be read.
        case damaged
    }

    /// What a page's header tells of events before it.
    /// What a page tells of events that the kernel could not keep.
    @frozen public enum Loss: Equatable {
        /// No event was lost.
        case none
        /// Events were lost before this page; nil if the kernel did not count them.
        case events(Int?)
    }

    /// Time of the event that came last, or of the page before the first: ns of the trace clock.
    public var timestamp: UInt64
    /// Whether events were lost between the previous page and this one.
    public let loss: Loss
    /// What has not been walked over.
    public var bytesLeft: Int { end - index }
    @usableFromInline var index: Int
    @usableFromInline let end: Int

    /// - Parameters:
    ///   - page: the whole sub-buffer, little-endian.
    ///   - layout: of its header.
    /// - Returns: nil if the header claims more than the page holds.
    public init?(_ page: RawSpan, _ layout: PageLayout = .wide) {
        guard page.byteCount >= layout.dataOffset,
            let commit = page.number(at: PageLayout.commitOffset, size: layout.commitSize)
        else { return nil }
        timestamp = page.unsafeLoadUnaligned(fromByteOffset: 0, as: UInt64.self)
        let used = Int(commit & CommitWord.byteCount)
        index = layout.dataOffset
        guard used <= page.byteCount - index else { return nil }
        end = index + used
        let isCounted = commit & CommitWord.missedCountStored != 0 && end + layout.commitSize <= page.byteCount
        if commit & CommitWord.missedEvents == 0 {
            loss = .none
        } else if isCounted {
            loss = .events(page.number(at: end, size: layout.commitSize).flatMap { Int(exactly: $0) })
        } else {
            loss = .events(nil)
        }
    }

    /// The next event that carries data; time extensions and padding are passed over.
    ///
    /// - Parameter page: the one that this was made of: `end` was found to lie in it, and is not looked at again.
    @inlinable @inline(__always)
    public mutating func next(_ page: RawSpan) -> Next {
        while index < end {
            guard end &- index >= 4 else { return .damaged }
            let word = page.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt32.self)
            let type = word & RecordType.mask
            let delta = UInt64(word &>> RecordType.bits)
            index &+= 4
            if type &- 1 < RecordType.maxWords {
                timestamp &+= delta
                return record(start: index, length: Int(type) &* 4)
            }
            // All other kinds have a second word.
            guard end &- index >= 4 else { return .damaged }
            let second = page.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt32.self)
            switch type {
            case RecordType.long:
                timestamp &+= delta
                // The length includes its own word.
                guard second >= 4 else { return .damaged }
                return record(start: index &+ 4, length: (Int(second) &- 4).aligned(to: 4))
            case RecordType.padding:
                // Padding without a time fills the rest of the page; with one it is a discarded event.
                guard delta != 0 else { return .end }
                timestamp &+= delta
                guard Int(second) <= end &- index, second >= 4 else { return .damaged }
                index &+= Int(second)
            case RecordType.timeExtend:
                timestamp &+= UInt64(second) << RecordType.timeBits &+ delta
                index &+= 4
            default:
                // An absolute time lacks its five highest bits.
                timestamp = (timestamp & 0xf8 << 56) | (UInt64(second) << RecordType.timeBits &+ delta)
                index &+= 4
            }
        }
        return .end
    }

    @inlinable @inline(__always)
    mutating func record(start: Int, length: Int) -> Next {
        guard length <= end &- start else { return .damaged }
        index = start &+ length
        return .event(record: Range(uncheckedBounds: (start, index)), timestamp: timestamp)
    }
}
