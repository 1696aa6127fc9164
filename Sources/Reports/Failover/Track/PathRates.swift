import GraphParser

/// How many requests ended on each path in each tenth of a second: kept for as long as an incident may need it.
struct PathRates {
    private static let bucketNs: UInt64 = 100_000_000
    /// Kept while nothing happens: the half minute before an incident.
    private static let keptBuckets = 300
    private static let maxBuckets = 1 << 17
    private static let maxDisks = 64
    /// Before and behind an incident, this is shown too.
    private static let marginNs: UInt64 = 2_000_000_000
    private static let columns = 60

    /// The number of the first bucket.
    private var first: UInt64 = 0
    private var counts: [BlockDevice: [UInt32]] = [:]
    private var length = 0

    /// - Parameter keeps: whether an incident is under way, so that nothing may be dropped.
    mutating func add(_ disk: BlockDevice, at time: UInt64, keeps: Bool) {
        let bucket = time / Self.bucketNs
        if length == 0 { first = bucket }
        guard bucket >= first else { return }
        if bucket - first >= UInt64(length) { grow(to: bucket, keeps: keeps) }
        let index = Int(bucket - first)
        if counts[disk] == nil {
            guard counts.count < Self.maxDisks else { return }
            counts[disk] = []
        }
        if counts[disk]!.count <= index {
            counts[disk]!.append(contentsOf: repeatElement(0, count: index + 1 - counts[disk]!.count))
        }
        counts[disk]![index] &+= 1
    }

    private mutating func grow(to bucket: UInt64, keeps: Bool) {
        let limit = UInt64(keeps ? Self.maxBuckets : 2 * Self.keptBuckets)
        if bucket - first >= limit {
            let dropped = bucket - first - UInt64(Self.keptBuckets) + 1
            for disk in counts.keys {
                counts[disk]!.removeFirst(min(counts[disk]!.count, Int(min(dropped, UInt64(Int32.max)))))
            }
            first += dropped
        }
        length = Int(bucket - first) + 1
    }

    /// From two seconds before a time to two seconds behind another, in up to sixty intervals; nil where nothing ended.
    func throughput(
        from: UInt64, to: UInt64, names: PathNames, of isShown: (BlockDevice) -> Bool
    ) -> Incident.Throughput? {
        guard length > 0, to >= from else { return nil }
        let begin = max((from - min(Self.marginNs, from)) / Self.bucketNs, first)
        let end = min(to.addingSaturated(Self.marginNs) / Self.bucketNs, first + UInt64(length) - 1)
        guard end >= begin else { return nil }
        let total = Int(end - begin) + 1
        let width = (total + Self.columns - 1) / Self.columns
        let rows = counts.filter { isShown($0.key) }.sorted {
            ($0.key.major, $0.key.minor) < ($1.key.major, $1.key.minor)
        }.map { disk, counts in
            let sums = stride(from: 0, to: total, by: width).map { column in
                (column..<min(column + width, total)).reduce(0) { sum, bucket in
                    let index = Int(begin - first) + bucket
                    return sum + (index < counts.count ? Int(counts[index]) : 0)
                }
            }
            return Incident.Throughput.Row(path: names.disk(disk), requests: sums)
        }
        guard rows.contains(where: { $0.requests.contains { $0 > 0 } }) else { return nil }
        return .init(startNs: begin * Self.bucketNs, intervalNs: UInt64(width) * Self.bucketNs, paths: rows)
    }
}
