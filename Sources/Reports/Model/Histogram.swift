/// Counts of durations in ns, from which any percentile can be read within 0.4 %, and which can be merged.
///
/// Up to 255 ns each value has a bucket of its own; above, each power of two is split into 128 buckets. Only the buckets that are
/// used take memory, and up to fifteen beside each: a report holds one histogram for each root and layer.
public struct Histogram: Sendable {
    /// The counts of the groups of buckets that are used, in the order in which each was first.
    private var counts: [Int] = []
    /// For each group of the range that is used, from `lowest` on, which one of `counts` is its; negative if it is not used.
    private var places: [Int16] = []
    private var lowest = 0
    /// Zeros are counted apart: a layer that is missing in some calls must not stretch the range.
    private var zeros = 0
    public private(set) var count = 0
    public private(set) var min = UInt64.max
    public private(set) var max: UInt64 = 0
    /// Sticks at UInt64.max, which is 584 years.
    public private(set) var sum: UInt64 = 0

    /// Buckets of a group.
    private static let group = 16

    public init() {}

    /// What it takes beside itself.
    var byteCount: Int {
        counts.capacity * MemoryLayout<Int>.stride + places.capacity * MemoryLayout<Int16>.stride
    }

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
        other.forEachBucket { add($1, to: $0) }
        zeros += other.zeros
        count += other.count
        min = Swift.min(min, other.min)
        max = Swift.max(max, other.max)
        sum = sum.addingSaturated(other.sum)
    }

    @inline(__always)
    private mutating func add(_ times: Int, to bucket: Int) {
        let group = bucket / Self.group &- lowest
        let place = group >= 0 && group < places.count ? Int(places[group]) : -1
        let first = place < 0 ? self.place(ofNew: bucket / Self.group) : place &* Self.group
        counts[first &+ bucket & (Self.group &- 1)] &+= times
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
        fractions.map { fraction in
            let rank = Swift.max(1, Int((fraction * Double(count)).rounded(.up)))
            // The extremes are known exactly.
            if rank >= count { return max }
            var seen = zeros
            if seen >= rank { return 0 }
            var found: Int?
            forEachBucket { bucket, times in
                seen += times
                if found == nil && seen >= rank { found = bucket }
            }
            return found.map { Swift.min(Swift.max(Self.middle(of: $0), min), max) } ?? 0
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
        var used: [(bucket: Int, times: Int)] = []
        forEachBucket { used.append(($0, $1)) }
        return used
    }
}

extension UInt64 {
    @inline(__always)
    func addingSaturated(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
