/// The events of one CPU's ring buffer in a trace.dat, in the order in which they were recorded.
struct CPUStream {
    /// What comes next from this CPU.
    enum Head {
        case event(record: Range<Int>)
        /// Events were lost; nil if the kernel did not count them.
        case loss(Int?)
        /// A page, or the rest of one, that cannot be understood.
        case damaged
        case end
    }

    let cpu: Int
    private(set) var head = Head.end
    /// Time in ns of `head`: of a loss, the last time before it, so that it is seen before what came meanwhile elsewhere.
    private(set) var timestamp: UInt64 = 0
    /// The pages read last; `head`'s record stands in it.
    private(set) var chunk: [UInt8] = []

    private let pageSize: Int
    private let layout: PageLayout
    private var reader: PageReader
    private var page: RingBufferPage?
    private var pageStart = 0
    /// Bytes of `chunk` that are valid.
    private var filled = 0

    /// Pages are read in pieces of this many bytes.
    private static let chunkSize = 1 << 20

    init(file: InputFile, data: CPUData, pageSize: Int, layout: PageLayout) {
        cpu = data.cpu
        self.pageSize = pageSize
        self.layout = layout
        reader = PageReader(file: file, data: data, pageSize: pageSize)
    }

    var isAtEnd: Bool { if case .end = head { true } else { false } }

    /// Moves `head` on to what comes next.
    mutating func advance() throws(TraceError) {
        while true {
            guard var open = page else {
                if try openNextPage() { continue } else { return }
            }
            let next = open.next(chunk.span.bytes.extracting(pageRange))
            page = open
            switch next {
            case .event(let record, let time):
                timestamp = time
                head = .event(record: (pageStart + record.lowerBound)..<(pageStart + record.upperBound))
                return
            case .end: page = nil
            case .damaged:
                page = nil
                head = .damaged
                return
            }
        }
    }

    /// - Returns: true if a page is open and nothing has to be said first.
    private mutating func openNextPage() throws(TraceError) -> Bool {
        guard try loadNextPage() else {
            head = .end
            return false
        }
        guard let opened = RingBufferPage(chunk.span.bytes.extracting(pageRange), layout) else {
            head = .damaged
            return false
        }
        page = opened
        guard case .events(let count) = opened.loss else { return true }
        if timestamp == 0 { timestamp = opened.timestamp }
        head = .loss(count)
        return false
    }

    private mutating func loadNextPage() throws(TraceError) -> Bool {
        pageStart += pageSize
        // The last page may be cut; then its own header tells.
        if pageStart < filled { return true }
        filled = try reader.next(into: &chunk, atMost: Self.chunkSize)
        pageStart = 0
        return filled > 0
    }

    private var pageRange: Range<Int> { pageStart..<min(pageStart + pageSize, filled) }
}
