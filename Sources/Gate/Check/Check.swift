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
    /// Whether rows of times or counts could be compared at all, be it that nothing sure came of it.
    var comparesRows = false
    /// Whether the policy lets pass what cannot be told, and anything was compared.
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
        if isPaired && !base.isEmpty && base.count != head.count {
            throw GateError(
                "pairs",
                "\(base.count) captures of base, \(head.count) of head; name the ones that are missing, or leave some out"
            )
        }
        var result = CheckResult(
            verdict: .same, findings: [], notes: try Comparability.warnings(base, head), base: base.count,
            head: head.count,
            waysOfCalling: 0, method: nil, owners: [], passesCannotTell: policy.passesCannotTell)
        if !base.isEmpty {
            try NameCheck(captures: base + head, policy: policy).check()
            Comparison(base: base, head: head, policy, isPaired: isPaired, exchanges: exchanges).add(to: &result)
        }
        result.findings += try BudgetCheck(head: head, all: base + head, policy: policy, today: today).findings()
        if result.findings.isEmpty && result.waysOfCalling == 0 {
            result.findings.append(
                Finding(
                    .coverage, "nothing", .cannotTell,
                    "nothing was compared: the policy and these captures leave nothing to look at"))
        }
        result.findings += losses()
        result.verdict = Verdict.of(result.findings.map(\.verdict))
        // Else a gate that is set up in a wrong way would pass for ever.
        let isAnythingCompared =
            result.waysOfCalling > 0 || result.comparesRows || result.findings.contains { $0.rule == .budget }
        if result.verdict == .cannotTell, policy.passesCannotTell, !isAnythingCompared {
            result.passesCannotTell = false
            result.notes.append("nothing at all could be compared, which does not pass, also with cannot-tell: pass")
        }
        return result
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
