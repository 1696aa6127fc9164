import Glibc

/// Whether a policy fails what it has to fail: captures are set against each other, unchanged and changed for the worse.
public struct SelfTest {
    /// For reading.
    public let text: String
    /// Whether the unchanged captures pass, and every change is found.
    public let passes: Bool

    private static let splits = 20
    private static let exchanges = 1_999

    /// - Parameters:
    ///   - captures: that nothing was done to, of one stack.
    ///   - policy: what is tried.
    ///   - side: captures of each side; half of all by default.
    ///   - seed: where drawing begins.
    ///   - today: for budgets that expire: year, month, day.
    ///   - progress: called now and then with how many checks have been made, and how many there are.
    /// - Throws: ``GateError`` if the captures are too few, or cannot be compared.
    public init(
        _ captures: [CaptureProfile], _ policy: Policy, side: Int?, seed: UInt64, today: String,
        progress: (Int, Int) -> Void = { _, _ in }
    ) throws(GateError) {
        var policy = policy
        policy.time.anyOrder = true
        var draw = try Draw(captures, side: side, seed: seed)
        let (base, head) = draw.next()
        func result(_ head: [CaptureProfile]) throws(GateError) -> CheckResult {
            var check = Check(base: base, head: head, policy: policy)
            (check.today, check.exchanges) = (today, Self.exchanges)
            return try check.result()
        }
        let untouched = try result(head)
        var lines = ["\(draw.side) captures against \(draw.side), drawn from \(captures.count) (seed \(seed))", ""]
        lines.append(
            "  \(untouched.passes ? "passes" : "FAILS ")  unchanged\(untouched.passes ? "" : ": " + Self.reason(untouched))"
        )
        let injections = Self.injections(base, policy)
        var areAllFound = !injections.isEmpty
        if injections.isEmpty {
            lines.append("  NOTHING that this policy looks at could be made worse in these captures")
        }
        if policy.time.isCompared, !injections.contains(where: { $0.rules == [.time] }) {
            areAllFound = false
            lines.append("  NO TIME could be made longer: no layer and no path has enough times in every capture")
        }
        let checks = injections.count + (policy.time.isCompared ? Self.splits : 0)
        for (done, injection) in injections.enumerated() {
            progress(done, checks)
            let changed = try result(head.map(injection.change))
            let isFound = !changed.passes && injection.isFound(in: changed)
            areAllFound = areAllFound && isFound
            lines.append(
                "  \(isFound ? "fails " : "PASSES")  \(injection.name)"
                    + (isFound ? "" : ": not seen (\(changed.verdict.rawValue))"))
        }
        passes = untouched.passes && areAllFound
        if !policy.looksAtLosses {
            lines.append("  nothing of this policy would show that events were lost: add a budget 'lost: nothing'")
        }
        if policy.time.isCompared {
            lines += ["", "the smallest slowdown that 95 of 100 such checks see, by row:"]
            let smallest = try Self.smallest(&draw, policy) { progress(injections.count + $0, checks) }
            lines += smallest.map { "  \(Self.column($0.part))\($0.row)" }
        }
        lines += [
            "",
            "verdict: \(passes ? "this policy sees what it has to see" : "this policy does not see what it has to see")",
        ]
        text = lines.joined(separator: "\n") + "\n"
    }

    private static func column(_ part: Double?) -> String {
        let text = part.map { TimeText.percent($0) } ?? "none"
        return text + String(repeating: " ", count: max(1, 12 - text.count))
    }

    private static func reason(_ result: CheckResult) -> String {
        result.findings.filter { $0.verdict == result.verdict }.prefix(3).map { finding in
            finding.message + (finding.remedy.map { " (\($0))" } ?? "")
        }.joined(separator: "; ")
    }

    /// One of each kind, as far as the policy looks at it and the captures have it.
    private static func injections(_ base: [CaptureProfile], _ policy: Policy) -> [Injection] {
        var injections: [Injection] = []
        let forest = CallForest(trees: base.map { policy.shape.aliases.applied(to: $0.calls) })
        let roots = forest.nodes.filter { node in
            node.parent == nil && node.sides.allSatisfy { ($0?.calls ?? 0) >= policy.shape.leastCalls }
                && !policy.shape.ignored.contains { Glob.matches(node.function, $0) }
        }
        if policy.time.isCompared {
            let part = max(2 * policy.time.tolerance, 0.2)
            injections += Calibration.layers(base, policy).map { .slower($0, by: part) }
            let paths =
                base.first?.times.keys.filter { row in
                    row.kind == .path && base.allSatisfy { ($0.times[row]?.count ?? 0) >= policy.time.leastCount }
                } ?? []
            injections += paths.sorted().prefix(2).map { .slowerPath($0, by: max(0.5, 5 * policy.time.tolerance)) }
        }
        if policy.shape.isCompared {
            injections += roots.prefix(3).map { .extraCall("dmflow_injected_call", in: $0.function) }
            if let allocator = policy.classes.patterns["allocation"]?.first, !policy.shape.fast.isEmpty {
                let fast = roots.filter { root in policy.shape.fast.contains { Glob.matches(root.function, $0) } }
                injections += fast.prefix(1).map { .extraCall(allocator.filter { $0 != "*" }, in: $0.function) }
            }
            let always = forest.nodes.indices.filter { index in
                let node = forest.nodes[index]
                return node.parent != nil && !policy.shape.ignored.contains { Glob.matches(node.function, $0) }
                    && forest.nodes[node.parent!].parent == nil
                    && CallCounts(node, of: forest.nodes[node.parent!], in: base.indices).fewest > 0
            }
            injections += always.prefix(1).map { .vanishedCall(forest.way(to: $0)) }
        }
        injections += policy.budgets.compactMap { .breaking($0, of: base, policy.classes) }
        return injections + (policy.looksAtLosses ? [.loss] : [])
    }

    /// What each row would have to be slower by to be called worse, in all but one of twenty ways to draw the sides.
    private static func smallest(
        _ draw: inout Draw, _ policy: Policy, progress: (_ done: Int) -> Void
    ) throws(GateError) -> [(row: String, part: Double?)] {
        var least: [String: [Double]] = [:]
        for split in 0..<splits {
            progress(split)
            let (base, head) = draw.next()
            let design: Design
            do { design = try Design(base: base, head: head, isPaired: false, anyOrder: true) } catch {
                throw GateError("these captures", error.reason)
            }
            let rows = TimeRows(base + head, bases: base.count, design, policy.time).rows
            let test = RankTest(design: design, errorBound: policy.time.falseAlarms, exchanges: exchanges)
            for (row, tested) in zip(rows, test.results(rows.map(\.values))) {
                least[row.name, default: []].append(max(-tested.low, row.least - tested.estimate))
            }
        }
        return least.sorted { $0.key < $1.key }.map { row, values in
            let all = values.sorted()
            let value = all[min(all.count - 1, Int(Double(all.count) * 0.95))]
            return (row, value.isFinite ? expm1(value) : nil)
        }
    }
}
