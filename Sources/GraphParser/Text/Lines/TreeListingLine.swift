/// The lines that begin with `# ` in what `dmflow tree` prints: a tree's title, and what was lost or is not drawn.
enum TreeListingLine {
    /// - Parameter start: where the `#` stands.
    /// - Returns: nil if the line is none of these.
    static func parse(_ line: Span<UInt8>, from start: Int) -> TextLine? {
        guard line.has("# ", at: start) else { return nil }
        let text = start + 2
        if let loss = loss(line, from: text) { return loss }
        if line.firstIndex(of: " not drawn", in: text..<line.count) != nil, isCount(line, from: text, of: " tree") {
            return .structure
        }
        return title(line, from: text)
    }

    /// `dd-1213, at 43.991735, 57 calls, fragment, partial`, with or without the task and the time.
    private static func title(_ line: Span<UInt8>, from start: Int) -> TextLine? {
        // A task's name may have commas.
        var index = start
        var task: TaskName?
        while !isCount(line, from: index, of: " call") {
            guard let comma = line.firstIndex(of: ", ", in: index..<line.count) else { return nil }
            if !isTime(line, index..<comma) {
                guard let name = Columns.task(line, start..<comma) else {
                    index = comma + 2
                    continue
                }
                task = name
            }
            index = comma + 2
        }
        let isFragment = line.firstIndex(of: ", fragment", in: index..<line.count) != nil
        return .treeTitle(task, isFragment: isFragment)
    }

    /// `at 43.991735`
    private static func isTime(_ line: Span<UInt8>, _ range: Range<Int>) -> Bool {
        line.has("at ", at: range.lowerBound)
            && line.decimal(from: range.lowerBound + 3, scale: 9)?.end == range.upperBound
    }

    /// `1,234 calls`
    private static func isCount(_ line: Span<UInt8>, from start: Int, of noun: StaticString) -> Bool {
        var end = start
        while end < line.count, isDigit(line[end]) || line[end] == UInt8(ascii: ",") { end += 1 }
        return end > start && line.has(noun, at: end)
    }

    /// `EVENTS LOST: 12, on CPU 0, 3`; a number that the kernel did not give in full is none.
    private static func loss(_ line: Span<UInt8>, from start: Int) -> TextLine? {
        let label: StaticString = "EVENTS LOST: "
        guard line.has(label, at: start), let place = line.firstIndex(of: ", on CPU ", in: start..<line.count),
            let cpu = line.number(from: place + 9), cpu.value <= Limits.cpu
        else { return nil }
        var count = 0
        var isExact = true
        for index in (start + label.utf8CodeUnitCount)..<place where line[index] != UInt8(ascii: ",") {
            isExact = isExact && isDigit(line[index]) && count < 1 << 48
            if isExact { count = count * 10 + Int(line[index] &- UInt8(ascii: "0")) }
        }
        return .loss(cpu: Int(cpu.value), count: isExact ? count : nil)
    }
}
