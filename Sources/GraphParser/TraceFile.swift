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
        let counts = reader.builder.counts
        // A damaged file has a report that says so.
        guard counts.holdsCalls || counts.isInDoubt else { throw noCalls(file, counts) }
        let source = TraceSource(
            path: file.path, kind: .traceDat, kernel: header.kernel, clock: header.clock, cpus: header.cpus.count,
            notes: header.notes)
        return TraceReading(source: source, counts: counts, consumer: reader.builder.consumer)
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
            if let tracer = reader.tracer, !tracersOfCalls.contains(tracer) { throw otherTracer(file, tracer) }
        }
        reader.finish()
        guard reader.counts.holdsCalls else { throw withoutCalls(file, reader) }
        let source = TraceSource(
            path: file.path, kind: .text, kernel: reader.kernel, clock: nil, cpus: reader.cpuCount, notes: reader.notes)
        return TraceReading(source: source, counts: reader.counts, consumer: reader.consumer)
    }

    /// The latency tracers print calls if the option display-graph was set.
    private static let tracersOfCalls: Set = [
        "function_graph", "irqsoff", "preemptoff", "preemptirqsoff", "wakeup", "wakeup_rt", "wakeup_dl",
    ]

    private static func withoutCalls<Consumer>(_ file: InputFile, _ reader: TextReader<Consumer>) -> TraceError {
        if let tracer = reader.tracer, tracer != "function_graph" { return otherTracer(file, tracer) }
        if reader.rawEvents > 0 {
            return TraceError(
                .unsupported, path: file.path, "a report of trace-cmd without durations, as its -R, -N or -L give it",
                remedy: "give the trace.dat itself, or the text of trace-cmd report without these options")
        }
        return reader.tracer == nil ? notATrace(file) : noCalls(file, reader.counts)
    }

    private static func noCalls(_ file: InputFile, _ counts: TraceCounts) -> TraceError {
        let others = counts.comments > 0 ? ", only \(counts.comments) other events" : ""
        return TraceError(
            .empty, path: file.path, "holds no calls" + others, remedy: "record again, with the flow's I/O running")
    }

    private static func otherTracer(_ file: InputFile, _ tracer: String) -> TraceError {
        TraceError(
            .otherTracer, path: file.path, "a trace of the tracer '\(tracer)', which records no call durations",
            remedy: "record with current_tracer function_graph, or with dmflow capture")
    }

    private static func notATrace(_ file: InputFile) -> TraceError {
        TraceError(
            .notATrace, path: file.path, "neither a trace.dat nor function_graph text: no line of it is a call",
            remedy: "give a trace.dat, the text of trace-cmd report, or the content of tracefs' trace")
    }
}
