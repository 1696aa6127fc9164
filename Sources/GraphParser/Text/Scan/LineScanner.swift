/// Reads lines of the shapes that make up nearly all of a text, without taking them apart column by column.
///
/// It knows nothing of the grammar: what stands between the time and the duration, every name, and every change of tasks it takes
/// only if ``LineParser`` has read the very same bytes before. All else – and the last lines of a chunk – it leaves to that.
struct LineScanner: Sendable {
    /// A time up to its point.
    private struct Second {
        /// The first eight columns and those behind them, the unused ones zero.
        var text: UInt64 = 0
        var more: UInt64 = 0
        /// Columns, the point's included; 0 if there was no time yet.
        var width = 0
        var ns: UInt64 = 0

        static let maxWidth = 16
    }

    /// Prefixes of the length that most lines have, and of another one: a name and a thread ID that need more columns than the kernel
    /// has for them shift the rest of the line.
    private var prefixes = PrefixTable()
    private var otherPrefixes = PrefixTable()
    private var switches = SwitchLines()
    private var hasTime = false
    private var second = Second()

    /// Further than this from the end of the bytes no line is begun: so much may be read of one without asking.
    static let reach = 1024

    // MARK: Learning

    /// Notes the prefix of a call's line that was understood.
    ///
    /// - Parameter event: what became of the line.
    mutating func learn(_ line: Span<UInt8>, _ graph: GraphLine, _ event: GraphEvent) {
        let hasTime = event.timestamp != GraphEvent.noTime
        if hasTime != self.hasTime {
            self.hasTime = hasTime
            reset()
        }
        guard let prefix = prefix(of: line, graph, duration: event.duration) else { return }
        let task = graph.tid == nil ? TaskKey.none : event.task
        add(line, prefix, PrefixTable.Entry(task: task, cpu: event.cpu, ring: event.ring))
    }

    /// Notes the prefix of a comment that was understood: of some tasks there is nothing else.
    mutating func learn(_ line: Span<UInt8>, _ comment: CommentLine) {
        let columns = comment.columns
        guard (columns.timestamp != nil) == hasTime,
            let prefix = prefix(of: line, columns, duration: columns.duration ?? GraphEvent.noTime)
        else { return }
        var at = prefix.lowerBound
        // A call's line has told more than a comment does. What is looked up is as long as what is known, and read in whole words.
        let bytes = (0..<prefix.upperBound).map { line[$0] } + [UInt8](repeating: 0, count: PrefixTable.maxSize + 8)
        guard self.prefix(bytes.span.bytes, &at) == nil else { return }
        let cpu = UInt16(columns.cpu ?? 0)
        let task = columns.tid.map { TaskKey.thread($0, cpu: cpu) } ?? .none
        add(line, prefix, PrefixTable.Entry(task: task, cpu: cpu, ring: cpu, isOfCalls: false))
    }

    /// What stands between the time and the duration; nil if the scanner would not see the same in it as the parser has.
    private func prefix(of line: Span<UInt8>, _ columns: GraphLine, duration: UInt64) -> Range<Int>? {
        var start = 0
        if hasTime {
            guard let end = line.firstIndex(of: UInt8(ascii: "|"), in: 0..<line.count) else { return nil }
            start = end + 1
        }
        // Part of it may belong to another column.
        let length = columns.durationBar - LineShape.durationWidth - start
        guard (1...PrefixTable.maxSize).contains(length), columns.durationBar + 2 < line.count,
            LineShape.duration(line.bytes, columns.durationBar - LineShape.durationWidth) == duration
        else { return nil }
        return start..<(start + length)
    }

    private mutating func add(_ line: Span<UInt8>, _ prefix: Range<Int>, _ entry: PrefixTable.Entry) {
        if prefixes.isEmpty || prefix.count == prefixes.length {
            prefixes.add(line, prefix, entry)
        } else {
            otherPrefixes.add(line, prefix, entry)
        }
    }

    /// Notes a line with which a CPU goes on with another task.
    mutating func learn(_ line: Span<UInt8>, _ change: TextTasks.Change) { switches.learn(line, change) }

    /// What was learnt is no longer true of the text.
    mutating func reset() {
        prefixes.removeAll()
        otherPrefixes.removeAll()
        switches.removeAll()
    }

    // MARK: Scanning

