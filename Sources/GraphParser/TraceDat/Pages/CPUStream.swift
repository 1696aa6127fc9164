/// The events of one CPU's ring buffer in a trace.dat, in the order in which they were recorded.
struct CPUStream: Sendable {
    /// The events of the page decoded last; those before `next` have been moved on.
    private var page = DecodedPage()
    private var next = 0
    private let ring: Ring
    private var reader: PageReader
    private let pageSize: Int
    /// The pages read last, and how many bytes of it are valid.
    private var chunk: [UInt8] = []
    private var filled = 0
    private var pageStart = 0
    private var lastTime: UInt64 = 0

    private let chunkSize: Int
    private var losses: StatedLosses

    /// - Parameters:
    ///   - number: see ``GraphEvent/ring``.
    ///   - losses: what the file states of this CPU's.
    ///   - chunkSize: pages are read in pieces of about so many bytes.
    ///   - maxChunkSize: bytes that a compressed chunk may hold.
    init(
        file: InputFile, data: CPUData, pageSize: Int, number: Int, losses: StatedLosses, chunkSize: Int,
        maxChunkSize: Int
    ) {
        self.losses = losses
        ring = Ring(cpu: UInt16(data.cpu), number: UInt16(number))
        self.pageSize = pageSize
        self.chunkSize = chunkSize
        reader = PageReader(file: file, data: data, pageSize: pageSize, maxChunkSize: maxChunkSize)
    }

    var cpu: UInt16 { ring.cpu }
    /// Whether a page of it has held events, of whatever kind.
    private(set) var hasEvents = false

    /// Bytes of the file that have been read so far.
    var bytesRead: Int { reader.bytesRead }

    var isAtEnd: Bool { next == page.events.count }

    /// To be asked at the end.
    var finding: StatedLosses.Finding { losses.finding }

    /// When it is the next event's turn, in ns.
    @inline(__always)
    var time: UInt64 { page.keys[next] }

    /// Appends the events up to the time `limit` to `batch` as far as they are decoded, at least one.
    mutating func move(to batch: inout EventBatch, until limit: UInt64) {
        let first = batch.events.count
        let end = page.end(of: next, until: limit)
        page.append(next..<end, to: &batch.events)
        if page.hasPayload {
            // The records of events leave their page with them.
            for index in first..<batch.events.count where batch.events[index].kind == .event {
                batch.copyPayload(of: index, from: chunk, pageStart)
            }
        }
        next = end
    }

    /// Decodes the next pages once all events have been moved on; `isAtEnd` stays true at the end of the buffer.
    mutating func refill(_ decoder: inout EventDecoder) throws(TraceError) {
        lastTime = page.keys.last ?? lastTime
        page.removeAll()
        next = 0
        while page.events.isEmpty {
            guard try loadNextPage() else { return losses.finish(ring, at: lastTime, &page) }
            let range = pageStart..<min(pageStart + pageSize, filled)
            let pages = chunk
            let (before, read) = (decoder.pageLosses, decoder.counts.records)
            decoder.decode(pages.span.bytes.extracting(range), ring, before: lastTime, into: &page)
            losses.take(
                events: decoder.counts.records - read, lost: decoder.pageLosses.events - before.events,
                uncounted: decoder.pageLosses.uncounted - before.uncounted, ring, &page)
            hasEvents = hasEvents || decoder.counts.records > read
        }
    }

    private mutating func loadNextPage() throws(TraceError) -> Bool {
        pageStart += pageSize
        // The last page may be cut; then its own header tells.
        if pageStart < filled { return true }
        filled = try reader.next(into: &chunk, atMost: chunkSize)
        pageStart = 0
        return filled > 0
    }
}
