/// Reads function_graph text in chunks of any size: what ftrace's `trace` and `trace_pipe` print.
///
/// Feed the bytes with ``feed(_:)`` in order, then call ``finish()`` once.
struct TextReader: Sendable {
    /// What was read, until the owner has taken and emptied it.
    var output: [GraphEvent] = []
    private(set) var counts = TraceCounts()
    /// The name in `# tracer:`; nil if the text has none.
    private(set) var tracer: String?
    /// Number of different CPUs with calls.
    var cpuCount: Int { seenCPUs.count }

    private let names: TraceNames
    private var nameIndex = NameIndex()
    private var scanner = LineScanner()
    private var lastTID: Int32?
    private var seenCPUs: Set<Int> = []
    private var inComment = false
    private var isInBody = false
    /// The beginning of a line whose end is in the next chunk.
    private var partial: [UInt8] = []
    /// Rest of a line longer than the limit: counted once, when it began to be too long.
    private var skippingLine = false

    /// Longer lines are not read: no kernel prints a line of more than a page.
    private static var lineLimit: Int { 64 << 10 }

    init(names: TraceNames) {
        self.names = names
    }

    /// Takes the next bytes of the text.
    mutating func feed(_ bytes: Span<UInt8>) {
        var start = 0
        while start < bytes.count {
            if partial.isEmpty, !skippingLine, !inComment, isInBody {
                start = scanner.scan(bytes.bytes, from: start, names: nameIndex, into: &output, counts: &counts)
            }
            guard let newline = bytes.firstIndex(of: 0x0a, in: start..<bytes.count) else { break }
            end(of: bytes.extracting(start..<newline))
            start = newline + 1
        }
        keep(bytes.extracting(start..<bytes.count))
    }

    /// The text is over; a last line without a newline counts too.
    mutating func finish() {
        if !partial.isEmpty { end(of: Span<UInt8>()) }
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
        counts.records += 1
        counts.unparsedLines += 1
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
        counts.records += 1
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
            counts.comments += 1
            inComment = !isClosed
        case .taskSwitch(let cpu, let from, let to):
            counts.structureLines += 1
            output.append(.taskSwitch(cpu: UInt16(cpu), from: from, to: to))
        case .loss(let cpu, let count):
            counts.structureLines += 1
            output.append(.loss(ring: UInt16(cpu), count: count))
        case .tracer(let name):
            counts.structureLines += 1
            if tracer == nil { tracer = printable(name.map { line[$0] }) }
        case .structure: counts.structureLines += 1
        case .unparsed: counts.unparsedLines += 1
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
        counts.comments += 1
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
        let cpu = UInt16(graph.cpu ?? 0)
        seenCPUs.insert(Int(cpu))
        var event = GraphEvent(kind: graph.kind)
        event.cpu = cpu
        event.ring = cpu
        event.depth = UInt16(graph.depth)
        if let tid = graph.tid {
            learnName(of: tid, graph.comm, line)
            event.task = .thread(tid, cpu: cpu)
        }
        if !graph.name.isEmpty { event.function = nameIndex.function(line, graph.name, in: names).index }
        event.timestamp = graph.timestamp ?? GraphEvent.noTime
        event.duration = graph.duration ?? GraphEvent.noTime
        event.precision = graph.precision
        switch graph.kind {
        case .entry: counts.entries += 1
        case .exit: counts.exits += 1
        default: counts.leaves += 1
        }
        output.append(event)
        if graph.bar >= 0 { scanner.learn(line, bar: graph.bar, event: event) }
    }

    private mutating func learnName(of tid: Int32, _ comm: Range<Int>, _ line: Span<UInt8>) {
        guard tid != lastTID else { return }
        lastTID = tid
        names.learn(printable(comm.map { line[$0] }), of: tid)
    }
}
