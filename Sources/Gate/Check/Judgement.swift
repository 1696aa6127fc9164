import Glibc

/// What the test of a row comes to.
struct Judgement {
    let finding: Finding

    /// - Parameters:
    ///   - absolute: of a row from which was taken what all have in common: the test of what it was before.
    ///   - bound: how often chance alone may be taken for a change, in all rows together and in one direction.
    init(
        _ row: TestedRow, _ tested: RankTest.Result, absolute: RankTest.Result?, _ design: Design, bound: Double,
        rows: Int
    ) {
        let verdict = Self.verdict(row, tested, absolute, bound)
        let shown = Self.shown(row)
        let whole = absolute ?? tested
        let effect = Finding.Effect(
            base: row.base, head: row.isLogarithm ? row.base * exp(whole.estimate) : row.base + tested.estimate,
            change: shown(tested.estimate), low: tested.low.isFinite ? shown(tested.low) : nil,
            high: tested.high.isFinite ? shown(tested.high) : nil, absolute: absolute.map { shown($0.estimate) },
            tolerance: shown(row.tolerance))
        let more =
            verdict == .cannotTell
            ? Self.moreReplicates(row, tested, design, least: design.least(rows: rows, bound)) : nil
        var finding = Finding(
            row.rule, row.name, verdict, Self.text(row, effect), effect: effect, moreCaptures: more, way: row.way)
        finding.unit = design.unit
        self.finding = finding
    }

    /// Worse: beyond chance, and more likely than not nearer to what matters than to nothing. Same: what matters is beyond what may be.
    ///
    /// A row that stands out against the others must have changed by itself, too: where the others have become faster it has not.
    private static func verdict(
        _ row: TestedRow, _ tested: RankTest.Result, _ absolute: RankTest.Result?, _ bound: Double
    ) -> Verdict {
        // No replicate differs from another: nothing has happened, however few they are.
        if Set(row.values).count == 1 && Set(row.absolute ?? []).count <= 1 { return .same }
        let own = absolute?.estimate ?? tested.estimate
        // What is no slower by itself than what matters, whatever the others do.
        let isNoSlower = absolute.map { $0.high < row.tolerance } ?? false
        if isAbove(tested, row, bound) { return own >= row.least ? .worse : isNoSlower ? .same : .cannotTell }
        if isBelow(tested, row, bound) {
            // Of what is counted neither direction is the better one.
            if row.rule != .time { return .worse }
            return own <= -row.least ? .better : isNoSlower ? .same : .cannotTell
        }
        // Faster than what matters is no slowdown, but a count must not have changed in either direction.
        let isWithin = tested.high < row.tolerance && (row.rule == .time || tested.low > -row.tolerance)
        return isWithin ? .same : .cannotTell
    }

    private static func isAbove(_ tested: RankTest.Result, _ row: TestedRow, _ bound: Double) -> Bool {
        tested.low > 0 && tested.pAbove <= bound && tested.estimate >= row.least
    }

    private static func isBelow(_ tested: RankTest.Result, _ row: TestedRow, _ bound: Double) -> Bool {
        tested.high < 0 && tested.pBelow <= bound && tested.estimate <= -row.least
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
        let beside = effect.absolute.map { " beside the others, \(TimeText.percent($0)) by itself" } ?? ""
        return "\(row.name): \(TimeText.percent(effect.change)) (\(interval[0]) to \(interval[1]))\(beside); "
            + "\(TimeText.ns(effect.base)) in base"
    }

    /// How many more of each side would decide, as far as the interval narrows with their root.
    ///
    /// - Parameter least: so many of a side tell anything at all.
    private static func moreReplicates(_ row: TestedRow, _ tested: RankTest.Result, _ design: Design, least: Int)
        -> Int?
    {
        let count = min(design.base, design.head)
        guard tested.low.isFinite, tested.high.isFinite else { return max(1, least - count) }
        let width = max(tested.high - tested.estimate, tested.estimate - tested.low)
        let target = max(
            row.tolerance - abs(tested.estimate), abs(tested.estimate) >= row.least ? abs(tested.estimate) : 0)
        let factor = width / max(target, row.tolerance / 20)
        guard factor.isFinite else { return nil }
        return max(1, Int(min(1e6, (Double(count) * factor * factor).rounded(.up))) - count)
    }
}
