import TraceFormat

/// Turns the lines of a text, one by one and whole, into events.
struct TextInterpreter: Sendable {
    /// What was read, until the owner has taken and emptied it.
    var output: [GraphEvent] = []
    /// What the events in it that are no calls say.
    var payload: [UInt8] = []
    /// Blocks that have named the task of a CPU's first lines, among the events of `output`.
    var namings: [UnnamedCalls.Naming] = []
    private(set) var counts = TraceCounts()
    private(set) var tasks: TextTasks
    /// The name in `# tracer:`; nil if the text has none.
    private(set) var tracer: String?
    /// The text begins, or another trace's header was read: what comes wants a survey of its own.
    private(set) var isAtNewTrace = true
    /// From the header of the latency format; nil if the text has none.
    private(set) var kernel: String?
    /// The kernel says in the header that function tracing stopped itself.
    private(set) var isCorrupted = false
    private(set) var hasTimes = false
    private(set) var hasUntimedUserCalls = false
    /// Calls that `trace-cmd report` printed without its function_graph plugin.
    private(set) var rawEvents = 0
    /// The first lines that were not understood.
    private(set) var notUnderstood: [NotUnderstoodLine] = []
    private(set) var areBlanksLost = false
    /// Some call's line had columns, some event's of another kind; and some line named its function.
    private(set) var hasColumns = false
    private(set) var hasEvents = false
    private(set) var hasNames = false
    private(set) var hasSeveralTraces = false

    private let names: TraceNames
    private var nameIndex = NameIndex()
    /// Functions in user space, by the part of the event's name that is theirs.
    private var userNames = NameIndex()
    private var scanner = LineScanner()
    private var isInBody = false
    /// Whether the trace was dumped to a log; nil until its first call.
    private var isLogged: Bool?
    private var survey = TextSurvey.nothing
    private var printed = PrintedEntries()
    /// How many calls each task has open, for a text that shows it by its braces only.
    private var braces = Braces()
    /// What calls are deeper than they are drawn.
    private var levels = 0
    /// Calls have come since the last header.
    private var hasCalls = false
    /// Events that the ring buffers had lost before the text's first line, until that is said.
    private var overwritten: UInt64?
    private var startedCPUs: Set<UInt16> = []
    private var overruns: UInt64 = 0
    /// The last call's entry or end, which may have been handed on.
    private var lastCall: GraphEvent?
    /// Of what was printed last with a time; noTime if nothing was.
    private var lastTime = GraphEvent.noTime
    private var comment: OpenComment
    /// The event that the comment tells, until that is over.
    private var event: GraphEvent?
    private let types: EventTypes
    /// Types of events, by their names.
    private var typeIndex = NameIndex()

    /// - Parameter types: of the events that are no calls, those that somebody wants.
    init(names: TraceNames, types: EventTypes) {
        self.names = names
        self.types = types
        tasks = TextTasks(names: names)
        comment = OpenComment(keepsText: types.areWanted)
    }

    /// Another trace begins, or the text.
    mutating func begin(_ survey: TextSurvey) {
        self.survey = survey
        isAtNewTrace = false
        areBlanksLost = areBlanksLost || survey.areBlanksLost
        tasks.begin(survey)
    }

    mutating func take(_ line: Span<UInt8>) {
        counts.records += 1
        if counts.records == 1, survey.firstIsCut { return notUnderstand(line) }
        let bom: StaticString = "\u{feff}"
        let isMarked = counts.records == 1 && line.has(bom, at: 0)
        interpret(isMarked ? line.extracting(bom.utf8CodeUnitCount..<line.count) : line)
    }

    mutating func takeOverlongLine() {
        counts.records += 1
        notUnderstand(Span<UInt8>())
    }

    mutating func finish() { endEvent() }

    /// Takes the lines from `start` on that need no closer look.
    ///
    /// - Returns: where the first one begins that does.
    mutating func scan(_ bytes: RawSpan, from start: Int) -> Int {
        guard isInBody, !comment.isOpen, !survey.areBlanksLost, levels == 0 else { return start }
        // Behind a log's prefixes a comment can be a message of the kernel.
        let comments: LineScanner.Comments = isLogged == false ? (types.areWanted ? .handedOn : .counted) : .left
        let before = (events: output.count, comments: counts.comments)
        let next = scanner.scan(
            bytes, from: start, names: nameIndex, types: typeIndex, comments: comments, tasks: &tasks,
            printed: &printed, into: &output, payload: &payload, counts: &counts)
        lastCall = output[before.events...].last { $0.kind != .event } ?? lastCall
        lastTime = output[before.events...].last { $0.timestamp != GraphEvent.noTime }?.timestamp ?? lastTime
        hasEvents = hasEvents || counts.comments > before.comments
        return next
    }

    // MARK: Lines

    private mutating func interpret(_ line: Span<UInt8>) {
        let (text, parsed) = understand(line)
        if parsed.isNotUnderstood || PlainText.isColoured(line), let plain = PlainText.restored(line) {
            let (text, parsed) = understand(plain.span)
            take(inLog(parsed, plain.span, from: text), plain.span, from: text)
        } else {
            take(inLog(parsed, line, from: text), line, from: text)
        }
    }

