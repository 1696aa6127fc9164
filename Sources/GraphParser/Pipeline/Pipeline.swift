import Dispatch

/// Reads a trace on three threads: one turns bytes into events, one events into calls, and the caller's own consumes the calls.
///
/// Each stage works on whole batches, so that handing them over costs next to nothing, and no stage shares anything with
/// another but the names.
struct Pipeline<Source: EventSource> {
    /// What a stage hands to the next one.
    private enum Item<Batch: Sendable>: Sendable {
        case batch(Batch)
        /// The last one, with the stage as it was left.
        case end(Result<Source, TraceError>)
    }

    private struct Calls: Sendable {
        let batch: CallBatch
        let position: Int
        let counts: TraceCounts
    }

    /// Batches that lie ready between two stages: enough for both to keep going, few enough for the caches.
    private static var depth: Int { 4 }

    private let events = Channel<Item<EventBatch>>(capacity: depth)
    private let calls = Channel<Item<Calls>>(capacity: depth)
    private let eventBuffers = BufferPool<GraphEvent>()
    private let callBuffers = BufferPool<CallEvent>()

    /// Reads `source` to its end.
    ///
    /// - Parameter progress: called now and then with the bytes read so far.
    /// - Returns: the source as it was left, and all counts.
    static func run(
        _ source: Source, names: TraceNames, into consumer: inout some CallConsumer, progress: (Int) -> Void
    ) throws(TraceError) -> (source: Source, counts: TraceCounts) {
        let pipeline = Pipeline()
        let builder = StackBuilder(
            names: names, lossesAreMarked: Source.lossesAreMarked, instances: source.instances)
        DispatchQueue(label: "dmflow.read").async { pipeline.read(source) }
        DispatchQueue(label: "dmflow.stacks").async { pipeline.build(builder) }
        var counts = TraceCounts()
        while true {
            switch pipeline.calls.receive() {
            case .batch(let calls):
                consumer.take(calls.batch)
                pipeline.callBuffers.give(calls.batch.events)
                counts = calls.counts
                progress(calls.position)
            case .end(let result):
                let source = try result.get()
                return (source, counts + source.counts)
            }
        }
    }

    private func read(_ source: Source) {
        var source = source
        do {
            var isMore = true
            while isMore {
                var batch = EventBatch(events: eventBuffers.take(capacity: EventBatch.size * 5 / 4))
                isMore = try source.read(into: &batch)
                events.send(.batch(batch))
            }
            events.send(.end(.success(source)))
        } catch {
            events.send(.end(.failure(error)))
        }
    }

    private func build(_ builder: StackBuilder) {
        var builder = builder
        while true {
            switch events.receive() {
            case .batch(let batch):
                builder.output = callBuffers.take(capacity: batch.events.count * 5 / 4)
                builder.take(batch.events.span)
                eventBuffers.give(batch.events)
                pass(&builder, position: batch.position)
            case .end(let result):
                builder.finish()
                pass(&builder, position: 0)
                return calls.send(.end(result))
            }
        }
    }

    private func pass(_ builder: inout StackBuilder, position: Int) {
        calls.send(.batch(Calls(batch: builder.takeOutput(), position: position, counts: builder.counts)))
    }
}
