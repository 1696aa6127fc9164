/// Compares two sides in many rows at once, by ranks.
///
/// A replicate's value in a row counts by its rank only, so that a single stalled capture has no more weight than any other. What chance
/// alone would do is found by exchanging replicates between the sides, in all rows at once: how often does *any* row differ as much as one
/// did (Westfall and Young's step-down)? So one error bound holds for all rows together, however much they depend on each other.
struct RankTest {
    /// What is said of a row.
    struct Result: Equatable {
        /// By how much head is above base (Hodges and Lehmann).
        var estimate: Double
        /// What it is above, but for the error bound; −∞ where there are too few replicates to say.
        var low: Double
        /// What it is below, likewise.
        var high: Double
        /// The least error bound under which head is above base.
        var pAbove: Double
        /// The same for below.
        var pBelow: Double
    }

    let design: Design
    /// How often, in all rows together, chance alone may be taken for a difference in one direction.
    let errorBound: Double
    /// Exchanges that are tried where there are more.
    var exchanges = 9_999
    var seed: UInt64 = 1

    /// - Parameter rows: a row's values, by replicate; all finite.
    func results(_ rows: [[Double]]) -> [Result] {
        guard !rows.isEmpty else { return [] }
        let scores = rows.map { Scores($0, design) }
        let sets = headSets()
        let observed = scores.map { $0.deviation(of: design.blocks.flatMap(\.head)) }
        // Not kept for each row: there may be thousands of them.
        let above = StepDown(observed, errorBound, exchanges: sets.count) { scores[$0].deviation(of: sets[$1]) }
        let below = StepDown(observed.map { -$0 }, errorBound, exchanges: sets.count) {
            -scores[$0].deviation(of: sets[$1])
        }
        return rows.indices.map { row in
            let shift = Shift(rows[row], design)
            return Result(
                estimate: shift.place(where: 0), low: shift.last(above: above.critical),
                high: shift.first(below: -below.critical), pAbove: above.p[row], pBelow: below.p[row])
        }
    }

    /// Which replicates could have been head's: the real ones first.
    private func headSets() -> [[Int]] {
        if design.arrangements(limit: exchanges) != nil { return allHeadSets() }
        var random = SeededRandom(seed: seed)
        // Of thousands of captures fewer exchanges tell as much, and all have to be kept.
        let count = min(exchanges, max(999, 4_000_000 / design.head))
        return [design.blocks.flatMap(\.head)]
            + (0..<count).map { _ in
                design.blocks.flatMap { block in block.all.shuffled(using: &random).prefix(block.head.count) }
            }
    }

    private func allHeadSets() -> [[Int]] {
        var sets: [[Int]] = [[]]
        for block in design.blocks {
            let choices = Self.choices(of: block.head.count, from: block.all[...])
            sets = sets.flatMap { set in choices.map { set + $0 } }
        }
        return sets
    }

    private static func choices(of count: Int, from all: ArraySlice<Int>) -> [[Int]] {
        guard count > 0 else { return [[]] }
        guard all.count >= count, let first = all.first else { return [] }
        return choices(of: count - 1, from: all.dropFirst()).map { [first] + $0 }
            + choices(of: count, from: all.dropFirst())
    }
}

/// The ranks of a row's values, and what their sums over one side vary by, by chance.
struct Scores {
    private let ranks: [Double]
    private let expected: Double
    private let spread: Double

    /// - Parameter values: by replicate; within each block of the design only what differs from its middle counts.
    init(_ values: [Double], _ design: Design) {
        var aligned = values
        if design.blocks.count > 1 {
            for block in design.blocks {
                let middle = block.all.reduce(0) { $0 + values[$1] } / Double(block.all.count)
                for number in block.all { aligned[number] -= middle }
            }
        }
        let ranks = Self.ranks(aligned)
        var (expected, variance) = (0.0, 0.0)
        for block in design.blocks {
            let (all, heads) = (Double(block.all.count), Double(block.head.count))
            let mean = block.all.reduce(0) { $0 + ranks[$1] } / all
            let squares = block.all.reduce(0) { $0 + (ranks[$1] - mean) * (ranks[$1] - mean) }
            expected += heads * mean
            variance += heads * (all - heads) / all * squares / max(1, all - 1)
        }
        (self.ranks, self.expected, spread) = (ranks, expected, variance.squareRoot())
    }

