import Glibc

/// The tries on one path of a map held against those on its siblings.
struct PathComparison: Equatable {
    /// How much longer half of the tries take at least, in ns; negative for a faster path.
    ///
    /// The middle of the differences between what so many of a hundred do not exceed on both sides: what is added to each try, such
    /// as a longer way to the target, and unlike a mean little moved by single stalls.
    let shiftNs: Int64
    /// How much longer the shortest tenth of the tries takes at least, in ns: what nearly every try has more, whatever else holds up
    /// some of them. Where it is most of ``shiftNs``, it is a constant delay.
    let addedNs: Int64
    /// In how many of a hundred pairs, one try of each side, that on this path is the longer one: 50 for no difference.
    let slowerInPercent: Double
    /// How far that is from chance, in standard deviations (Mann-Whitney). Tries that wait for each other are not independent, so
    /// that a few mean nothing.
    let deviations: Double

    /// So many tries say anything of a path: the selector gives a slow one few.
    static let least = 5
    /// So many of its siblings do.
    static let leastOfSiblings = 30

    /// - Returns: nil where one side has too few.
    init?(_ path: Histogram, _ siblings: Histogram) {
        guard path.count >= Self.least, siblings.count >= Self.leastOfSiblings else { return nil }
        shiftNs = Self.shift(path, siblings)
        addedNs = Self.difference(path, siblings, 0.1)
        let share = Self.share(path.buckets, siblings.buckets)
        slowerInPercent = share * 100
        let (m, n) = (Double(path.count), Double(siblings.count))
        deviations = (share - 0.5) * m * n / (m * n * (m + n + 1) / 12).squareRoot()
    }

    private static func difference(_ path: Histogram, _ siblings: Histogram, _ fraction: Double) -> Int64 {
        Int64(clamping: path.percentiles([fraction])[0]) - Int64(clamping: siblings.percentiles([fraction])[0])
    }

    private static func shift(_ path: Histogram, _ siblings: Histogram) -> Int64 {
        let fractions = (1...19).map { Double($0) / 20 }
        let differences = zip(path.percentiles(fractions), siblings.percentiles(fractions)).map {
            Int64(clamping: $0) - Int64(clamping: $1)
        }
        return differences.sorted()[differences.count / 2]
    }

    /// Of all pairs, how many are of a greater value on the left; half of those in one bucket.
    private static func share(_ left: [Histogram.Bucket], _ right: [Histogram.Bucket]) -> Double {
        var (pairs, below, next) = (0.0, 0.0, 0)
        let total = right.reduce(0.0) { $0 + Double($1.count) }
        for bucket in left {
            while next < right.count, right[next].index < bucket.index {
                below += Double(right[next].count)
                next += 1
            }
            let equal = next < right.count && right[next].index == bucket.index ? Double(right[next].count) : 0
            pairs += Double(bucket.count) * (below + equal / 2)
        }
        return pairs / (total * left.reduce(0.0) { $0 + Double($1.count) })
    }

    /// By chance alone, one comparison in ten thousand says as much.
    private static let leastDeviations = 3.8

    /// So often it is the slower one at least.
    private static let leastPercent = 65.0

    /// Whether it is a slow path: by a tenth of what its siblings take, in most pairs, by no chance, and when both are in use, too.
    ///
    /// - Parameter meanwhile: how often it was the slower one of tries at the same time; nil where that is not known.
    func isSlow(comparedTo siblings: Histogram, meanwhile: Double?) -> Bool {
        let usual = Double(siblings.percentiles([0.5])[0])
        return Double(shiftNs) > usual / 10 && slowerInPercent >= Self.leastPercent
            && deviations >= Self.leastDeviations && meanwhile ?? 0 >= Self.leastPercent
    }
}

extension RequestSummary {
    /// What the comparison of a path with all others of its map says.
    struct Verdict {
        let comparison: PathComparison
        let isSlow: Bool
        /// The stage that differs most, and by how much; nil if none can be compared.
        let stage: (name: String, comparison: PathComparison)?
        /// The other paths.
        let siblings: [Path]
        let siblingLatency: Histogram
    }

    /// - Returns: nil where the path has no siblings, or too few tries.
    func verdict(on path: Path) -> Verdict? {
        let siblings = paths.filter { $0.facts.map == path.facts.map && $0.facts != path.facts }
        let latency = siblings.reduce(into: Histogram()) { $0.merge($1.latency) }
        guard let comparison = PathComparison(path.latency, latency) else { return nil }
        let others = siblings.reduce(into: [Stage]()) { $0 = Summary.merge($0, $1.stages) }
        var most: (name: String, comparison: PathComparison)?
        for stage in path.stages {
            guard let other = others.first(where: { $0.stage == stage.stage }),
                let compared = PathComparison(stage.ns, other.ns)
            else { continue }
            if compared.shiftNs > most?.comparison.shiftNs ?? .min { most = (stage.stage, compared) }
        }
        return Verdict(
            comparison: comparison,
            isSlow: comparison.isSlow(comparedTo: latency, meanwhile: meanwhile(path, siblings)), stage: most,
            siblings: siblings,
            siblingLatency: latency)
    }

    private func meanwhile(_ path: Path, _ siblings: [Path]) -> Double? {
        let rates = siblings.compactMap(\.overTime)
        guard let own = path.overTime, rates.count == siblings.count else { return nil }
        return Meanwhile.slowerInPercent(own, rates.dropFirst().reduce(rates[0]) { $0.merged(with: $1) })
    }
}
