/// What came of holding captures against others, and against a policy.
public struct CheckResult: Equatable, Sendable {
    /// The worst of all.
    public var verdict: Verdict
    /// What was looked at: shape, times, budgets, losses.
    public var findings: [Finding]
    /// What is different besides, or to be known before believing the figures.
    public var notes: [String]
    /// How many captures of base and of head.
    public var base: Int
    /// See ``base``.
    public var head: Int
    /// How many ways of calling were compared.
    public var waysOfCalling: Int
    /// How chance was taken into account, in a sentence; nil if no times were compared.
    public var method: String?
    /// Where the time of the slower roots went, as drawn; empty if none is slower.
    public var owners: [OwnerTree]
    /// Whether the policy lets pass what cannot be told.
    public var passesCannotTell: Bool

    /// Whether a gate lets it pass.
    public var passes: Bool { verdict != .worse && (verdict != .cannotTell || passesCannotTell) }
}

/// Holds captures against others, and against a policy.
public struct Check {
    /// To compare with; nothing is compared without.
    public let base: [CaptureProfile]
    /// What is looked at.
    public let head: [CaptureProfile]
    /// What it is held to.
    public let policy: Policy
    /// The first of base and the first of head are a pair, and so on.
    public var isPaired = false
    /// For budgets that expire: year, month, day.
    public var today = ""
    /// Exchanges that are tried where there are more.
    public var exchanges = 9_999

    /// - Parameters:
    ///   - base: to compare with; may be empty.
    ///   - head: at least one.
    ///   - policy: what it is held to.
    public init(base: [CaptureProfile], head: [CaptureProfile], policy: Policy) {
        (self.base, self.head, self.policy) = (base, head, policy)
    }

    /// - Throws: ``GateError`` where captures cannot be compared, and for a budget that says nothing.
    public func result() throws(GateError) -> CheckResult {
        guard !head.isEmpty else { throw GateError("check", "has no capture to look at; name one") }
        if let twice = head.first(where: { one in base.contains { $0.isSame(as: one) } }) {
            throw GateError(twice.name, "is one of the captures to compare with, too; compare with others")
        }
        var result = CheckResult(
            verdict: .same, findings: [], notes: try Comparability.warnings(base, head), base: base.count,
            head: head.count,
            waysOfCalling: 0, method: nil, owners: [], passesCannotTell: policy.passesCannotTell)
        if !base.isEmpty {
            try NameCheck(captures: base + head, policy: policy).check()
            compare(&result)
        }
        result.findings += try BudgetCheck(head: head, all: base + head, policy: policy, today: today).findings()
        if !base.isEmpty && result.findings.isEmpty && result.waysOfCalling == 0 {
            result.findings.append(
                Finding(
                    .coverage, "nothing", .cannotTell,
                    "nothing was compared: the policy and these captures leave nothing to look at"))
        }
        result.findings += losses()
        result.verdict = Verdict.of(result.findings.map(\.verdict))
        return result
    }

    // MARK: - Comparing

    private func compare(_ result: inout CheckResult) {
        let captures = base + head
        var rows: [TestedRow] = []
        // How often something is called does not depend on what the machine did meanwhile.
        var design = Design.ofAll(base: base.count, head: head.count)
        var areTimesCompared = policy.time.isCompared
        do { design = try Design(base: base, head: head, isPaired: isPaired, anyOrder: policy.time.anyOrder) } catch {
            if areTimesCompared { result.findings.append(Finding(.time, "all times", .cannotTell, error.reason)) }
            areTimesCompared = false
        }
        if policy.shape.isCompared {
            let shape = ShapeComparison(captures, bases: base.count, replicates: design.replicates, policy)
            result.findings += shape.findings
            result.waysOfCalling = shape.compared
            rows += shape.rows
            if shape.leftOut > 0 {
                result.notes.append("\(shape.leftOut) ways of calling have too few calls to compare")
            }
        }
        if areTimesCompared {
            let times = TimeRows(captures, bases: base.count, design, policy.time)
            rows += times.rows
            result.findings += times.findings
            if !times.leftOut.isEmpty {
                result.notes.append(
                    "not compared, with too few times in a capture: \(times.leftOut.joined(separator: "; "))")
            }
        }
        test(rows, design, areTimesCompared, &result)
        let slower = result.findings.filter { $0.rule == .time && $0.verdict == .worse }.map(\.subject)
        result.owners = OwnerTree.trees(base: base, head: head, slower: slower, policy.shape.aliases)
    }

    private func test(_ rows: [TestedRow], _ design: Design, _ areTimesCompared: Bool, _ result: inout CheckResult) {
        guard design.canTell(policy.time.falseAlarms) else {
            let open = rows.filter { Set($0.values).count > 1 }
            guard !open.isEmpty else { return }
            let names = open.prefix(3).map(\.name).joined(separator: "; ") + (open.count > 3 ? "; …" : "")
            var finding = Finding(
                areTimesCompared ? .time : .fanOut, areTimesCompared ? "all times" : "all that varies", .cannotTell,
                "\(design.base) and \(design.head) \(design.unit)s are too few to tell a change from chance, of \(open.count) rows that vary: \(names)",
                moreCaptures: max(1, Judgement.leastReplicates - min(design.base, design.head)))
            finding.unit = design.unit
            result.findings.append(finding)
            return
        }
        let test = RankTest(design: design, errorBound: policy.time.falseAlarms, exchanges: exchanges)
        for (row, tested) in zip(rows, test.results(rows.map(\.values))) {
            result.findings.append(Judgement(row, tested, design, policy).finding)
        }
        result.method = method(rows.count, design)
    }

    private func method(_ rows: Int, _ design: Design) -> String {
        "\(rows) rows, by ranks of \(design.base) and \(design.head) \(design.unit)s; in all rows together a false alarm in "
            + "\(TimeText.number(1 / policy.time.falseAlarms)) checks (step-down over exchanges of \(design.unit)s)"
    }

    /// A capture that lost something says nothing sure of what was counted in it.
    private func losses() -> [Finding] {
        let countsMatter = policy.shape.isCompared && !base.isEmpty || policy.budgets.contains(where: \.isOfCounts)
        return (base + head).filter(\.losses.isCountInDoubt).map { capture in
            let losses = capture.losses
            let parts = [
                (losses.events, "events lost"), (losses.uncounted, "losses of unknown size"),
                (losses.records, "records not understood"),
                (losses.missedByProbes, "calls missed by probes"), (losses.unplaced, "calls beyond what is told apart"),
            ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
            return Finding(
                .loss, capture.name, countsMatter ? .cannotTell : .same,
                "\(capture.name): \(parts.joined(separator: ", ")), so that what was counted is not sure; record it again"
            )
        }
    }
}