    /// What a line is behind a log's prefix, where the kernel's messages stand, too.
    private func inLog(_ parsed: TextLine, _ line: Span<UInt8>, from text: Int) -> TextLine {
        guard text > 0, isLogged != false else { return parsed }
        let message = TextLine.comment(CommentLine(text: 0..<(line.count - text)))
        switch parsed {
        // `}` and `f();` are lines of a trace, but also messages of a kernel.
        case .graph(let graph) where !graph.hasColumns: return message
        case .unparsed:
            let isOfTrace =
                line.firstIndex(of: bar, in: text..<line.count) != nil
                && line.firstIndex(of: " us ", in: text..<line.count) != nil
            return isOfTrace ? .damaged : message
        default: return parsed
        }
    }

    /// Where the line begins behind a log's prefix, and what it is in a text with these columns.
    private func understand(_ line: Span<UInt8>) -> (text: Int, parsed: TextLine) {
        let start = isLogged == false ? 0 : LogPrefix.end(of: line) ?? 0
        let text = line.extracting(start..<line.count)
        let parsed = LineParser.parse(text, inBody: isInBody)
        switch parsed {
        // A program's text, or the rest of a line that was wrapped.
        case _ where start == 0 && survey.hasColumns && parsed.isBare: return (start, .unparsed)
        // A line without its CPU has lost its beginning.
        case .graph(let graph)
        where graph.hasColumns && graph.cpu == nil && (survey.hasCPUs || tasks.hasCPUColumn == true):
            return (start, .damaged)
        default: return (start, parsed)
        }
    }

    private mutating func take(_ parsed: TextLine, _ whole: Span<UInt8>, from text: Int) {
        let line = whole.extracting(text..<whole.count)
        if comment.goesOn(line, parsed) {
            counts.comments += 1
            if !comment.isOpen { endEvent() }
            return
        }
        endEvent()
        switch parsed {
        case .graph(let graph):
            if isLogged == nil { isLogged = text > 0 }
            if take(graph, line), text == 0, graph.durationBar >= 0, let event = output.last {
                scanner.learn(line, graph, event)
            }
        case .comment(let comment):
            if let name = userCall(comment, line, inLog: text > 0) {
                if isLogged == nil { isLogged = text > 0 }
                return take(name, comment.columns, line)
            }
            counts.comments += 1
            hasEvents = hasEvents || comment.columns.hasColumns
            if isInBody, text == 0 { scanner.learn(line, comment) }
            begin(comment, line)
        case .taskSwitch(let cpu, let from, let to):
            counts.structureLines += 1
            if tasks.isUnnamed(cpu) {
                let lane = tasks.lane(cpu)
                namings.append(.init(place: output.count, cpu: lane, task: .thread(from.tid, cpu: lane)))
            }
            let change = tasks.change(on: cpu, from: from, to: to, line)
            if isInBody, text == 0 { scanner.learn(line, change) }
        case .loss(let cpu, let count):
            counts.structureLines += 1
            // What was printed before it was before it.
            output.append(.loss(cpu: UInt16(cpu), ring: tasks.lane(cpu), count: count, timestamp: lastTime))
        case .overruns(let count):
            counts.structureLines += 1
            overrun(count)
        case .rawEvent:
            notUnderstand(line)
            rawEvents += 1
        case .unparsed, .damaged: notUnderstand(line)
        case .structure: counts.structureLines += 1
        case .header(let header):
            counts.structureLines += 1
            take(header, line)
        case .treeTitle(let task, let isFragment):
            counts.structureLines += 1
            // Its caller is not drawn.
            levels = isFragment ? 1 : 0
            // What is open of the last tree stays so.
            restart()
            printed.reset()
            scanner.reset()
            tasks.beginTree(task, line)
        }
    }

    /// The number only grows, each task's for itself: what is more than any before was lost.
    private mutating func overrun(_ count: UInt64) {
        guard count > overruns, let event = lastCall else { return }
        output.append(.loss(cpu: event.cpu, ring: event.ring, count: Int(clamping: count - overruns)))
        overruns = count
    }

    private mutating func notUnderstand(_ line: Span<UInt8>) {
        counts.unparsedLines += 1
        guard notUnderstood.count < NotUnderstoodLine.maxCount else { return }
        notUnderstood.append(NotUnderstoodLine(line, number: counts.records))
    }

    // MARK: Headers

    private mutating func take(_ header: HeaderLine, _ line: Span<UInt8>) {
        if hasCalls { beginNewTrace() }
        switch header {
        case .tracer(let name): if tracer == nil { tracer = printable(name.map { line[$0] }) }
        case .release(let release): if kernel == nil { kernel = printable(release.map { line[$0] }) }
        case .entries(let kept, let written): if written > kept { overwritten = written - kept }
        case .corrupted: isCorrupted = true
        case .other: break
        }
    }

