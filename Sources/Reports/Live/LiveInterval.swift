import GraphParser

/// What happened in a stretch of time of a trace that is being recorded.
///
/// A request, a try and a call are of the interval in which they ended. Times of requests are latencies of I/O, times of calls are
/// inside functions: they are never added.
public struct LiveInterval: Sendable {
    /// Events that the kernel could not record, or overwrote before they were read.
    public struct Lost: Equatable, Sendable {
        /// How many, as far as they were counted.
        public internal(set) var events = 0
        /// Losses that nobody counted.
        public internal(set) var uncounted = 0

        /// Whether there are any.
        public var isAny: Bool { events > 0 || uncounted > 0 }
    }

    /// From 1.
    public let number: Int
    /// In ns of the trace clock.
    public let startNs: UInt64
    /// In ns of the trace clock.
    public let endNs: UInt64
    /// Whether the trace ended with it.
    public let isLast: Bool
    /// Of those that ended; nil where no requests are recorded.
    let requests: RequestSummary?
    /// At its end.
    let underWay: RequestsUnderWay
    let names: PathNames
    /// nil where no calls are recorded.
    let calls: CallTotals?
    /// What is the matter at its end; nil where nothing is recorded that would tell.
    let troubles: [LiveTrouble]?
    /// Known of in it.
    public let lost: Lost
    /// Events that came too late to stand in the order of time.
    public let lateEvents: Int
    /// CPU time that dmflow took since it was looked at last, in ns.
    public let cpuNs: UInt64
    /// How long that is ago, in ns: about the interval's length, while dmflow keeps up.
    let cpuSpanNs: UInt64
    let clock: WallClock

    /// In ns.
    public var lengthNs: UInt64 { endNs - startNs }

    /// How often a second something happens that happened so many times; 0 of no time.
    func rate(_ count: Double) -> Double { lengthNs == 0 ? 0 : count * 1e9 / Double(lengthNs) }
}
