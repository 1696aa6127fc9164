/// Reads the function_graph events of a trace.dat: all CPUs' buffers in one pass, merged by time.
struct TraceDatReader: EventSource {
    static let lossesAreMarked = true

    let instances: [UInt16]
    private let file: InputFile
    private let header: TraceDatHeader
    private var decoder: EventDecoder
    private var streams: [CPUStream<PageReader>] = []
    /// The streams that have events left.
    private var order = MergeOrder()
    private var isOpened = false
    /// Whether there can be events whose records have to be copied.
    private let hasPayloads: Bool

    /// All CPUs together hold about so many bytes of pages at a time.
    private static let pagesInMemory = 8 << 20
    private static let maxChunkSize = 256 << 10
    /// Compressed pages: each CPU has a chunk of the recorder's size in memory. trace-cmd packs ten pages at a time.
    private static let chunksInMemory = 512 << 20
    private static let pagesInChunk = (min: 10, max: 64)

    private static func maxChunkSize(_ pageSize: Int, streams: Int) -> Int {
        min(pagesInChunk.max * pageSize, max(pagesInChunk.min * pageSize, chunksInMemory / streams))
    }

    /// - Parameter types: of the events that are no calls, those that somebody wants.
    init(file: InputFile, header: TraceDatHeader, names: TraceNames, types: EventTypes = .none) {
        self.file = file
        self.header = header
        hasPayloads = types.areWanted
        decoder = EventDecoder(header.description, names: names, types: types)
        let streamCount = header.buffers.reduce(0) { $0 + $1.cpus.count }
        let chunkSize = min(Self.maxChunkSize, Self.pagesInMemory / max(streamCount, 1))
        var instances: [UInt16] = []
        for (instance, buffer) in header.buffers.enumerated() {
            for data in buffer.cpus {
                streams.append(
                    CPUStream(
                        PageReader(
                            file: file, data: data, pageSize: buffer.pageSize,
                            maxChunkSize: Self.maxChunkSize(buffer.pageSize, streams: streamCount)),
                        cpu: data.cpu, number: instances.count, pageSize: buffer.pageSize,
                        losses: StatedLosses(
                            header.statistics[.init(buffer: buffer.name, cpu: data.cpu)], isWindow: header.isWindow),
                        chunkSize: chunkSize))
                instances.append(UInt16(instance))
            }
        }
        self.instances = instances
    }

    /// The losses that make no event: of CPUs without data, and numbers of losses that pages have told without one.
    var counts: TraceCounts {
        var counts = decoder.counts
        for finding in streams.map(\.finding) where finding.overrun.events > 0 {
            counts.addLoss(finding.overrun.events)
            counts.uncountedLosses -= finding.overrun.pages
        }
        for lost in header.lossesWithoutData where lost > 0 { counts.addLoss(lost) }
        return counts
    }

    var source: TraceSource {
        TraceSource(
            path: file.path, kind: .traceDat, identity: header.identity, machineCPUs: header.cpuCount,
            cpusWithEvents: Set(streams.filter(\.hasEvents).map(\.cpu)).count, hasTimes: true,
            recording: header.recording, topology: header.topology, notes: header.notes + unreadNotes)
    }

    private var unreadNotes: [String] {
        let unread = streams.reduce(0) { $0 + $1.finding.unread }
        guard unread > 0 else { return [] }
        return [
            "the recorder left \(unread) event\(unread == 1 ? "" : "s") in the ring buffer, unread: the end is missing"
        ]
    }

    mutating func read(into batch: inout EventBatch) throws(TraceError) -> Bool {
        if !isOpened { try open() }
        while !batch.isFull {
            moveRuns(to: &batch)
            guard let stream = order.first else { return false }
            if streams[stream].isAtEnd { try advance(stream) }
        }
        batch.watermark = order.first.map { streams[$0].time }
        batch.position = streams.reduce(0) { $0 + $1.bytesRead }
        return true
    }

    /// Moves events on until a page is over or the batch is full.
    /// Where many CPUs record at once the runs between them have an event or two: so all of it is done on spans.
    private mutating func moveRuns(to batch: inout EventBatch) {
        let first = batch.events.count
        // Out of `self`, so that one can be changed beside the other.
        var (streams, order) = ([CPUStream<PageReader>](), MergeOrder())
        swap(&streams, &self.streams)
        swap(&order, &self.order)
        batch.events.append(addingCapacity: max(0, EventBatch.size - first)) { output in
            var span = streams.mutableSpan
            while output.freeCapacity > 0, let stream = order.first {
                span[stream].move(to: &output, until: order.nextTime)
                guard !span[stream].isAtEnd else { break }
                order.moveFirst(to: span[stream].time)
            }
        }
        swap(&streams, &self.streams)
        swap(&order, &self.order)
        if hasPayloads { copyPayloads(from: first, in: &batch) }
    }

    /// The records of events leave their pages with them. None of those has been replaced by the next one yet.
    private func copyPayloads(from first: Int, in batch: inout EventBatch) {
        for index in first..<batch.events.count where batch.events[index].kind == .event {
            let stream = Int(batch.events[index].ring)
            batch.copyPayload(of: index, from: streams[stream].chunk, streams[stream].pageStart)
        }
    }

    private mutating func open() throws(TraceError) {
        isOpened = true
        for stream in streams.indices {
            try streams[stream].refill(&decoder)
            if !streams[stream].isAtEnd { order.add(stream, at: streams[stream].time) }
        }
    }

    private mutating func advance(_ stream: Int) throws(TraceError) {
        if streams[stream].isAtEnd { try streams[stream].refill(&decoder) }
        if streams[stream].isAtEnd { order.removeFirst() } else { order.moveFirst(to: streams[stream].time) }
    }
}
