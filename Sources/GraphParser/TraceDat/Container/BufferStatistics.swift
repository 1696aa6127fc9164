import TraceFormat

/// What the kernel had counted for one CPU's ring buffer when the recorder asked, as `per_cpu/cpuN/stats` has it: recorders put
/// it into the file, trace-cmd when it has stopped tracing and dmflow when it has read all.
struct BufferStatistics: Equatable, Sendable {
    struct Key: Hashable, Sendable {
        /// Of the instance; empty for the top-level buffer.
        let buffer: String
        let cpu: Int
    }

    /// Events that were in the buffer, unread.
    private(set) var entries = 0
    /// Events that newer ones had overwritten. The kernel marks the page that is read next, so that these are the same events
    /// that pages tell of; but a page that is full has no room for their number, and what was overwritten when the last page had
    /// been read is on none.
    private(set) var overrun = 0
    /// Events that an interrupt could not write, for it had come on all of the buffer. No page tells of them.
    private(set) var commitOverrun = 0
    /// Events that found the buffer full, where it does not overwrite. No page tells of them.
    private(set) var dropped = 0
    /// Events that had been read.
    private(set) var read = 0

    /// Of all buffers, collected option by option.
    struct List: Sendable {
        private(set) var ofCPU: [Key: BufferStatistics] = [:]
        /// That the next statistics are of.
        private var buffer = ""

        /// More than a file can have buffers of CPUs.
        static let maxCount = 1 << 16

        /// Takes the content of an option: `Buffer: NAME` before those of an instance, or `CPU: N` and a line for each count.
        ///
        /// - Returns: false if there are too many.
        mutating func take(_ content: [UInt8]) -> Bool {
            var cpu: Int?
            var statistics = BufferStatistics()
            for line in content.prefix(while: { $0 != 0 }).split(separator: UInt8(ascii: "\n")) {
                guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
                let name = String(decoding: line[..<colon], as: UTF8.self)
                let value = line[(colon + 1)...].drop { $0 == space }
                if name == "Buffer" {
                    buffer = printable(value)
                    continue
                }
                // Of counts that no kernel can have reached nothing is believed.
                guard let number = Int(String(decoding: value, as: UTF8.self)),
                    TraceCounts.plausibleLoss(number) != nil
                else { continue }
                if name == "CPU" { cpu = number }
                statistics.take(name, number)
            }
            guard let cpu, cpu <= Limits.cpu else { return true }
            ofCPU[Key(buffer: buffer, cpu: cpu)] = statistics
            return ofCPU.count <= Self.maxCount
        }
    }

    private mutating func take(_ name: String, _ number: Int) {
        switch name {
        case "entries": entries = number
        case "overrun": overrun = number
        case "commit overrun": commitOverrun = number
        case "dropped events": dropped = number
        case "read events": read = number
        default: break
        }
    }

    /// Events that may be missing anywhere among the CPU's: where nobody read while it was recorded, those that found the buffer
    /// full came behind all that it held.
    var lostAnywhere: Int { commitOverrun + (read > 0 ? dropped : 0) }
    /// Events that are missing behind the last one of the CPU.
    var lostAtEnd: Int { read > 0 ? 0 : dropped }
}
