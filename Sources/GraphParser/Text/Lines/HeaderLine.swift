extension HeaderLine {
    /// - Parameter start: where the `#` stands; a header may have been indented, or stand anywhere.
    /// - Returns: nil if the line is none of a header's.
    init?(_ line: Span<UInt8>, from start: Int) {
        let text = line.skipSpaces(from: start + 1)
        guard let header = Self.named(line, from: text) ?? Self.drawn(line, from: start + 1) else { return nil }
        self = header
    }

    private static func named(_ line: Span<UInt8>, from text: Int) -> HeaderLine? {
        let tracer: StaticString = "tracer: "
        if line.has(tracer, at: text) { return .tracer(line.trimmed((text + tracer.utf8CodeUnitCount)..<line.count)) }
        if line.has("WARNING: FUNCTION TRACING IS CORRUPTED", at: text) { return .corrupted }
        if line.has("latency: ", at: text) { return latency(line, from: text) ?? .other }
        let buffer: StaticString = "entries-in-buffer/entries-written: "
        if line.has(buffer, at: text) { return entries(line, from: text + buffer.utf8CodeUnitCount) }
        let others: [StaticString] = [
            "MAY BE MISSING FUNCTION EVENTS", "| task: ", "=> started at", "=> ended at", "TASK-PID ",
        ]
        if others.contains(where: { line.has($0, at: text) }) { return .other }
        return areColumns(line, from: text) ? .other : title(line)
    }

    /// `CPU  DURATION                  FUNCTION CALLS`, with what columns there are.
    private static func areColumns(_ line: Span<UInt8>, from text: Int) -> Bool {
        line.firstIndex(of: "FUNCTION CALLS", in: text..<line.count) != nil
    }

    /// Lines and arrows that point at columns, and what they say of the flags; or nothing.
    private static func drawn(_ line: Span<UInt8>, from start: Int) -> HeaderLine? {
        var index = start
        while index < line.count, isDrawn(line[index]) { index += 1 }
        guard index < line.count else { return .other }
        let hasArrow = line.firstIndex(of: "-=> ", in: start..<index) != nil || line.has("-=> ", at: index - 4)
        return hasArrow ? .other : nil
    }

    private static func isDrawn(_ byte: UInt8) -> Bool {
        switch byte {
        case space, bar, UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: "="), UInt8(ascii: ">"):
            true
        default: false
        }
    }

    /// `function_graph latency trace v1.1.5 on 6.1.0-50-amd64`
    static func title(_ line: Span<UInt8>) -> HeaderLine? {
        guard let title = line.firstIndex(of: " latency trace v", in: 0..<line.count) else { return nil }
        guard let on = line.firstIndex(of: " on ", in: title..<line.count) else { return .other }
        return .release(line.trimmed((on + 4)..<line.count))
    }

    /// `latency: 0 us, #4/7, CPU#2 | (M:preempt VP:0, KP:0, SP:0 HP:0 #P:4)`: four of seven entries were kept.
    static func latency(_ line: Span<UInt8>, from start: Int) -> HeaderLine? {
        guard let mark = line.firstIndex(of: ", #", in: start..<line.count) else { return nil }
        return entries(line, from: mark + 3)
    }

    private static func entries(_ line: Span<UInt8>, from start: Int) -> HeaderLine? {
        guard let kept = line.number(from: start), line.has("/", at: kept.end),
            let written = line.number(from: kept.end + 1)
        else { return .other }
        return .entries(kept: kept.value, written: written.value)
    }
}
