import Glibc

/// What is compared by ranks: rows of values, one for each replicate.
struct TestedRow {
    /// As findings call it.
    var name: String
    var rule: Finding.Rule
    /// By replicate: of times their logarithm, of calls their number.
    var values: [Double]
    /// By how much it has to change to matter, on the scale of the values.
    var tolerance: Double
    /// In base: ns or calls.
    var base: Double
    var isLogarithm: Bool
    var way: [String] = []
}

/// The times of captures as rows that can be compared.
///
/// A busy machine makes all rows of a capture longer together. So a row's values are what it takes compared with the capture's other rows
/// (the median of all ratios to what is usual), and what all rows have in common is a row of its own, `speed`: a slowdown of one layer
/// stands out against the rest, and one of everything is not overlooked.
struct TimeRows {
    private(set) var rows: [TestedRow] = []
    /// Paths and stages that one side has and the other has not.
    private(set) var findings: [Finding] = []
    /// Rows that some capture has too little of, by name.
    private(set) var leftOut: [String] = []

    static let speed = "speed"
    /// So many rows tell what all have in common.
    private static let leastRows = 8

    /// - Parameters:
    ///   - captures: those of base, and behind them those of head.
    ///   - bases: how many are base's.
    init(_ captures: [CaptureProfile], bases: Int, _ design: Design, _ policy: Policy.Time) {
        let names = Set(captures.flatMap(\.times.keys)).sorted().filter { row in
            policy.rows.contains { Glob.matches(row.name, $0) }
                && !policy.ignored.contains { Glob.matches(row.name, $0) }
        }
        for row in names {
            if let finding = Self.onOneSide(row, captures, bases, policy) {
                findings.append(finding)
                continue
            }
            for figure in policy.figures {
                let name = row.name + (figure == .p50 ? "" : ", \(figure.rawValue)")
                let all = captures.map { $0.times[row] }
                let least = max(policy.leastCount, figure.leastCount)
                guard all.allSatisfy({ ($0?.count ?? 0) >= least && $0!.value(figure) > 0 }) else {
                    leftOut.append(name)
                    continue
                }
                add(name, all.map { $0!.value(figure) }, bases, design, policy)
            }
        }
        if !rows.isEmpty { relate(bases, design, policy) }
    }

    /// A path or a stage that every capture of one side has, and none of the other. Of roots and layers the shape tells.
    private static func onOneSide(_ row: Row, _ captures: [CaptureProfile], _ bases: Int, _ policy: Policy.Time)
        -> Finding?
    {
        guard !row.isFunctionTime else { return nil }
        let counts = captures.map { $0.times[row]?.count ?? 0 }
        let (base, head) = (counts[..<bases], counts[bases...])
        func all(_ side: ArraySlice<Int>) -> Bool { side.allSatisfy { $0 >= policy.leastCount } }
        func none(_ side: ArraySlice<Int>) -> Bool { side.allSatisfy { $0 == 0 } }
        if all(base) && none(head) { return Finding(.row, row.name, .worse, "\(row.name) is gone") }
        if none(base) && all(head) { return Finding(.row, row.name, .worse, "\(row.name) is new") }
        return nil
    }

    private mutating func add(_ name: String, _ ns: [Double], _ bases: Int, _ design: Design, _ policy: Policy.Time) {
        let base = Self.median(Array(ns[..<bases]))
        rows.append(
            TestedRow(
                name: name, rule: .time,
                values: design.replicates.map { captures in
                    captures.reduce(0) { $0 + log(ns[$1]) } / Double(captures.count)
                }, tolerance: log1p(max(policy.tolerance, policy.floorNs / base)), base: base, isLogarithm: true))
    }

    /// Takes what all rows have in common out of each.
    private mutating func relate(_ bases: Int, _ design: Design, _ policy: Policy.Time) {
        let usual = rows.map { Self.median($0.values) }
        let common = design.replicates.indices.map { replicate in
            Self.median(rows.indices.map { rows[$0].values[replicate] - usual[$0] })
        }
        // What a few rows have in common may be what has changed.
        if rows.count >= Self.leastRows {
            for row in rows.indices {
                for replicate in common.indices { rows[row].values[replicate] -= common[replicate] }
            }
            rows.append(
                TestedRow(
                    name: Self.speed, rule: .time, values: common, tolerance: log1p(policy.speedTolerance), base: 1,
                    isLogarithm: true))
        }
    }

    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return 0 }
        return (sorted[sorted.count / 2] + sorted[(sorted.count - 1) / 2]) / 2
    }
}
