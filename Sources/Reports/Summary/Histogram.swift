/// Counts of durations in ns, from which any percentile can be read within 0.4 %, and which can be merged.
///
/// Up to 255 ns each value has a bucket of its own; above, each power of two is split into 128 buckets. Only the buckets that are
/// used take memory, and up to fifteen beside each: a summary holds one histogram for each root and layer. Merging is associative
/// and commutative: all counts and sums stick at the greatest number, and min(a + b, limit) does not depend on the order either.
public struct Histogram: Sendable {
    /// The counts of the groups of buckets that are used, in the order in which each was first.
    private var counts: [Int] = []
    /// For each group of the range that is used, from `lowest` on, which one of `counts` is its; negative if it is not used.
    private var places: [Int16] = []
    private var lowest = 0
    /// Zeros are counted apart: a layer that is missing in some calls must not stretch the range.
    private var zeros = 0
    /// How many values were recorded.
    public private(set) var count = 0
    /// The smallest value, in ns; UInt64.max if there is none.
    public private(set) var min = UInt64.max
    /// The largest value, in ns; 0 if there is none.
    public private(set) var max: UInt64 = 0
    /// The sum of all values, in ns; sticks at UInt64.max, which is 584 years.
    public private(set) var sum: UInt64 = 0

    /// Buckets of a group.
    private static let group = 16

    /// Without any value.
    public init() {}

    /// - Parameters:
    ///   - buckets: in ascending order, each with a count above 0; together `count`.
    ///   - min: in the first bucket.
    ///   - max: in the last one.
    package init(buckets: [Bucket], min: UInt64, max: UInt64, sum: UInt64) {
        for bucket in buckets {
            count = count.addingSaturated(bucket.count)
            if bucket.index == 0 { zeros = bucket.count } else { add(bucket.count, to: bucket.index) }
        }
        (self.min, self.max, self.sum) = (min, max, sum)
    }

    /// What it takes beside itself.
    var byteCount: Int {
        counts.capacity * MemoryLayout<Int>.stride + places.capacity * MemoryLayout<Int16>.stride
    }

    /// Adds a value.
    @inline(__always)
    public mutating func record(_ ns: UInt64) {
        count &+= 1
        if ns < min { min = ns }
        if ns > max { max = ns }
        sum = sum.addingSaturated(ns)
        if ns == 0 { zeros &+= 1 } else { add(1, to: Self.bucket(of: ns)) }
    }

    /// Adds a value so many times; nothing if that is less than once.
    public mutating func record(_ ns: UInt64, times: Int) {
        guard times > 0 else { return }
        count = count.addingSaturated(times)
        min = Swift.min(min, ns)
        max = Swift.max(max, ns)
        sum = sum.addingSaturated(ns.multipliedSaturated(by: times))
        if ns == 0 { zeros = zeros.addingSaturated(times) } else { add(times, to: Self.bucket(of: ns)) }
    }

    /// Adds all values of another.
    public mutating func merge(_ other: Histogram) {
        other.forEachBucket { add($1, to: $0) }
        zeros = zeros.addingSaturated(other.zeros)
        count = count.addingSaturated(other.count)
        min = Swift.min(min, other.min)
        max = Swift.max(max, other.max)
        sum = sum.addingSaturated(other.sum)
    }

    @inline(__always)
    private mutating func add(_ times: Int, to bucket: Int) {
        let group = bucket / Self.group &- lowest
        let place = group >= 0 && group < places.count ? Int(places[group]) : -1
        let first = place < 0 ? self.place(ofNew: bucket / Self.group) : place &* Self.group
        let index = first &+ bucket & (Self.group &- 1)
        counts[index] = counts[index].addingSaturated(times)
    }

    /// Makes room for a group.
    ///
    /// - Returns: where its counts begin.
    @inline(never)
    private mutating func place(ofNew group: Int) -> Int {
        if places.isEmpty { lowest = group }
        if group < lowest {
            places.insert(contentsOf: repeatElement(-1, count: lowest - group), at: 0)
            lowest = group
        }
        let missing = group + 1 - lowest - places.count
        if missing > 0 { places.append(contentsOf: repeatElement(-1, count: missing)) }
        places[group - lowest] = Int16(counts.count / Self.group)
        counts.append(contentsOf: repeatElement(0, count: Self.group))
        return counts.count - Self.group
    }

    /// Calls `body` with each bucket that is used and its count, those of small values first.
    private func forEachBucket(_ body: (_ bucket: Int, _ times: Int) -> Void) {
        for (group, place) in places.enumerated() where place >= 0 {
            let first = Int(place) * Self.group
            for offset in 0..<Self.group where counts[first + offset] > 0 {
                body((lowest + group) * Self.group + offset, counts[first + offset])
            }
        }
    }

    /// The values at these fractions (0…1) of the count, each the smallest recorded value that so many do not exceed, in ns.
    /// Nothing recorded gives zeros.
    public func percentiles(_ fractions: [Double]) -> [UInt64] {
        let ranks = fractions.map { Swift.max(1, Int(exactly: ($0 * Double(count)).rounded(.up)) ?? count) }
        var values = [UInt64](repeating: 0, count: ranks.count)
        // In one pass over the buckets, whatever their order.
        var open = ranks.indices.sorted { ranks[$0] < ranks[$1] }[...]
        func close(upTo seen: Int, with value: UInt64) {
            while let next = open.first, ranks[next] <= seen, ranks[next] < count {
                values[next] = value
                open.removeFirst()
            }
        }
        close(upTo: zeros, with: 0)
        var seen = zeros
        forEachBucket { bucket, times in
            seen = seen.addingSaturated(times)
            if let next = open.first, ranks[next] <= seen {
                close(upTo: seen, with: Swift.min(Swift.max(Self.middle(of: bucket), min), max))
            }
        }
        // The extremes are known exactly.
        for rest in open { values[rest] = ranks[rest] >= count ? max : 0 }
        return values
    }

    /// A bucket's index and how many values it has.
    package struct Bucket: Equatable {
        package let index: Int
        package let count: Int

        package init(index: Int, count: Int) { (self.index, self.count) = (index, count) }
    }

    /// Those that are used, in ascending order.
    package var buckets: [Bucket] {
        var buckets = zeros > 0 ? [Bucket(index: 0, count: zeros)] : []
        forEachBucket { buckets.append(Bucket(index: $0, count: $1)) }
        return buckets
    }

    /// One more than the index of the last bucket that there can be.
    package static let bucketCount = bucket(of: .max) + 1

    /// Where a value in ns is counted.
    @inline(__always)
    package static func bucket(of ns: UInt64) -> Int {
        guard ns >= 256 else { return Int(ns) }
        let shift = 56 - ns.leadingZeroBitCount
        return shift << 7 + Int(ns >> UInt64(shift))
    }

    /// The values in ns that are counted in a bucket.
    package static func values(of bucket: Int) -> ClosedRange<UInt64> {
        guard bucket >= 256 else { return UInt64(bucket)...UInt64(bucket) }
        let shift = UInt64(bucket >> 7) - 1
        let lowest = (UInt64(bucket & 127) + 128) << shift
        return lowest...(lowest + ((1 << shift) - 1))
    }

    private static func middle(of bucket: Int) -> UInt64 {
        let values = values(of: bucket)
        return values.lowerBound + (values.upperBound - values.lowerBound + 1) / 2
    }
}

extension Histogram: Equatable {
    /// The same values, however they came in.
    public static func == (left: Histogram, right: Histogram) -> Bool {
        left.count == right.count && left.sum == right.sum && left.min == right.min && left.max == right.max
            && left.buckets == right.buckets
    }
}
