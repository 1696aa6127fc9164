/// Reads lines of the shapes that make up nearly all of a text, without taking them apart column by column.
///
/// It knows nothing of the grammar: what stands between the time and the duration, and every name, it takes only if
/// ``LineParser`` has read the very same bytes before. All else – and the last lines of a chunk – it leaves to that.
struct LineScanner: Sendable {
    /// A time up to its point.
    private struct Second {
        /// The first eight columns and those behind them, the unused ones zero.
        var text: UInt64 = 0
        var more: UInt64 = 0
        /// Columns, the point's included; 0 if there was no time yet.
        var width = 0
        var ns: UInt64 = 0

        static let widest = 16
    }

    /// Of the length that most lines have, and of another one: a name and a thread ID that need more columns than the kernel
    /// has for them shift the rest of the line.
    private var prefixes = PrefixTable()
    private var otherPrefixes = PrefixTable()
    private var hasTime = false
    private var second = Second()

    /// Mark, value, unit and blanks of a duration of less than 10 ms, to its bar.
    private static let durationWidth = 14
    /// Further than this from the end of the bytes no line is begun: so much may be read of one without asking.
    private static let reach = 1024

    // MARK: Learning

    /// Notes the prefix of a line that was understood.
    ///
    /// - Parameter event: what became of the line.
    mutating func learn(_ line: Span<UInt8>, _ graph: GraphLine, _ event: GraphEvent) {
        let hasTime = event.timestamp != GraphEvent.noTime
        if hasTime != self.hasTime {
            self.hasTime = hasTime
            reset()
        }
        var start = 0
        if hasTime {
            guard let end = line.firstIndex(of: UInt8(ascii: "|"), in: 0..<line.count) else { return }
            start = end + 1
        }
        // What the parser has seen must be just what the scanner would see: part of it may belong to another column.
        let length = graph.durationBar - Self.durationWidth - start
        guard (1...PrefixTable.longest).contains(length), graph.durationBar + 2 < line.count,
            Self.duration(line.bytes, graph.durationBar - Self.durationWidth) == event.duration
        else { return }
        let task = graph.tid == nil ? TaskKey.none : event.task
        let entry = PrefixTable.Entry(task: task, cpu: event.cpu, ring: event.ring)
        if prefixes.isEmpty || length == prefixes.length {
            prefixes.add(line, start..<(start + length), entry)
        } else {
            otherPrefixes.add(line, start..<(start + length), entry)
        }
    }

    /// What was learnt is no longer true of the text.
    mutating func reset() {
        prefixes.removeAll()
        otherPrefixes.removeAll()
    }

    // MARK: Scanning

    /// Appends the calls of the lines from `start` on to `events`, up to the first line that is not of a known shape, and adds
    /// them to `counts`.
    ///
    /// - Parameter running: by CPU: the task whose lines it prints, where those do not say it.
    /// - Returns: where that line begins.
    mutating func scan(
        _ bytes: RawSpan, from start: Int, names: NameIndex, running: [TaskKey], printed: inout PrintedEntries,
        into events: inout [GraphEvent], counts: inout TraceCounts
    ) -> Int {
        var line = start
        let end = bytes.byteCount - Self.reach
        guard line < end, !prefixes.isEmpty else { return line }
        // No line of a call is shorter than its duration's column and a brace.
        let capacity = (bytes.byteCount - line) / (Self.durationWidth + 2)
        events.append(addingCapacity: capacity) { output in
            while line < end, let next = scanLine(bytes, line, names, running, &printed, &output, &counts) {
                line = next
            }
        }
        return line
    }

    /// - Returns: where the next line begins; nil, with nothing appended, if the line is not of a known shape.
    @inline(__always)
    private mutating func scanLine(
        _ bytes: RawSpan, _ start: Int, _ names: NameIndex, _ running: [TaskKey], _ printed: inout PrintedEntries,
        _ output: inout OutputSpan<GraphEvent>, _ counts: inout TraceCounts
    ) -> Int? {
        var at = start
        guard let time = hasTime ? time(bytes, &at) : GraphEvent.noTime,
            let prefix = prefix(bytes, &at), let duration = Self.duration(bytes, at)
        else { return nil }
        at &+= Self.durationWidth &+ 3
        let start = Self.skipSpaces(bytes, from: at)
        guard start &- at <= 256, let body = Self.body(bytes, start, names) else { return nil }
        let depth = (start &- at) / 2
        // A text without the task column has the task that the CPU's last block named.
        let task = prefix.task == .none ? running[Int(prefix.cpu)] : prefix.task
        let function = printed.print(body.kind, body.function, cpu: prefix.cpu, depth: depth)
        // Made in one piece: one that is changed after it was made would have to be stored before it is copied.
        output.append(
            GraphEvent(
                timestamp: time, duration: duration, function: function, task: task,
                cpu: prefix.cpu, ring: prefix.ring, depth: UInt16(truncatingIfNeeded: depth), kind: body.kind))
        counts.records &+= 1
        counts.leaves &+= body.kind == .leaf ? 1 : 0
        counts.entries &+= body.kind == .entry ? 1 : 0
        counts.exits &+= body.kind == .exit ? 1 : 0
        return body.next
    }

