/// Reads function_graph text in chunks of any size: what ftrace's `trace` and `trace_pipe` print, the kernel dumps to the
/// console, or `trace-cmd report` makes of a trace.dat.
///
/// Say what a survey of the text has found with ``begin(_:)``, feed the bytes with ``feed(_:)`` in order, and so on for each trace
/// in the text, then call ``finish()`` once.
struct TextReader: Sendable {
    private var interpreter: TextInterpreter
    /// The beginning of a line whose end is in the next chunk.
    private var partial: [UInt8] = []
    /// Rest of a line longer than the limit: counted once, when it began to be too long.
    private var skippingLine = false
    /// The last line ended in a carriage return, and no byte has come since.
    private var endsInReturn = false

    /// Longer lines are not read: no kernel prints a line of more than a page.
    private static var lineLimit: Int { 64 << 10 }

    /// - Parameter types: of the events that are no calls, those that somebody wants.
    init(names: TraceNames, types: EventTypes = .none) {
        interpreter = TextInterpreter(names: names, types: types)
    }

    /// What was read since ``takeOutput(into:)``.
    var output: [GraphEvent] { interpreter.output }
    var counts: TraceCounts { interpreter.counts }
    /// See ``TextInterpreter/namings``.
    var namings: [UnnamedCalls.Naming] { interpreter.namings }
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

    /// Whether the text holds events that are no calls, with columns.
    var hasEvents: Bool { interpreter.hasEvents }
    /// False of prose and of programs, some lines of which read as calls: without any column, nothing but bare braces, or a
    /// third as many lines that are not understood.
    var isTrace: Bool {
        interpreter.hasColumns
            || (interpreter.hasNames && 3 * counts.unparsedLines <= counts.entries + counts.exits + counts.leaves)
    }
    /// The first lines that were not understood.
    var notUnderstood: [NotUnderstoodLine] { interpreter.notUnderstood }

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
        if interpreter.areBlanksLost {
            notes.append(
                "the blanks that show how deep a call is are lost in this text: calls are nested by their braces")
        }
        if interpreter.hasSeveralTraces {
            notes.append("several traces follow each other in this text: no call is joined across a header")
        }
        if interpreter.tasks.hasTooManySources {
            notes.append(
                "more than \(SourceNames.limit) buffers, or CPUs above \(SourceNames.ringsOfSource - 1) of one, cannot be told "
                    + "apart in this text: their lines count as not understood; report fewer files at a time")
        }
        if interpreter.tasks.areMixed {
            notes.append(
                "without the CPU and task columns, calls of different tasks are mixed: print with funcgraph-proc")
        }
        return notes
    }

    /// Nothing is known yet of the trace that the next bytes are of.
    var wantsSurvey: Bool { interpreter.isAtNewTrace }

    /// What a survey says of the text, or of the trace that begins now.
    mutating func begin(_ survey: TextSurvey) { interpreter.begin(survey) }

    /// Takes the next bytes of the text, up to the end of a line with which another trace begins.
    ///
    /// - Parameter isLast: false if the bytes that are not taken are to be given again, with more behind them: then those are left
    ///   that the scanner cannot read without what follows, fewer than ``overlap``.
    /// - Returns: how many. If fewer than that the rest wants a survey first.
    mutating func feed(_ bytes: Span<UInt8>, isLast: Bool = true) -> Int {
        var start = takeLineFeed(bytes)
        while start < bytes.count {
            if partial.isEmpty, !skippingLine {
                start = interpreter.scan(bytes.bytes, from: start)
                if !isLast, bytes.count - start < Self.overlap { return start }
            }
            guard let lineEnd = Self.lineEnd(bytes, from: start) else { break }
            end(of: bytes.extracting(start..<lineEnd))
            start = lineEnd + 1
            if bytes[lineEnd] == 0x0d {
                endsInReturn = true
                start += takeLineFeed(bytes.extracting(start..<bytes.count))
            }
            if interpreter.hasSeveralTraces, interpreter.isAtNewTrace { return start }
        }
        keep(bytes.extracting(start..<bytes.count))
        return bytes.count
    }

    /// Bytes at the end of a piece that may be left for the next one.
    static var overlap: Int { LineScanner.reach + 1 }

    /// Takes a whole text that is in memory, in pieces of so many bytes, with the surveys that it wants.
    mutating func feed(whole text: Span<UInt8>, piece: Int) {
        var start = 0
        while start < text.count {
            if wantsSurvey {
                var survey = TextSurvey(isBeginning: start == 0)
                survey.feed(text.extracting(start..<text.count))
                survey.finish()
                begin(survey)
            }
            start += feed(text.extracting(start..<(start + min(piece, text.count - start))))
        }
    }

    /// A carriage return alone ends a line; a line feed behind it belongs to it, be that in the next chunk.
    ///
    /// - Returns: how many bytes that took.
    private mutating func takeLineFeed(_ bytes: Span<UInt8>) -> Int {
        guard endsInReturn, !bytes.isEmpty else { return 0 }
        endsInReturn = false
        return bytes[0] == 0x0a ? 1 : 0
    }

    private static func lineEnd(_ bytes: Span<UInt8>, from start: Int) -> Int? {
        var index = start
        while index + 8 <= bytes.count {
            let word = bytes.bytes.word(index)
            let hits = positions(of: 0x0a, in: word) | positions(of: 0x0d, in: word)
            if hits != 0 { return index + hits.trailingZeroBitCount >> 3 }
            index += 8
        }
        while index < bytes.count {
            if bytes[index] == 0x0a || bytes[index] == 0x0d { return index }
            index += 1
        }
        return nil
    }

    /// Hands over what was read, in exchange for empty buffers.
    mutating func takeOutput(into batch: inout EventBatch) {
        swap(&interpreter.output, &batch.events)
        swap(&interpreter.payload, &batch.payload)
        interpreter.namings.removeAll(keepingCapacity: true)
    }

    /// The text is over; a last line without a newline counts too.
    mutating func finish() {
        if !partial.isEmpty { end(of: Span<UInt8>()) }
        interpreter.finish()
    }

    // MARK: Lines

    private mutating func keep(_ rest: Span<UInt8>) {
        guard !rest.isEmpty, !skippingLine else { return }
        rest.withUnsafeBufferPointer { partial.append(contentsOf: $0) }
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