    /// What becomes of events that are no calls.
    enum Comments {
        /// The parser reads them.
        case left
        case counted
        /// Those are handed on whose type is wanted; a type that is new is left.
        case handedOn
    }

    /// Appends what the lines from `start` on say to `events`, up to the first line that is not of a known shape, and adds them all
    /// to `counts`.
    ///
    /// - Parameters:
    ///   - tasks: tell by CPU the task whose lines it prints, where those do not say it, and get the changes.
    ///   - types: the numbers of the events' types by their names, as ``NameIndex/number(_:_:new:)`` has them.
    /// - Returns: where that line begins.
    mutating func scan(
        _ bytes: RawSpan, from start: Int, names: NameIndex, types: NameIndex, comments: Comments,
        tasks: inout TextTasks, printed: inout PrintedEntries, into events: inout [GraphEvent],
        payload: inout [UInt8], counts: inout TraceCounts
    ) -> Int {
        var line = start
        let end = bytes.byteCount - Self.reach
        guard line < end, !prefixes.isEmpty else { return line }
        // No line of a call is shorter than its duration's column and a brace.
        let capacity = (bytes.byteCount - line) / (LineShape.durationWidth + 2)
        var tally = LineTally()
        var last = LastPrefix()
        events.append(addingCapacity: capacity) { output in
            while line < end {
                let place = scanPlace(bytes, line, &last)
                let next =
                    if let place, bytes.byte(place.body) == UInt8(ascii: "/") {
                        Self.scanComment(bytes, place, types, comments, &tasks, &payload, &output, &tally)
                    } else if let place {
                        Self.scanCall(bytes, place, names, &tasks, &printed, &output, &tally)
                    } else {
                        Self.scanStructure(bytes, line, switches, &tasks, &tally)
                    }
                guard let next else { break }
                line = next
            }
        }
        counts.add(tally)
        return line
    }

    /// What stands before a body.
    private struct Place {
        let time: UInt64
        let prefix: PrefixTable.Entry
        let duration: UInt64
        let depth: Int
        /// Where the body begins.
        let body: Int
    }

    /// The columns of a call's line, or of a comment; nil if they are not known.
    @inline(__always)
    private mutating func scanPlace(_ bytes: RawSpan, _ start: Int, _ last: inout LastPrefix) -> Place? {
        var at = start
        guard let time = hasTime ? time(bytes, &at) : GraphEvent.noTime else { return nil }
        if last.isAgain(bytes, at) {
            at &+= last.length
        } else {
            let begin = at
            guard let entry = prefix(bytes, &at) else { return nil }
            last = LastPrefix(start: begin, length: at &- begin, entry: entry)
        }
        let prefix = last.entry
        guard let duration = LineShape.duration(bytes, at) else { return nil }
        at &+= LineShape.durationWidth &+ 3
        let body = bytes.skipSpaces(from: at)
        guard body &- at <= 256 else { return nil }
        return Place(time: time, prefix: prefix, duration: duration, depth: (body &- at) / 2, body: body)
    }

    /// - Returns: where the next line begins; nil, with nothing appended, if the body is not of a known shape.
    @inline(__always)
    private static func scanCall(
        _ bytes: RawSpan, _ place: Place, _ names: NameIndex, _ tasks: inout TextTasks,
        _ printed: inout PrintedEntries, _ output: inout OutputSpan<GraphEvent>, _ tally: inout LineTally
    ) -> Int? {
        let prefix = place.prefix
        guard prefix.isOfCalls, let body = LineShape.body(bytes, place.body, names) else { return nil }
        // A text without the task column has the task that the CPU's last block named.
        let task = prefix.task == .none ? tasks.current[Int(prefix.cpu)] : prefix.task
        let function = printed.print(body.kind, body.function, cpu: prefix.cpu, depth: place.depth)
        // Made in one piece: one that is changed after it was made would have to be stored before it is copied.
        output.append(
            GraphEvent(
                timestamp: place.time, duration: place.duration, function: function, task: task, cpu: prefix.cpu,
                ring: prefix.ring, depth: UInt16(truncatingIfNeeded: place.depth), kind: body.kind))
        tally.leaves &+= body.kind == .leaf ? 1 : 0
        tally.entries &+= body.kind == .entry ? 1 : 0
        tally.exits &+= body.kind == .exit ? 1 : 0
        return body.next
    }

