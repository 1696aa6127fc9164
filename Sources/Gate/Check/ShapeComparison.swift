/// Compares how calls go: which function calls which, and how often.
///
/// Where each call of a function makes a number of calls on one side that none makes on the other, that is a change, whatever the captures'
/// number. What varies by itself is a number for each capture, which is compared as times are: ``rows``.
struct ShapeComparison {
    /// What has changed for sure.
    private(set) var findings: [Finding] = []
    /// What is told of what varies without a test.
    private var told: [Finding] = []
    /// What varies.
    private(set) var rows: [TestedRow] = []
    /// Ways of calling that were compared.
    private(set) var compared = 0
    /// Ways of calling that have too few calls to say anything of.
    private(set) var leftOut = 0

    private var forest: CallForest
    private let bases: Range<Int>
    private let heads: Range<Int>
    private let policy: Policy
    private let replicates: [[Int]]
    /// Nodes whose caller is new or gone, which says it all.
    private var isCovered: [Bool]

    /// - Parameters:
    ///   - captures: those of base, and behind them those of head.
    ///   - replicates: as ``Design/replicates``.
    init(_ captures: [CaptureProfile], bases: Int, replicates: [[Int]], _ policy: Policy) {
        (self.bases, heads, self.policy, self.replicates) = (0..<bases, bases..<captures.count, policy, replicates)
        (forest, isCovered) = (CallForest(trees: []), [])
        var aliases = policy.shape.aliases
        // What an alias explains hides what has changed below it: one is found after the other.
        for round in 0...Self.mostAliases {
            forest = CallForest(trees: captures.map { aliases.applied(to: $0.calls) })
            let changes = changes()
            let suggestions = round < Self.mostAliases ? changes.suggestions() : []
            if suggestions.isEmpty {
                findings += changes.findings(policy)
                break
            }
            findings += suggestions.map(\.finding)
            for suggestion in suggestions { aliases.add(suggestion.alias) }
        }
        findings += told
        addCrossings()
        addCallsPerRequest(captures)
    }

    /// Rounds of finding aliases; kernels lie three or four apart.
    private static let mostAliases = 20

    /// Compares each way of calling.
    private mutating func changes() -> Changes {
        isCovered = Array(repeating: false, count: forest.nodes.count)
        (rows, told, compared, leftOut) = ([], [], 0, 0)
        var changes = Changes(forest)
        for index in forest.nodes.indices { look(at: index, &changes) }
        return changes
    }

    private mutating func look(at index: Int, _ changes: inout Changes) {
        let node = forest.nodes[index]
        guard let parent = node.parent else { return lookAtRoot(index, &changes) }
        if isCovered[parent] || isIgnored(node.function) {
            isCovered[index] = true
            return
        }
        let (base, head) = (
            CallCounts(node, of: forest.nodes[parent], in: bases), CallCounts(node, of: forest.nodes[parent], in: heads)
        )
        // Of a caller that only one side has, its caller tells.
        if base.callers == 0 || head.callers == 0 {
            isCovered[index] = true
            return
        }
        let isSure = min(base.callers, head.callers) >= policy.shape.leastCalls
        guard isSure || isInEveryCapture(parent) else {
            leftOut += base != head ? 1 : 0
            return
        }
        compared += 1
        if base.differsAlways(from: head) {
            changes.add(index, base, head, isSure: isSure)
            isCovered[index] = base.calls == 0 || head.calls == 0
        } else if !isSure {
            leftOut += base.rate != head.rate ? 1 : 0
        } else if base.fewest != base.most || head.fewest != head.most {
            addRow(index, parent, base)
        }
    }

    private mutating func lookAtRoot(_ index: Int, _ changes: inout Changes) {
        let node = forest.nodes[index]
        let (base, head) = (bases.map { node.sides[$0]?.calls ?? 0 }, heads.map { node.sides[$0]?.calls ?? 0 })
        if isIgnored(node.function) {
            isCovered[index] = true
            return
        }
        let (isNew, isGone) = (base.allSatisfy { $0 == 0 }, head.allSatisfy { $0 == 0 })
        isCovered[index] = isNew || isGone
        compared += 1
        // What only some captures have comes and goes by itself.
        if isNew && head.allSatisfy({ $0 > 0 }) || isGone && base.allSatisfy({ $0 > 0 }) {
            changes.addRoot(index, isNew: isNew, isSure: (base + head).reduce(0, +) >= policy.shape.leastCalls)
        } else if isNew || isGone {
            leftOut += 1
        }
    }

    private func isInEveryCapture(_ index: Int) -> Bool { forest.nodes[index].sides.allSatisfy { $0 != nil } }

    private func isIgnored(_ function: String) -> Bool { policy.shape.ignored.contains { Glob.matches(function, $0) } }

    // MARK: What varies

    private mutating func addRow(_ index: Int, _ parent: Int, _ base: CallCounts) {
        let (node, caller) = (forest.nodes[index], forest.nodes[parent])
        var rates: [Double] = []
        for capture in caller.sides.indices {
            guard let callers = caller.sides[capture]?.calls, callers >= policy.shape.leastCalls else {
                return leaveOut(index, caller)
            }
            rates.append(Double(node.sides[capture]?.calls ?? 0) / Double(callers))
        }
        if isBelowFast(index) && base.calls == 0, let kind = policy.classes.name(of: node.function) {
            return addFast(index, kind, rates)
        }
        let floor = policy.shape.floor
        // What is this seldom in every capture cannot matter.
        guard rates.contains(where: { $0 >= floor / 2 }) else { return }
        rows.append(
            row(
                Changes.name(forest.way(to: index)), .fanOut, rates,
                rate: base.rate, way: forest.way(to: index)))
    }

