public import TraceFormat

/// What is known of a trace as a whole.
public struct TraceSource: Equatable, Sendable {
    /// What a trace is stored as.
    public enum Kind: String, Sendable {
        /// function_graph text.
        case text
        /// A file of trace-cmd's form, version 6 or 7.
        case traceDat = "trace.dat"
    }

    /// As the user gave it; `-` for standard input.
    public var path: String
    /// What it is stored as.
    public let kind: Kind
    /// Which recording it is of, as far as the trace tells.
    public let identity: TraceIdentity
    /// CPUs of the traced machine; nil where the trace does not tell, as no text does.
    public let machineCPUs: Int?
    /// CPUs with events, or with calls for a text; nil for a text without the CPU column.
    public let cpusWithEvents: Int?
    /// False for a text without a time column.
    public let hasTimes: Bool
    /// What dmflow knew of the recording, if it made it.
    public let recording: RecordingStats?
    /// The multipath maps and paths of the recorded machine; nil if it had none, or the trace does not tell.
    public var topology: Topology?
    /// The first lines of a text that were not understood.
    public var notUnderstood: [NotUnderstoodLine] = []
    /// What a reader of the figures should know about the file, a sentence each.
    public internal(set) var notes: [String]

    /// Kernel release; nil where the trace does not tell.
    public var kernel: String? { identity.kernel }
    /// Name of the trace clock; nil where the trace does not tell.
    public var clock: String? { identity.clock }
}

/// The result of one pass over a trace.
public struct TraceReading: Sendable {
    /// What is known of the trace as a whole.
    public let source: TraceSource
    /// If the pass ended early, of what was read until then, which is more than what analyzers were given.
    public let counts: TraceCounts
    /// The names of the trace's functions and tasks.
    public let names: TraceNames
    /// Trees whose root has ended, but which are hollow, or have calls in doubt in them, or at places that are: their layers may not add up
    /// to their time.
    public let doubtfulTrees: Int
    /// False if the analyzers had enough before the end.
    public let isWhole: Bool
}

/// Opens traces of every kind that dmflow reads.
public enum TraceFile {
    /// Reads a trace in one pass, to its end or until no analyzer wants more. Analyzers are called on this thread.
    ///
    /// - Parameters:
    ///   - path: a function_graph text, a trace.dat, or `-` for standard input.
    ///   - asItComes: a text's calls are handed on as they come through a pipe; else it is copied to a file first. What only later lines
    ///     tell is missing then: without the task column, whose the calls were that had ended before their CPU's first change of tasks.
    ///     Holds only if no analyzer wants events that are no calls.
    ///   - analyzers: get what they are interested in, in time order.
    ///   - progress: called now and then with what has been read so far and what there is to read, in bytes.
    /// - Throws: `TraceError` if the file cannot be read, is not a function_graph trace, or is a damaged trace.dat; and what
    ///   an analyzer throws.
    @discardableResult
    public static func read(
        _ path: String, asItComes: Bool = false, into analyzers: [any Analyzer],
        progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> TraceReading {
        let names = TraceNames()
        let analyzers = AnalyzerSet(analyzers)
        let file = try InputFile(path: path, asItComes: asItComes && analyzers.events.events.isEmpty)
        let begin = file.isPiped ? nil : try file.read(at: 0, count: TraceDatFormat.magic.count)
        guard begin?.isEmpty != true else { throw TraceError.nothing(path) }
        let isTraceDat = begin.map(TraceDatFormat.magic.starts) ?? false
        let types = EventTypes(analyzers.events, isText: !isTraceDat)
        if isTraceDat {
            let header = try TraceDatHeader(file)
            let context = TraceContext(
                path: path, kind: .traceDat, names: names, types: types, identity: header.identity,
                recording: header.recording, topology: header.topology)
            names.learn(header.description.comms)
            let reader = TraceDatReader(file: file, header: header, names: names, types: types)
            return try read(reader, context, types, analyzers) { progress($0.bytes, file.size) }
        }
        let context = TraceContext(path: path, kind: .text, names: names, types: types)
        let source = TextSource(file: file, names: names, types: types)
        return try read(source, context, types, analyzers) { progress($0.bytes, file.size) }
    }

    /// - Parameter mayBeEmpty: whether a trace without calls is one all the same.
    static func read<Source: EventSource>(
        _ source: Source, _ context: TraceContext, _ types: EventTypes, _ analyzers: AnalyzerSet,
        mayBeEmpty: Bool = false, progress: (ReadingMark) throws -> Void
    ) throws -> TraceReading {
        var analyzers = analyzers
        try analyzers.begin(context)
        let builder = StackBuilder(
            names: context.names, lossesAreMarked: Source.lossesAreMarked, instances: source.instances, types: types,
            interleavesEvents: analyzers.interleavesEvents)
        let result = try Pipeline.run(source, builder, into: &analyzers, progress: progress)
        // A damaged file has a report that says so, and who wants events needs no calls.
        let hasWanted = result.events > 0
        guard mayBeEmpty || hasWanted || result.counts.holdsCalls || result.counts.isInDoubt else {
            throw TraceError.noCalls(result.source.source.path, result.counts)
        }
        var source = result.source.source
        if result.counts.inferredEntries > 0 {
            source.notes.append(
                "ends of calls only, as tracing_thresh records those of long ones and grep leaves them: the time of calls that are "
                    + "not there is in their callers' self time"
            )
        }
        if result.counts.joinedByName > 0 {
            source.notes.append(
                "calls that went on on another CPU, whose task this text does not name, are joined as the names at their ends "
                    + "tell: \(result.counts.joinedByName); print with funcgraph-proc")
        }
        if !source.hasTimes, result.counts.open + result.counts.orphans > 0 {
            source.notes.append(
                "without times in this text, calls that an interrupt hit at their end can be open or orphans; "
                    + "print with funcgraph-abstime")
        }
        if result.counts.untimed > 0 {
            source.notes.append(
                result.counts.untimed == 1
                    ? "1 call has no duration in this text and counts with 0 in all times"
                    : "\(result.counts.untimed) calls have no duration in this text and count with 0 in all times")
        }
        if context.names.isCapped {
            source.notes.append(
                "more than \(Limits.functions) distinct functions, or very long names: those that came later stand together as "
                    + "\(Function.furtherOnes), with their calls and times, but not in their layers")
        }
        try analyzers.finish(TraceEnd(source: source, counts: result.counts, isWhole: result.isWhole))
        return TraceReading(
            source: source, counts: result.counts, names: context.names, doubtfulTrees: result.doubtfulTrees,
            isWhole: result.isWhole)
    }
}