    /// How far the ranks of these are above what is to be expected of as many, in standard deviations; 0 where all are equal.
    func deviation(of heads: [Int]) -> Double {
        guard spread > 1e-9 else { return 0 }
        var sum = 0.0
        for number in heads { sum += ranks[number] }
        return (sum - expected) / spread
    }

    /// Of equal values each has the middle of their ranks. What rounding alone tells apart is equal.
    private static func ranks(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = [Double](repeating: 0, count: values.count)
        var first = 0
        while first < order.count {
            var last = first
            while last + 1 < order.count, values[order[last + 1]] - values[order[first]] <= 1e-12 { last += 1 }
            for place in first...last { ranks[order[place]] = Double(first + last) / 2 + 1 }
            first = last + 1
        }
        return ranks
    }
}

/// Which rows differ, step by step: the row that differs most is held against what any row does by chance, the next against what any of
/// the rest does, and so on.
struct StepDown {
    /// By row: the least error bound under which it differs.
    private(set) var p: [Double]
    /// What a row's deviation must be above, held against what all rows do by chance that do not differ.
    private(set) var critical = Double.infinity

    /// - Parameters:
    ///   - observed: deviations, by row.
    ///   - bound: of the error, in all rows together.
    ///   - exchanges: how many there are, the real one among them.
    ///   - chance: a row's deviation at one of them.
    init(_ observed: [Double], _ bound: Double, exchanges: Int, chance: (_ row: Int, _ exchange: Int) -> Double) {
        p = Array(repeating: 1, count: observed.count)
        guard exchanges > 0, !observed.isEmpty else { return }
        let order = observed.indices.sorted { observed[$0] < observed[$1] }
        // Of the rows up to each place in this order, the greatest deviation at each exchange.
        var greatest = [Double](repeating: -.infinity, count: exchanges)
        func raise(by row: Int) {
            for exchange in 0..<exchanges { greatest[exchange] = max(greatest[exchange], chance(row, exchange)) }
        }
        var own = [Double](repeating: 1, count: observed.count)
        for (place, row) in order.enumerated() {
            raise(by: row)
            own[place] = Double(greatest.count { $0 >= observed[row] - 1e-9 }) / Double(exchanges)
        }
        var least = 0.0
        var differing = order.count
        for place in order.indices.reversed() {
            least = max(least, own[place])
            p[order[place]] = least
            if least <= bound { differing = place }
        }
        if differing < order.count {
            greatest = Array(repeating: -.infinity, count: exchanges)
            // If all differ, the least of them is what there is to hold against.
            for row in order[..<max(1, differing)] { raise(by: row) }
        }
        critical = greatest.sorted(by: >)[min(exchanges - 1, Int((bound * Double(exchanges)).rounded(.down)))]
    }
}

/// By how much head may be above base, for a deviation to be what it is: found by taking a shift away from head until it is.
private struct Shift {
    private let values: [Double]
    private let design: Design
    private let heads: [Int]
    private let reach: Double

    init(_ values: [Double], _ design: Design) {
        (self.values, self.design, heads) = (values, design, design.blocks.flatMap(\.head))
        reach = (values.max() ?? 0) - (values.min() ?? 0) + 1e-6
    }

    private func deviation(_ shift: Double) -> Double {
        var shifted = values
        for head in heads { shifted[head] -= shift }
        return Scores(shifted, design).deviation(of: heads)
    }

    /// The greatest shift at which the deviation is still above; −∞ if it never is.
    func last(above limit: Double) -> Double {
        guard deviation(-reach) > limit else { return -.infinity }
        return bisect { deviation($0) > limit }
    }

    /// The least shift at which it is below; ∞ if it never is.
    func first(below limit: Double) -> Double {
        guard deviation(reach) < limit else { return .infinity }
        return bisect { deviation($0) >= limit }
    }

    /// The middle of the shifts at which it is what it is by chance.
    func place(where limit: Double) -> Double {
        let from = bisect { deviation($0) > limit }
        return (from + bisect { deviation($0) >= limit }) / 2
    }

    /// Where what holds for small shifts ceases to.
    private func bisect(_ holds: (Double) -> Bool) -> Double {
        var (low, high) = (-reach, reach)
        for _ in 0..<48 {
            let middle = (low + high) / 2
            if holds(middle) { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}
