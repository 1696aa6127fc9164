/// A histogram for reading: how many took so long, and how much of all the time they have. Its steps are powers of two, so that the counts
/// are exact.
struct Distribution {
    /// Of some values: those above the step before, up to this one.
    struct Step: Equatable {
        let upTo: UInt64
        let count: Int
        /// Their sum, within half a percent.
        let sum: Double
    }

    let steps: [Step]
    private let count: Int

    /// - Parameter limit: how many steps there are at most; where there were more, each is as many powers of two as it must be.
    init(_ histogram: Histogram, limit: Int) {
        count = histogram.count
        let fine = histogram.octaveSums
        let last = fine.last.map { Self.exponent($0.upTo) } ?? 0
        let first = fine.first.map { Self.exponent($0.upTo) } ?? 0
        let factor = max(1, (last - first) / max(limit, 1) + 1)
        var steps: [Step] = []
        // From the longest on down, so that the last step ends where the values do; those in between are there though they are empty.
        var upper = last
        while upper >= first {
            let part = fine.filter { (upper - factor + 1...upper).contains(Self.exponent($0.upTo)) }
            let upTo = upper == 0 ? 0 : UInt64.max >> UInt64(64 - upper)
            steps.append(
                Step(
                    upTo: upTo, count: part.reduce(0) { $0.addingSaturated($1.count) },
                    sum: part.reduce(0) { $0 + $1.sum }))
            upper -= factor
        }
        self.steps = steps.reversed()
    }

    /// Bits of the number.
    private static func exponent(_ upTo: UInt64) -> Int { 64 - upTo.leadingZeroBitCount }

    /// Lines of a table with bars, none where a histogram would say no more than the percentiles do.
    ///
    /// - Parameter what: is counted: `requests`.
    func lines(of what: String, style: Style) -> [String] {
        guard count >= 4, steps.count > 1 else { return [] }
        let most = steps.map(\.count).max() ?? 1
        let whole = steps.reduce(0) { $0 + $1.sum }
        let width = min(max(style.columns - 44, 16), 60)
        let head = "  " + pad("took up to", 14) + padLeft(what, 11) + "  " + pad("", width) + padLeft("their time", 12)
        return [style.dim(head)]
            + steps.map { step in
                let bar = style.bar(Double(step.count) / Double(max(most, 1)), of: width, padded: true)
                let share = whole > 0 ? Self.percent(step.sum / whole) : "-"
                return "  " + pad(Figures.duration(step.upTo), 14) + padLeft(Figures.count(step.count), 11) + "  " + bar
                    + padLeft(share, 12)
            }
    }

    /// In whole percent: the sums are not known more exactly.
    private static func percent(_ share: Double) -> String {
        let percent = share * 100
        return percent > 0 && percent < 0.5 ? "< 1 %" : "\(Int(percent.rounded())) %"
    }
}

extension Histogram {
    /// By powers of two, as ``octaves``, with about how much the values come to.
    fileprivate var octaveSums: [Distribution.Step] {
        var steps: [Distribution.Step] = []
        for bucket in buckets {
            let values = Self.values(of: bucket.index)
            let upTo = values.lowerBound == 0 ? 0 : UInt64.max >> UInt64(values.lowerBound.leadingZeroBitCount)
            let middle = Double(values.lowerBound) + Double(values.upperBound - values.lowerBound) / 2
            let sum = middle * Double(bucket.count)
            if let last = steps.last, last.upTo == upTo {
                steps[steps.count - 1] = .init(
                    upTo: upTo, count: last.count.addingSaturated(bucket.count), sum: last.sum + sum)
            } else {
                steps.append(.init(upTo: upTo, count: bucket.count, sum: sum))
            }
        }
        return steps
    }
}
