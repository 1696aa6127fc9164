import Reports

/// Holds captures to the budgets of a policy.
struct BudgetCheck {
    let head: [CaptureProfile]
    /// All captures of the check: what occurs in any of them was recorded.
    let all: [CaptureProfile]
    let policy: Policy
    /// Year, month, day.
    let today: String

    /// - Throws: ``GateError`` for a budget that has expired, matches nothing, or is below what the captures can show.
    func findings() throws(GateError) -> [Finding] {
        var findings: [Finding] = []
        for budget in policy.budgets {
            if let expires = budget.expires, expires < today {
                throw error(budget, "has expired on \(expires); renew it, or take it out")
            }
            for var finding in try self.findings(budget) {
                finding.comment = budget.comment
                findings.append(finding)
            }
        }
        return findings
    }

    private func error(_ budget: Budget, _ problem: String) -> GateError {
        GateError(
            budget.place.isEmpty ? "budget '\(budget.name)'" : "\(budget.place): budget '\(budget.name)'", problem)
    }

    private func findings(_ budget: Budget) throws(GateError) -> [Finding] {
        switch budget.bound {
        case .time(let rows, let figure, let most): try times(budget, rows, figure, most)
        case .never(let what, let under): try [never(budget, what, under)]
        case .calls(let what, let per, let most): try calls(budget, what, per, most)
        case .imbalance(let map, let most): try imbalances(budget, map, most)
        case .allJoined: try [allJoined(budget)]
        case .nothingLost: [nothingLost(budget)]
        }
    }

    // MARK: Times

    private func times(_ budget: Budget, _ pattern: Budget.RowPattern, _ figure: Figure, _ most: Double)
        throws(GateError) -> [Finding]
    {
        let rows = Set(head.flatMap(\.times.keys)).filter(pattern.matches).sorted()
        guard !rows.isEmpty else {
            throw error(budget, "'\(pattern.text)' is no row of these captures; check --verbose lists all")
        }
        var findings: [Finding] = []
        for row in rows { findings.append(try time(budget, row, figure, most, rows: rows.count)) }
        return findings
    }

    private func time(
        _ budget: Budget, _ row: Row, _ figure: Figure, _ most: Double, rows: Int
    ) throws(GateError) -> Finding {
        let each = head.compactMap { $0.times[row] }
        let count = each.reduce(0) { $0 + $1.count }
        guard count >= figure.leastCount else {
            let more =
                (figure.leastCount - count + max(1, count / max(1, each.count)) - 1)
                / max(1, count / max(1, each.count))
            throw error(
                budget,
                "'\(row.name)' has \(count) times, and \(figure.rawValue) needs \(figure.leastCount); record \(more) more captures"
            )
        }
        let cost = head.compactMap(\.identity.cost?.callNs).max()
        if row.isFunctionTime, let cost, most < Double(cost) {
            throw error(
                budget,
                "bounds '\(row.name)' below what recording a call takes, \(TimeText.ns(Double(cost))); no capture can show that"
            )
        }
        let interval = Interval(figure, each, bound: policy.time.falseAlarms / Double(rows))
        let (value, low, high) = (interval.value, interval.low, interval.high)
        let verdict: Verdict = low > most ? .worse : high <= most ? .same : .cannotTell
        let text =
            "\(row.name): \(figure.rawValue) \(TimeText.ns(value)) (\(TimeText.ns(low)) to \(TimeText.ns(high))), may be \(TimeText.ns(most))"
        // The interval narrows with the root of the captures.
        let width = max(high - value, value - low)
        let more = verdict == .cannotTell ? Self.more(each.count, by: width / max(abs(most - value), most / 1000)) : nil
        return finding(
            budget, row.name, verdict, text, value: value, most: most, moreCaptures: more)
    }

    private static func more(_ count: Int, by factor: Double) -> Int {
        max(1, Int(min(1e6, Double(count) * factor * factor).rounded(.up)) - count)
    }

