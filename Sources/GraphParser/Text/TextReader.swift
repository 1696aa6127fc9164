/// Reads function_graph text in chunks of any size: what ftrace's `trace` and `trace_pipe` print, the kernel dumps to the
/// console, or `trace-cmd report` makes of a trace.dat.
///
/// Feed the bytes with ``feed(_:)`` in order, then call ``finish()`` once.
public struct TextReader<Consumer: CallConsumer> {
    private var interpreter: TextInterpreter<Consumer>
    /// The beginning of a line whose end is in the next chunk.
    private var partial: [UInt8] = []
    /// Rest of a line longer than the limit: counted once, when it began to be too long.
    private var skippingLine = false

    /// Longer lines are not read: no kernel prints a line of more than a page.
    private static var lineLimit: Int { 64 << 10 }

    public init(names: TraceNames, consumer: Consumer) {
        interpreter = TextInterpreter(names: names, consumer: consumer)
    }

    public var consumer: Consumer { interpreter.builder.consumer }
    public var counts: TraceCounts { interpreter.builder.counts }
    /// The name in `# tracer:`; nil if the text has none.
    public var tracer: String? { interpreter.tracer }
    /// The kernel's release; nil if the text does not tell: only the latency format's header does.
    public var kernel: String? { interpreter.kernel }
    /// Number of different CPUs with calls.
    public var cpuCount: Int { interpreter.tasks.cpuCount }
    /// Calls that `trace-cmd report` printed without durations, with -R, -N or -L.
    public var rawEvents: Int { interpreter.rawEvents }

    /// What a reader of the figures should know about the text, a sentence each.
    public var notes: [String] {
        var notes: [String] = []
        if interpreter.isCorrupted {
            notes.append(
                "the kernel says that function tracing is corrupted: it stopped itself, and events may be missing")
        }
        if interpreter.tasks.areMixed {
            notes.append(
                "without the CPU and task columns, calls of different tasks are mixed: print with funcgraph-proc")
        }
        if counts.untimed > 0 {
            notes.append("\(counts.untimed) calls have no duration in this text and count with 0 in all times")
        }
        return notes
    }

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
