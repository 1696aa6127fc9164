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
    /// Less than this is not called worse, however sure it is; on the scale of the values.
    var least: Double
    /// In base: ns or calls.
    var base: Double
    var isLogarithm: Bool
    /// The values before what all rows have in common was taken out; nil where nothing was.
    var absolute: [Double]?
    var way: [String] = []
}

/// The times of captures as rows that can be compared.
///
/// A busy machine makes all rows of a capture longer together. So a row's values are what it takes compared with the capture's layers and
/// stages (the median of their ratios to what is usual; roots, requests and paths are made of these), and what they have in common is a
/// row of its own, `speed`: a slowdown of one layer stands out against the rest, and one of everything is not overlooked.
struct TimeRows {
    private(set) var rows: [TestedRow] = []
    /// Paths and stages that one side has and the other has not.
    private(set) var findings: [Finding] = []
    /// Rows that some capture has too little of, by name.
    private(set) var leftOut: [String] = []

    private let isShapeCompared: Bool
    /// Of each of `rows`, whether what all have in common is made of it.
    private var isPart: [Bool] = []

    static let speed = "speed"
    /// So many rows tell what all have in common.
    private static let leastRows = 6

    /// - Parameters:
    ///   - captures: those of base, and behind them those of head.
    ///   - bases: how many are base's.
    ///   - isShapeCompared: whether functions that are gone are told elsewhere.
    init(
        _ captures: [CaptureProfile], bases: Int, _ design: Design, _ policy: Policy.Time, isShapeCompared: Bool = true
    ) {
        self.isShapeCompared = isShapeCompared
        let names = Set(captures.flatMap(\.times.keys)).sorted().filter { row in
            policy.rows.contains { Glob.matches(row.name, $0) }
                && !policy.ignored.contains { Glob.matches(row.name, $0) }
        }
        for row in names {
            if let finding = onOneSide(row, captures, bases, policy) {
                findings.append(finding)
                continue
            }
            for figure in policy.figures {
                let name = row.name + (figure == .p50 ? "" : ", \(figure.rawValue)")
                let all = captures.map { $0.times[row] }
                let least = max(policy.leastCount, figure.leastCount)
                let isFull = all.map { ($0?.count ?? 0) >= least && $0!.value(figure) > 0 }
                guard !isFull.contains(false) else {
                    leaveOut(name, isFull, bases)
                    continue
                }
                isPart.append([.layer, .stage].contains(row.kind))
                add(name, all.map { $0!.value(figure) }, bases, design, policy)
            }
        }
        if !rows.isEmpty { relate(design, policy) }
    }

    /// A row that some capture has too little of. What one side has in full is not left out because of the other.
    private mutating func leaveOut(_ name: String, _ isFull: [Bool], _ bases: Int) {
        let (base, head) = (isFull[..<bases], isFull[bases...])
        guard !base.contains(false) || !head.contains(false) else { return leftOut.append(name) }
        let thin = base.contains(false) ? "base" : "head"
        let count = isFull.count { !$0 }
        findings.append(
            Finding(
                .row, name, .cannotTell,
                "\(name): \(count) \(count == 1 ? "capture" : "captures") of \(thin) \(count == 1 ? "has" : "have") too few times of it, and all of the other side enough"
            ))
    }

    /// A path or a stage, a root or a layer that every capture of one side has, and none of the other.
    private func onOneSide(_ row: Row, _ captures: [CaptureProfile], _ bases: Int, _ policy: Policy.Time) -> Finding? {
        // Of roots and layers the shape tells.
        if row.isFunctionTime && isShapeCompared { return nil }
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
                }, tolerance: log1p(max(policy.tolerance, policy.floorNs / base)),
                least: max(log1p(policy.tolerance) / 2, log1p(policy.floorNs / base)), base: base, isLogarithm: true))
    }

    /// Takes what all rows have in common out of each.
    private mutating func relate(_ design: Design, _ policy: Policy.Time) {
        let parts = rows.indices.filter { isPart[$0] }
        let usual = rows.map { Self.median($0.values) }
        let common = design.replicates.indices.map { replicate in
            Self.median(parts.map { rows[$0].values[replicate] - usual[$0] })
        }
        // What a few rows have in common may be what has changed.
        if parts.count >= Self.leastRows {
            for row in rows.indices {
                rows[row].absolute = rows[row].values
                for replicate in common.indices { rows[row].values[replicate] -= common[replicate] }
            }
            rows.append(
                TestedRow(
                    name: Self.speed, rule: .time, values: common, tolerance: log1p(policy.speedTolerance),
                    // A machine is no slower for head than for base: what is sure, and as much as counts in a row, is a change.
                    least: log1p(min(policy.tolerance, policy.speedTolerance)) / 2, base: 1,
                    isLogarithm: true))
        }
    }

    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return 0 }
        return (sorted[sorted.count / 2] + sorted[(sorted.count - 1) / 2]) / 2
    }
}
