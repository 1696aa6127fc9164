/// Lines that are no event: headers, rulers, stack traces, losses, what trace-cmd and the kernel's console dump put around
/// a trace.
enum StructureLine {
    /// - Returns: nil if the line may be an event.
    static func parse(_ line: Span<UInt8>, from start: Int, inBody: Bool) -> TextLine? {
        switch line[start] {
        case UInt8(ascii: "#"):
            if isMark(line, at: start) { return nil }
            if let header = HeaderLine(line, from: start) { return .header(header) }
            if let tree = TreeListingLine.parse(line, from: start) { return tree }
            if line.has("#####", at: start) { return .structure }
            guard start == 0 else { return nil }
            // Before the first call somebody's headings, behind it what is left of a line.
            return inBody ? .unparsed : .structure
        case UInt8(ascii: "-"): return isRuler(line, from: start) ? .structure : nil
        case UInt8(ascii: "C"): return cpuLine(line, from: start)
        case UInt8(ascii: "("):
            if line.has("(Overruns: ", at: start), let count = line.number(from: start + 11) {
                return .overruns(count.value)
            }
            return line.has("(ftrace buffer empty)", at: start) ? .structure : nil
        case UInt8(ascii: "="): return line.has("=> ", at: start) ? .structure : nil
        case UInt8(ascii: "<"):
            return line.has("<stack trace", at: start) || line.has("<user stack trace", at: start) ? .structure : nil
        case UInt8(ascii: "D"): return line.has("Dumping ftrace ", at: start) ? .structure : nil
        case UInt8(ascii: "c"): return isSetting(line, "cpus=", at: start) ? .structure : nil
        case UInt8(ascii: "v"): return isSetting(line, "version = ", at: start) ? .structure : nil
        default: break
        }
        if let loss = bufferLoss(line, from: start) { return loss }
        return inBody ? nil : oldLatencyHeader(line, from: start)
    }

    // MARK: Headers

    /// `# 1000.001 us`: the mark of a duration that stands in the first column.
    private static func isMark(_ line: Span<UInt8>, at start: Int) -> Bool {
        guard let value = line.decimal(from: line.skipSpaces(from: start + 1), scale: 3) else { return false }
        return line.has(" us ", at: value.end)
    }

    /// Kernels before 2.6.31 and trace-cmd's copies of their buffers have no `#` before the latency tracers' header.
    private static func oldLatencyHeader(_ line: Span<UInt8>, from start: Int) -> TextLine? {
        guard line.has("latency: ", at: start) || line.has("| task: ", at: start) else {
            return HeaderLine.title(line).map(TextLine.header)
        }
        return .header(HeaderLine.latency(line, from: start) ?? .other)
    }

    private static func isRuler(_ line: Span<UInt8>, from start: Int) -> Bool {
        guard line.count - start >= 17 else { return false }
        for index in start..<line.count where line[index] != UInt8(ascii: "-") { return false }
        return true
    }

    /// `cpus=2`, `version = 7`: trace-cmd's header.
    private static func isSetting(_ line: Span<UInt8>, _ label: StaticString, at start: Int) -> Bool {
        guard line.has(label, at: start), let value = line.number(from: start + label.utf8CodeUnitCount) else {
            return false
        }
        return value.end == line.count
    }

    // MARK: CPUs

    private static func cpuLine(_ line: Span<UInt8>, from start: Int) -> TextLine? {
        if let loss = loss(line, from: start) { return loss }
        if line.has("CPU:", at: start), line.has("[SUBBUFFER START]", at: line.count - 17) { return .structure }
        guard line.has("CPU ", at: start), let cpu = line.number(from: start + 4) else { return nil }
        return line.has(" is empty", at: cpu.end) && cpu.end + 9 == line.count ? .structure : nil
    }

    /// `CPU:3 [LOST 12 EVENTS]`, trace-cmd's `CPU:3 [12 EVENTS DROPPED]`; or without the number, which the kernel may not
    /// know.
    private static func loss(_ line: Span<UInt8>, from start: Int) -> TextLine? {
        guard line.has("CPU:", at: start), let cpu = line.number(from: start + 4), cpu.value <= Limits.cpu,
            line.has(" [", at: cpu.end)
        else { return nil }
        let isKernels = line.has("LOST ", at: cpu.end + 2)
        guard isKernels || line.has(dropped, at: line.count - dropped.utf8CodeUnitCount) else { return nil }
        let count = line.number(from: cpu.end + (isKernels ? 7 : 2))
        return .loss(cpu: Int(cpu.value), count: count.map { Int($0.value) })
    }

    /// trace-cmd's loss behind the name of a ring buffer or file: `NAME: CPU:3 [12 EVENTS DROPPED]`.
    private static func bufferLoss(_ line: Span<UInt8>, from start: Int) -> TextLine? {
        guard line.has(dropped, at: line.count - dropped.utf8CodeUnitCount),
            let label = line.firstIndex(of: ": CPU:", in: start..<line.count)
        else { return nil }
        return loss(line, from: label + 2)
    }

    private static let dropped: StaticString = "EVENTS DROPPED]"
}
