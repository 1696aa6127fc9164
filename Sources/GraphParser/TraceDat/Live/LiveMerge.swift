import TraceFormat

/// Merges the events of ring buffers that are being written to.
///
/// In a file a CPU's next event is always there; here a CPU may be silent for hours, and nobody can wait for it. So the order is
/// that of a watermark: all CPUs' pages are taken first, then all events up to a time at which all of them had been asked are
/// handed on, in the order that they would have in a file; what is later stays. What comes too late for that all the same, such as
/// an event that an interrupt kept from being committed, is handed on first of all and counted.
struct LiveMerge: Sendable {
    private var decoder: EventDecoder
    private var streams: [CPUStream<PageQueue>] = []
    private let pageSize: Int
    /// In ``streams``, by the CPU's number.
    private let streamOfCPU: [Int: Int]
    /// The streams that have events left.
    private var order = MergeOrder()
    /// Those that have none now.
    private var idle: [Int]
    /// The stream that was moved last.
    private var current: Int?
    /// Up to this time all has been handed on; nil before the first time.
    private var completed: UInt64?
    /// Events that came behind the watermark, and were handed on later than others of their time.
    private(set) var lateEvents = 0

    /// - Parameters:
    ///   - cpus: those that have a ring buffer, each once.
    ///   - pageSize: bytes of a page.
    ///   - types: of the events that are no calls, those that somebody wants.
    init(_ description: TraceDescription, cpus: [Int], pageSize: Int, names: TraceNames, types: EventTypes = .none) {
        decoder = EventDecoder(description, names: names, types: types)
        self.pageSize = pageSize
        streams = cpus.enumerated().map { number, cpu in
            CPUStream(
                PageQueue(), cpu: cpu, number: number, pageSize: pageSize,
                losses: StatedLosses(nil, isWindow: false), chunkSize: pageSize)
        }
        streamOfCPU = Dictionary(uniqueKeysWithValues: cpus.enumerated().map { ($1, $0) })
        idle = Array(streams.indices)
    }

    var counts: TraceCounts { decoder.counts }
    /// CPUs that have had events.
    var cpusWithEvents: Int { streams.count(where: \.hasEvents) }
    /// Bytes of pages that have been decoded.
    var bytesRead: Int { streams.reduce(0) { $0 + $1.bytesRead } }

    /// Takes pages, in the order in which the CPU's ring buffer had them.
    mutating func add(_ pages: Span<UInt8>, cpu: Int) {
        guard let stream = streamOfCPU[cpu] else { return }
        streams[stream].pages.add(pages, pageSize: pageSize)
    }

    /// No more pages will be added.
    mutating func finish() {
        for stream in streams.indices { streams[stream].pages.isOver = true }
    }

    /// Hands on events up to a time, in order.
    ///
    /// - Parameter watermark: ns of the trace clock; not below the last one.
    /// - Returns: whether that were all; false if the batch is full before.
    mutating func move(upTo watermark: UInt64, to batch: inout EventBatch) throws(TraceError) -> Bool {
        try wake()
        while let stream = order.first, streams[stream].time <= watermark {
            if batch.isFull { return false }
            try move(stream, upTo: watermark, to: &batch)
        }
        completed = watermark
        return true
    }

    private mutating func move(
        _ stream: Int, upTo watermark: UInt64, to batch: inout EventBatch
    ) throws(TraceError) {
        // What is behind the last watermark goes by itself, so as to be counted.
        let late = completed.flatMap { streams[stream].time <= $0 ? $0 : nil }
        let begin = batch.events.count
        streams[stream].move(to: &batch, until: min(order.nextTime, late ?? watermark))
        // A loss is known of when its CPU goes on, and happened before.
        if late != nil { lateEvents += batch.events[begin...].count { $0.kind != .loss } }
        current = stream
        if streams[stream].isAtEnd { try streams[stream].refill(&decoder) }
        if streams[stream].isAtEnd {
            order.removeFirst()
            idle.append(stream)
        } else {
            order.moveFirst(to: streams[stream].time)
        }
    }

    /// Puts those that have something now in order. Of events with the same time, those of the stream that was moved last come
    /// first, as in a file.
    private mutating func wake() throws(TraceError) {
        guard !idle.isEmpty else { return }
        var stillIdle: [Int] = []
        let goingOn = order.first == current ? current : nil
        // The one that was moved last has to see all others.
        for stream in idle.sorted(by: { ($0 == current ? 1 : 0, $0) < ($1 == current ? 1 : 0, $1) }) {
            try streams[stream].refill(&decoder)
            guard !streams[stream].isAtEnd else {
                stillIdle.append(stream)
                continue
            }
            let time = streams[stream].time
            let isFirst = stream == current && time <= (order.first.map { streams[$0].time } ?? .max)
            order.add(stream, at: time, goingOn: isFirst ? stream : goingOn)
        }
        idle = stillIdle
    }
}
