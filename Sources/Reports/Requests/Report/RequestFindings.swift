import TraceFormat

/// What a person would say of the requests of a trace: what was slow, where, by how much, on which path. The most important first.
struct RequestFindings {
    /// A sentence, and what it is about.
    struct Finding {
        let text: String
        let subject: Subject
    }

    enum Subject: Equatable {
        case requests
        case paths
        /// The path at this place of the summary's list.
        case path(Int)
        /// The request of this number.
        case request(Int)
    }

    let summary: RequestSummary

    var sentences: [String] { findings.map(\.text) }

    var findings: [Finding] {
        if summary.joined == 0 { return [] }
        return failures + slowPaths + [Finding(text: usual, subject: .requests)] + slowest
    }

    // MARK: Failures

    private var failures: [Finding] {
        var findings: [Finding] = []
        if summary.failed > 0 {
            let count = Figures.plural(summary.failed, "request")
            let text = "\(count) of \(Figures.count(summary.joined)) ended with an error."
            findings.append(Finding(text: text, subject: .requests))
        }
        let paths = summary.paths.filter { $0.failed > 0 }
        if !paths.isEmpty {
            let counts = paths.map {
                "\($0.facts.name) \(Figures.count($0.failed)) of \(Figures.plural($0.tries, "time"))"
            }
            let text =
                "Tries failed on " + counts.joined(separator: ", ")
                + (summary.retried > 0 ? "; \(Figures.plural(summary.retried, "request")) went on another way." : ".")
            findings.append(Finding(text: text, subject: .paths))
        }
        let again = summary.paths.filter { $0.retries > 0 }
        if !again.isEmpty {
            let counts = again.map { "\($0.facts.name) \(Figures.count($0.retries))" }
            let text = "SCSI sent commands again: " + counts.joined(separator: ", ") + "."
            findings.append(Finding(text: text, subject: .paths))
        }
        return findings
    }

    // MARK: Slow paths

    private var slowPaths: [Finding] {
        summary.paths.enumerated().compactMap { index, path in
            guard let verdict = summary.verdict(on: path), verdict.isSlow else { return nil }
            let (own, others) = (path.latency.percentiles([0.5])[0], verdict.siblingLatency.percentiles([0.5])[0])
            let names = verdict.siblings.map(\.facts.name)
            let siblings = names.count == 1 ? names[0] : "its \(names.count) siblings"
            let place = verdict.stage.map { "; " + Self.more($0.comparison, in: $0.name) }
            let text =
                "\(path.facts.name) is slow: half of its tries took \(Figures.duration(own)) or more, of \(siblings) "
                + "\(Figures.duration(others))" + (place ?? "")
                + " (longer in \(Self.rounded(verdict.comparison.slowerInPercent)) of 100 pairs, "
                + "\(Figures.count(path.latency.count)) and \(Figures.count(verdict.siblingLatency.count)) tries)."
            return Finding(text: text, subject: .path(index))
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

    private var slowest: [Finding] {
        guard let slow = summary.slowest.first else { return [] }
        guard let most = slow.mostOfTime else { return [] }
        // Numbers are a trace's own.
        let source = Set(summary.slowest.map(\.source)).count > 1 ? " of \(printable(slow.source))" : ""
        let text =
            "The slowest, number \(slow.id)\(source), took \(Figures.duration(slow.latencyNs)), \(Figures.duration(most.ns)) of it in "
            + "\(most.stage)" + (most.path.map { " on \($0)" } ?? "") + "."
        return [Finding(text: text, subject: .request(slow.id))]
    }
}
