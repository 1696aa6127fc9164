/// What is known of a trace as a whole.
public struct TraceSource: Equatable, Sendable {
    public enum Kind: String, Sendable {
        case text
        case traceDat = "trace.dat"
    }

    /// As the user gave it; `-` for standard input.
    public var path: String
    public let kind: Kind
    /// Kernel release; nil where the trace does not tell.
    public let kernel: String?
    /// Name of the trace clock; nil where the trace does not tell.
    public let clock: String?
    /// CPUs of the traced machine for a trace.dat, CPUs with calls for a text.
    public let cpus: Int
    /// What a reader of the figures should know about the file, a sentence each.
    public let notes: [String]
}

/// The result of one pass over a trace.
public struct TraceReading<Consumer: CallConsumer> {
    public let source: TraceSource
    public let counts: TraceCounts
    public let consumer: Consumer
}

/// Opens traces of every kind that dmflow reads.
public enum TraceFile {
    /// Bytes of text that are handed to the parser at a time.
    private static let textChunk = 256 << 10

    /// Reads a whole trace in one pass.
    ///
    /// - Parameters:
    ///   - path: a function_graph text, a trace.dat, or `-` for standard input.
    ///   - names: filled with the names of functions and tasks before `consumer` gets their numbers.
    ///   - consumer: gets every call in time order.
    /// - Throws: if the file cannot be read, is not a function_graph trace, or is a damaged trace.dat.
    public static func read<Consumer: CallConsumer>(
        _ path: String, names: TraceNames, into consumer: Consumer
    ) throws(TraceError) -> TraceReading<Consumer> {
        let file = try InputFile(path: path)
        let begin = try file.read(at: 0, count: TraceDatHeader.magic.count)
        guard !begin.isEmpty else {
            throw TraceError(.empty, path: path, "is empty", remedy: "record again, with the flow's I/O running")
        }
        if TraceDatHeader.magic.starts(with: begin) {
            return try readTraceDat(file, names, consumer)
        }
        return try readText(file, names, consumer)
    }

    private static func readTraceDat<Consumer: CallConsumer>(
        _ file: InputFile, _ names: TraceNames, _ consumer: Consumer
    ) throws(TraceError) -> TraceReading<Consumer> {
        let header = try TraceDatHeader(file)
        names.comms = header.comms
        var reader = TraceDatReader(file: file, header: header, names: names, consumer: consumer)
        try reader.read()
        let source = TraceSource(
            path: file.path, kind: .traceDat, kernel: header.kernel, clock: header.clock, cpus: header.cpuCount,
            notes: header.notes)
        return TraceReading(source: source, counts: reader.builder.counts, consumer: reader.builder.consumer)
    }

    private static func readText<Consumer: CallConsumer>(
        _ file: InputFile, _ names: TraceNames, _ consumer: Consumer
    ) throws(TraceError) -> TraceReading<Consumer> {
        var reader = TextReader(names: names, consumer: consumer)
        var offset = 0
        while true {
            let chunk = try file.read(at: offset, count: textChunk)
            if chunk.isEmpty { break }
            // A few bytes of garbage can look like a call, but no text has a NUL in its first lines.
            if offset == 0, chunk.prefix(4096).contains(0) { throw notATrace(file) }
            offset += chunk.count
            reader.feed(chunk.span)
            if let tracer = reader.tracer, tracer != "function_graph" { throw otherTracer(file, tracer) }
        }
        reader.finish()
        let untimed = reader.counts.untimed
        let notes = untimed == 0 ? [] : ["\(untimed) calls have no duration in this text and count with 0 in all times"]
        if reader.tracer == nil, reader.cpuCount == 0 { throw notATrace(file) }
        let source = TraceSource(
            path: file.path, kind: .text, kernel: nil, clock: nil, cpus: reader.cpuCount, notes: notes)
        return TraceReading(source: source, counts: reader.counts, consumer: reader.consumer)
    }

    private static func otherTracer(_ file: InputFile, _ tracer: String) -> TraceError {
        TraceError(
            .otherTracer, path: file.path, "a trace of the tracer '\(tracer)', which records no call durations",
            remedy: "record with current_tracer function_graph, or with dmflow capture")
    }

    private static func notATrace(_ file: InputFile) -> TraceError {
        TraceError(
            .notATrace, path: file.path, "neither a trace.dat nor function_graph text: no line of it is a call",
            remedy: "give a trace.dat or the content of tracefs' trace; the text of trace-cmd report is not read")
    }
}
