/// Walks over the events of one sub-buffer ("page") of the kernel's ring buffer.
///
/// Every length is checked against the page before it is believed. libtraceevent's kbuffer trusts them: a page whose
/// padding claims the length -4 makes it turn in a circle for ever, which a file that came by mail must not be able to do.
/// The tests compare both over every page of the captured fixtures.
struct RingBufferPage {
    enum Next {
        /// An event: where its record stands in the page, and its time in ns of the trace clock.
        case event(record: Range<Int>, timestamp: UInt64)
        case end
        /// A length that does not fit: the rest of the page cannot be read.
        case damaged
    }

    enum Loss: Equatable {
        case none
        /// Events were lost before this page; nil if the kernel did not count them.
        case events(Int?)
    }

    private(set) var timestamp: UInt64
    /// Whether events were lost between the previous page and this one.
    let loss: Loss
    /// What has not been walked over.
    var bytesLeft: Int { end - index }
    private var index: Int
    private let end: Int

    /// - Parameter page: the whole sub-buffer, little-endian.
    /// - Returns: nil if the header claims more than the page holds.
    init?(_ page: RawSpan, _ layout: PageLayout = .wide) {
        guard page.byteCount >= layout.dataOffset,
            let commit = page.number(at: 8, size: layout.commitSize)
        else { return nil }
        timestamp = page.unsafeLoadUnaligned(fromByteOffset: 0, as: UInt64.self)
        // The low bits count bytes; bits 31 and 30 tell of missed events and of their number behind the data.
        let used = Int(commit & 0x7ff_ffff)
        index = layout.dataOffset
        guard used <= page.byteCount - index else { return nil }
        end = index + used
        let isCounted = commit & (1 << 30) != 0 && end + layout.commitSize <= page.byteCount
        if commit & (1 << 31) == 0 {
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
    @inline(__always)
    mutating func next(_ page: RawSpan) -> Next {
        while index < end {
            guard end &- index >= 4 else { return .damaged }
            let word = page.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt32.self)
            let type = word & 0x1f
            let delta = UInt64(word &>> 5)
            index &+= 4
            if type &- 1 < 28 {
                timestamp &+= delta
                return record(start: index, length: Int(type) &* 4)
            }
            // All other kinds have a second word.
            guard end &- index >= 4 else { return .damaged }
            let second = page.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt32.self)
            switch type {
            case 0:
                timestamp &+= delta
                // The length includes its own word.
                guard second >= 4 else { return .damaged }
                return record(start: index &+ 4, length: (Int(second) &- 4 &+ 3) & ~3)
            case 29:
                // Padding without a time fills the rest of the page; with one it is a discarded event.
                guard delta != 0 else { return .end }
                timestamp &+= delta
                guard Int(second) <= end &- index, second >= 4 else { return .damaged }
                index &+= Int(second)
            case 30:
                timestamp &+= UInt64(second) << 27 &+ delta
                index &+= 4
            default:
                // An absolute time lacks its five highest bits.
                timestamp = (timestamp & 0xf8 << 56) | (UInt64(second) << 27 &+ delta)
                index &+= 4
            }
        }
        return .end
    }

    @inline(__always)
    private mutating func record(start: Int, length: Int) -> Next {
        guard length <= end &- start else { return .damaged }
        index = start &+ length
        return .event(record: Range(uncheckedBounds: (start, index)), timestamp: timestamp)
    }
}
