import Reports

/// A change for the worse that is made in what is kept of captures, to see whether a check finds it.
struct Injection: Sendable {
    /// What it is, for people.
    let name: String
    /// A finding that names it: by these rules, about something with this in its name.
    let rules: Set<Finding.Rule>
    let subject: String
    /// What is done to each capture of head.
    let change: @Sendable (CaptureProfile) -> CaptureProfile
}

extension Injection {
    /// A layer that takes longer in each call of a root, and with it the root.
    static func slower(_ row: Row, by part: Double) -> Injection {
        Injection(name: "\(row.name) \(TimeText.percent(part))", rules: [.time], subject: row.name) { capture in
            var capture = capture
            guard let layer = capture.times[row] else { return capture }
            let root = Row(.root, of: row.of)
            if let whole = capture.times[root], whole.value(.p50) > 0 {
                let more = layer.value(.p50) * part * Double(layer.count) / Double(whole.count)
                capture.times[root] = whole.scaled(by: 1 + more / whole.value(.p50))
            }
            capture.times[row] = layer.scaled(by: 1 + part)
            var isInside = false
            for index in capture.calls.indices {
                if capture.calls[index].depth == 0 { isInside = capture.calls[index].function == row.of }
                if isInside, capture.calls[index].layer == row.part { capture.calls[index].selfNs *= 1 + part }
            }
            return capture
        }
    }

    /// A path whose tries take longer, and with them the requests.
    static func slowerPath(_ row: Row, by part: Double) -> Injection {
        Injection(name: "\(row.name) \(TimeText.percent(part))", rules: [.time], subject: row.name) { capture in
            var capture = capture
            guard let path = capture.times[row] else { return capture }
            capture.times[row] = path.scaled(by: 1 + part)
            let requests = Row(.requests)
            if let all = capture.times[requests] {
                capture.times[requests] = all.scaled(
                    by: 1 + part * Double(path.count) / Double(max(path.count, all.count)))
            }
            return capture
        }
    }

    /// A root calls a function that it did not.
    static func extraCall(_ function: String, in root: String) -> Injection {
        let name = Changes.name([root, function])
        return Injection(name: "a new call, \(name)", rules: [.newCall, .fastPath], subject: name) { capture in
            var capture = capture
            guard let place = capture.calls.firstIndex(where: { $0.depth == 0 && $0.function == root }) else {
                return capture
            }
            let calls = capture.calls[place].calls
            capture.calls.insert(
                CallNode(
                    depth: 1, function: function, layer: "other", calls: calls, callersWith: calls, fewest: 1, most: 1,
                    selfNs: 100),
                at: place + 1)
            return capture
        }
    }

    /// A function is no longer called, nor what it calls.
    static func vanishedCall(_ way: [String]) -> Injection {
        let name = Changes.name(way)
        return Injection(name: "a call that is gone, \(name)", rules: [.vanishedCall], subject: name) { capture in
            var capture = capture
            let forest = CallForest(trees: [capture.calls])
            guard let place = forest.nodes.indices.first(where: { forest.way(to: $0) == way }) else { return capture }
            let depth = forest.nodes[place].depth
            let end = forest.nodes[(place + 1)...].firstIndex { $0.depth <= depth } ?? forest.nodes.count
            capture.calls = forest.nodes.indices.filter { !(place..<end).contains($0) }.compactMap {
                forest.nodes[$0].sides[0]
            }
            return capture
        }
    }

    /// Events are lost.
    static let loss = Injection(name: "lost events", rules: [.loss, .budget], subject: "") { capture in
        var capture = capture
        capture.losses.events += 100
        return capture
    }

    /// Whether a check found it.
    func isFound(in result: CheckResult) -> Bool {
        result.findings.contains { finding in
            rules.contains(finding.rule)
                && (finding.verdict == .worse || finding.rule == .loss && finding.verdict == .cannotTell)
                && (subject.isEmpty || finding.subject == subject)
        }
    }
}

extension Distribution {
    /// Every time so many times as long.
    func scaled(by factor: Double) -> Distribution {
        var scaled = Histogram()
        for bucket in times.buckets {
            let values = Histogram.values(of: bucket.index)
            let middle = Double(values.lowerBound) / 2 + Double(values.upperBound) / 2
            scaled.record(Self.ns(middle * factor), times: bucket.count)
        }
        return Distribution(
            usualNs: usualNs * factor, p50Ns: Self.ns(Double(p50Ns) * factor), p90Ns: Self.ns(Double(p90Ns) * factor),
            p99Ns: Self.ns(Double(p99Ns) * factor), times: scaled)
    }

    private static func ns(_ value: Double) -> UInt64 { UInt64(Swift.max(0, Swift.min(value, 1e18)).rounded()) }
}
