/// How often a policy gives a false alarm on a user's own captures, and how often it sees a slowdown of a layer.
public struct Calibration {
    /// For reading.
    public let text: String

    /// So many exchanges tell as much as a check's own, in a fifth of the time.
    private static let exchanges = 1_999

    /// - Parameters:
    ///   - captures: that nothing was done to, of one stack.
    ///   - policy: what checks hold them to; of its budgets nothing is known by this.
    ///   - side: captures of each side of a check; half of all by default.
    ///   - rounds: checks without a change, and as many with one.
    ///   - seed: where drawing begins.
    ///   - progress: called now and then with how many checks have been made, and how many there are.
    /// - Throws: ``GateError`` if the captures are too few, or cannot be compared.
    public init(
        _ captures: [CaptureProfile], _ policy: Policy, side: Int?, rounds: Int, seed: UInt64,
        progress: (Int, Int) -> Void = { _, _ in }
    ) throws(GateError) {
        var policy = policy
        (policy.budgets, policy.time.anyOrder) = ([], true)
        var draw = try Draw(captures, side: side, seed: seed)
        var (alarms, untold, compared) = (0, 0, 0)
        var subjects: [Verdict: [String: Int]] = [:]
        for round in 0..<rounds {
            progress(round, 2 * rounds)
            let (base, head) = draw.next()
            let result = try Self.check(base, head, policy)
            for finding in result.findings { subjects[finding.verdict, default: [:]][finding.subject, default: 0] += 1 }
            alarms += result.verdict == .worse ? 1 : 0
            untold += result.verdict == .cannotTell ? 1 : 0
            compared += result.method == nil ? 0 : 1
        }
        guard compared > 0 || !policy.time.isCompared else {
            throw GateError(
                "\(captures.count) captures",
                "times could be compared in none of \(rounds) checks of \(draw.side) against \(draw.side): there is nothing to calibrate; record more"
            )
        }
        let layers = Self.layers(captures, policy)
        var seen: [Row: Int] = [:]
        var tried: [Row: Int] = [:]
        for round in 0..<(layers.isEmpty ? 0 : rounds) {
            progress(rounds + round, 2 * rounds)
            let row = layers[round % layers.count]
            let injection = Injection.slower(row, by: policy.time.tolerance)
            let (base, head) = draw.next()
            tried[row, default: 0] += 1
            if injection.isFound(in: try Self.check(base, head.map(injection.change), policy)) {
                seen[row, default: 0] += 1
            }
        }
        text = Self.text(
            captures.count, draw.side, seed, policy, rounds: rounds,
            alarms: Proportion(hits: alarms, all: policy.time.isCompared ? compared : rounds), untold: untold,
            subjects,
            layers: layers.map { ($0, Proportion(hits: seen[$0] ?? 0, all: tried[$0] ?? 0)) })
    }

    private static func check(
        _ base: [CaptureProfile], _ head: [CaptureProfile], _ policy: Policy
    ) throws(GateError) -> CheckResult {
        var check = Check(base: base, head: head, policy: policy)
        check.exchanges = exchanges
        return try check.result()
    }

    /// Layers of roots with enough times in every capture, and long enough: what is hardly above the floor may be estimated below it.
    static func layers(_ captures: [CaptureProfile], _ policy: Policy) -> [Row] {
        (captures.first?.times.keys.filter { row in
            row.kind == .layer
                && captures.allSatisfy {
                    ($0.times[row]?.count ?? 0) >= max(policy.time.leastCount, Figure.p50.leastCount)
                        && $0.times[row]!.value(.p50) * policy.time.tolerance >= 2 * policy.time.floorNs
                }
        } ?? []).sorted()
    }

    private static func text(
        _ captures: Int, _ side: Int, _ seed: UInt64, _ policy: Policy, rounds: Int, alarms: Proportion, untold: Int,
        _ subjects: [Verdict: [String: Int]],
        layers: [(row: Row, seen: Proportion)]
    ) -> String {
        var lines = [
            "checks of \(side) against \(side) captures, drawn from \(captures) (seed \(seed))", "",
            "nothing changed: false alarms, \(alarms.atMost)",
        ]
        func list(_ verdict: Verdict) -> [String] {
            (subjects[verdict] ?? [:]).sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
                "  \($0.value) of \(rounds): \($0.key)"
            }
        }
        lines += list(.worse) + ["nothing changed: cannot be told, \(untold) of \(rounds)"] + list(.cannotTell)
        let all = Proportion(
            hits: layers.reduce(0) { $0 + $1.seen.hits }, all: layers.reduce(0) { $0 + $1.seen.all })
        guard all.all > 0 else {
            return (lines + ["", "no layer has enough times in every capture, and enough of them, to be made slower"])
                .joined(separator: "\n") + "\n"
        }
        lines += ["", "a layer \(TimeText.percent(policy.time.tolerance)): seen, \(all.atLeast)"]
        lines += layers.map { "  \($0.seen.hits) of \($0.seen.all): \($0.row.name)" }
        return lines.joined(separator: "\n") + "\n"
    }
}
