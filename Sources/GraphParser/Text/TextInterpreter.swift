/// Turns the lines of a text, one by one and whole, into calls.
struct TextInterpreter<Consumer: CallConsumer> {
    private(set) var builder: StackBuilder<Consumer>
    private(set) var tasks: TextTasks
    /// The name in `# tracer:`; nil if the text has none.
    private(set) var tracer: String?
    /// From the header of the latency format; nil if the text has none.
    private(set) var kernel: String?
    /// The kernel says in the header that function tracing stopped itself.
    private(set) var isCorrupted = false
    /// Calls that `trace-cmd report` printed without its function_graph plugin.
    private(set) var rawEvents = 0

    private let names: TraceNames
    private var nameIndex = NameIndex()
    private var isInBody = false
    /// Whether the trace was dumped to a log; nil until its first call.
    private var isLogged: Bool?
    /// nil once it is clear that the text begins with a whole line.
    private var opening: OpeningLines? = OpeningLines()
    private var comment = OpenComment()

    init(names: TraceNames, consumer: Consumer) {
        self.names = names
        builder = StackBuilder(consumer: consumer, lossesAreMarked: false)
        tasks = TextTasks(names: names)
    }

    mutating func take(_ line: Span<UInt8>) {
        builder.counts.records += 1
        if opening == nil { interpret(line) } else { open(line) }
    }

    mutating func takeOverlongLine() {
        builder.counts.records += 1
        builder.counts.unparsedLines += 1
    }

    mutating func finish() {
        endOpening(firstIsCut: false)
        builder.finish()
    }

    // MARK: The first line

    private mutating func open(_ line: Span<UInt8>) {
        let bom: StaticString = "\u{feff}"
        let isFirst = opening?.isEmpty ?? true
        let line = isFirst && line.has(bom, at: 0) ? line.extracting(bom.utf8CodeUnitCount..<line.count) : line
        let (text, parsed) = understand(line)
        guard case .graph(let graph) = parsed else {
            opening?.hold(line, from: text, nil)
            if isFirst || opening?.isFull ?? true { endOpening(firstIsCut: false) }
            return
        }
        if isFirst {
            opening?.hold(line, from: text, graph)
        } else {
            let isCut = opening?.firstIsCut(before: line, from: text, graph) ?? false
            endOpening(firstIsCut: isCut)
            interpret(line)
        }
    }

    private mutating func endOpening(firstIsCut: Bool) {
        let lines = opening?.lines ?? []
        opening = nil
        if firstIsCut { builder.counts.unparsedLines += 1 }
        for line in lines.dropFirst(firstIsCut ? 1 : 0) { interpret(line.span) }
    }

    // MARK: Lines

    private mutating func interpret(_ line: Span<UInt8>) {
        let (text, parsed) = understand(line)
        if case .unparsed = parsed, let plain = PlainText.restored(line) {
            let (text, parsed) = understand(plain.span)
            take(parsed, plain.span, from: text)
        } else {
            take(parsed, line, from: text)
        }
    }

    /// Where the line begins behind a log's prefix, and what it is in a text with these columns.
    private func understand(_ line: Span<UInt8>) -> (text: Int, parsed: TextLine) {
        let start = isLogged == false ? 0 : LogPrefix.end(of: line) ?? 0
        let text = line.extracting(start..<line.count)
        let parsed = LineParser.parse(text, inBody: isInBody)
        switch parsed {
        // `}` and `f();` are lines of a trace, but also messages of a kernel.
        case .graph(let graph) where start > 0 && !graph.hasColumns: return (start, Self.message(text))
        // A line without its CPU has lost its beginning.
        case .graph(let graph) where graph.cpu == nil && tasks.hasCPUColumn == true: return (start, .unparsed)
        case .unparsed where start > 0 && !LineParser.beginsLikeCall(text): return (start, Self.message(text))
        default: return (start, parsed)
        }
    }

    /// What else a log says between the calls.
    private static func message(_ text: Span<UInt8>) -> TextLine {
        .comment(CommentLine(text: 0..<text.count))
    }

    private mutating func take(_ parsed: TextLine, _ whole: Span<UInt8>, from text: Int) {
        let line = whole.extracting(text..<whole.count)
        if comment.goesOn(line, parsed) {
            builder.counts.comments += 1
            return
        }
        switch parsed {
        case .graph(let graph):
            if isLogged == nil { isLogged = text > 0 }
            take(graph, line)
        case .comment(let other):
            builder.counts.comments += 1
            comment.begin(other)
        case .taskSwitch(let cpu, let from, let to):
            builder.counts.structureLines += 1
            if let named = tasks.change(on: cpu, from: from, to: to, line) {
                builder.rename(named.unnamed, to: named.task)
            }
        case .loss(let cpu, let count):
            builder.counts.structureLines += 1
            builder.loss(cpu: tasks.lane(cpu), count: count)
        case .rawEvent:
            builder.counts.unparsedLines += 1
            rawEvents += 1
        case .unparsed: builder.counts.unparsedLines += 1
        case .structure: builder.counts.structureLines += 1
        case .tracer, .release, .corrupted:
            builder.counts.structureLines += 1
            takeHeader(parsed, line)
        }
    }

    private mutating func takeHeader(_ parsed: TextLine, _ line: Span<UInt8>) {
        switch parsed {
        case .tracer(let name): if tracer == nil { tracer = printable(name.map { line[$0] }) }
        case .release(let release): if kernel == nil { kernel = printable(release.map { line[$0] }) }
        default: isCorrupted = true
        }
    }

    // MARK: Calls

    private mutating func take(_ graph: GraphLine, _ line: Span<UInt8>) {
        isInBody = true
        let cpu = tasks.cpu(of: graph)
        let task = tasks.task(of: graph, cpu: cpu, line, builder)
        let function = graph.name.isEmpty ? nil : nameIndex.function(line, graph.name, in: names)
        let exit = ExitRecord(
            task: task, cpu: cpu, depth: graph.depth, function: function, duration: graph.duration,
            rounding: graph.rounding, timestamp: graph.timestamp)
        guard graph.kind != .exit else { return builder.exit(exit) }
        let entry = EntryRecord(
            task: task, cpu: cpu, depth: graph.depth, function: function ?? .unknown, timestamp: graph.timestamp)
        if graph.kind == .leaf { builder.leaf(entry, exit) } else { builder.entry(entry) }
    }
}
