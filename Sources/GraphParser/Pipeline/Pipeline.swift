import Dispatch

/// Reads a trace on two threads: one turns bytes into events; the caller's own turns events into calls and hands all to the
/// analyzers.
///
/// Events are handed over in batches, so that this costs next to nothing. Calls, which are larger, are analyzed where they are
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
        /// If the analyzers stopped the reading, of what was read until then, which is more than what they were given.
        let counts: TraceCounts
        /// Events that are no calls and that an analyzer wanted.
        let events: Int
        /// See ``TraceReading/doubtfulTrees``.
        let doubtfulTrees: Int
        let isWhole: Bool
    }

    /// Batches that lie ready: enough for both threads to keep going, few enough for the caches.
    private static var depth: Int { 4 }

    /// Events that are analyzed at once.
    private static var slice: Int { 2048 }

    private let batches = Channel<Item>(capacity: depth)
    private let events = BufferPool<GraphEvent>()
    private let payloads = BufferPool<UInt8>()

    /// Reads `source` to its end, or until the analyzers have enough or fail. When this returns the reader's thread has ended.
    ///
    /// - Parameters:
    ///   - builder: makes the calls.
    ///   - progress: called after each batch. What it throws ends the reading, and is thrown on.
    /// - Throws: `TraceError` if the source cannot be read, and what an analyzer throws.
    static func run(
        _ source: Source, _ builder: consuming StackBuilder, into analyzers: inout AnalyzerSet,
        progress: (ReadingMark) throws -> Void
    ) throws -> Outcome {
        let pipeline = Pipeline()
        let thread = DispatchQueue(label: "dmflow.read")
        thread.async { pipeline.read(source) }
        var builder = builder
        var end: End?
        let demand = Result { try pipeline.analyze(&builder, &analyzers, progress, end: &end) }
        let left = end ?? pipeline.stop()
        // It has said that it ends; now wait until it has.
        thread.sync {}
        let isWhole = try demand.get() == .more
        if isWhole, let error = left.error { throw error }
        return Outcome(
            source: left.source, counts: builder.counts + left.source.counts, events: builder.events,
            doubtfulTrees: builder.doubtfulTrees, isWhole: isWhole)
    }

    /// Analyzes all that the reader hands on, or what the analyzers want of it.
    ///
    /// - Parameter end: is set when the reader has ended.
    private func analyze(
        _ builder: inout StackBuilder, _ analyzers: inout AnalyzerSet, _ progress: (ReadingMark) throws -> Void,
        end: inout End?
    ) throws -> Demand {
        var output = TraceBatch()
        while true {
            switch batches.receive() {
            case .batch(let batch):
                let span = batch.events.span
                for start in stride(from: 0, to: span.count, by: Self.slice) {
                    let end = min(start + Self.slice, span.count)
                    builder.take(span.extracting(start..<end), payload: batch.payload)
                    builder.moveOutput(
                        to: &output, payload: batch.payload, watermark: end == span.count ? batch.watermark : nil)
                    if try analyzers.take(output) == .enough { return .enough }
                }
                // Its memory is used again.
                output.events.payload = []
                events.give(batch.events)
                payloads.give(batch.payload)
                try progress(batch.mark)
            case .end(let last):
                end = last
                builder.finish()
                builder.moveOutput(to: &output)
                // There is no more.
                _ = try analyzers.take(output)
                return .more
            }
        }
    }

    /// Ends the reader's thread: takes what it has handed on, so that it does not wait for room.
    private func stop() -> End {
        batches.close()
        while true {
            if case .end(let end) = batches.receive() { return end }
        }
    }

    private func read(_ source: Source) {
        var source = source
        do {
            var isMore = true
            while isMore && !batches.isClosed {
                var batch = EventBatch(
                    events: events.take(capacity: EventBatch.size * 5 / 4), payload: payloads.take(capacity: 0))
                isMore = try source.read(into: &batch)
                batches.send(.batch(batch))
            }
            batches.send(.end(End(source: source, error: nil)))
        } catch {
            batches.send(.end(End(source: source, error: error)))
        }
    }
}
