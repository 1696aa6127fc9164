/// Requests by when they ended, and were under way: throughput and queue depth over time.
///
/// Intervals are as long as it takes for ``maxCount`` of them to do, so that memory does not grow with the trace.
public struct RequestRates: Codable, Equatable, Sendable {
    /// What ended in an interval, and what was under way.
    public struct Interval: Codable, Equatable, Sendable {
        /// The interval's number: its begin is that many times ``RequestRates/intervalNs`` on the trace clock.
        public internal(set) var number: UInt64
        /// Requests that ended.
        public internal(set) var requests: Int
        /// Of their data.
        public internal(set) var bytes: UInt64
        /// The sum of their latencies, in ns.
        public internal(set) var latencyNs: UInt64
        /// The longest of their latencies, in ns.
        public internal(set) var maxNs: UInt64
        /// Most requests that dm had at once when one of these ended.
        public internal(set) var maxDepth: Int
        /// The time that requests were under way in the interval, of all together, in ns: by its length, the mean depth. nil where that is not
        /// kept, and in summaries of older versions.
        @NullWhenAbsent public internal(set) var underWayNs: UInt64?
    }

    /// How many intervals there are at most.
    public static let maxCount = 256

    /// The length of each, in ns: ten milliseconds times a power of two.
    public private(set) var intervalNs: UInt64 = 10_000_000
    /// In ascending order, those in which requests ended or were under way.
    public private(set) var intervals: [Interval] = []
    /// When the first began, in ns of the trace clock; nil where that is not kept, and in summaries of older versions.
    @NullWhenAbsent public private(set) var firstStartNs: UInt64?
    /// When the last ended; likewise.
    @NullWhenAbsent public private(set) var lastEndNs: UInt64?

    init() {}

    /// A request, with what was under way.
    ///
    /// - Parameter depth: how many dm had when it ended.
    mutating func add(start: UInt64, end: UInt64, bytes: UInt64, depth: Int) {
        note(first: start, last: end)
        spread(from: start, to: end)
        add(end: end, bytes: bytes, latencyNs: end - min(start, end), depth: depth, underWayNs: 0)
    }

    /// What ended alone.
    mutating func add(end: UInt64, bytes: UInt64, latencyNs: UInt64) {
        add(end: end, bytes: bytes, latencyNs: latencyNs, depth: 0, underWayNs: nil)
    }

    private mutating func add(end: UInt64, bytes: UInt64, latencyNs: UInt64, depth: Int, underWayNs: UInt64?) {
        insert(
            Interval(
                number: end / intervalNs, requests: 1, bytes: bytes, latencyNs: latencyNs, maxNs: latencyNs,
                maxDepth: depth, underWayNs: underWayNs))
    }

    /// The time of a request goes to the intervals that it was under way in.
    private mutating func spread(from start: UInt64, to end: UInt64) {
        var from = start
        while from < end {
            let number = from / intervalNs
            let (next, isPastAll) = (number + 1).multipliedReportingOverflow(by: intervalNs)
            let until = isPastAll ? end : min(end, next)
            insert(
                Interval(
                    number: number, requests: 0, bytes: 0, latencyNs: 0, maxNs: 0, maxDepth: 0, underWayNs: until - from
                ))
            from = until
        }
    }

    private mutating func insert(_ new: Interval) {
        // Most come in order.
        let isLast = intervals.last?.number == new.number
        let place = isLast ? intervals.count - 1 : place(of: new.number)
        if place < intervals.count, intervals[place].number == new.number {
            intervals[place].add(new)
        } else {
            intervals.insert(new, at: place)
            while intervals.count > Self.maxCount { lengthen() }
        }
    }

    /// The first interval that is not before a number.
    private func place(of number: UInt64) -> Int {
        var (low, high) = (0, intervals.count)
        while low < high {
            let middle = (low + high) / 2
            if intervals[middle].number < number { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func note(first: UInt64?, last: UInt64?) {
        if let first { firstStartNs = min(firstStartNs ?? first, first) }
        if let last { lastEndNs = max(lastEndNs ?? last, last) }
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
        note(first: other.firstStartNs, last: other.lastEndNs)
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
        return lengths.contains(intervalNs) && firstStartNs ?? 0 <= lastEndNs ?? .max
            && intervals.count <= Self.maxCount
            && zip(intervals, intervals.dropFirst()).allSatisfy { $0.number < $1.number }
            && intervals.allSatisfy {
                ($0.requests > 0 || $0.requests == 0 && $0.underWayNs != nil) && $0.maxDepth >= 0
                    && $0.number <= .max / intervalNs
            }
    }
}

extension RequestRates.Interval {
    fileprivate mutating func add(_ other: Self) {
        requests = requests.addingSaturated(other.requests)
        bytes = bytes.addingSaturated(other.bytes)
        latencyNs = latencyNs.addingSaturated(other.latencyNs)
        maxNs = max(maxNs, other.maxNs)
        maxDepth = max(maxDepth, other.maxDepth)
        underWayNs = underWayNs.flatMap { own in other.underWayNs.map { own.addingSaturated($0) } }
    }
}