    /// A caller that is seldom called in some capture only.
    private mutating func leaveOut(_ index: Int, _ caller: CallForest.Node) {
        let least = policy.shape.leastCalls
        func isOften(_ captures: Range<Int>) -> Bool {
            captures.allSatisfy { (caller.sides[$0]?.calls ?? 0) >= 5 * least }
        }
        func isSeldom(_ captures: Range<Int>) -> Bool { captures.contains { (caller.sides[$0]?.calls ?? 0) < least } }
        guard isOften(bases) && isSeldom(heads) || isOften(heads) && isSeldom(bases) else {
            leftOut += 1
            return
        }
        let way = Changes.name(forest.way(to: index))
        told.append(
            Finding(
                .fanOut, way, .cannotTell,
                "\(way): some captures of one side have too few calls of \(caller.function) to compare it",
                way: forest.way(to: index)))
    }

    /// What a fast path must not do, and does now and then: in every capture of head and none of base that is no chance.
    private mutating func addFast(_ index: Int, _ kind: String, _ rates: [Double]) {
        let node = forest.nodes[index]
        let captures = heads.count { rates[$0] > 0 }
        let isSure = captures == heads.count && min(bases.count, heads.count) >= 5
        let way = forest.way(to: index)
        let function = node.parent.map { forest.nodes[$0].function } ?? ""
        told.append(
            Finding(
                .fastPath, Changes.name(way), isSure ? .worse : .cannotTell,
                "\(function) calls \(node.function) (\(kind)) now and then, which it did not, in \(captures) of \(heads.count) captures",
                way: way))
    }

    /// - Parameter rate: in base, to which the tolerance is a part.
    private func row(
        _ name: String, _ rule: Finding.Rule, _ values: [Double], rate: Double, way: [String]
    ) -> TestedRow {
        let (part, floor) = (policy.time.tolerance * rate, policy.shape.floor)
        return TestedRow(
            name: name, rule: rule,
            values: replicates.map { captures in captures.reduce(0) { $0 + values[$1] } / Double(captures.count) },
            tolerance: max(floor, part), least: max(floor, part / 2), base: TimeRows.median(Array(values[bases])),
            isLogarithm: false,
            way: way)
    }

    private func isBelowFast(_ index: Int) -> Bool {
        forest.way(to: index).contains { function in policy.shape.fast.contains { Glob.matches(function, $0) } }
    }

    // MARK: Sums over many nodes

    /// How often, in each call of a root, one layer calls another: where that has changed for sure.
    private mutating func addCrossings() {
        struct Crossing: Hashable, Comparable {
            let root: String, from: String, to: String
            static func < (left: Self, right: Self) -> Bool {
                (left.root, left.from, left.to) < (right.root, right.from, right.to)
            }
        }
        var counts: [Crossing: [Int]] = [:]
        var rootCalls: [String: [Int]] = [:]
        var root = ""
        for node in forest.nodes {
            guard let parent = node.parent else {
                root = node.function
                rootCalls[root] = node.sides.map { $0?.calls ?? 0 }
                continue
            }
            let from = forest.nodes[parent].layer
            guard from != node.layer else { continue }
            let key = Crossing(root: root, from: from, to: node.layer)
            for (capture, side) in node.sides.enumerated() {
                counts[key, default: Array(repeating: 0, count: node.sides.count)][capture] += side?.calls ?? 0
            }
        }
        for (crossing, calls) in counts.sorted(by: { $0.key < $1.key }) {
            let roots = rootCalls[crossing.root]!
            guard roots.allSatisfy({ $0 >= policy.shape.leastCalls }) else { continue }
            let rates = calls.indices.map { Double(calls[$0]) / Double(roots[$0]) }
            let (base, head) = (Array(rates[bases]), Array(rates[heads]))
            // By at least one call, for every two captures: what varies by itself does so by less.
            guard base.max()! + 0.9 < head.min()! || head.max()! + 0.9 < base.min()! else { continue }
            let (before, after) = (TimeRows.median(base), TimeRows.median(head))
            findings.append(
                Finding(
                    .crossing, "\(crossing.root): \(crossing.from) → \(crossing.to)", .worse,
                    "\(crossing.from) calls \(crossing.to) \(Self.number(after)) times in each \(crossing.root), not \(Self.number(before))",
                    effect: .init(base: before, head: after, change: after - before, tolerance: 0), way: [crossing.root]
                ))
        }
    }

    private mutating func addCallsPerRequest(_ captures: [CaptureProfile]) {
        let requests = captures.map { $0.requests?.seen ?? 0 }
        guard requests.allSatisfy({ $0 >= policy.shape.leastCalls }) else { return }
        for node in forest.nodes where node.parent == nil && node.sides.allSatisfy({ ($0?.calls ?? 0) > 0 }) {
            let rates = node.sides.indices.map { Double(node.sides[$0]!.calls) / Double(requests[$0]) }
            let base = TimeRows.median(Array(rates[bases]))
            rows.append(
                row(
                    "\(node.function) per request", .callsPerRequest, rates,
                    rate: base, way: [node.function]))
        }
    }

    private static func number(_ value: Double) -> String {
        let rounded = (value * 100).rounded() / 100
        return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
    }
}
