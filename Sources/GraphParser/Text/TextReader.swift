/// Reads function_graph text in chunks of any size: what ftrace's `trace` and `trace_pipe` print.
///
/// Feed the bytes with ``feed(_:)`` in order, then call ``finish()`` once.
public struct TextReader<Consumer: CallConsumer> {
    private var builder: StackBuilder<Consumer>
    /// The name in `# tracer:`; nil if the text has none.
    public private(set) var tracer: String?
    /// Number of different CPUs with calls.
    public var cpuCount: Int { seenCPUs.count }

    private let names: TraceNames
    private var nameIndex = NameIndex()
    private var lastTID: Int32?
    private var lanes = TaskLanes()
    private var seenCPUs: Set<Int> = []
    private var inComment = false
    private var isInBody = false
    /// The beginning of a line whose end is in the next chunk.
    private var partial: [UInt8] = []
    /// Rest of a line longer than the limit: counted once, when it began to be too long.
    private var skippingLine = false

    /// Longer lines are not read: no kernel prints a line of more than a page.
    private static var lineLimit: Int { 64 << 10 }

    public init(names: TraceNames, consumer: Consumer) {
        self.names = names
        builder = StackBuilder(consumer: consumer, lossesAreMarked: false)
    }

    public var consumer: Consumer { builder.consumer }
    public var counts: TraceCounts { builder.counts }

    /// Takes the next bytes of the text.
    public mutating func feed(_ bytes: Span<UInt8>) {
        var start = 0
        while start < bytes.count {
            guard let newline = bytes.firstIndex(of: 0x0a, in: start..<bytes.count) else { break }
            end(of: bytes.extracting(start..<newline))
            start = newline + 1
        }
        keep(bytes.extracting(start..<bytes.count))
    }

    /// The text is over; a last line without a newline counts too.
    public mutating func finish() {
        if !partial.isEmpty { end(of: Span<UInt8>()) }
        builder.finish()
    }

    // MARK: Lines

    private mutating func keep(_ rest: Span<UInt8>) {
        guard !rest.isEmpty, !skippingLine else { return }
        partial.reserveCapacity(partial.count + rest.count)
        for index in 0..<rest.count { partial.append(rest[index]) }
        if partial.count > Self.lineLimit {
            partial.removeAll()
            skippingLine = true
            countOverlongLine()
        }
    }

    private mutating func countOverlongLine() {
        builder.counts.records += 1
        builder.counts.unparsedLines += 1
    }

    private mutating func end(of rest: Span<UInt8>) {
        if skippingLine {
            skippingLine = false
        } else if partial.isEmpty {
            take(rest)
        } else {
            keep(rest)
            let whole = partial
            partial.removeAll(keepingCapacity: true)
            // `keep` has counted the line already if it was too long.
            if skippingLine { skippingLine = false } else { take(whole.span) }
        }
    }

    private mutating func take(_ line: Span<UInt8>) {
        guard line.count <= Self.lineLimit else { return countOverlongLine() }
        builder.counts.records += 1
        let parsed = LineParser.parse(line, inBody: isInBody)
        if case .unparsed = parsed, let plain = withoutHardSpaces(line) {
            take(plain.span, parsed: LineParser.parse(plain.span, inBody: isInBody))
        } else {
            take(line, parsed: parsed)
        }
    }

    private mutating func take(_ line: Span<UInt8>, parsed: TextLine) {
        if inComment, continuesComment(line, parsed) { return }
        switch parsed {
        case .graph(let graph): take(graph, line)
        case .comment(let isClosed):
            builder.counts.comments += 1
            inComment = !isClosed
        case .taskSwitch(let cpu, let from, let to):
            builder.counts.structureLines += 1
            switchTask(cpu: cpu, from: from, to: to)
        case .loss(let cpu, let count):
            builder.counts.structureLines += 1
            builder.loss(cpu: cpu, count: count)
        case .tracer(let name):
            builder.counts.structureLines += 1
            if tracer == nil { tracer = printable(name.map { line[$0] }) }
        case .structure: builder.counts.structureLines += 1
        case .unparsed: builder.counts.unparsedLines += 1
        }
    }

