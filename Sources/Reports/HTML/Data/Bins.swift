extension Histogram {
    /// How many values lie in each quarter of a range between two powers of two, as pairs of a bin and a count, in ascending order: bin
    /// 4·n + q begins at 2ⁿ·(1 + q/4), and −1 is for zeros. The counts are exact.
    var bins: [(bin: Int, count: Int)] {
        buckets.reduce(into: []) { bins, bucket in
            let bin = Self.bin(of: Self.values(of: bucket.index).lowerBound)
            if bins.last?.bin == bin {
                bins[bins.count - 1].count = bins[bins.count - 1].count.addingSaturated(bucket.count)
            } else {
                bins.append((bin, bucket.count))
            }
        }
    }

    /// No bucket lies in two bins.
    static func bin(of ns: UInt64) -> Int {
        guard ns > 0 else { return -1 }
        let power = 63 - ns.leadingZeroBitCount
        let quarter = power >= 2 ? ns >> UInt64(power - 2) & 3 : ns << UInt64(2 - power) & 3
        return 4 * power + Int(quarter)
    }
}
