/// Reads function_graph text in chunks of any size: what ftrace's `trace` and `trace_pipe` print, the kernel dumps to the
/// console, or `trace-cmd report` makes of a trace.dat.
///
/// Feed the bytes with ``feed(_:)`` in order, then call ``finish()`` once.
struct TextReader: Sendable {
    private var interpreter: TextInterpreter
    /// The beginning of a line whose end is in the next chunk.
    private var partial: [UInt8] = []
    /// Rest of a line longer than the limit: counted once, when it began to be too long.
    private var skippingLine = false

    /// Longer lines are not read: no kernel prints a line of more than a page.
    private static var lineLimit: Int { 64 << 10 }

    /// - Parameter others: gets the other events; nil if nobody asks for them.
    init(names: TraceNames, others: OtherEvents? = nil) {
        interpreter = TextInterpreter(names: names, others: others)
    }

    /// What was read since ``takeOutput(into:)``.
    var output: [GraphEvent] { interpreter.output }
    var counts: TraceCounts { interpreter.counts }
    /// The name in `# tracer:`; nil if the text has none.
    var tracer: String? { interpreter.tracer }
    /// The kernel's release; nil if the text does not tell: only the latency format's header does.
    var kernel: String? { interpreter.kernel }
    /// Whether calls have said their time.
    var hasTimes: Bool { interpreter.hasTimes }
    /// Number of different CPUs with calls; nil if the text does not tell.
    var cpusWithCalls: Int? { interpreter.tasks.hasCPUColumn == true ? interpreter.tasks.cpuCount : nil }
    /// Calls that `trace-cmd report` printed without durations, with -R, -N or -L.
    var rawEvents: Int { interpreter.rawEvents }

    /// What a reader of the figures should know about the text, a sentence each.
    var notes: [String] {
        var notes: [String] = []
        if interpreter.isCorrupted {
            notes.append(
                "the kernel says that function tracing is corrupted: it stopped itself, and events may be missing")
        }
        if interpreter.hasUntimedUserCalls {
            notes.append(
                "without times in this text, calls in user space have no duration; print with funcgraph-abstime")
        }
        if interpreter.tasks.areMixed {
            notes.append(
                "without the CPU and task columns, calls of different tasks are mixed: print with funcgraph-proc")
        }
        return notes
    }

    /// Takes the next bytes of the text.
    mutating func feed(_ bytes: Span<UInt8>) {
        var start = 0
        while start < bytes.count {
            if partial.isEmpty, !skippingLine { start = interpreter.scan(bytes.bytes, from: start) }
            guard let newline = bytes.firstIndex(of: 0x0a, in: start..<bytes.count) else { break }
            end(of: bytes.extracting(start..<newline))
            start = newline + 1
        }
        keep(bytes.extracting(start..<bytes.count))
    }

    /// Hands over what was read, in exchange for an empty buffer.
    mutating func takeOutput(into events: inout [GraphEvent]) { swap(&interpreter.output, &events) }

    /// The text is over; a last line without a newline counts too.
    mutating func finish() {
        if !partial.isEmpty { end(of: Span<UInt8>()) }
        interpreter.finish()
    }

    // MARK: Lines

    private mutating func keep(_ rest: Span<UInt8>) {
        guard !rest.isEmpty, !skippingLine else { return }
        partial.reserveCapacity(partial.count + rest.count)
        for index in 0..<rest.count { partial.append(rest[index]) }
        if partial.count > Self.lineLimit {
            partial.removeAll()
            skippingLine = true
            interpreter.takeOverlongLine()
        }
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
        if line.count > Self.lineLimit { interpreter.takeOverlongLine() } else { interpreter.take(line) }
    }
}