    private func finding(
        _ budget: Budget, _ subject: String, _ verdict: Verdict, _ text: String, value: Double, most: Double,
        moreCaptures: Int? = nil, way: [String] = []
    ) -> Finding {
        Finding(
            .budget, subject.isEmpty ? budget.name : "\(budget.name): \(subject)", verdict, text,
            effect: .init(base: most, head: value, change: value - most, tolerance: 0), moreCaptures: moreCaptures,
            way: way)
    }

    // MARK: Calls

    private func never(_ budget: Budget, _ what: String, _ under: String) throws(GateError) -> Finding {
        try checkIsRecorded(budget, what)
        let forest = CallForest(head)
        var isUnder = Set<Int>()
        var found: (calls: Int, way: [String]) = (0, [])
        for (index, node) in forest.nodes.enumerated() {
            if Glob.matches(node.function, under) || node.parent.map(isUnder.contains) == true { isUnder.insert(index) }
            guard let parent = node.parent, isUnder.contains(parent), isCalled(node.function, what) else { continue }
            found.calls += node.sides.reduce(0) { $0 + ($1?.calls ?? 0) }
            if found.way.isEmpty { found.way = forest.way(to: index) }
        }
        guard !isUnder.isEmpty else {
            throw error(budget, "'\(under)' is no function of these captures; check the name")
        }
        return finding(
            budget, "", found.calls > 0 ? .worse : doubt,
            found.calls > 0
                ? "\(found.calls) calls of \(what) under \(under), such as \(Changes.name(found.way))"
                : "no \(what) under \(under)",
            value: Double(found.calls), most: 0, way: found.way)
    }

    private func calls(
        _ budget: Budget, _ what: String, _ per: Budget.Per, _ most: Double
    ) throws(GateError) -> [Finding] {
        try checkIsRecorded(budget, what)
        try checkOccurs(budget, what)
        switch per {
        case .request:
            let requests = head.reduce(0) { $0 + ($1.requests?.seen ?? 0) }
            guard requests > 0 else {
                throw error(budget, "counts calls per request, and no request was recorded; record the flow requests")
            }
            let calls = head.reduce(0) { sum, capture in
                sum + capture.calls.reduce(0) { $0 + (isCalled($1.function, what) ? $1.calls : 0) }
            }
            return [rate(budget, "", Double(calls) / Double(requests), most, "calls of \(what) per request")]
        case .call(let pattern):
            let forest = CallForest(head)
            var counts: [String: (roots: Int, calls: Int)] = [:]
            var root = ""
            for node in forest.nodes {
                let calls = node.sides.reduce(0) { $0 + ($1?.calls ?? 0) }
                if node.parent == nil {
                    root = node.function
                    if Glob.matches(root, pattern) { counts[root] = (calls, 0) }
                } else if isCalled(node.function, what) {
                    counts[root]?.calls += calls
                }
            }
            guard !counts.isEmpty else {
                throw error(budget, "'\(pattern)' is no root of these captures; check the name")
            }
            return counts.sorted { $0.key < $1.key }.map { root, count in
                rate(budget, root, Double(count.calls) / Double(count.roots), most, "calls of \(what) in each \(root)")
            }
        }
    }

    private func rate(_ budget: Budget, _ subject: String, _ value: Double, _ most: Double, _ what: String) -> Finding {
        finding(
            budget, subject, value > most ? .worse : doubt,
            "\(TimeText.number(value)) \(what), may be \(TimeText.number(most))", value: value, most: most)
    }

    /// What is lost would have counted.
    private var doubt: Verdict { head.contains(where: \.losses.isCountInDoubt) ? .cannotTell : .same }

    private func isCalled(_ function: String, _ what: String) -> Bool {
        policy.classes.names.contains(what)
            ? policy.classes.has(function, in: what) : Glob.matches(function, self.function(what))
    }

    private func checkIsRecorded(_ budget: Budget, _ what: String) throws(GateError) {
        for pattern in policy.classes.essential(what) ?? [what] { try checkIsRecorded(budget, what, pattern) }
    }

