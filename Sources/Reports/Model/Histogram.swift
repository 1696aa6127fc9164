/// Counts of durations in ns, from which any percentile can be read within 0.4 %, and which can be merged.
///
/// Up to 255 ns each value has a bucket of its own; above, each power of two is split into 128 buckets. Only buckets that
/// are used take memory: a report holds one histogram for each root and layer.
public struct Histogram: Equatable, Sendable {
    private var buckets: [UInt16: Int] = [:]
    public private(set) var count = 0
    public private(set) var min = UInt64.max
    public private(set) var max: UInt64 = 0
    /// Sticks at UInt64.max, which is 584 years.
    public private(set) var sum: UInt64 = 0

    public init() {}

    public mutating func record(_ ns: UInt64, times: Int = 1) {
        guard times > 0 else { return }
        buckets[Self.bucket(of: ns), default: 0] += times
        count += times
        min = Swift.min(min, ns)
        max = Swift.max(max, ns)
        let (product, overflow) = ns.multipliedReportingOverflow(by: UInt64(times))
        sum = sum.addingSaturated(overflow ? .max : product)
    }

    public mutating func merge(_ other: Histogram) {
        buckets.merge(other.buckets, uniquingKeysWith: +)
        count += other.count
        min = Swift.min(min, other.min)
        max = Swift.max(max, other.max)
        sum = sum.addingSaturated(other.sum)
    }

    /// The values at these fractions (0…1) of the count, each the smallest recorded value that so many do not exceed, in ns.
    /// Nothing recorded gives zeros.
    public func percentiles(_ fractions: [Double]) -> [UInt64] {
        let sorted = buckets.sorted { $0.key < $1.key }
        return fractions.map { fraction in
            let rank = Swift.max(1, Int((fraction * Double(count)).rounded(.up)))
            // The extremes are known exactly.
            if rank >= count { return max }
            var seen = 0
            for (bucket, number) in sorted {
                seen += number
                if seen >= rank { return Swift.min(Swift.max(Self.middle(of: bucket), min), max) }
            }
            return 0
        }
    }

    private static func bucket(of ns: UInt64) -> UInt16 {
        guard ns >= 256 else { return UInt16(ns) }
        let shift = 56 - ns.leadingZeroBitCount
        return UInt16(shift << 7) + UInt16(ns >> UInt64(shift))
    }

    private static func middle(of bucket: UInt16) -> UInt64 {
        guard bucket >= 256 else { return UInt64(bucket) }
        let shift = UInt64(bucket >> 7) - 1
        let lowest = (UInt64(bucket & 127) + 128) << shift
        return lowest + (1 << shift) / 2
    }
}

extension UInt64 {
    func addingSaturated(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
