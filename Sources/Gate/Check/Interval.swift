import Reports

/// A figure of several captures' times together, with what it may be by chance.
enum Interval {
    private static let rounds = 400

    /// The 95 % interval: the wider of what resampling whole captures gives and what the number of times allows at all.
    ///
    /// - Parameter captures: the times of a row, at least one capture.
    static func of(_ figure: Figure, _ captures: [Distribution]) -> (value: Double, low: Double, high: Double) {
        let all = together(captures)
        let value = self.value(figure, all)
        var (low, high) = (value, value)
        if captures.count > 1 {
            var random = SeededRandom(seed: 1)
            let values = (0..<rounds).map { _ in
                self.value(figure, together(captures.indices.map { _ in captures.randomElement(using: &random)! }))
            }.sorted()
            (low, high) = (min(low, values[rounds / 40]), max(high, values[rounds - 1 - rounds / 40]))
        }
        let fraction = figure.fraction ?? 0.5
        let step = 1.96 * (fraction * (1 - fraction) / Double(all.count)).squareRoot()
        let bounds = all.percentiles([max(0, fraction - step), min(1, fraction + step)]).map { Double($0) }
        return (value, min(low, bounds[0]), max(high, bounds[1]))
    }

    private static func together(_ captures: [Distribution]) -> Histogram {
        captures.reduce(into: Histogram()) { $0.merge($1.times) }
    }

    private static func value(_ figure: Figure, _ times: Histogram) -> Double {
        Distribution(times).value(figure)
    }
}
