/// The events of one CPU's ring buffer, in the order in which they were recorded.
struct CPUStream<Pages: PageSource>: Sendable {
    /// The events of the page decoded last; those before `next` have been moved on.
    private var page = DecodedPage()
    private var next = 0
    private let ring: Ring
    /// Where its pages come from.
    var pages: Pages
    private let pageSize: Int
    /// The pages read last, and how many bytes of it are valid.
    private(set) var chunk: [UInt8] = []
    private var filled = 0
    private(set) var pageStart = 0
    private var lastTime: UInt64 = 0

    private let chunkSize: Int
    private var losses: StatedLosses

    /// - Parameters:
    ///   - number: see ``GraphEvent/ring``.
    ///   - losses: what a file states of this CPU's.
    ///   - chunkSize: pages are taken in pieces of about so many bytes.
    init(_ pages: Pages, cpu: Int, number: Int, pageSize: Int, losses: StatedLosses, chunkSize: Int) {
        self.losses = losses
        ring = Ring(cpu: UInt16(cpu), number: UInt16(number))
        self.pageSize = pageSize
        self.chunkSize = chunkSize
        self.pages = pages
    }

    var cpu: UInt16 { ring.cpu }
    /// Whether a page of it has held events, of whatever kind.
    private(set) var hasEvents = false

    /// Bytes that have been read so far.
    var bytesRead: Int { pages.bytesRead }

    /// Whether no event is left of what there is now.
    var isAtEnd: Bool { next == page.events.count }

    /// To be asked at the end.
    var finding: StatedLosses.Finding { losses.finding }

    /// When it is the next event's turn, in ns.
    @inline(__always)
    var time: UInt64 { page.keys[next] }

    /// Appends the events up to the time `limit` to `output` as far as they are decoded and there is room, at least one.
    /// The payloads stay in ``chunk``, counted from ``pageStart``.
    @inline(__always)
    mutating func move(to output: inout OutputSpan<GraphEvent>, until limit: UInt64) {
        next = page.move(from: next, until: limit, to: &output)
    }

    /// Appends the events up to the time `limit` to `batch` as far as they are decoded, at least one.
    mutating func move(to batch: inout EventBatch, until limit: UInt64) {
        let first = batch.events.count
        let end = page.end(of: next, until: limit)
        page.append(next..<end, to: &batch.events)
        // The records of events leave their page with them.
        for index in first..<batch.events.count where batch.events[index].kind == .event {
            batch.copyPayload(of: index, from: chunk, pageStart)
        }
        next = end
    }

    /// Decodes the next pages once all events have been moved on; `isAtEnd` stays true where there are none, or none yet.
    mutating func refill(_ decoder: inout EventDecoder) throws(TraceError) {
        lastTime = page.keys.last ?? lastTime
        page.removeAll()
        next = 0
        while page.events.isEmpty {
            guard try loadNextPage() else {
                if pages.isOver { losses.finish(ring, at: lastTime, &page) }
                return
            }
            let range = pageStart..<min(pageStart + pageSize, filled)
            let chunk = chunk
            let (before, read) = (decoder.pageLosses, decoder.counts.records)
            decoder.decode(chunk.span.bytes.extracting(range), ring, before: lastTime, into: &page)
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
        filled = try pages.next(into: &chunk, atMost: chunkSize)
        pageStart = 0
        return filled > 0
    }
}
