/// What the kernel counts for one CPU's ring buffer: `per_cpu/cpuN/stats`.
public struct CPUStatistics: Equatable, Sendable {
    public let cpu: Int
    /// Events that are in the buffer, unread.
    public let entries: UInt64
    /// Events that newer ones have overwritten before they were read.
    public let overrun: UInt64
    /// Events lost because an interrupt wrote faster than the buffer has pages.
    public let commitOverrun: UInt64
    /// Events refused because the buffer was full; only with `overwrite` off.
    public let dropped: UInt64
    /// Events that were read.
    public let read: UInt64
    /// The file as it was, for the trace.
    let text: String

    init(cpu: Int, text: String) {
        var values: [Substring: UInt64] = [:]
        for line in text.lines {
            guard let colon = line.firstIndex(of: ":") else { continue }
            values[line[..<colon]] = UInt64(line[line.index(after: colon)...].trimmed)
        }
        self.cpu = cpu
        self.text = text
        entries = values["entries"] ?? 0
        overrun = values["overrun"] ?? 0
        commitOverrun = values["commit overrun"] ?? 0
        dropped = values["dropped events"] ?? 0
        read = values["read events"] ?? 0
    }

    init(_ files: any TracingFiles, cpu: Int) throws(CaptureError) {
        let text = try files.readBytes("per_cpu/cpu\(cpu)/stats")
        self.init(cpu: cpu, text: String(decoding: text, as: UTF8.self))
    }

    /// Events that happened and are in no trace.
    public var lost: UInt64 { overrun &+ commitOverrun &+ dropped }

    /// Events that happened.
    public var written: UInt64 { read &+ entries &+ lost }

    /// What a count has grown by since earlier statistics. Somebody who empties the ring buffer meanwhile sets counts to zero.
    func growth(of count: KeyPath<CPUStatistics, UInt64>, since earlier: CPUStatistics) -> UInt64 {
        let (now, before) = (self[keyPath: count], earlier[keyPath: count])
        return now >= before ? now - before : now
    }
}
