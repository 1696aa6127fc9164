import Reports

/// What breaks a budget, whatever it is.
extension Injection {
    /// - Parameter base: captures that keep it.
    /// - Returns: nil where there is nothing to break it with.
    static func breaking(_ budget: Budget, of base: [CaptureProfile], _ classes: CallClasses) -> Injection? {
        switch budget.bound {
        case .time(let rows, let figure, let most):
            Set(base.flatMap(\.times.keys)).filter(rows.matches).min().map { longer(budget, $0, figure, most, base) }
        case .never(let what, let under):
            call(budget, name(what, classes), below: under, times: 1, of: base, subject: budget.name)
        case .calls(let what, let per, let most):
            if case .call(let root) = per {
                call(budget, name(what, classes), below: root, times: Int(most) + 1, of: base, subject: nil)
            } else {
                call(
                    budget, name(what, classes), below: "*", times: 10 * (Int(most) + 1), of: base, subject: budget.name
                )
            }
        case .imbalance(let map, _): busier(budget, map, base)
        case .allJoined:
            Injection(
                name: "budget \(budget.name): a request that is not joined", rules: [.budget], subject: budget.name
            ) { capture in
                var capture = capture
                capture.requests?.unjoined += 1
                return capture
            }
        case .nothingLost: nil
        }
    }

    private static func longer(
        _ budget: Budget, _ row: Row, _ figure: Figure, _ most: Double, _ base: [CaptureProfile]
    ) -> Injection {
        let value = TimeRows.median(base.compactMap { $0.times[row]?.value(figure) })
        let factor = 3 * max(1, most / max(1, value))
        return Injection(
            name: "budget \(budget.name): \(row.name), \(TimeText.number(factor)) times as long", rules: [.budget],
            subject: "\(budget.name): \(row.name)"
        ) { capture in
            var capture = capture
            capture.times[row] = capture.times[row]?.scaled(by: factor)
            return capture
        }
    }

    /// A function of a class, or of the name that is given.
    private static func name(_ what: String, _ classes: CallClasses) -> String {
        String((classes.patterns[what]?.first ?? what).prefix { $0 != " " }.filter { !"*?[]".contains($0) })
    }

    /// - Parameter subject: nil where it has the root's name behind the budget's.
    private static func call(
        _ budget: Budget, _ function: String, below pattern: String, times: Int, of base: [CaptureProfile],
        subject: String?
    ) -> Injection? {
        guard let caller = base.first?.calls.first(where: { Glob.matches($0.function, pattern) })?.function else {
            return nil
        }
        return Injection(
            name: "budget \(budget.name): \(times) more calls of \(function) in each \(caller)", rules: [.budget],
            subject: subject ?? "\(budget.name): \(caller)"
        ) { capture in
            var capture = capture
            guard let place = capture.calls.firstIndex(where: { $0.function == caller }) else { return capture }
            let node = capture.calls[place]
            capture.calls.insert(
                CallNode(
                    depth: node.depth + 1, function: function, layer: "other", calls: node.calls * times,
                    callersWith: node.calls,
                    fewest: times, most: times, selfNs: 100), at: place + 1)
            return capture
        }
    }

    private static func busier(_ budget: Budget, _ pattern: String, _ base: [CaptureProfile]) -> Injection? {
        let paths = Set(base.flatMap(\.times.keys)).filter { $0.kind == .path && Glob.matches($0.map, pattern) }
        guard let path = paths.min() else { return nil }
        return Injection(
            name: "budget \(budget.name): \(path.name) gets a hundred times the tries", rules: [.budget],
            subject: "\(budget.name): \(path.map)"
        ) { capture in
            var capture = capture
            guard let times = capture.times[path]?.times else { return capture }
            var more = Histogram()
            for bucket in times.buckets {
                more.record(Histogram.values(of: bucket.index).lowerBound, times: 100 * bucket.count)
            }
            capture.times[path] = Distribution(more)
            return capture
        }
    }
}

extension Row {
    /// Of a path: its map.
    var map: String { String(of.prefix { $0 != "/" }) }
}
