import Reports

/// For reading in a terminal.
struct CheckText: CheckFormat {
    let name = "text"
    let help = "for reading: what got worse, by how much, how sure, and which calls own it"
    let endsWithVerdict = true

    func render(_ result: CheckResult, _ options: CheckOptions) -> String {
        var lines = [options.style.bold("\(result.base) captures of base, \(result.head) of head")]
        lines += result.notes.map { "  note: \($0)" }
        for verdict in Verdict.allCases where verdict != .same || options.showsAll {
            lines += section(verdict, result.findings.filter { $0.verdict == verdict }, options.style)
        }
        for tree in result.owners { lines += owner(tree, options.style) }
        lines += ["", "looked at: \(lookedAt(result))"]
        if let method = result.method { lines += ["", "method: \(method)"] }
        lines += [
            "", "verdict: \(result.verdict.rawValue)" + (passesAnyway(result) ? ", which the policy lets pass" : ""),
        ]
        return options.style.shown(lines.joined(separator: "\n") + "\n")
    }

    /// What there was to find something in: a check that looks at nothing passes nothing.
    private func lookedAt(_ result: CheckResult) -> String {
        func count(_ verdict: Verdict) -> Int { result.findings.count { $0.verdict == verdict } }
        let counts = Verdict.allCases.filter { count($0) > 0 }.map { "\(count($0)) \($0.rawValue)" }
        return "\(result.waysOfCalling) ways of calling"
            + (counts.isEmpty
                ? "" : "; of \(result.findings.count) rows, budgets and changes \(counts.joined(separator: ", "))")
    }

    private func passesAnyway(_ result: CheckResult) -> Bool { result.verdict == .cannotTell && result.passes }

    private func section(_ verdict: Verdict, _ findings: [Finding], _ style: Style) -> [String] {
        if findings.isEmpty { return [] }
        let title = verdict == .worse ? style.warning(verdict.rawValue) : style.bold(verdict.rawValue)
        return ["", title]
            + findings.flatMap { finding in
                ["  \(pad(finding.rule.rawValue, 18))\(finding.message)"]
                    + details(finding).map { String(repeating: " ", count: 20) + style.dim($0) }
            }
    }

    private func details(_ finding: Finding) -> [String] {
        var details: [String] = []
        if finding.way.count > 1 { details.append("at \(Changes.name(finding.way))") }
        if let remedy = finding.remedy { details.append(remedy) }
        if let comment = finding.comment { details.append(comment) }
        return details
    }

    private func owner(_ tree: OwnerTree, _ style: Style) -> [String] {
        [
            "",
            style.bold(
                "what owns the difference of \(tree.root): a call of it, with what is below; and its own time, base → head"
            ),
        ]
            + tree.lines.map { line in
                let sign = line.differenceNs < 0 ? "-" : "+"
                let difference = padLeft(sign + TimeText.ns(abs(line.differenceNs)), 11)
                return "  \(difference)  \(String(repeating: "  ", count: line.depth))\(line.function)  "
                    + style.dim("\(TimeText.ns(line.baseNs)) → \(TimeText.ns(line.headNs))")
            }
    }
}
