/// Compares captures with others: their shape, and how long things take.
struct Comparison {
    private let captures: [CaptureProfile]
    private let bases: Int
    private let policy: Policy
    private let exchanges: Int
    private let design: Result<Design, Design.Obstacle>

    init(base: [CaptureProfile], head: [CaptureProfile], _ policy: Policy, isPaired: Bool, exchanges: Int) {
        (captures, bases, self.exchanges) = (base + head, base.count, exchanges)
        var policy = policy
        // What functions are called on other kernels is no matter on one.
        if Set((base + head).map(\.identity.kernel)).count > 1 {
            policy.shape.aliases = Aliases.builtin.merged(with: policy.shape.aliases)
        }
        self.policy = policy
        design = Result { () throws(Design.Obstacle) in
            try Design(
                // How often something is called does not depend on when.
                base: base, head: head, isPaired: isPaired, anyOrder: policy.time.anyOrder || !policy.time.isCompared)
        }
    }

    func add(to result: inout CheckResult) {
        let design = try? design.get()
        var rows: [TestedRow] = []
        if policy.shape.isCompared {
            let replicates = design?.replicates ?? captures.indices.map { [$0] }
            let shape = ShapeComparison(captures, bases: bases, replicates: replicates, policy)
            result.findings += shape.findings
            result.waysOfCalling = shape.compared
            if shape.compared == 0 {
                result.findings.append(Self.nothing("no way of calling has enough calls on both sides"))
            }
            rows += shape.rows
            if shape.leftOut > 0 {
                result.notes.append("\(shape.leftOut) ways of calling have too few calls to compare")
            }
        }
        guard case .success(let design) = self.design else { return addUntold(rows, to: &result) }
        if policy.time.isCompared { rows += times(design, &result) }
        test(rows, design, &result)
        let slower = result.findings.filter { $0.rule == .time && $0.verdict == .worse }.map(\.subject)
        result.owners = OwnerTree.trees(
            base: Array(captures[..<bases]), head: Array(captures[bases...]), slower: slower, policy.shape.aliases)
    }

    private static func nothing(_ what: String) -> Finding {
        Finding(.coverage, what, .cannotTell, "nothing was compared: \(what)")
    }

    /// Rows whose captures cannot change places for a test.
    private func addUntold(_ rows: [TestedRow], to result: inout CheckResult) {
        guard case .failure(let obstacle) = design else { return }
        if policy.time.isCompared { result.findings.append(Finding(.time, "all times", .cannotTell, obstacle.reason)) }
        let open = rows.filter { Set($0.values).count > 1 }
        guard !open.isEmpty else { return }
        result.findings.append(
            Finding(.fanOut, "all that varies", .cannotTell, "\(obstacle.reason); not compared: \(Self.names(open))"))
    }

    private static func names(_ rows: [TestedRow]) -> String {
        rows.prefix(3).map(\.name).joined(separator: "; ") + (rows.count > 3 ? "; and \(rows.count - 3) more" : "")
    }

    private func times(_ design: Design, _ result: inout CheckResult) -> [TestedRow] {
        let times = TimeRows(captures, bases: bases, design, policy.time, isShapeCompared: policy.shape.isCompared)
        result.findings += times.findings
        if !times.leftOut.isEmpty {
            result.notes.append(
                "not compared, with too few times in a capture: \(times.leftOut.joined(separator: "; "))")
        }
        if times.rows.isEmpty { result.findings.append(Self.nothing("no row has enough times in every capture")) }
        if let side = Scatter.noisier(times.rows, design) {
            result.comparesRows = true
            result.findings.append(
                Finding(
                    .time, "all times", .cannotTell,
                    "\(side) varies far more than the other side, as if the machine was busy meanwhile; record base and head in turns"
                ))
            return []
        }
        return times.rows
    }

