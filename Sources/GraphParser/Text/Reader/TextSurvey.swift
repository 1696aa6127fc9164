import Glibc

/// What has to be known of a trace's text before its first line can be read, since only later lines tell it: which columns it
/// has, and which tasks its CPUs began with. Feed the bytes of one trace, up to the next one's header, until it is done.
///
/// A text says its tasks in a column or, without that, in a block whenever the task of a CPU's lines changes. None comes before
/// a CPU's first line: that its first block names the task at its left is all that tells whose lines those were.
struct TextSurvey: Sendable {
    /// Some line has columns: then one without any is no call.
    private(set) var hasColumns = false
    /// Most calls say their CPU: then one without has lost it.
    private(set) var hasCPUs = false
    /// Nothing shows how calls nest: neither blanks nor begins.
    private(set) var isFlat = false
    /// The text's first line has lost its beginning: what is left of it may read as a call that never was.
    private(set) var firstIsCut = false
    /// A web page has made one of several blanks: then only the braces tell how calls nest.
    private(set) var areBlanksLost = false
    /// Thread IDs by CPU, of the tasks at the left of the CPUs' first blocks.
    private(set) var firstTasks: [Int: Int32] = [:]
    /// The first of them in the text.
    private(set) var firstTask: Int32?
    /// All is known that the text can tell.
    private(set) var isDone = false

    /// False of a program or prose, some lines of which read as calls.
    var isTrace: Bool { hasColumns || !sample.isProse }

    /// Nobody can look far ahead.
    private let isPiped: Bool
    private var sample: TextSample
    private var isSampling = true
    private var hasTaskColumn = false
    /// The beginning of a line whose end is in the next piece.
    private var partial: [UInt8] = []

    /// - Parameters:
    ///   - isBeginning: the bytes are a text's first ones, which may have been cut anywhere.
    ///   - isPiped: what only later lines tell is not waited for: it is done when it has the text's columns.
    init(isBeginning: Bool, isPiped: Bool = false) {
        sample = TextSample(isBeginning: isBeginning)
        self.isPiped = isPiped
    }

    /// What is known of a text that was not looked at.
    static let nothing = TextSurvey(isBeginning: false)

    mutating func feed(_ bytes: Span<UInt8>) {
        guard !isDone else { return }
        guard let last = lastLineEnd(bytes) else { return keep(bytes) }
        var start = 0
        if !partial.isEmpty {
            start = Self.lineEnd(bytes, from: 0) + 1
            keep(bytes.extracting(0..<start))
            let line = partial
            partial.removeAll(keepingCapacity: true)
            survey(line.span)
        }
        if start < last { survey(bytes.extracting(start..<last)) }
        keep(bytes.extracting(last..<bytes.count))
    }

    /// The text is over.
    mutating func finish() {
        guard !isDone else { return }
        let lines = partial
        survey(lines.span)
        end()
    }

    private mutating func end() {
        if isSampling { endSample() }
        isDone = true
    }

    // MARK: Pieces

    /// The next piece's lines begin with these bytes.
    private mutating func keep(_ rest: Span<UInt8>) {
        // No line that matters is as long.
        guard partial.count + rest.count <= 1 << 20 else { return partial.removeAll() }
        rest.withUnsafeBufferPointer { partial.append(contentsOf: $0) }
    }

    private func lastLineEnd(_ bytes: Span<UInt8>) -> Int? {
        var index = bytes.count
        while index > 0 {
            if bytes[index - 1] == 0x0a || bytes[index - 1] == 0x0d { return index }
            index -= 1
        }
        return nil
    }

    /// Looks at whole lines.
    private mutating func survey(_ lines: Span<UInt8>) {
        var start = 0
        while start < lines.count, !isDone, isSampling || !hasColumns {
            let end = Self.lineEnd(lines, from: start)
            look(at: lines.extracting(start..<end))
            start = end + 1
        }
        if !isDone, start < lines.count { search(lines.extracting(start..<lines.count)) }
    }

