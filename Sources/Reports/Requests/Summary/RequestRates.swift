/// Requests by when they ended: throughput and queue depth over time.
///
/// Intervals are as long as it takes for ``maxCount`` of them to do, so that memory does not grow with the trace.
public struct RequestRates: Codable, Equatable, Sendable {
    /// What ended in an interval.
    public struct Interval: Codable, Equatable, Sendable {
        /// The interval's number: its begin is that many times ``RequestRates/intervalNs`` on the trace clock.
        public internal(set) var number: UInt64
        /// Requests that ended.
        public internal(set) var requests: Int
        /// Of their data.
        public internal(set) var bytes: UInt64
        /// The sum of their latencies, in ns: by the interval's length, it is the mean depth of the queue.
        public internal(set) var latencyNs: UInt64
        /// The longest of their latencies, in ns.
        public internal(set) var maxNs: UInt64
        /// Most requests that were under way at once when one of these ended.
        public internal(set) var maxDepth: Int
    }

    /// How many intervals there are at most.
    public static let maxCount = 256

    /// The length of each, in ns: ten milliseconds times a power of two.
    public private(set) var intervalNs: UInt64 = 10_000_000
    /// In ascending order, those in which requests ended.
    public private(set) var intervals: [Interval] = []

    init() {}

    mutating func add(end: UInt64, bytes: UInt64, latencyNs: UInt64, depth: Int) {
        let new = Interval(
            number: end / intervalNs, requests: 1, bytes: bytes, latencyNs: latencyNs, maxNs: latencyNs, maxDepth: depth
        )
        // Most come in order.
        if let last = intervals.last, last.number == new.number {
            intervals[intervals.count - 1].add(new)
        } else {
            insert(new)
        }
    }

    private mutating func insert(_ new: Interval) {
        var place = intervals.count
        while place > 0, intervals[place - 1].number >= new.number { place -= 1 }
        if place < intervals.count, intervals[place].number == new.number {
            intervals[place].add(new)
        } else {
            intervals.insert(new, at: place)
            while intervals.count > Self.maxCount { lengthen() }
        }
    }

    /// Makes all intervals twice as long.
    private mutating func lengthen() {
        let (doubled, overflow) = intervalNs.multipliedReportingOverflow(by: 2)
        // Two intervals of that length hold all times that there are.
        if overflow { return }
        intervalNs = doubled
        let old = intervals
        intervals = []
        for var interval in old {
            interval.number /= 2
            if intervals.last?.number == interval.number {
                intervals[intervals.count - 1].add(interval)
            } else {
                intervals.append(interval)
            }
        }
    }

    mutating func merge(_ other: RequestRates) {
        var other = other
        while intervalNs < other.intervalNs { lengthen() }
        while other.intervalNs < intervalNs { other.lengthen() }
        for interval in other.intervals { insert(atLength: other.intervalNs, interval) }
    }

    func merged(with other: RequestRates) -> RequestRates {
        var sum = self
        sum.merge(other)
        return sum
    }

    /// In intervals of at least a length, in ns.
    func atLength(_ length: UInt64) -> RequestRates {
        var rates = self
        while rates.intervalNs < length { rates.lengthen() }
        return rates
    }

    /// An interval of a given length, which may have become shorter than this one's meanwhile.
    private mutating func insert(atLength length: UInt64, _ interval: Interval) {
        var interval = interval
        interval.number /= intervalNs / length
        insert(interval)
    }

    /// Whether a recorder can have left it.
    var isSound: Bool {
        let lengths = sequence(first: 10_000_000 as UInt64) { $0 > .max / 2 ? nil : $0 * 2 }
        return lengths.contains(intervalNs) && intervals.count <= Self.maxCount
            && zip(intervals, intervals.dropFirst()).allSatisfy { $0.number < $1.number }
            && intervals.allSatisfy { $0.requests > 0 && $0.maxDepth >= 0 && $0.number <= .max / intervalNs }
    }
}

extension RequestRates.Interval {
    fileprivate mutating func add(_ other: Self) {
        requests = requests.addingSaturated(other.requests)
        bytes = bytes.addingSaturated(other.bytes)
        latencyNs = latencyNs.addingSaturated(other.latencyNs)
        maxNs = max(maxNs, other.maxNs)
        maxDepth = max(maxDepth, other.maxDepth)
    }
}
