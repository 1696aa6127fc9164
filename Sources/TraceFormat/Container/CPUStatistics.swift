/// What a kernel counts for one CPU's ring buffer, as `per_cpu/cpuN/stats` has it: recorders put it into their files, trace-cmd
/// when it has stopped tracing and dmflow when it has read all.
package struct CPUStatistics: Equatable, Sendable {
    package let cpu: Int
    /// Events that are in the buffer, unread.
    package let entries: UInt64
    /// Events that newer ones have overwritten before they were read. The kernel marks the page that is read next, so that these
    /// are the same events that pages tell of; but a page that is full has no room for their number, and what was overwritten
    /// when the last page had been read is on none.
    package let overrun: UInt64
    /// Events lost because an interrupt came on all of the buffer. No page tells of them.
    package let commitOverrun: UInt64
    /// Events refused because the buffer was full; only where it does not overwrite. No page tells of them.
    package let dropped: UInt64
    /// Events that were read.
    package let read: UInt64
    /// The file as it was.
    package let text: String

    /// No kernel can have counted so many: nothing is believed of such a count.
    package static let implausible: UInt64 = 1 << 48

    /// - Parameter text: the content of `per_cpu/cpuN/stats`; what it does not count is 0.
    package init(cpu: Int, text: String) {
        var values: [String: UInt64] = [:]
        for line in NamedValue.lines(text.utf8) {
            values[line.name] = line.number.flatMap { $0 < Self.implausible ? $0 : nil } ?? 0
        }
        self.cpu = cpu
        self.text = text
        entries = values["entries"] ?? 0
        overrun = values["overrun"] ?? 0
        commitOverrun = values["commit overrun"] ?? 0
        dropped = values["dropped events"] ?? 0
        read = values["read events"] ?? 0
    }

    /// The trace's clock when they were read: in ns, cut to microseconds, where it counts those, else as it counts; nil if it is
    /// not told.
    package var now: UInt64? {
        guard let value = NamedValue.lines(text.utf8).first(where: { $0.name == "now ts" })?.value else { return nil }
        let parts = value.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let numbers = parts.compactMap { UInt64(String(decoding: $0, as: UTF8.self)) }
        guard numbers.count == parts.count, numbers.count <= 2 else { return nil }
        if numbers.count == 1 { return numbers[0] }
        let (time, overflow) = numbers[0].multipliedReportingOverflow(by: 1_000_000_000)
        return overflow || parts[1].count != 6 || time > .max >> 1 ? nil : time + numbers[1] * 1000
    }

    /// Events that happened and were not handed out.
    package var lost: UInt64 { overrun &+ commitOverrun &+ dropped }
}

/// What an option with statistics holds: those of a CPU, or the name of the buffer that the next ones are of.
package struct CPUStatisticsOption {
    /// Name of the instance; nil if it is still the one before.
    package let buffer: String?
    package let statistics: CPUStatistics?

    /// - Parameter content: of ``TraceDatOption/cpuStatistics``: `Buffer: NAME`, or `CPU: N` and a line for each count.
    package init(_ content: [UInt8]) {
        let lines = NamedValue.lines(content)
        buffer = lines.last { $0.name == "Buffer" }.map { printable($0.value) }
        let cpu = lines.last { $0.name == "CPU" }.flatMap(\.number).flatMap { Int(exactly: $0) }
        statistics = cpu.map {
            CPUStatistics(cpu: $0, text: String(decoding: content.prefix { $0 != 0 }, as: UTF8.self))
        }
    }

    /// The content of the option for a CPU of the top-level buffer.
    package static func content(_ statistics: CPUStatistics) -> [UInt8] {
        Array("CPU: \(statistics.cpu)\n\(statistics.text)\0".utf8)
    }
}
