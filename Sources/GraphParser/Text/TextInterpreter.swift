import TraceFormat

/// Turns the lines of a text, one by one and whole, into events.
struct TextInterpreter: Sendable {
    /// What was read, until the owner has taken and emptied it.
    var output: [GraphEvent] = []
    private(set) var counts = TraceCounts()
    private(set) var tasks: TextTasks
    /// The name in `# tracer:`; nil if the text has none.
    private(set) var tracer: String?
    /// From the header of the latency format; nil if the text has none.
    private(set) var kernel: String?
    /// The kernel says in the header that function tracing stopped itself.
    private(set) var isCorrupted = false
    private(set) var hasTimes = false
    private(set) var hasUntimedUserCalls = false
    /// Calls that `trace-cmd report` printed without its function_graph plugin.
    private(set) var rawEvents = 0

    private let names: TraceNames
    private var nameIndex = NameIndex()
    /// Of functions in user space, by the part of the event's name that is theirs.
    private var userNames = NameIndex()
    private var scanner = LineScanner()
    private var isInBody = false
    /// Whether the trace was dumped to a log; nil until its first call.
    private var isLogged: Bool?
    /// nil once it is clear that the text begins with a whole line.
    private var opening: OpeningLines? = OpeningLines()
    private var comment: OpenComment
    /// The event that the comment tells, until that is over.
    private var other: GraphEvent?
    private let others: OtherEvents?

    /// - Parameter others: gets the other events; nil if nobody asks for them.
    init(names: TraceNames, others: OtherEvents?) {
        self.names = names
        self.others = others
        tasks = TextTasks(names: names)
        comment = OpenComment(keepsText: others != nil)
    }

    mutating func take(_ line: Span<UInt8>) {
        counts.records += 1
        if opening == nil { interpret(line) } else { open(line) }
    }

    mutating func takeOverlongLine() {
        counts.records += 1
        counts.unparsedLines += 1
    }

    mutating func finish() {
        endOpening(firstIsCut: false)
        endOther()
    }

    /// Takes the lines from `start` on that need no closer look.
    ///
    /// - Returns: where the first one begins that does.
    mutating func scan(_ bytes: RawSpan, from start: Int) -> Int {
        guard isInBody, opening == nil, !comment.isOpen else { return start }
        return scanner.scan(bytes, from: start, names: nameIndex, into: &output, counts: &counts)
    }

    // MARK: The first line

    private mutating func open(_ line: Span<UInt8>) {
        let bom: StaticString = "\u{feff}"
        let isFirst = opening?.isEmpty ?? true
        let line = isFirst && line.has(bom, at: 0) ? line.extracting(bom.utf8CodeUnitCount..<line.count) : line
        let (text, parsed) = understand(line)
        guard let columns = columns(of: parsed, line, from: text) else {
            opening?.hold(line, from: text, nil)
            if isFirst || opening?.isFull ?? true { endOpening(firstIsCut: false) }
            return
        }
        if isFirst {
            opening?.hold(line, from: text, columns)
        } else {
            let isCut = opening?.firstIsCut(before: line, from: text, columns) ?? false
            endOpening(firstIsCut: isCut)
            interpret(line)
        }
    }

    /// The columns of a call's line; nil of any other.
    private func columns(of parsed: TextLine, _ line: Span<UInt8>, from text: Int) -> GraphLine? {
        switch parsed {
        case .graph(let graph): return graph
        // As trace-cmd prints them, events of user space have no duration's column; but no line that is cut passes for one.
        case .comment(let comment) where comment.end == .closed:
            let call = userCall(comment, line.extracting(text..<line.count), inLog: text > 0)
            return call == nil ? nil : comment.columns
        default: return nil
        }
    }

