/// A file of function_graph text as a source of events.
struct TextSource: EventSource {
    static let lossesAreMarked = false

    private let file: InputFile
    private var reader: TextReader
    private var offset = 0

    /// Bytes that are handed to the parser at a time.
    private static let chunkSize = 256 << 10

    init(file: InputFile, names: TraceNames) {
        self.file = file
        reader = TextReader(names: names)
    }

    var counts: TraceCounts { reader.counts }
    let instances: [Int] = []

    var source: TraceSource {
        TraceSource(path: file.path, kind: .text, kernel: nil, clock: nil, cpus: reader.cpuCount, notes: [])
    }

    mutating func read(into batch: inout EventBatch) throws(TraceError) -> Bool {
        let chunk = try file.read(at: offset, count: Self.chunkSize)
        // A few bytes of garbage can look like a call, but no text has a NUL in its first lines.
        if offset == 0, chunk.prefix(4096).contains(0) { throw notATrace() }
        offset += chunk.count
        reader.feed(chunk.span)
        if let tracer = reader.tracer, tracer != "function_graph" { throw otherTracer(tracer) }
        if chunk.isEmpty { try finish() }
        swap(&batch.events, &reader.output)
        reader.output.removeAll(keepingCapacity: true)
        batch.position = offset
        return !chunk.isEmpty
    }

    private mutating func finish() throws(TraceError) {
        reader.finish()
        if reader.tracer == nil, reader.cpuCount == 0 { throw notATrace() }
    }

    private func otherTracer(_ tracer: String) -> TraceError {
        TraceError(
            .otherTracer, path: file.path, "a trace of the tracer '\(tracer)', which records no call durations",
            remedy: "record with current_tracer function_graph, or with dmflow capture")
    }

    private func notATrace() -> TraceError {
        TraceError(
            .notATrace, path: file.path, "neither a trace.dat nor function_graph text: no line of it is a call",
            remedy: "give a trace.dat or the content of tracefs' trace; the text of trace-cmd report is not read")
    }
}