    /// What the prefix at `at` tells; nil if it is not known.
    @inline(__always)
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
        var index = skipSpaces(bytes, from: at)
        let first = index
        var value: UInt64 = 0
        while index &- at < Second.widest, isDigit(bytes.byte(index)) {
            value = value &* 10 &+ UInt64(bytes.byte(index) &- UInt8(ascii: "0"))
            index += 1
        }
        let width = index &+ 1 &- at
        guard index > first, index &- first <= 9, width <= Second.widest, bytes.byte(index) == UInt8(ascii: ".")
        else { return nil }
        return Second(
            text: NameIndex.head(bytes.word(at), min(width, 8)),
            more: width > 8 ? NameIndex.head(bytes.word(at &+ 8), width &- 8) : 0, width: width,
            ns: value &* 1_000_000_000)
    }

    /// Fourteen columns of `! 123.456 us  |  ` or of blanks, with the bar and two blanks behind them.
    ///
    /// - Returns: ns; `noTime` for blanks; nil for anything else, such as durations of 10 ms and more, which are rounded.
    @inline(__always)
    private static func duration(_ bytes: RawSpan, _ at: Int) -> UInt64? {
        let blanks: UInt64 = 0x2020_2020_2020_2020
        // A blank, the bar, two blanks.
        guard bytes.half(at &+ 13) == 0x2020_7c20 else { return nil }
        let value = bytes.word(at &+ 2)
        if value == blanks {
            let isBlank = bytes.word(at) == blanks && bytes.word(at &+ 6) == blanks
            return isBlank ? GraphEvent.noTime : nil
        }
        let digits = positions(of: UInt8(ascii: "."), in: value).trailingZeroBitCount >> 3
        // Up to four digits there are three behind the point.
        guard isMark(bytes.byte(at)), bytes.byte(at &+ 1) == space, digits &- 1 < 4, digits >= 1 else { return nil }
        // `.123 us `
        let fraction = bytes.word(at &+ 2 &+ digits)
        // Behind the unit there are only blanks.
        let rest = UInt64(truncatingIfNeeded: 8 &* (digits &+ 3))
        guard fraction >> 32 == 0x2073_7520, bytes.word(at &+ 6) &>> rest == blanks &>> rest else { return nil }
        // The digits without the point, the last one in the highest byte.
        let whole = leadingZeros(value, count: digits) >> 24
        return decimal(whole | (fraction >> 8) << 40)
    }

    @inline(__always)
    private static func isMark(_ byte: UInt8) -> Bool {
        switch byte {
        case space, UInt8(ascii: "+"), UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "*"), UInt8(ascii: "@"),
            UInt8(ascii: "$"):
            true
        default: false
        }
    }

    /// Where the first byte stands that is not a blank; up to 256 blanks further.
    @inline(__always)
    private static func skipSpaces(_ bytes: RawSpan, from start: Int) -> Int {
        var index = start
        while index &- start <= 256 {
            let others = bytes.word(index) ^ 0x2020_2020_2020_2020
            if others != 0 { return index &+ others.trailingZeroBitCount >> 3 }
            index &+= 8
        }
        return index
    }

    /// What stands behind the duration.
    private struct Body {
        /// 0 for a bare `}`.
        let function: Int32
        let kind: GraphEvent.Kind
        /// Where the next line begins.
        let next: Int
    }

    /// `}`, `f();` or `f() {` with the line's end, of a function that is known.
    @inline(__always)
    private static func body(_ bytes: RawSpan, _ start: Int, _ names: NameIndex) -> Body? {
        if bytes.byte(start) == UInt8(ascii: "}") { return exit(bytes, start, names) }
        var hash = names.seed
        var index = start
        var word = bytes.word(index)
        var bracket = positions(of: UInt8(ascii: "("), in: word)
        while bracket == 0 {
            hash = NameIndex.mix(hash, word)
            index &+= 8
            guard index &- start < 256 else { return nil }
            word = bytes.word(index)
            bracket = positions(of: UInt8(ascii: "("), in: word)
        }
        let rest = bracket.trailingZeroBitCount >> 3
        hash = NameIndex.mix(hash, NameIndex.head(word, rest))
        index &+= rest
        let function = names.known(bytes, at: start, length: index &- start, hash: hash)
        // `();` and the line's end, or `() {` and the line's end
        let tail = bytes.half(index)
        let isLeaf = tail == 0x0a3b_2928
        let isEntry = tail == 0x7b20_2928 && bytes.byte(index &+ 4) == 0x0a
        guard function != 0, isLeaf || isEntry else { return nil }
        return Body(function: function, kind: isLeaf ? .leaf : .entry, next: index &+ (isLeaf ? 4 : 5))
    }

    /// `}` or `} /* f */` with the line's end.
    @inline(__always)
    private static func exit(_ bytes: RawSpan, _ start: Int, _ names: NameIndex) -> Body? {
        if bytes.byte(start &+ 1) == 0x0a { return Body(function: 0, kind: .exit, next: start &+ 2) }
        // `} /* `
        guard bytes.half(start) == 0x2a2f_207d, bytes.byte(start &+ 4) == space else { return nil }
        let name = start &+ 5
        var index = name
        while index &- name < 256 {
            let star = positions(of: UInt8(ascii: "*"), in: bytes.word(index))
            guard star != 0 else {
                index &+= 8
                continue
            }
            index &+= star.trailingZeroBitCount >> 3
            // ` */` and the line's end
            guard index > name, bytes.half(index &- 1) == 0x0a2f_2a20 else { return nil }
            let function = names.known(bytes, at: name, length: index &- 1 &- name)
            return function == 0 ? nil : Body(function: function, kind: .exit, next: index &+ 3)
        }
        return nil
    }
}

extension NameIndex {
    @inline(__always)
    fileprivate func known(_ bytes: RawSpan, at start: Int, length: Int) -> Int32 {
        var hash = seed
        var offset = 0
        while offset &+ 8 <= length {
            hash = Self.mix(hash, bytes.word(start &+ offset))
            offset &+= 8
        }
        hash = Self.mix(hash, Self.head(bytes.word(start &+ offset), length &- offset))
        return known(bytes, at: start, length: length, hash: hash)
    }
}