    private mutating func endOpening(firstIsCut: Bool) {
        let lines = opening?.lines ?? []
        opening = nil
        if firstIsCut { counts.unparsedLines += 1 }
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
            counts.comments += 1
            if !comment.isOpen { endOther() }
            return
        }
        endOther()
        switch parsed {
        case .graph(let graph):
            if isLogged == nil { isLogged = text > 0 }
            take(graph, line)
            if text == 0, graph.durationBar >= 0, let event = output.last {
                scanner.learn(line, graph, event)
            }
        case .comment(let comment):
            if let name = userCall(comment, line, inLog: text > 0) {
                if isLogged == nil { isLogged = text > 0 }
                return take(name, comment.columns, line)
            }
            counts.comments += 1
            begin(comment, line)
        case .taskSwitch(let cpu, let from, let to):
            counts.structureLines += 1
            output.append(tasks.change(on: cpu, from: from, to: to, line))
        case .loss(let cpu, let count):
            counts.structureLines += 1
            output.append(.loss(cpu: UInt16(cpu), ring: tasks.lane(cpu), count: count))
        case .rawEvent:
            counts.unparsedLines += 1
            rawEvents += 1
        case .unparsed: counts.unparsedLines += 1
        case .structure: counts.structureLines += 1
        case .tracer, .release, .corrupted:
            counts.structureLines += 1
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

    // MARK: Other events

    private mutating func begin(_ comment: CommentLine, _ line: Span<UInt8>) {
        self.comment.begin(comment, line)
        guard others != nil else { return }
        other = tasks.other(comment.columns, line)
        other?.timestamp = comment.columns.timestamp ?? GraphEvent.noTime
        if !self.comment.isOpen { endOther() }
    }

    /// The comment is over, and with it another event.
    private mutating func endOther() {
        guard var event = other, let others else { return }
        let timestamp = event.timestamp == GraphEvent.noTime ? nil : event.timestamp
        event.function = others.add(
            OtherEvent(timestamp: timestamp, cpu: Int(event.cpu), line: printable(comment.text)))
        output.append(event)
        other = nil
    }

    // MARK: Calls

    private mutating func take(_ graph: GraphLine, _ line: Span<UInt8>) {
        var event = GraphEvent(kind: graph.kind)
        place(&event, graph, line)
        event.depth = UInt16(graph.depth)
        if !graph.name.isEmpty { event.function = nameIndex.function(line, graph.name, in: names).index }
        event.duration = graph.duration ?? GraphEvent.noTime
        event.precision = graph.precision
        switch graph.kind {
        case .entry: counts.entries += 1
        case .exit: counts.exits += 1
        default: counts.leaves += 1
        }
        output.append(event)
    }

    /// Puts task and time of a call's line into `event`.
    private mutating func place(_ event: inout GraphEvent, _ columns: GraphLine, _ line: Span<UInt8>) {
        isInBody = true
        let hadCPUs = tasks.hasCPUColumn
        if let change = tasks.place(&event, columns, line) { output.append(change) }
        // A line without its CPU is damaged from now on.
        if tasks.hasCPUColumn != hadCPUs { scanner.forget() }
        event.timestamp = columns.timestamp ?? GraphEvent.noTime
        if columns.timestamp != nil { hasTimes = true }
    }

    // MARK: Calls in user space

    /// The name of the uprobe's event that the comment is; nil if it is none, or lacks what its place is known by.
    private func userCall(_ comment: CommentLine, _ line: Span<UInt8>, inLog: Bool) -> UserCallName? {
        guard comment.end != .open, let name = UserCallName(line, from: comment.text.lowerBound),
            line.has(": ", at: name.whole.upperBound), !inLog || comment.columns.hasColumns,
            comment.columns.cpu != nil || tasks.hasCPUColumn != true
        else { return nil }
        return name
    }

    private mutating func take(_ name: UserCallName, _ columns: GraphLine, _ line: Span<UInt8>) {
        var event = GraphEvent(kind: name.kind)
        place(&event, columns, line)
        event.function = userNames.function(line, name.whole) { names.intern(name.function(in: line)) }.index
        // Its duration is made of times, which have no more digits.
        event.precision = .microsecond
        if name.kind == .userEntry { counts.entries += 1 } else { counts.exits += 1 }
        hasUntimedUserCalls = hasUntimedUserCalls || columns.timestamp == nil
        output.append(event)
    }
}
