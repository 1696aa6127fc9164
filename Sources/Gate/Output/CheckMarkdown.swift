/// For a comment on a merge request.
struct CheckMarkdown: CheckFormat {
    let name = "markdown"
    let help = "a comment for a merge request"

    func render(_ result: CheckResult, _ options: CheckOptions) -> String {
        var lines = [
            "## dmflow check: \(result.verdict.rawValue)", "",
            "\(result.base) captures of base, \(result.head) of head.",
        ]
        for verdict in Verdict.allCases where verdict != .same {
            let findings = result.findings.filter { $0.verdict == verdict }
            if findings.isEmpty { continue }
            lines += ["", "### \(verdict.rawValue)", "", "| what | finding |", "|---|---|"]
            lines += findings.map { "| \($0.rule.rawValue) | \(cell($0)) |" }
        }
        for tree in result.owners {
            lines += [
                "", "<details><summary>What owns the difference of \(Self.escaped(tree.root))</summary>", "", "```",
            ]
            lines += tree.lines.map { line in
                let sign = line.differenceNs < 0 ? "-" : "+"
                return
                    "\(sign)\(TimeText.ns(abs(line.differenceNs)))  \(String(repeating: "  ", count: line.depth))\(line.function)"
            }
            lines += ["```", "", "</details>"]
        }
        if !result.notes.isEmpty { lines += [""] + result.notes.map { "- \(Self.escaped($0))" } }
        if let method = result.method { lines += ["", "_\(Self.escaped(method))_"] }
        return lines.joined(separator: "\n") + "\n"
    }

    private func cell(_ finding: Finding) -> String {
        let more = finding.remedy.map { "; \($0)" } ?? ""
        let comment = finding.comment.map { "; \($0)" } ?? ""
        return Self.escaped(finding.message + more + comment)
    }

    /// Names of a trace neither end a table's cell nor become markup.
    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            switch character {
            // Where a line is HTML a backslash is one.
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "&": escaped += "&amp;"
            // No address becomes a link.
            case ":": escaped += "&#58;"
            case "@": escaped += "&#64;"
            case _ where "\\`*_{}[]#|!~".contains(character): escaped += "\\\(character)"
            default: escaped.append(character)
            }
        }
    }
}
