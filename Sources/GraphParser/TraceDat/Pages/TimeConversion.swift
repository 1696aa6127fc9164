/// How a file's timestamps become the times to show: what trace-cmd recorded of the clock's rate (TSC2NSEC) and of its
/// distance to the time of day (DATE, OFFSET). Durations are in ns whatever the clock and are not converted.
struct TimeConversion: Equatable, Sendable {
    /// `time = timestamp * multiplier >> shift`; 0 if timestamps are left as they are.
    var multiplier: UInt32 = 0
    var shift: UInt32 = 0
    /// ns to be added behind that.
    var offset: Int64 = 0

    /// What a reader should know of times that are not converted.
    ///
    /// - Parameter clock: name of the trace clock; nil if it is not known.
    static func notes(clock: String?) -> [String] {
        guard let clock, ["counter", "x86-tsc", "ppc-tb", "s390-tod"].contains(clock) else { return [] }
        return ["the clock '\(clock)' does not count nanoseconds: its times only order the events"]
    }

    var isIdentity: Bool { multiplier == 0 && offset == 0 }

    func callAsFunction(_ timestamp: UInt64) -> UInt64 {
        var time = timestamp
        if multiplier != 0 {
            time = UInt64(truncatingIfNeeded: (UInt128(timestamp) * UInt128(multiplier)) >> min(shift, 127))
        }
        return time &+ UInt64(bitPattern: offset)
    }
}
