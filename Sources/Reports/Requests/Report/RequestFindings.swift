import TraceFormat

/// What a person would say of the requests of a trace: what was slow, where, by how much, on which path. The most important first.
struct RequestFindings {
    let summary: RequestSummary

    var sentences: [String] {
        if summary.joined == 0 { return [] }
        return failures + slowPaths + [usual] + slowest
    }

    // MARK: Failures

    private var failures: [String] {
        var sentences: [String] = []
        if summary.failed > 0 {
            sentences.append(
                "\(Figures.plural(summary.failed, "request")) of \(Figures.count(summary.joined)) ended with an error.")
        }
        let paths = summary.paths.filter { $0.failed > 0 }
        if !paths.isEmpty {
            let counts = paths.map {
                "\($0.facts.name) \(Figures.count($0.failed)) of \(Figures.plural($0.tries, "time"))"
            }
            sentences.append(
                "Tries failed on " + counts.joined(separator: ", ")
                    + (summary.retried > 0
                        ? "; \(Figures.plural(summary.retried, "request")) went on another way." : "."))
        }
        let again = summary.paths.filter { $0.retries > 0 }
        if !again.isEmpty {
            let counts = again.map { "\($0.facts.name) \(Figures.count($0.retries))" }
            sentences.append("SCSI sent commands again: " + counts.joined(separator: ", ") + ".")
        }
        return sentences
    }

    // MARK: Slow paths

    private var slowPaths: [String] {
        summary.paths.compactMap { path in
            guard let verdict = summary.verdict(on: path), verdict.isSlow else { return nil }
            let (own, others) = (path.latency.percentiles([0.5])[0], verdict.siblingLatency.percentiles([0.5])[0])
            let names = verdict.siblings.map(\.facts.name)
            let siblings = names.count == 1 ? names[0] : "its \(names.count) siblings"
            let place = verdict.stage.map { "; " + Self.more($0.comparison, in: $0.name) }
            return
                "\(path.facts.name) is slow: half of its tries took \(Figures.duration(own)) or more, of \(siblings) "
                + "\(Figures.duration(others))" + (place ?? "")
                + " (longer in \(Self.rounded(verdict.comparison.slowerInPercent)) of 100 pairs, "
                + "\(Figures.count(path.latency.count)) and \(Figures.count(verdict.siblingLatency.count)) tries)."
        }
    }

    /// A delay that every try has is told from what some of them have.
    private static func more(_ comparison: PathComparison, in stage: String) -> String {
        guard comparison.addedNs > comparison.shiftNs / 2 else {
            return
                "what some have more, \(Figures.duration(comparison.shiftNs.magnitude)) in the middle, is in \(stage)"
        }
        return "what nearly every try has more, \(Figures.duration(comparison.addedNs.magnitude)), is in \(stage)"
    }

    private static func rounded(_ percent: Double) -> String { String(Int(percent.rounded())) }

    // MARK: All of them

    private var usual: String {
        let values = summary.latency.percentiles([0.5, 0.99])
        let most = summary.layers.max { ($0.ns.sum, $1.layer) < ($1.ns.sum, $0.layer) }
        let share = most.map { layer in
            "; \(isAtMost(layer.layer) ? "up to " : "")\(Figures.share(layer.ns.sum, of: summary.latency.sum)) of all their time went by in \(place(layer.layer))"
        }
        if summary.joined == 1 {
            return "The request took \(Figures.duration(summary.latency.max))" + (share ?? "") + "."
        }
        let tail = summary.joined < 100 ? "" : ", one in a hundred \(Figures.duration(values[1])) or more"
        let failed = summary.failed > 0 ? ", those that failed included," : ""
        return
            "Half of \(Figures.plural(summary.joined, "request"))\(failed) took \(Figures.duration(values[0])) or less"
            + tail
            + (share ?? "") + "."
    }

    /// Whether stages of the layer hold parts of others, whose points are not recorded.
    private func isAtMost(_ layer: String) -> Bool {
        summary.stages.contains {
            $0.layer == layer
                && ($0.stage.contains(" + ") || $0.stage.contains(" and target") && $0.stage != "wire and target")
        }
    }

    private func place(_ layer: String) -> String {
        guard layer == "target" else { return "the layer \(layer)" }
        // A command that SCSI keeps to send it again, for as long as a session is blocked, is nowhere near the target.
        let waits = summary.stages.contains { $0.layer == layer && $0.stage.contains(RequestPoint.retried.part.name) }
        return waits
            ? "the target, on the way to it, or waiting to be sent again" : "the target and on the way to it"
    }

    private var slowest: [String] {
        guard let slow = summary.slowest.first else { return [] }
        guard let most = slow.mostOfTime else { return [] }
        // Numbers are a trace's own.
        let source = Set(summary.slowest.map(\.source)).count > 1 ? " of \(printable(slow.source))" : ""
        return [
            "The slowest, number \(slow.id)\(source), took \(Figures.duration(slow.latencyNs)), \(Figures.duration(most.ns)) of it in "
                + "\(most.stage)" + (most.path.map { " on \($0)" } ?? "") + "."
        ]
    }
}
