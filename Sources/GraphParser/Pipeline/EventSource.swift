/// Events on their way from a reader to the stacks.
struct EventBatch: Sendable {
    var events: [GraphEvent] = []
    /// Bytes of the input that have been read so far.
    var position = 0

    /// So many make the handing over cheap and still fit into a core's own cache.
    static let size = 4096
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
