/// A histogram as JSON has it:
///
///     {"buckets":[[0,2],[200,1],[264,5]],"count":8,"maxNs":273,"minNs":0,"sumNs":1561}
///
/// `buckets` holds index and count of each bucket that is used, in ascending order. A value up to 255 ns has the bucket of its own
/// number; a greater one, v, with n bits above its lowest eight, has bucket 128 n + (v shifted right by n). The form stays as it
/// is: summaries are kept and merged with later ones. Without any value `buckets` is empty and all else 0.
extension Histogram: Codable {
    private enum CodingKeys: String, CodingKey { case count, minNs, maxNs, sumNs, buckets }

    /// Writes the form that is described above.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(count, forKey: .count)
        try container.encode(count > 0 ? min : 0, forKey: .minNs)
        try container.encode(max, forKey: .maxNs)
        try container.encode(sum, forKey: .sumNs)
        try container.encode(buckets.map { [$0.index, $0.count] }, forKey: .buckets)
    }

    /// Reads it, whoever wrote it.
    ///
    /// - Throws: `DecodingError` if buckets, count, extremes and sum cannot be those of any values.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let pairs = try container.decode([[Int]].self, forKey: .buckets)
        let buckets = pairs.compactMap { $0.count == 2 ? Bucket(index: $0[0], count: $0[1]) : nil }
        let min = try container.decode(UInt64.self, forKey: .minNs)
        let max = try container.decode(UInt64.self, forKey: .maxNs)
        let sum = try container.decode(UInt64.self, forKey: .sumNs)
        let count = try container.decode(Int.self, forKey: .count)
        let isRight =
            buckets.count == pairs.count && Self.areInOrder(buckets)
            && count == buckets.reduce(0) { $0.addingSaturated($1.count) }
            && Self.canBe(buckets, min: min, max: max, sum: sum)
        guard isRight else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "no values have such counts and sums"))
        }
        self.init(buckets: buckets, min: buckets.isEmpty ? .max : min, max: max, sum: sum)
    }

    private static func areInOrder(_ buckets: [Bucket]) -> Bool {
        buckets.allSatisfy { (0..<bucketCount).contains($0.index) && $0.count > 0 }
            && zip(buckets, buckets.dropFirst()).allSatisfy { $0.index < $1.index }
    }

    /// Whether values in these buckets, one of them the least and one the greatest, can have this sum. The products have room:
    /// counts have 63 bits.
    private static func canBe(_ buckets: [Bucket], min: UInt64, max: UInt64, sum: UInt64) -> Bool {
        guard let first = buckets.first, let last = buckets.last else { return min == 0 && max == 0 && sum == 0 }
        guard min <= max, bucket(of: min) == first.index, bucket(of: max) == last.index else { return false }
        var least = UInt128(max - Swift.max(values(of: last.index).lowerBound, min))
        var greatest = UInt128(0)
        for bucket in buckets {
            let values = values(of: bucket.index)
            least += UInt128(Swift.max(values.lowerBound, min)) * UInt128(bucket.count)
            greatest += UInt128(Swift.min(values.upperBound, max)) * UInt128(bucket.count)
        }
        greatest -= UInt128(Swift.min(values(of: first.index).upperBound, max) - min)
        let limit = UInt128(UInt64.max)
        return Swift.min(least, limit) <= UInt128(sum) && UInt128(sum) <= Swift.min(greatest, limit)
    }
}
