import TraceFormat

/// Times of the trace clock as times of day.
struct WallClock {
    /// The real-time clock's nanoseconds since 1970, less those of the trace clock; nil where the trace does not tell.
    private let offset: Int64?

    init(_ identity: TraceIdentity) {
        guard let start = identity.startNs.flatMap(Int64.init(exactly:)),
            let own = identity.startOnClockNs.flatMap(Int64.init(exactly:))
        else {
            offset = nil
            return
        }
        offset = start.subtractingReportingOverflow(own).overflow ? nil : start - own
    }

    /// ns since 1970.
    func time(of ns: UInt64) -> UInt64? {
        guard let offset, let own = Int64(exactly: ns), case let sum = own.addingReportingOverflow(offset),
            !sum.overflow, sum.partialValue >= 0
        else { return nil }
        return UInt64(sum.partialValue)
    }
}
