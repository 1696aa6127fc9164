import GraphParser

/// Of values that come one by one, each with a time, those that are shown: the slowest, and one that took as long as half of them.
///
/// Memory does not grow with their number. The middle one is chosen among some that were near the median when they came: its time is
/// shown beside the median, since it need not be the same.
struct Examples<Value> {
    /// A value that is kept.
    struct Kept {
        let value: Value
        let ns: UInt64
        /// How many came before it.
        let number: Int
    }

    /// Longest first; of equal ones that which came first.
    private(set) var slowest: [Kept] = []
    /// How long all of them took.
    private(set) var times = Histogram()
    private let slowestCount: Int
    private let nearCount: Int
    private var near: [Kept] = []
    private var median: UInt64 = 0
    /// The median is looked up again when so many have come.
    private var nextLook = 1

    /// - Parameters:
    ///   - slowestCount: how many of the slowest are kept.
    ///   - nearCount: how many that were near the median; the more, the nearer to the last one is the typical one.
    init(slowest slowestCount: Int, near nearCount: Int = 12) {
        (self.slowestCount, self.nearCount) = (slowestCount, nearCount)
    }

    /// Takes the next one.
    ///
    /// - Parameter make: makes what is kept of it; called only if it is.
    mutating func add(_ ns: UInt64, _ make: () -> Value) {
        let number = times.count
        times.record(ns)
        if times.count >= nextLook {
            median = times.percentiles([0.5])[0]
            nextLook = times.count + max(1, times.count / 16)
        }
        let place = slowest.firstIndex { $0.ns < ns } ?? slowest.count
        let farthest = near.count < nearCount ? nil : near.indices.max { distance(near[$0]) < distance(near[$1]) }
        let isNear = farthest.map { distance(ns) < distance(near[$0]) } ?? true
        guard place < slowestCount || isNear else { return }
        let kept = Kept(value: make(), ns: ns, number: number)
        if place < slowestCount {
            slowest.insert(kept, at: place)
            if slowest.count > slowestCount { slowest.removeLast() }
        }
        guard isNear else { return }
        if let farthest { near[farthest] = kept } else { near.append(kept) }
    }

    /// The nearest to the median of all; of equal ones that which came first.
    var typical: Kept? {
        let median = times.percentiles([0.5])[0]
        return near.min { left, right in
            let (a, b) = (Self.distance(left.ns, median), Self.distance(right.ns, median))
            return a != b ? a < b : left.number < right.number
        }
    }

    private func distance(_ kept: Kept) -> UInt64 { distance(kept.ns) }
    private func distance(_ ns: UInt64) -> UInt64 { Self.distance(ns, median) }
    private static func distance(_ ns: UInt64, _ median: UInt64) -> UInt64 { ns > median ? ns - median : median - ns }
}