    /// Traces copied from web pages have no-break spaces in them, C2 A0 in UTF-8; nil if the line has none.
    private func withoutHardSpaces(_ line: Span<UInt8>) -> [UInt8]? {
        guard line.firstIndex(of: 0xc2, in: 0..<line.count) != nil else { return nil }
        var plain: [UInt8] = []
        var index = 0
        while index < line.count {
            let isHardSpace = line[index] == 0xc2 && index + 1 < line.count && line[index + 1] == 0xa0
            plain.append(isHardSpace ? space : line[index])
            index += isHardSpace ? 2 : 1
        }
        return plain.count < line.count ? plain : nil
    }

    /// A comment's text may have line ends of its own; it is over with the line that ends in `*/`, or, if that was cut
    /// off, with the next line that has a CPU and a call.
    private mutating func continuesComment(_ line: Span<UInt8>, _ parsed: TextLine) -> Bool {
        if case .graph(let graph) = parsed, graph.cpu != nil { return stopComment() }
        if case .comment = parsed { return stopComment() }
        builder.counts.comments += 1
        let end = line.trimmedEnd()
        if line.has("*/", at: end - 2) { inComment = false }
        return true
    }

    private mutating func stopComment() -> Bool {
        inComment = false
        return false
    }

    // MARK: Calls

    private mutating func take(_ graph: GraphLine, _ line: Span<UInt8>) {
        isInBody = true
        let cpu = graph.cpu ?? 0
        seenCPUs.insert(cpu)
        let task = task(of: graph, cpu: cpu, line)
        let function = graph.name.isEmpty ? nil : nameIndex.function(line, graph.name, in: names)
        let exit = ExitRecord(
            task: task, cpu: cpu, depth: graph.depth, function: function, duration: graph.duration,
            rounding: graph.rounding, timestamp: graph.timestamp)
        guard graph.kind != .exit else { return builder.exit(exit) }
        let entry = EntryRecord(
            task: task, cpu: cpu, depth: graph.depth, function: function ?? .unknown, timestamp: graph.timestamp)
        if graph.kind == .leaf { builder.leaf(entry, exit) } else { builder.entry(entry) }
    }

    private mutating func task(of graph: GraphLine, cpu: Int, _ line: Span<UInt8>) -> TaskKey {
        if let tid = graph.tid {
            learnName(of: tid, graph.comm, line)
            return .thread(tid, cpu: cpu)
        }
        if let task = lanes.task(on: cpu) { return task }
        if let task = migratedTask(to: cpu, graph) {
            lanes.move(task, to: cpu)
            return task
        }
        lanes.set(.unknown(cpu: cpu), on: cpu)
        return .unknown(cpu: cpu)
    }

    private mutating func learnName(of tid: Int32, _ comm: Range<Int>, _ line: Span<UInt8>) {
        guard tid != lastTID else { return }
        lastTID = tid
        if names.comms[tid] == nil { names.comms[tid] = printable(comm.map { line[$0] }) }
    }

    /// A CPU's first line below depth 0 goes on with an unnamed task of another CPU if exactly one of them has just the
    /// calls open that this line needs.
    private func migratedTask(to cpu: Int, _ graph: GraphLine) -> TaskKey? {
        let open = graph.kind == .exit ? graph.depth + 1 : graph.depth
        guard open > 0 else { return nil }
        let fitting = lanes.unnamedTasks(except: cpu).filter { builder.openDepth(of: $0) == open }
        return fitting.count == 1 ? fitting[0] : nil
    }

    private mutating func switchTask(cpu: Int, from: Int32, to: Int32) {
        if let task = lanes.task(on: cpu), task.tid == nil {
            builder.rename(task, to: .thread(from, cpu: cpu))
        }
        lanes.set(.thread(to, cpu: cpu), on: cpu)
    }
}