    private func test(_ rows: [TestedRow], _ design: Design, _ result: inout CheckResult) {
        // A count can change in two directions.
        let bound = policy.time.falseAlarms / (rows.contains { $0.rule != .time } ? 2 : 1)
        let open = rows.filter { Set($0.values).count > 1 }
        guard design.canTell(bound) || open.isEmpty else { return addTooFew(open, design, bound, to: &result) }
        result.comparesRows = result.comparesRows || !rows.isEmpty
        let test = RankTest(design: design, errorBound: bound, exchanges: exchanges)
        let tested = test.results(rows.map(\.values))
        let related = rows.indices.filter { rows[$0].absolute != nil }
        var absolute = [RankTest.Result?](repeating: nil, count: rows.count)
        for (row, result) in zip(related, test.results(related.map { rows[$0].absolute! })) { absolute[row] = result }
        let judged = rows.indices.map {
            Judgement(rows[$0], tested[$0], absolute: absolute[$0], design, bound: bound, rows: rows.count).finding
        }
        result.findings += judged.map { doubting($0, among: judged) }
        if !rows.isEmpty { result.method = method(rows, design) }
    }

    private func addTooFew(_ open: [TestedRow], _ design: Design, _ bound: Double, to result: inout CheckResult) {
        let areTimes = open.contains { $0.rule == .time }
        var finding = Finding(
            areTimes ? .time : .fanOut, areTimes ? "all times" : "all that varies", .cannotTell,
            "\(design.base) and \(design.head) \(design.unit)s are too few to tell a change from chance: \(Self.names(open))",
            moreCaptures: max(1, design.least(rows: open.count, bound) - min(design.base, design.head)))
        finding.unit = design.unit
        result.findings.append(finding)
    }

    /// If most rows get slower, that is what they have in common, and the others look faster. So where some look faster than the rest, all
    /// together must not be slower by as much as counts.
    private func doubting(_ finding: Finding, among all: [Finding]) -> Finding {
        guard finding.subject == TimeRows.speed, [.same, .better].contains(finding.verdict),
            (finding.effect?.high ?? .infinity) >= policy.time.tolerance,
            let faster = all.first(where: {
                $0.rule == .time && $0.subject != TimeRows.speed && ($0.effect?.high ?? 0) < 0
            })
        else { return finding }
        var doubted = finding
        doubted.verdict = .cannotTell
        doubted.message += "; either \(faster.subject) is faster, or the rest is slower"
        return doubted
    }

    private func method(_ rows: [TestedRow], _ design: Design) -> String {
        "\(rows.count) rows, by ranks of \(design.base) and \(design.head) \(design.unit)s; in all rows together a false alarm in "
            + "\(TimeText.number(1 / policy.time.falseAlarms)) checks (step-down over exchanges of \(design.unit)s)"
            + (rows.contains { $0.absolute != nil }
                ? "; each time is held against what layers and stages have in common" : "")
    }
}

/// Whether one side's captures vary far more than the other's: then exchanging them says little.
enum Scatter {
    /// By this factor, in most rows.
    private static let most = 3.0

    /// - Returns: `base` or `head`; nil if neither.
    static func noisier(_ rows: [TestedRow], _ design: Design) -> String? {
        guard min(design.base, design.head) >= 5, rows.count > 1 else { return nil }
        let (base, head) = (design.blocks.flatMap(\.base), design.blocks.flatMap(\.head))
        let ratios = rows.compactMap { row -> Double? in
            let values = row.absolute ?? row.values
            let (left, right) = (spread(base.map { values[$0] }), spread(head.map { values[$0] }))
            return left > 0 && right > 0 ? right / left : nil
        }
        guard !ratios.isEmpty else { return nil }
        let ratio = TimeRows.median(ratios)
        // Where the sides are of one size, ranks bear more.
        let limit = max(design.base, design.head) * 2 > min(design.base, design.head) * 3 ? most * 2 / 3 : most
        return ratio > limit ? "head" : ratio < 1 / limit ? "base" : nil
    }

    /// Between the quartiles.
    private static func spread(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return sorted[sorted.count * 3 / 4] - sorted[sorted.count / 4]
    }
}
