import TraceFormat

/// What the kernel had counted for the CPUs' ring buffers when the recorder asked, collected option by option.
struct BufferStatistics: Sendable {
    struct Key: Hashable, Sendable {
        /// The instance's name; empty for the top-level buffer.
        let buffer: String
        let cpu: Int
    }

    private(set) var ofCPU: [Key: CPUStatistics] = [:]
    /// That the next statistics are of.
    private var buffer = ""

    /// More than a file can have buffers of CPUs.
    static let maxCount = 1 << 16

    /// Takes the content of an option: the name of an instance's buffer, or a CPU's statistics.
    ///
    /// - Returns: false if there are too many.
    mutating func take(_ content: [UInt8]) -> Bool {
        let option = CPUStatisticsOption(content)
        buffer = option.buffer ?? buffer
        guard let statistics = option.statistics, statistics.cpu <= Limits.cpu else { return true }
        ofCPU[Key(buffer: buffer, cpu: statistics.cpu)] = statistics
        return ofCPU.count <= Self.maxCount
    }
}

extension CPUStatistics {
    /// Events that may be missing anywhere among the CPU's: where nobody read while it was recorded, those that found the buffer
    /// full came behind all that it held.
    var lostAnywhere: Int { Int(clamping: commitOverrun + (read > 0 ? dropped : 0)) }
    /// Events that are missing behind the last one of the CPU.
    var lostAtEnd: Int { read > 0 ? 0 : Int(clamping: dropped) }

    /// Events lost on a CPU of which the file has nothing.
    func lost(isWindow: Bool) -> Int { Int(clamping: commitOverrun + dropped + (isWindow ? 0 : overrun)) }
}
