/// Counts of durations in ns, from which any percentile can be read within 0.4 %, and which can be merged.
///
/// Up to 255 ns each value has a bucket of its own; above, each power of two is split into 128 buckets. Only the range of
/// buckets that are used takes memory: a report holds one histogram for each root and layer.
public struct Histogram: Sendable {
    /// The counts of the buckets from `lowest` on.
    private var counts: [Int] = []
    private var lowest = 0
    /// Zeros are counted apart: a layer that is missing in some calls must not stretch the range.
    private var zeros = 0
    public private(set) var count = 0
    public private(set) var min = UInt64.max
    public private(set) var max: UInt64 = 0
    /// Sticks at UInt64.max, which is 584 years.
    public private(set) var sum: UInt64 = 0

    /// The range grows by at least so many buckets.
    private static let step = 16

    public init() {}

    @inline(__always)
    public mutating func record(_ ns: UInt64) {
        count &+= 1
        if ns < min { min = ns }
        if ns > max { max = ns }
        sum = sum.addingSaturated(ns)
        if ns == 0 { zeros &+= 1 } else { add(1, to: Self.bucket(of: ns)) }
    }

    public mutating func record(_ ns: UInt64, times: Int) {
        guard times > 0 else { return }
        count += times
        min = Swift.min(min, ns)
        max = Swift.max(max, ns)
        let (product, overflow) = ns.multipliedReportingOverflow(by: UInt64(times))
        sum = sum.addingSaturated(overflow ? .max : product)
        if ns == 0 { zeros += times } else { add(times, to: Self.bucket(of: ns)) }
    }

    public mutating func merge(_ other: Histogram) {
        for (index, times) in other.counts.enumerated() where times > 0 { add(times, to: other.lowest + index) }
        zeros += other.zeros
        count += other.count
        min = Swift.min(min, other.min)
        max = Swift.max(max, other.max)
        sum = sum.addingSaturated(other.sum)
    }

    @inline(__always)
    private mutating func add(_ times: Int, to bucket: Int) {
        if bucket < lowest || bucket >= lowest &+ counts.count { stretch(to: bucket) }
        counts[bucket &- lowest] &+= times
    }

    private mutating func stretch(to bucket: Int) {
        let begin = bucket & ~(Self.step - 1)
        if counts.isEmpty { lowest = begin }
        if begin < lowest {
            counts.insert(contentsOf: repeatElement(0, count: lowest - begin), at: 0)
            lowest = begin
        }
        let missing = begin + Self.step - lowest - counts.count
        if missing > 0 { counts.append(contentsOf: repeatElement(0, count: missing)) }
    }

    /// The values at these fractions (0…1) of the count, each the smallest recorded value that so many do not exceed, in ns.
    /// Nothing recorded gives zeros.
    public func percentiles(_ fractions: [Double]) -> [UInt64] {
        fractions.map { fraction in
            let rank = Swift.max(1, Int((fraction * Double(count)).rounded(.up)))
            // The extremes are known exactly.
            if rank >= count { return max }
            var seen = zeros
            if seen >= rank { return 0 }
            for (index, number) in counts.enumerated() {
                seen += number
                if seen >= rank { return Swift.min(Swift.max(Self.middle(of: lowest + index), min), max) }
            }
            return 0
        }
    }

    @inline(__always)
    private static func bucket(of ns: UInt64) -> Int {
        guard ns >= 256 else { return Int(ns) }
        let shift = 56 - ns.leadingZeroBitCount
        return shift << 7 + Int(ns >> UInt64(shift))
    }

    private static func middle(of bucket: Int) -> UInt64 {
        guard bucket >= 256 else { return UInt64(bucket) }
        let shift = UInt64(bucket >> 7) - 1
        let lowest = (UInt64(bucket & 127) + 128) << shift
        return lowest + (1 << shift) / 2
    }
}

extension Histogram: Equatable {
    /// The same values, however they came in.
    public static func == (left: Histogram, right: Histogram) -> Bool {
        left.count == right.count && left.sum == right.sum && left.min == right.min && left.max == right.max
            && left.zeros == right.zeros && left.used.elementsEqual(right.used, by: ==)
    }

    private var used: [(bucket: Int, times: Int)] {
        counts.enumerated().filter { $0.element > 0 }.map { (lowest + $0.offset, $0.element) }
    }
}

extension UInt64 {
    @inline(__always)
    func addingSaturated(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
