/// Events on their way from a reader to the stacks.
struct EventBatch: Sendable {
    var events: [GraphEvent] = []
    /// The records or texts of those that are no calls, one behind the other.
    var payload: [UInt8] = []
    /// Nothing that the reader hands on later happened before this time in ns; nil where that is not known.
    var watermark: UInt64?
    /// Bytes of the input that have been read so far.
    var position = 0
    /// Events so far that came too late to stand in the order of time.
    var lateEvents = 0

    /// How far the reading is once these are taken.
    var mark: ReadingMark { ReadingMark(bytes: position, watermark: watermark, lateEvents: lateEvents) }

    /// So many make the handing over cheap and still fit into a core's own cache.
    static let size = 4096
    /// Bytes of payload with which a batch is full, too.
    static let payloadSize = 1 << 20

    var isFull: Bool { events.count >= Self.size || payload.count >= Self.payloadSize }

    /// Copies the record of an event.
    ///
    /// - Parameters:
    ///   - index: of the event in `events`, whose payload lies in `pages`, counted from `start`.
    @inline(never)
    mutating func copyPayload(of index: Int, from pages: [UInt8], _ start: Int) {
        let range = events[index].payload
        let first = payload.count
        payload += pages[(start + range.lowerBound)..<(start + range.upperBound)]
        events[index].payload = first..<payload.count
    }
}

/// How far the reading of a trace is, when a batch has been handed to all analyzers.
struct ReadingMark {
    /// Bytes of the input.
    let bytes: Int
    /// Up to which time all has been handed on, in ns; nil where that is not known.
    let watermark: UInt64?
    /// Events so far that came too late to stand in the order of time.
    let lateEvents: Int
}

/// A reader: turns a file's bytes into events, in time order.
protocol EventSource: Sendable {
    /// Appends the next events to `batch`, about ``EventBatch/size`` of them.
    ///
    /// - Returns: false at the end of the trace; then `batch` may still have got some.
    mutating func read(into batch: inout EventBatch) throws(TraceError) -> Bool

    /// Entries, exits, leaves, comments and what else was read so far; calls are not counted here.
    var counts: TraceCounts { get }

    /// What is known of the trace once it has been read.
    var source: TraceSource { get }

    /// See ``StackBuilder/init(names:lossesAreMarked:instances:)``.
    static var lossesAreMarked: Bool { get }
    var instances: [UInt16] { get }
}
