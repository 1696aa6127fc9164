import TraceFormat

/// A file of function_graph text as a source of events.
struct TextSource: EventSource {
    static let lossesAreMarked = false
    let instances = SourceNames.instances

    private let file: InputFile
    /// Somebody wants events that are no calls: a text without calls is one to be read, too.
    private let isForEvents: Bool
    private var reader: TextReader
    private var chunk: [UInt8] = []
    /// Where `chunk` begins in the file, how many bytes it has, and how many of them have been taken.
    private var offset = 0
    private var filled = 0
    private var next = 0
    /// The file had no more bytes when the chunk was read.
    private var isAtEnd = false
    /// nil until a survey needs more than the chunk.
    private var lookAhead: LookAhead?
    /// Of a text from a pipe.
    private var unnamed = UnnamedCalls()

    /// Bytes that are handed to the parser at a time.
    private static let chunkSize = 256 << 10

    /// The latency tracers print calls if the option display-graph was set.
    private static let tracersOfCalls: Set = [
        "function_graph", "irqsoff", "preemptoff", "preemptirqsoff", "wakeup", "wakeup_rt", "wakeup_dl",
    ]

    /// - Parameter types: of the events that are no calls, those that somebody wants.
    init(file: InputFile, names: TraceNames, types: EventTypes = .none) {
        self.file = file
        isForEvents = types.areWanted
        reader = TextReader(names: names, types: types)
    }

    var counts: TraceCounts { reader.counts }

    private var identity: TraceIdentity {
        var identity = TraceIdentity()
        identity.kernel = reader.kernel
        return identity
    }

    var source: TraceSource {
        TraceSource(
            path: file.path, kind: .text, identity: identity, machineCPUs: nil,
            cpusWithEvents: reader.cpusWithCalls, hasTimes: reader.hasTimes, recording: nil,
            notUnderstood: reader.notUnderstood, notes: reader.notes)
    }

    mutating func read(into batch: inout EventBatch) throws(TraceError) -> Bool {
        if isAtEnd || file.isPiped ? next == filled : filled - next < TextReader.overlap { try readChunk() }
        if reader.wantsSurvey { try survey() }
        let bytes = chunk
        next += reader.feed(bytes.span.extracting(next..<filled), isLast: isAtEnd || file.isPiped)
        if !isForEvents, let tracer = reader.tracer, !Self.tracersOfCalls.contains(tracer) { throw otherTracer(tracer) }
        if filled == 0 { try finish() }
        let namings = reader.namings
        reader.takeOutput(into: &batch)
        if file.isPiped {
            unnamed.pass(&batch.events, namings)
            if filled == 0 { unnamed.finish(&batch.events) }
        }
        batch.watermark =
            !unnamed.isEmpty
            ? nil : batch.events.last.flatMap { $0.timestamp == GraphEvent.noTime ? nil : $0.timestamp }
        batch.position = offset + next
        return filled > 0
    }

    /// Reads the next bytes of the file behind those that have not been taken.
    private mutating func readChunk() throws(TraceError) {
        let rest = filled - next
        for index in 0..<rest { chunk[index] = chunk[next + index] }
        offset += next
        let count = try file.read(at: offset + rest, into: &chunk, from: rest, count: Self.chunkSize)
        (next, filled, isAtEnd) = (0, rest + count, file.isPiped ? count == 0 : count < Self.chunkSize)
        if offset == 0, file.isPiped, filled == 0 { throw .nothing(file.path) }
        // A console's log may have some, where the machine crashed; what has many is no text.
        if offset == 0 {
            let beginning = chunk.prefix(min(filled, 4096))
            if beginning.count(where: { $0 == 0 }) * 4 > beginning.count { throw notATrace() }
        }
    }

