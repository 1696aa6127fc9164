import Glibc

/// A figure of several captures, with what it may be by chance.
///
/// It is the middle of the captures' own figures: a capture counts once, however many times it has. Its bounds are captures' figures, too,
/// so many from either end as chance allows for a middle (the sign test); nothing is taken for granted of how they are distributed.
struct Interval {
    let value: Double
    let low: Double
    let high: Double

    /// - Parameters:
    ///   - captures: the times of a row, at least one capture.
    ///   - bound: how often the middle of all such captures may be beyond the bounds on one side.
    init(_ figure: Figure, _ captures: [Distribution], bound: Double) {
        let values = captures.map { $0.value(figure) }.sorted()
        value = TimeRows.median(values)
        // Of captures that are too few for that nobody knows how much they vary: the next ones may lie as far apart again.
        let most = Self.most(beyond: bound, values.count)
        // Of one or two not even how far apart they lie says anything.
        let least = values.count == 1 ? 4 : values.count == 2 ? 3 : 1.1
        let spread = most < 0 ? max(values.last! / max(values[0], 1), least) : 1
        (low, high) = (values[max(0, most)] / spread, values[values.count - 1 - max(0, most)] * spread)
    }

    /// So many of the captures' figures can be left out at either end; negative if there are too few captures for any bound.
    private static func most(beyond bound: Double, _ count: Int) -> Int {
        var (chance, term) = (0.0, pow(0.5, Double(count)))
        for left in 0..<count {
            chance += term
            if chance > bound { return left - 1 }
            term *= Double(count - left) / Double(left + 1)
        }
        return count / 2
    }
}
