/// The events of one CPU's ring buffer in a trace.dat, in the order in which they were recorded.
struct CPUStream: Sendable {
    let cpu: UInt16
    /// The events of the page decoded last; those before `next` have been moved on.
    private var page = DecodedPage()
    private var next = 0
    /// How far the file has been read.
    private(set) var bytesRead = 0

    /// The pages read last.
    private var chunk: [UInt8] = []
    private let pageSize: Int
    private var pageStart = 0
    private var nextOffset: Int
    private let endOffset: Int
    private var lastTime: UInt64 = 0

    /// Pages are read in pieces of this many bytes.
    private static let chunkSize = 256 << 10

    init(cpu: Int, data: TraceDatHeader.CPUData, pageSize: Int) {
        self.cpu = UInt16(cpu)
        self.pageSize = pageSize
        nextOffset = data.offset
        endOffset = data.offset + data.size
    }

    var isAtEnd: Bool { next == page.events.count }

    /// When it is the next event's turn, in ns.
    @inline(__always)
    var time: UInt64 { page.turns[next] }

    /// Appends the events up to the time `limit` to `batch` as far as they are decoded, at least one.
    @inline(__always)
    mutating func move(to batch: inout [GraphEvent], until limit: UInt64) {
        var index = next
        let page = page
        let (events, turns) = (page.events.span, page.turns.span)
        repeat {
            batch.append(events[index])
            index += 1
        } while index < turns.count && turns[index] <= limit
        next = index
    }

    /// Decodes the next pages once all events have been moved on; `isAtEnd` stays true at the end of the buffer.
    mutating func refill(_ file: InputFile, _ decoder: inout EventDecoder) throws(TraceError) {
        lastTime = page.turns.last ?? lastTime
        page.removeAll()
        next = 0
        while page.events.isEmpty {
            guard try loadNextPage(file) else { return }
            let range = pageStart..<min(pageStart + pageSize, chunk.count)
            let pages = chunk
            decoder.decode(pages.span.bytes.extracting(range), cpu: cpu, before: lastTime, into: &page)
        }
    }

    private mutating func loadNextPage(_ file: InputFile) throws(TraceError) -> Bool {
        pageStart += pageSize
        // The last page may be cut; then its own header tells.
        if pageStart < chunk.count { return true }
        guard nextOffset < endOffset else { return false }
        chunk = try file.read(at: nextOffset, count: min(max(Self.chunkSize, pageSize), endOffset - nextOffset))
        nextOffset += chunk.count
        bytesRead += chunk.count
        pageStart = 0
        return !chunk.isEmpty
    }
}
