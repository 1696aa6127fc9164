import Glibc

/// What the test of a row comes to.
struct Judgement {
    let finding: Finding

    init(_ row: TestedRow, _ tested: RankTest.Result, _ design: Design, _ policy: Policy) {
        let (low, high) = (tested.low, tested.high)
        let verdict = Self.verdict(row, tested, policy.time.falseAlarms)
        let shown = Self.shown(row)
        let effect = Finding.Effect(
            base: row.base, head: row.isLogarithm ? row.base * exp(tested.estimate) : row.base + tested.estimate,
            change: shown(tested.estimate), low: low.isFinite ? shown(low) : nil,
            high: high.isFinite ? shown(high) : nil,
            tolerance: shown(row.tolerance))
        let more = verdict == .cannotTell ? Self.moreReplicates(row, tested, design) : nil
        var finding = Finding(
            row.rule, row.name, verdict, Self.text(row, effect), effect: effect, moreCaptures: more, way: row.way)
        finding.unit = design.unit
        self.finding = finding
    }

    /// Worse: beyond chance, and more likely than not nearer to what matters than to nothing. Same: what matters is beyond what may be.
    private static func verdict(_ row: TestedRow, _ tested: RankTest.Result, _ bound: Double) -> Verdict {
        if tested.low > 0, tested.pAbove <= bound, tested.estimate >= row.tolerance / 2 { return .worse }
        if tested.high < 0, tested.pBelow <= bound, tested.estimate <= -row.tolerance / 2 {
            // Of what is counted neither direction is the better one.
            return row.rule == .time ? .better : .worse
        }
        // No replicate differs from another: nothing has happened, however few they are.
        if Set(row.values).count == 1 { return .same }
        let isBelow = tested.high < row.tolerance
        // Faster than what matters is no slowdown, but a count must not have changed in either direction.
        let isAbove = row.rule == .time || tested.low > -row.tolerance
        return isBelow && isAbove ? .same : .cannotTell
    }

    private static func shown(_ row: TestedRow) -> (Double) -> Double {
        row.isLogarithm ? { expm1($0) } : { $0 }
    }

    private static func text(_ row: TestedRow, _ effect: Finding.Effect) -> String {
        let interval = [effect.low, effect.high].map {
            $0.map { row.isLogarithm ? TimeText.percent($0) : TimeText.number($0) } ?? "?"
        }
        guard row.isLogarithm else {
            return "\(row.name): \(TimeText.number(effect.head)) calls, was \(TimeText.number(effect.base)) "
                + "(change \(TimeText.number(effect.change)), \(interval[0]) to \(interval[1]))"
        }
        if row.name == TimeRows.speed {
            return "everything together: \(TimeText.percent(effect.change)) (\(interval[0]) to \(interval[1]))"
        }
        return
            "\(row.name): \(TimeText.percent(effect.change)) (\(interval[0]) to \(interval[1])), \(TimeText.ns(effect.base)) in base"
    }

    /// So many of a side decide at least; with fewer, no order of theirs is rare among all rows.
    static let leastReplicates = 8

    /// How many more of each side would decide, as far as the interval narrows with their root.
    private static func moreReplicates(_ row: TestedRow, _ tested: RankTest.Result, _ design: Design) -> Int {
        let count = min(design.base, design.head)
        guard tested.low.isFinite, tested.high.isFinite else { return max(1, leastReplicates - count) }
        let width = max(tested.high - tested.estimate, tested.estimate - tested.low)
        let target = max(
            row.tolerance - abs(tested.estimate), abs(tested.estimate) >= row.tolerance / 2 ? abs(tested.estimate) : 0)
        let factor = width / max(target, row.tolerance / 20)
        return max(1, Int((Double(count) * factor * factor).rounded(.up)) - count)
    }
}