    /// - Returns: where the next line begins; nil, with nothing changed, if the parser must read the comment.
    private static func scanComment(
        _ bytes: RawSpan, _ place: Place, _ types: NameIndex, _ comments: Comments, _ tasks: inout TextTasks,
        _ payload: inout [UInt8], _ output: inout OutputSpan<GraphEvent>, _ tally: inout LineTally
    ) -> Int? {
        guard comments != .left, place.duration == GraphEvent.noTime,
            let comment = LineShape.comment(bytes, place.body)
        else { return nil }
        if comments == .handedOn {
            guard let name = LineShape.eventName(bytes, comment.text, types) else { return nil }
            if let type = types.value(name.id) {
                let text = bytes.extracting(name.rest..<comment.text.upperBound)
                let start = payload.count
                text.withUnsafeBytes { payload.append(contentsOf: $0) }
                let prefix = place.prefix
                output.append(
                    .event(
                        type, payload: start..<payload.count,
                        task: prefix.task == .none ? tasks.task(ofEventOn: prefix.cpu) : prefix.task, cpu: prefix.cpu,
                        ring: prefix.ring, timestamp: place.time))
            }
        }
        tally.comments &+= comment.lines
        return comment.next
    }

    /// A line of a block that says with which task a CPU goes on, the blank one behind it, or one of a stack trace.
    ///
    /// - Returns: where the next line begins; nil, with nothing changed, if the line is none of these.
    private static func scanStructure(
        _ bytes: RawSpan, _ start: Int, _ switches: SwitchLines, _ tasks: inout TextTasks, _ tally: inout LineTally
    ) -> Int? {
        // Told by the first bytes; only what is none of these can be the line of a change.
        if let next = LineShape.structure(bytes, start) {
            tally.structureLines &+= 1
            return next
        }
        guard let line = switches.known(bytes, at: start) else { return nil }
        tally.structureLines &+= 1
        tasks.take(line.change)
        return line.next
    }

    /// What the prefix at `at` tells; nil if it is not known.
    private func prefix(_ bytes: RawSpan, _ at: inout Int) -> PrefixTable.Entry? {
        if let entry = prefixes.entry(bytes, at) {
            at &+= prefixes.length
            return entry
        }
        guard !otherPrefixes.isEmpty, let entry = otherPrefixes.entry(bytes, at) else { return nil }
        at &+= otherPrefixes.length
        return entry
    }

    /// `   43.991735 |`
    @inline(__always)
    private mutating func time(_ bytes: RawSpan, _ at: inout Int) -> UInt64? {
        // Most lines begin with the same second as the one before.
        if !isSecond(bytes, at) {
            guard let next = Self.second(bytes, at) else { return nil }
            second = next
        }
        // Six digits, a blank and the bar.
        let fraction = bytes.word(at &+ second.width)
        guard fraction >> 48 == 0x7c20, let micros = decimal(leadingZeros(fraction, count: 6)) else { return nil }
        at &+= second.width &+ 8
        return second.ns &+ micros &* 1000
    }

    /// Whether a time begins as the last one did.
    @inline(__always)
    private func isSecond(_ bytes: RawSpan, _ at: Int) -> Bool {
        if second.width <= 8 {
            return NameIndex.head(bytes.word(at), second.width) == second.text && second.width > 0
        }
        return bytes.word(at) == second.text && NameIndex.head(bytes.word(at &+ 8), second.width &- 8) == second.more
    }

    /// `   43.`; nil if no such number is there, or one that is too large.
    @inline(never)
    private static func second(_ bytes: RawSpan, _ at: Int) -> Second? {
        var index = bytes.skipSpaces(from: at)
        let first = index
        var value: UInt64 = 0
        while index &- at < Second.maxWidth, isDigit(bytes.byte(index)) {
            value = value &* 10 &+ UInt64(bytes.byte(index) &- UInt8(ascii: "0"))
            index += 1
        }
        let width = index &+ 1 &- at
        guard index > first, index &- first <= 9, width <= Second.maxWidth, bytes.byte(index) == UInt8(ascii: ".")
        else { return nil }
        return Second(
            text: NameIndex.head(bytes.word(at), min(width, 8)),
            more: width > 8 ? NameIndex.head(bytes.word(at &+ 8), width &- 8) : 0, width: width,
            ns: value &* 1_000_000_000)
    }
}
