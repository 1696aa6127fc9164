/// What the kernel log, its readers and syslog put in front of each line of a trace that was dumped to the console:
/// `[   12.345678] `, `[   12.345678][  T123] `, `<4>[   12.345678] `, `kern  :warn  : [   12.345678] `,
/// `Nov 23 04:06:27 host kernel: [   12.345678] `, `2026-11-23T04:06:27,123456+00:00 `.
enum LogPrefix {
    /// Where the line behind the prefix begins, or behind several: who passes a log on often puts another one before each line.
    /// nil if it has none.
    static func end(of line: Span<UInt8>) -> Int? {
        // A copy may be indented.
        let first = line.skipSpaces(from: 0)
        var end = first
        for _ in 0..<maxPrefixes {
            guard let next = endOfOne(line.extracting(end..<line.count)) else { break }
            end += next
        }
        return end > first ? end : nil
    }

    /// More prefixes than anybody puts before a line.
    private static let maxPrefixes = 4

    private static func endOfOne(_ line: Span<UInt8>) -> Int? {
        var index = facility(line, from: priority(line) ?? 0) ?? priority(line) ?? 0
        if let stamp = fullDate(line, from: index) ?? date(line, from: index) ?? epoch(line, from: index) {
            index = sender(line, from: stamp) ?? line.skip(upTo: 1, from: stamp)
        }
        var behindBracket: Int?
        while let next = bracket(line, from: index) { (index, behindBracket) = (next, next) }
        if let end = behindBracket {
            index = line.skip(upTo: 1, from: end)
            // journalctl -o short-monotonic
            if let next = sender(line, from: end), line.has("kernel: ", at: next - 8) { index = next }
        }
        return index > 0 ? index : nil
    }

    /// `<4>`
    private static func priority(_ line: Span<UInt8>) -> Int? {
        guard line.has("<", at: 0), let number = line.number(from: 1), number.end <= 4, line.has(">", at: number.end)
        else { return nil }
        return number.end + 1
    }

    /// `kern  :warn  : ` of dmesg --decode.
    private static func facility(_ line: Span<UInt8>, from start: Int) -> Int? {
        guard line.has("kern", at: start) || line.has("user", at: start) || line.has("daemon", at: start),
            let first = line.firstIndex(of: UInt8(ascii: ":"), in: start..<min(line.count, start + 10)),
            let second = line.firstIndex(of: UInt8(ascii: ":"), in: (first + 1)..<min(line.count, first + 10)),
            line.has(" ", at: second + 1)
        else { return nil }
        let level = line.trimmed((first + 1)..<second)
        for index in level where !isLetter(line[index]) { return nil }
        return second + 2
    }

    /// `[   12.345678]`, `[  T123]`, `[Thu Nov 23 04:06:27 2026]`, `[  +0.000012]`: a number with a fraction, a time of day or
    /// a caller, and nothing that has brackets in a trace.
    private static func bracket(_ line: Span<UInt8>, from start: Int) -> Int? {
        guard line.has("[", at: start),
            let close = line.firstIndex(of: UInt8(ascii: "]"), in: start..<min(line.count, start + 42))
        else { return nil }
        let content = line.trimmed((start + 1)..<close)
        guard !content.isEmpty else { return nil }
        var (digits, marks) = (0, 0)
        for index in content {
            switch line[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digits += 1
            case UInt8(ascii: "."), UInt8(ascii: ":"): marks += 1
            case space, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: ","), UInt8(ascii: "<"), UInt8(ascii: ">"):
                break
            case let byte where isLetter(byte): break
            default: return nil
            }
        }
        let isCaller = isLetter(line[content.lowerBound]) && digits == content.count - 1
        return digits > 0 && (marks > 0 || isCaller) ? close + 1 : nil
    }

    /// `Nov 23 04:06:27`, `2026-11-23T04:06:27+00:00`, with a fraction or not.
    private static func date(_ line: Span<UInt8>, from start: Int) -> Int? {
        var clock = start
        if let month = month(line, from: start) {
            guard let day = line.number(from: line.skipSpaces(from: month)), day.value <= 31 else { return nil }
            clock = day.end
        } else {
            guard let year = line.number(from: start), year.end - start == 4, line.has("-", at: year.end),
                line.has("-", at: year.end + 3)
            else { return nil }
            clock = year.end + 6
        }
        guard line.has(" ", at: clock) || line.has("T", at: clock), line.has(":", at: clock + 3),
            line.has(":", at: clock + 6), let seconds = line.number(from: clock + 7)
        else { return nil }
        // Fraction and time zone.
        return line.firstIndex(of: space, in: seconds.end..<line.count) ?? line.count
    }

    /// `Thu 2026-11-26 17:45:55 UTC` of journalctl -o short-full: the day of the week before a date, its time zone behind it.
    private static func fullDate(_ line: Span<UInt8>, from start: Int) -> Int? {
        guard start + 4 < line.count, line[start + 3] == space, (0..<3).allSatisfy({ isLetter(line[start + $0]) }),
            let end = date(line, from: start + 4), end < line.count,
            let zone = line.firstIndex(of: space, in: (end + 1)..<line.count)
        else { return nil }
        return zone - end > 2 && zone - end <= 7 ? zone : nil
    }

    /// `1764179155.123456 host kernel: ` of journalctl -o short-unix: seconds since 1970. Only with a sender, since a trace's own times
    /// look the same.
    private static func epoch(_ line: Span<UInt8>, from start: Int) -> Int? {
        guard let seconds = line.number(from: start), seconds.end - start == 10, line.has(".", at: seconds.end),
            let micros = line.number(from: seconds.end + 1), line.has(" ", at: micros.end),
            let sender = sender(line, from: micros.end), line.has("kernel: ", at: sender - 8)
        else { return nil }
        return micros.end
    }

    private static func month(_ line: Span<UInt8>, from start: Int) -> Int? {
        guard start + 4 < line.count, line[start + 3] == space else { return nil }
        let months: StaticString = "JanFebMarAprMayJunJulAugSepOctNovDec"
        let hit = months.withUTF8Buffer { names in
            stride(from: 0, to: names.count, by: 3).contains { month in
                (0..<3).allSatisfy { names[month + $0] == line[start + $0] }
            }
        }
        return hit ? start + 4 : nil
    }

    /// ` host kernel: `, ` host multipathd[123]: `
    private static func sender(_ line: Span<UInt8>, from start: Int) -> Int? {
        let host = line.skipSpaces(from: start)
        guard host > start, host < line.count, isLetter(line[host]) || isDigit(line[host]),
            let gap = line.firstIndex(of: space, in: host..<line.count),
            let end = line.firstIndex(of: space, in: (gap + 1)..<line.count), end - gap > 2,
            line[end - 1] == UInt8(ascii: ":"), isLetter(line[gap + 1])
        else { return nil }
        return end + 1
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }
}