    private static func lineEnd(_ lines: Span<UInt8>, from start: Int) -> Int {
        var end = start
        while end < lines.count, lines[end] != 0x0a, lines[end] != 0x0d { end += 1 }
        return end
    }

    // MARK: Lines

    /// The sample's lines, and those of a text in which no line has had columns.
    private mutating func look(at line: Span<UInt8>) {
        guard isSampling || Self.mayHaveColumns(line) else { return }
        let text = TextLine.understand(line)
        if take(text.parsed) { return }
        guard isSampling else {
            hasColumns = text.parsed.hasColumns
            return
        }
        sample.add(text)
        if sample.isFull || isPiped && sample.isClear { endSample() }
    }

    private mutating func endSample() {
        isSampling = false
        (hasColumns, hasTaskColumn) = (sample.hasColumns, sample.hasTaskColumn)
        (firstIsCut, areBlanksLost) = (sample.firstIsCut, sample.areBlanksLost)
        (hasCPUs, isFlat) = (sample.hasCPUs, sample.isFlat)
        // Every line says its task.
        if hasTaskColumn || isPiped { isDone = true }
    }

    /// A bar, or a number with a parenthesis at the beginning: no other line need be taken apart.
    private static func mayHaveColumns(_ line: Span<UInt8>) -> Bool {
        let first = line.skipSpaces(from: 0)
        return first < line.count
            && (isDigit(line[first]) || line.firstIndex(of: bar, in: first..<line.count) != nil
                || line.firstIndex(of: "=>", in: first..<line.count) != nil || line[first] == UInt8(ascii: "#"))
    }

    /// - Returns: whether the line is one that is searched for, or the next trace's header.
    private mutating func take(_ parsed: TextLine) -> Bool {
        switch parsed {
        case .header where sample.hasCalls:
            end()
            return true
        case .taskSwitch(let cpu, let from, _):
            if firstTasks[cpu] == nil { firstTasks[cpu] = from.tid }
            if firstTask == nil { firstTask = from.tid }
            return true
        default: return false
        }
    }

    // MARK: Searching

    /// Looks for blocks and headers only, which nearly no line is.
    private mutating func search(_ lines: Span<UInt8>) {
        var arrow = Self.next(UInt8(ascii: "="), in: lines, from: 0)
        var mark = Self.next(UInt8(ascii: "#"), in: lines, from: 0)
        while !isDone, let hit = [arrow, mark].compactMap({ $0 }).min() {
            var next = hit + 1
            if hit == mark ? Self.beginsLine(lines, hit) : lines.has("=> ", at: hit) {
                let start = Self.lineStart(lines, before: hit)
                next = Self.lineEnd(lines, from: hit)
                _ = take(TextLine.understand(lines.extracting(start..<next)).parsed)
            }
            if let place = arrow, place < next { arrow = Self.next(UInt8(ascii: "="), in: lines, from: next) }
            if let place = mark, place < next { mark = Self.next(UInt8(ascii: "#"), in: lines, from: next) }
        }
    }

    /// Only blanks and the marks of quoted mail stand before a header.
    private static func beginsLine(_ lines: Span<UInt8>, _ mark: Int) -> Bool {
        var index = mark
        while index > 0, lines[index - 1] == space || lines[index - 1] == UInt8(ascii: ">") { index -= 1 }
        return index == 0 || lines[index - 1] == 0x0a || lines[index - 1] == 0x0d
    }

    private static func lineStart(_ lines: Span<UInt8>, before hit: Int) -> Int {
        var start = hit
        while start > 0, lines[start - 1] != 0x0a, lines[start - 1] != 0x0d { start -= 1 }
        return start
    }

    private static func next(_ byte: UInt8, in lines: Span<UInt8>, from start: Int) -> Int? {
        // The pointer stays inside the closure; the search ends with the lines.
        lines.withUnsafeBytes { bytes in
            guard start < bytes.count, let base = bytes.baseAddress else { return nil }
            return memchr(base + start, Int32(byte), bytes.count - start).map { UnsafeRawPointer($0) - base }
        }
    }
}
