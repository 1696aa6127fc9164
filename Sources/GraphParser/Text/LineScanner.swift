/// Reads lines of the shapes that make up nearly all of a text, without taking them apart column by column.
///
/// It knows nothing of the grammar: what stands between the time and the duration, and every name, it takes only if
/// ``LineParser`` has read the very same bytes before. All else – and the last lines of a chunk – it leaves to that.
struct LineScanner: Sendable {
    /// What stands between the time and the duration: CPU and task with their spaces and bars, flags.
    private struct Prefix {
        var words: InlineArray<8, UInt64>
        var length: Int
        /// An event with the CPU and the task that the prefix tells.
        var event: GraphEvent
    }

    /// Most recently used first, more or less.
    private var prefixes: [Prefix] = []
    private var hasTime = false

    private static let prefixLimit = 64
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
            prefixes.removeAll()
        }
        var start = 0
        if hasTime {
            guard let end = line.firstIndex(of: UInt8(ascii: "|"), in: 0..<line.count) else { return }
            start = end + 1
        }
        // What the parser has seen must be just what the scanner would see: part of it may belong to another column.
        let length = graph.durationBar - Self.durationWidth - start
        guard (1...63).contains(length), graph.durationBar + 2 < line.count,
            Self.duration(line.bytes, graph.durationBar - Self.durationWidth) == event.duration
        else { return }
        var words = InlineArray<8, UInt64>(repeating: 0)
        for offset in 0..<length { words[offset / 8] |= UInt64(line[start + offset]) << UInt64(offset % 8 * 8) }
        var template = GraphEvent(kind: .entry)
        template.cpu = event.cpu
        template.ring = event.ring
        template.task = event.task
        guard !prefixes.contains(where: { Self.equal($0.words, words) && $0.length == length }) else { return }
        if prefixes.count == Self.prefixLimit { prefixes.removeLast() }
        prefixes.insert(Prefix(words: words, length: length, event: template), at: 0)
    }

    /// What was learnt is no longer true of the text.
    mutating func forget() { prefixes.removeAll() }

    private static func equal(_ left: InlineArray<8, UInt64>, _ right: InlineArray<8, UInt64>) -> Bool {
        left.indices.allSatisfy { left[$0] == right[$0] }
    }

    // MARK: Scanning

    /// Appends the calls of the lines from `start` on to `events`, up to the first line that is not of a known shape, and adds
    /// them to `counts`.
    ///
    /// - Returns: where that line begins.
    mutating func scan(
        _ bytes: RawSpan, from start: Int, names: NameIndex, into events: inout [GraphEvent],
        counts: inout TraceCounts
    ) -> Int {
        var line = start
        let end = bytes.byteCount - Self.reach
        guard line < end, !prefixes.isEmpty else { return line }
        // No line of a call is shorter than its duration's column and a brace.
        let most = (bytes.byteCount - line) / (Self.durationWidth + 2)
        events.append(addingCapacity: most) { output in
            while line < end, let next = scanLine(bytes, line, names, &output, &counts) { line = next }
        }
        return line
    }

    /// - Returns: where the next line begins; nil, with nothing appended, if the line is not of a known shape.
    @inline(__always)
    private mutating func scanLine(
        _ bytes: RawSpan, _ start: Int, _ names: NameIndex, _ output: inout OutputSpan<GraphEvent>,
        _ counts: inout TraceCounts
    ) -> Int? {
        var at = start
        var timestamp = GraphEvent.noTime
        if hasTime {
            guard let time = Self.time(bytes, &at) else { return nil }
            timestamp = time
        }
        guard var event = prefix(bytes, &at), let duration = Self.duration(bytes, at) else { return nil }
        event.timestamp = timestamp
        event.duration = duration
        at &+= Self.durationWidth &+ 3
        let body = Self.skipSpaces(bytes, from: at)
        guard body &- at <= 256 else { return nil }
        event.depth = UInt16(truncatingIfNeeded: (body &- at) / 2)
        guard let next = Self.body(bytes, body, names, &event) else { return nil }
        output.append(event)
        counts.records &+= 1
        switch event.kind {
        case .leaf: counts.leaves &+= 1
        case .entry: counts.entries &+= 1
        default: counts.exits &+= 1
        }
        return next
    }

    /// `   43.991735 |`
    @inline(__always)
    private static func time(_ bytes: RawSpan, _ at: inout Int) -> UInt64? {
        var index = skipSpaces(bytes, from: at)
        guard index &- at <= 16 else { return nil }
        var seconds: UInt64 = 0
        let first = index
        while index &- first <= 9, isDigit(bytes.byte(index)) {
            seconds = seconds &* 10 &+ UInt64(bytes.byte(index) &- UInt8(ascii: "0"))
            index &+= 1
        }
        guard index > first, index &- first <= 9, bytes.byte(index) == UInt8(ascii: ".") else { return nil }
        let fraction = bytes.word(index &+ 1)
        // Six digits, a blank and the bar.
        guard fraction >> 48 == 0x7c20, let micros = decimal(leadingZeros(fraction, count: 6)) else { return nil }
        at = index &+ 9
        return seconds &* 1_000_000_000 &+ micros &* 1000
    }

    /// An event with what the prefix at `at` tells; nil if it is not known.
    @inline(__always)
    private mutating func prefix(_ bytes: RawSpan, _ at: inout Int) -> GraphEvent? {
        for index in prefixes.indices where Self.matches(prefixes[index], bytes, at) {
            // Two CPUs' lines alternate: the first two are not sorted.
            if index > 1 { prefixes.swapAt(index, 0) }
            at &+= prefixes[index > 1 ? 0 : index].length
            return prefixes[index > 1 ? 0 : index].event
        }
        return nil
    }

    @inline(__always)
    private static func matches(_ prefix: Prefix, _ bytes: RawSpan, _ at: Int) -> Bool {
        var index = 0
        var rest = prefix.length
        while rest >= 8 {
            if prefix.words[index] != bytes.word(at &+ 8 &* index) { return false }
            index &+= 1
            rest &-= 8
        }
        return prefix.words[index] == NameIndex.head(bytes.word(at &+ 8 &* index), rest)
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
        guard isMark(bytes.byte(at)), bytes.byte(at &+ 1) == space else { return nil }
        let digits = positions(of: UInt8(ascii: "."), in: value).trailingZeroBitCount >> 3
        // Up to four digits there are three behind the point.
        guard digits >= 1, digits <= 4, let micros = decimal(leadingZeros(value, count: digits)) else { return nil }
        let point = at &+ 2 &+ digits
        // `.123 us `
        let fraction = bytes.word(point)
        guard fraction >> 32 == 0x2073_7520, let rest = decimal(leadingZeros(fraction >> 8, count: 3)) else {
            return nil
        }
        // Behind the unit there are only blanks.
        var blank = point &+ 8
        while blank < at &+ 13 {
            guard bytes.byte(blank) == space else { return nil }
            blank &+= 1
        }
        return micros &* 1000 &+ rest
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

    /// `}`, `f();` or `f() {` with the line's end, of a function that is known.
    ///
    /// - Returns: where the next line begins.
    @inline(__always)
    private static func body(_ bytes: RawSpan, _ start: Int, _ names: NameIndex, _ event: inout GraphEvent) -> Int? {
        if bytes.byte(start) == UInt8(ascii: "}") { return exit(bytes, start, names, &event) }
        var hash = names.seed
        var index = start
        while index &- start < 256 {
            let word = bytes.word(index)
            let bracket = positions(of: UInt8(ascii: "("), in: word)
            guard bracket != 0 else {
                hash = NameIndex.mix(hash, word)
                index &+= 8
                continue
            }
            let rest = bracket.trailingZeroBitCount >> 3
            hash = NameIndex.mix(hash, NameIndex.head(word, rest))
            index &+= rest
            event.function = names.known(bytes, at: start, length: index &- start, hash: hash)
            guard event.function != 0 else { return nil }
            let tail = bytes.half(index)
            // `();` and the line's end
            if tail == 0x0a3b_2928 {
                event.kind = .leaf
                return index &+ 4
            }
            // `() {` and the line's end
            guard tail == 0x7b20_2928, bytes.byte(index &+ 4) == 0x0a else { return nil }
            event.kind = .entry
            return index &+ 5
        }
        return nil
    }

    /// `}` or `} /* f */` with the line's end.
    @inline(__always)
    private static func exit(_ bytes: RawSpan, _ start: Int, _ names: NameIndex, _ event: inout GraphEvent) -> Int? {
        event.kind = .exit
        if bytes.byte(start &+ 1) == 0x0a { return start &+ 2 }
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
            event.function = names.known(bytes, at: name, length: index &- 1 &- name)
            return event.function == 0 ? nil : index &+ 3
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
