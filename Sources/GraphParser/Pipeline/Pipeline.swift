import Dispatch

/// Reads a trace on two threads: one turns bytes into events; the caller's own turns events into calls and consumes them.
///
/// Events are handed over in batches, so that this costs next to nothing. Calls, which are larger, are consumed where they are
/// made, a few at a time, while they are still in the core's nearest cache.
struct Pipeline<Source: EventSource> {
    /// What the reader hands on.
    private enum Item: Sendable {
        case batch(EventBatch)
        /// The last one.
        case end(End)
    }

    /// The reader as it was left, and why it could not read on.
    private struct End: Sendable {
        let source: Source
        let error: TraceError?
    }

    /// What a reading leaves.
    struct Outcome {
        let source: Source
        /// If the consumer stopped the reading, of what was read until then, which is more than what it was given.
        let counts: TraceCounts
        let isWhole: Bool
    }

    /// Batches that lie ready: enough for both threads to keep going, few enough for the caches.
    private static var depth: Int { 4 }

    /// Events whose calls are consumed at once.
    private static var slice: Int { 2048 }

    private let events = Channel<Item>(capacity: depth)
    private let buffers = BufferPool<GraphEvent>()

    /// Reads `source` to its end, or until the consumer has enough or fails. When this returns the reader's thread has ended.
    ///
    /// - Parameter progress: called now and then with the bytes read so far.
    /// - Throws: `TraceError` if the source cannot be read, and what the consumer throws.
    static func run(
        _ source: Source, names: TraceNames, into consumer: inout some CallConsumer, progress: (Int) -> Void
    ) throws -> Outcome {
        let pipeline = Pipeline()
        let thread = DispatchQueue(label: "dmflow.read")
        thread.async { pipeline.read(source) }
        var builder = StackBuilder(
            names: names, lossesAreMarked: Source.lossesAreMarked, instances: source.instances)
        var end: End?
        let demand = Result { try pipeline.consume(&builder, &consumer, progress, end: &end) }
        let left = end ?? pipeline.stop()
        // It has said that it ends; now wait until it has.
        thread.sync {}
        let isWhole = try demand.get() == .more
        if isWhole, let error = left.error { throw error }
        return Outcome(source: left.source, counts: builder.counts + left.source.counts, isWhole: isWhole)
    }

    /// Consumes all that the reader hands on, or what the consumer wants of it.
    ///
    /// - Parameter end: is set when the reader has ended.
    private func consume(
        _ builder: inout StackBuilder, _ consumer: inout some CallConsumer, _ progress: (Int) -> Void, end: inout End?
    ) throws -> Demand {
        var calls = CallBatch()
        while true {
            switch events.receive() {
            case .batch(let batch):
                let events = batch.events.span
                for start in stride(from: 0, to: events.count, by: Self.slice) {
                    builder.take(events.extracting(start..<min(start + Self.slice, events.count)))
                    builder.moveOutput(to: &calls)
                    if try consumer.take(calls) == .enough { return .enough }
                }
                buffers.give(batch.events)
                progress(batch.position)
            case .end(let last):
                end = last
                builder.finish()
                builder.moveOutput(to: &calls)
                // There is no more.
                _ = try consumer.take(calls)
                return .more
            }
        }
    }

    /// Ends the reader's thread: takes what it has handed on, so that it does not wait for room.
    private func stop() -> End {
        events.close()
        while true {
            if case .end(let end) = events.receive() { return end }
        }
    }

    private func read(_ source: Source) {
        var source = source
        do {
            var isMore = true
            while isMore && !events.isClosed {
                var batch = EventBatch(events: buffers.take(capacity: EventBatch.size * 5 / 4))
                isMore = try source.read(into: &batch)
                events.send(.batch(batch))
            }
            events.send(.end(End(source: source, error: nil)))
        } catch {
            events.send(.end(End(source: source, error: error)))
        }
    }
}
