import TestSupport

@testable import GraphParser

/// A text that was read in pieces.
struct TextReading {
    let names = TraceNames()
    let calls: [Call]
    let trees: [CallTree]
    let counts: TraceCounts

    /// - Parameters:
    ///   - chunk: bytes of a piece. Pieces of less than a kilobyte are read by the line parser alone.
    ///   - slowPathOnly: each event takes the slow path.
    init(_ bytes: [UInt8], chunk: Int = .max, slowPathOnly: Bool = false) {
        let recorder = CallRecorder()
        var reader = TextReader(names: names)
        reader.feed(whole: bytes.span, piece: chunk)
        reader.finish()
        var builder = StackBuilder(
            names: names, lossesAreMarked: TextSource.lossesAreMarked, instances: SourceNames.instances)
        builder.take(reader.output.span, slowPathOnly: slowPathOnly)
        builder.finish()
        var batch = TraceBatch()
        builder.moveOutput(to: &batch)
        recorder.begin(TraceContext(path: "test", kind: .text, names: names, types: .none))
        _ = try! recorder.take(batch)
        (calls, trees, counts) = (recorder.calls, recorder.trees, reader.counts + builder.counts)
    }

    /// Each call as text, and the counts.
    var lines: [String] {
        calls.map { "\(names[$0.function].name) \($0.duration ?? 0) \($0.confidence) \($0.depth) \($0.childrenNs)" }
            + ["\(counts)"]
    }
}