    /// Looks ahead, from the next byte on, for what only later lines tell of the trace.
    private mutating func survey() throws(TraceError) {
        var survey = TextSurvey(isBeginning: offset + next == 0, isPiped: file.isPiped)
        let isBeginning = offset + next == 0
        survey.feed(chunk.span.extracting(next..<filled))
        if file.isPiped {
            try readOn(for: &survey)
        } else if !survey.isDone {
            if lookAhead == nil { lookAhead = try LookAhead(file) }
            try lookAhead?.complete(&survey, from: offset + filled)
        }
        // Before any of it is handed on.
        if isBeginning, !survey.isTrace { throw notATrace() }
        if survey.isFlat {
            throw TraceError(
                .unsupported, path: file.path,
                "holds ends of calls only, and the blanks are lost that show how deep they are",
                remedy: "get the text as it was printed, not as a web page shows it")
        }
        reader.begin(survey)
    }

    /// Takes more of a pipe into the chunk, until the survey has what it needs.
    private mutating func readOn(for survey: inout TextSurvey) throws(TraceError) {
        while !survey.isDone {
            let count = try file.read(at: offset + filled, into: &chunk, from: filled, count: Self.chunkSize)
            if count == 0 { return survey.finish() }
            survey.feed(chunk.span.extracting(filled..<(filled + count)))
            filled += count
        }
    }

    private mutating func finish() throws(TraceError) {
        reader.finish()
        if reader.counts.holdsCalls {
            guard reader.isTrace else { throw notATrace() }
            return
        }
        if isForEvents, reader.hasEvents { return }
        if let tracer = reader.tracer, tracer != "function_graph" { throw otherTracer(tracer) }
        if reader.rawEvents > 0 {
            throw TraceError(
                .unsupported, path: file.path,
                "its calls are printed as raw fields, as trace-cmd report does with -R, -N or -L",
                remedy: "give the trace.dat itself, or the text of trace-cmd report without these options")
        }
        throw reader.tracer == nil && !reader.hasEvents ? notATrace() : .noCalls(file.path, reader.counts)
    }

    private func otherTracer(_ tracer: String) -> TraceError {
        TraceError(
            .otherTracer, path: file.path, "a trace of the tracer '\(tracer)', which records no call durations",
            remedy: "record with current_tracer function_graph, or with dmflow capture")
    }

    private func notATrace() -> TraceError {
        if let packer = Self.packers.first(where: { chunk.starts(with: $0.magic) }) {
            return TraceError(
                .notATrace, path: file.path, "is compressed", remedy: "decompress it first, with \(packer.program)")
        }
        if chunk.first == UInt8(ascii: "{") {
            return TraceError(
                .notATrace, path: file.path, "is JSON, and no trace",
                remedy: "give the capture itself; dmflow report takes summaries, and dmflow check baselines")
        }
        return TraceError(
            .notATrace, path: file.path, "neither a trace.dat nor function_graph text: no line of it is a call",
            remedy: "give a trace.dat, the text of trace-cmd report, or the content of tracefs' trace")
    }

    /// How files begin that are compressed as a whole.
    private static let packers: [(magic: [UInt8], program: String)] = [
        ([0x1f, 0x8b], "gunzip"), ([0xfd, 0x37, 0x7a, 0x58, 0x5a], "unxz"), ([0x28, 0xb5, 0x2f, 0xfd], "unzstd"),
        ([0x42, 0x5a, 0x68], "bunzip2"),
    ]
}

extension TraceError {
    static func nothing(_ path: String) -> TraceError {
        TraceError(.empty, path: path, "is empty", remedy: "record again, with the flow's I/O running")
    }

    static func noCalls(_ path: String, _ counts: TraceCounts) -> TraceError {
        var only: [String] = []
        if counts.comments > 0 { only.append("\(counts.comments) other event\(counts.comments == 1 ? "" : "s")") }
        if counts.unparsedLines > 0 {
            only.append("\(counts.unparsedLines) record\(counts.unparsedLines == 1 ? "" : "s") not understood")
        }
        return TraceError(
            .empty, path: path, "holds no calls" + (only.isEmpty ? "" : ", only " + only.joined(separator: " and ")),
            remedy: counts.comments > 0
                ? "record with the tracer function_graph, or with dmflow capture"
                : "record again, with the flow's I/O running")
    }
}