    private func checkIsRecorded(_ budget: Budget, _ what: String, _ pattern: String) throws(GateError) {
        // All were recorded alike: else they would not be compared.
        if all.contains(where: { $0.calls.contains { Glob.matches($0.function, function(pattern)) } }) { return }
        for capture in head where !capture.canRecord(pattern) {
            throw error(
                budget,
                "'\(pattern)' was not recorded in \(capture.name), so that it cannot be missed there; "
                    + (["lock", "allocation"].contains(what)
                        ? "record with --noise locks,allocator" : "check the name; a module's is '\(pattern) [MODULE]'")
            )
        }
    }

    /// Without its module.
    private func function(_ name: String) -> String { String(name.prefix { $0 != " " }) }

    /// What is counted has to be there to be counted.
    private func checkOccurs(_ budget: Budget, _ what: String) throws(GateError) {
        if policy.classes.names.contains(what)
            || all.contains(where: { $0.calls.contains { isCalled($0.function, what) } })
        {
            return
        }
        throw error(budget, "'\(what)' is called in none of these captures; check the name, or say never and under")
    }

    // MARK: Requests and losses

    private func imbalances(_ budget: Budget, _ pattern: String, _ most: Double) throws(GateError) -> [Finding] {
        var tries: [String: [String: Int]] = [:]
        for capture in head {
            for (row, times) in capture.times where row.kind == .path {
                if Glob.matches(row.map, pattern) { tries[row.map, default: [:]][row.of, default: 0] += times.count }
            }
        }
        let maps = tries.filter { $0.value.count > 1 }.sorted { $0.key < $1.key }
        guard !maps.isEmpty else {
            throw error(budget, "'\(pattern)' is no map with several paths in use; check the name")
        }
        return maps.map { map, paths in
            let mean = Double(paths.values.reduce(0, +)) / Double(paths.count)
            let busiest = paths.max { ($0.value, $1.key) < ($1.value, $0.key) }!
            let value = Double(busiest.value) / mean
            return finding(
                budget, map, value > most ? .worse : doubt,
                "\(busiest.key) gets \(TimeText.number(value)) times the tries of \(map)'s paths on average, may be \(TimeText.number(most))",
                value: value, most: most)
        }
    }

    private func allJoined(_ budget: Budget) throws(GateError) -> Finding {
        let requests = head.compactMap(\.requests)
        guard requests.count == head.count, requests.contains(where: { $0.seen > 0 }) else {
            throw error(budget, "asks for requests, and not every capture has any; record the flow requests")
        }
        let bad = requests.reduce(0) { $0 + $1.unjoined + $1.ambiguous }
        let seen = requests.reduce(0) { $0 + $1.seen }
        return finding(
            budget, "", bad > 0 ? .worse : doubt,
            bad > 0 ? "\(bad) of \(seen) requests are not joined for sure" : "all of \(seen) requests are joined",
            value: Double(bad), most: 0)
    }

    private func nothingLost(_ budget: Budget) -> Finding {
        let losing = head.filter(\.losses.isCountInDoubt)
        let text =
            losing.isEmpty ? "nothing was lost" : "something was lost in \(losing.map(\.name).joined(separator: ", "))"
        return finding(budget, "", losing.isEmpty ? .same : .worse, text, value: Double(losing.count), most: 0)
    }
}

extension CaptureProfile {
    /// Whether functions with such a name could be recorded, as far as the capture tells.
    func canRecord(_ pattern: String) -> Bool {
        if calls.contains(where: { Glob.matches($0.function, pattern) }) { return true }
        guard let scope else { return false }
        // A module is recorded whole.
        if let module = pattern.firstIndex(of: " ").map({ pattern[$0...].dropFirst() }) {
            return scope.contains { $0 == module }
        }
        let literal = String(pattern.prefix { !"*?[".contains($0) })
        return scope.contains { entry in
            if entry == "*" || entry == pattern { return true }
            if entry.hasSuffix("*") {
                let begin = entry.dropLast()
                return literal.hasPrefix(begin) || Glob.isPattern(pattern) && begin.hasPrefix(literal)
            }
            return Glob.matches(entry, pattern)
        }
    }
}
