/// The beginning of a line as all tracers but function_graph print it, and `trace-cmd report` every event:
/// `bash-1234  [001] d..1.  12.345678: event: text`.
struct ClassicLine {
    /// The ring buffer or file, which trace-cmd names where it prints several.
    private(set) var source = 0..<0
    private(set) var task = TaskName(comm: 0..<0, tid: 0)
    private(set) var cpu = 0
    /// ns; nil if the text has a whole number, whose unit depends on the trace clock.
    private(set) var timestamp: UInt64?
    /// Where the event's text begins.
    private(set) var text = 0

    /// nil if the line has no such beginning.
    init?(_ line: Span<UInt8>) {
        // A name and the file's that trace-cmd puts before it.
        let limit = min(line.count, 300)
        var index = 0
        while let dash = line.firstIndex(of: UInt8(ascii: "-"), in: index..<limit) {
            index = dash + 1
            guard let tid = line.number(from: index), let id = Int32(exactly: tid.value), line.has(" ", at: tid.end),
                let place = Self.place(line, from: line.skipSpaces(from: tid.end)),
                let time = Self.time(line, from: place.end)
            else { continue }
            (cpu, timestamp) = (place.cpu, time.ns)
            text = Self.behindDifference(line, from: line.skipSpaces(from: time.end))
            takeName(line, dash: dash, width: place.isShort ? 8 : 16, tid: id)
            return
        }
        return nil
    }

    /// The name is right-aligned in `width` columns; what stands before those is the buffer's.
    private mutating func takeName(_ line: Span<UInt8>, dash: Int, width: Int, tid: Int32) {
        var comm = line.trimmed(0..<dash)
        let field = max(0, dash - width)
        let before = line.trimmed(0..<field)
        if before.count > 1, line[before.upperBound - 1] == UInt8(ascii: ":") {
            source = before.lowerBound..<(before.upperBound - 1)
            comm = line.trimmed(field..<dash)
        }
        task = TaskName(comm: comm, tid: tid)
    }

    /// `[001] d..1.`, also behind a thread group `(1234)`; or the latency format's `1d..1.`.
    private static func place(_ line: Span<UInt8>, from start: Int) -> (cpu: Int, end: Int, isShort: Bool)? {
        var index = start
        if line.has("(", at: index), let close = line.firstIndex(of: UInt8(ascii: ")"), in: index..<line.count) {
            index = line.skipSpaces(from: close + 1)
        }
        let isShort = !line.has("[", at: index)
        guard let cpu = line.number(from: isShort ? index : index + 1), cpu.value <= Limits.cpu else { return nil }
        if isShort {
            guard let flags = flags(line, from: cpu.end) else { return nil }
            return (Int(cpu.value), flags, true)
        }
        guard line.has("] ", at: cpu.end) else { return nil }
        let next = line.skipSpaces(from: cpu.end + 1)
        return (Int(cpu.value), flags(line, from: next) ?? next, false)
    }

    private static func flags(_ line: Span<UInt8>, from start: Int) -> Int? {
        guard let end = line.firstIndex(of: space, in: start..<line.count) else { return nil }
        return LatencyFlags.fill(line, start..<end) ? end : nil
    }

    /// `12.345678:`; `12345678:` of clocks that count something else; `12us+:` since the trace began.
    private static func time(_ line: Span<UInt8>, from start: Int) -> (ns: UInt64?, end: Int)? {
        let start = line.skipSpaces(from: start)
        guard let whole = line.number(from: start) else { return nil }
        var (ns, end) = (UInt64?.none, whole.end)
        if line.has(".", at: end), let time = line.decimal(from: start, scale: 9) {
            (ns, end) = (time.value, time.end)
        } else if line.has("us", at: end) {
            // A mark or a blank stands between the unit and the colon.
            ns = whole.value.multipliedReportingOverflow(by: 1000).partialValue
            end += line.has(":", at: end + 2) ? 2 : 3
        }
        guard line.has(":", at: end), end + 1 == line.count || line[end + 1] == space else { return nil }
        return (ns, end + 1)
    }

    /// Behind the `(+38)` that `trace-cmd report --ts-diff` puts before the event.
    private static func behindDifference(_ line: Span<UInt8>, from start: Int) -> Int {
        guard line.has("(+", at: start), let difference = line.number(from: start + 2),
            line.has(")", at: difference.end)
        else { return start }
        return line.skipSpaces(from: difference.end + 1)
    }
}
