import Dispatch

/// Reads a trace on two threads: one turns bytes into events; the caller's own turns events into calls and consumes them.
///
/// Events are handed over in batches, so that this costs next to nothing. Calls, which are larger, are consumed where they are
/// made, a few at a time, while they are still in the core's nearest cache.
struct Pipeline<Source: EventSource> {
    /// What the reader hands on.
    private enum Item: Sendable {
        case batch(EventBatch)
        /// The last one, with the reader as it was left.
        case end(Result<Source, TraceError>)
    }

    /// Batches that lie ready: enough for both threads to keep going, few enough for the caches.
    private static var depth: Int { 4 }

    /// Events whose calls are consumed at once.
    private static var slice: Int { 2048 }

    private let events = Channel<Item>(capacity: depth)
    private let buffers = BufferPool<GraphEvent>()

    /// Reads `source` to its end.
    ///
    /// - Parameter progress: called now and then with the bytes read so far.
    /// - Returns: the source as it was left, and all counts.
    static func run(
        _ source: Source, names: TraceNames, into consumer: inout some CallConsumer, progress: (Int) -> Void
    ) throws(TraceError) -> (source: Source, counts: TraceCounts) {
        let pipeline = Pipeline()
        DispatchQueue(label: "dmflow.read").async { pipeline.read(source) }
        var builder = StackBuilder(
            names: names, lossesAreMarked: Source.lossesAreMarked, instances: source.instances)
        var calls = CallBatch()
        while true {
            switch pipeline.events.receive() {
            case .batch(let batch):
                let events = batch.events.span
                for start in stride(from: 0, to: events.count, by: slice) {
                    builder.take(events.extracting(start..<min(start + slice, events.count)))
                    builder.moveOutput(to: &calls)
                    consumer.take(calls)
                }
                pipeline.buffers.give(batch.events)
                progress(batch.position)
            case .end(let result):
                builder.finish()
                builder.moveOutput(to: &calls)
                consumer.take(calls)
                let source = try result.get()
                return (source, builder.counts + source.counts)
            }
        }
    }

    private func read(_ source: Source) {
        var source = source
        do {
            var isMore = true
            while isMore {
                var batch = EventBatch(events: buffers.take(capacity: EventBatch.size * 5 / 4))
                isMore = try source.read(into: &batch)
                events.send(.batch(batch))
            }
            events.send(.end(.success(source)))
        } catch {
            events.send(.end(.failure(error)))
        }
    }
}