    /// Nothing goes on from what was before.
    private mutating func restart() {
        output.append(GraphEvent(kind: .restart))
        lastTime = GraphEvent.noTime
    }

    private mutating func beginNewTrace() {
        (hasCalls, isInBody, isAtNewTrace, hasSeveralTraces) = (false, false, true, true)
        (overwritten, levels) = (nil, 0)
        startedCPUs.removeAll()
        restart()
        printed.reset()
        scanner.reset()
        braces = Braces()
    }

    // MARK: Events that are no calls

    private mutating func begin(_ comment: CommentLine, _ line: Span<UInt8>) {
        self.comment.begin(comment, line)
        guard types.areWanted else { return }
        event = tasks.event(comment.columns, line)
        event?.timestamp = comment.columns.timestamp ?? GraphEvent.noTime
        if !self.comment.isOpen { endEvent() }
    }

    /// The comment is over, and with it the event.
    private mutating func endEvent() {
        guard var event else { return }
        self.event = nil
        let text = comment.text
        let (name, rest) = EventText.split(text)
        let type = typeIndex.number(text.span, name) { types.text(printable(text[name])) }
        guard let type else { return }
        event.function = type
        event.payload = payload.count..<(payload.count + text.count - rest)
        payload += text[rest...]
        if event.timestamp != GraphEvent.noTime { lastTime = event.timestamp }
        output.append(event)
    }

    // MARK: Calls

    /// - Returns: false if the line is not understood all the same.
    private mutating func take(_ graph: GraphLine, _ line: Span<UInt8>) -> Bool {
        var event = GraphEvent(kind: graph.kind)
        guard place(&event, graph, line) else { return false }
        event.depth = UInt16(min(graph.depth + levels, Limits.depth))
        if survey.areBlanksLost { event.depth = braces.depth(of: event) }
        if !graph.name.isEmpty {
            hasNames = true
            event.function = nameIndex.function(line, graph.name, in: names).index
        }
        event.function = printed.print(event.kind, event.function, cpu: event.cpu, depth: Int(event.depth))
        event.duration = graph.duration ?? GraphEvent.noTime
        event.precision = graph.precision
        switch graph.kind {
        case .entry: counts.entries += 1
        case .exit: counts.exits += 1
        default: counts.leaves += 1
        }
        lastCall = event
        if graph.isLossy { output.append(.loss(cpu: event.cpu, ring: event.ring, count: nil, extent: .told)) }
        output.append(event)
        return true
    }

    /// Puts task and time of a call's line into `event`.
    ///
    /// - Returns: false, with the line counted, if its source cannot be told from others.
    private mutating func place(_ event: inout GraphEvent, _ columns: GraphLine, _ line: Span<UInt8>) -> Bool {
        let hadCPUs = tasks.hasCPUColumn
        guard tasks.place(&event, columns, line) else {
            notUnderstand(line)
            return false
        }
        (isInBody, hasCalls) = (true, true)
        hasColumns = hasColumns || columns.hasColumns
        // A line without its CPU is damaged from now on.
        if tasks.hasCPUColumn != hadCPUs { scanner.reset() }
        if columns.cpu != nil, !columns.isReport, !survey.areBlanksLost { printed.add(cpu: Int(event.cpu)) }
        event.timestamp = columns.timestamp ?? GraphEvent.noTime
        if columns.timestamp != nil { (hasTimes, lastTime) = (true, event.timestamp) }
        if overwritten != nil { sayOverwritten(before: event) }
        return true
    }

    /// What a header says was lost lay before the first lines of the CPUs, and nothing tells how much of it before whose.
    private mutating func sayOverwritten(before event: GraphEvent) {
        guard let count = overwritten, startedCPUs.insert(event.cpu).inserted else { return }
        let extent: GraphEvent.LossExtent = startedCPUs.count == 1 ? .here : .told
        output.append(.loss(cpu: event.cpu, ring: event.ring, count: Int(clamping: count), extent: extent))
    }

    // MARK: Calls in user space

    /// The name of the uprobe's event that the comment is; nil if it is none, or lacks what its place is known by.
    private func userCall(_ comment: CommentLine, _ line: Span<UInt8>, inLog: Bool) -> ProbeName? {
        guard comment.columns.cpu != nil || tasks.hasCPUColumn != true else { return nil }
        return ProbeName(comment, line, inLog: inLog)
    }

    private mutating func take(_ name: ProbeName, _ columns: GraphLine, _ line: Span<UInt8>) {
        var event = GraphEvent(kind: name.eventKind)
        guard place(&event, columns, line) else { return }
        event.function = userNames.function(line, name.whole) { names.intern(name.function(in: line)) }.index
        // Its duration is made of times, which have no more digits.
        event.precision = .microsecond
        if name.kind == .entry { counts.entries += 1 } else { counts.exits += 1 }
        hasUntimedUserCalls = hasUntimedUserCalls || columns.timestamp == nil
        output.append(event)
    }
}
