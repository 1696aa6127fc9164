/// Reads the function_graph events of a trace.dat: all CPUs' buffers in one pass, merged by time.
struct TraceDatReader: EventSource {
    static let lossesAreMarked = true

    private let file: InputFile
    private let header: TraceDatHeader
    private var decoder: EventDecoder
    /// Those that have events left.
    private var streams: [CPUStream]
    private var isOpened = false

    init(file: InputFile, header: TraceDatHeader, names: TraceNames) {
        self.file = file
        self.header = header
        decoder = EventDecoder(formats: header.formats, symbols: header.symbols, names: names)
        streams = header.cpus.enumerated().map { CPUStream(cpu: $0, data: $1, pageSize: header.pageSize) }
    }

    var counts: TraceCounts { decoder.counts }

    var source: TraceSource {
        TraceSource(
            path: file.path, kind: .traceDat, kernel: header.kernel, clock: header.clock, cpus: header.cpus.count,
            notes: header.notes)
    }

    mutating func read(into batch: inout EventBatch) throws(TraceError) -> Bool {
        if !isOpened { try open() }
        while batch.events.count < EventBatch.size {
            guard let next = earliest() else { return false }
            streams[next.index].move(to: &batch.events, until: next.limit)
            if streams[next.index].isAtEnd { try refill(next.index) }
        }
        batch.position = streams.reduce(0) { $0 + $1.bytesRead }
        return true
    }

    private mutating func open() throws(TraceError) {
        isOpened = true
        for index in streams.indices.reversed() { try refill(index) }
    }

    private mutating func refill(_ index: Int) throws(TraceError) {
        try streams[index].refill(file, &decoder)
        if streams[index].isAtEnd { streams.remove(at: index) }
    }

    /// The stream whose next event is first, and the time up to which it stays so: the first event of all others.
    private func earliest() -> (index: Int, limit: UInt64)? {
        guard var index = streams.indices.first else { return nil }
        var first = streams[index].time
        var limit = UInt64.max
        for other in streams.indices.dropFirst() {
            let time = streams[other].time
            if time < first {
                (limit, first, index) = (first, time, other)
            } else {
                limit = min(limit, time)
            }
        }
        return (index, limit)
    }
}
