import Reports
import TraceCapture

/// The findings for people: a line each, below the name of their group.
struct DoctorText {
    let style: Style
    /// Where lines are broken, between words; nil for nowhere.
    let columns: Int?

    private static let verdictWidth = 7
    private static let subjectWidth = 14
    private static let indent = 2 + verdictWidth + 2 + subjectWidth + 2

    func render(_ diagnosis: Diagnosis) -> String {
        let groups = diagnosis.groups.map { group in
            ([style.bold(group.title)] + diagnosis.findings.filter { $0.group == group }.map(line)).joined(
                separator: "\n")
        }
        return groups.joined(separator: "\n") + "\n" + verdict(diagnosis)
    }

    private func verdict(_ diagnosis: Diagnosis) -> String {
        guard diagnosis.canCapture else { return "" }
        return diagnosis.isCertain
            ? "A capture can be made here.\n" : "Nothing is known to stand in the way of a capture here.\n"
    }

    private func line(_ finding: Finding) -> String {
        let start = "  \(verdict(finding.verdict))  \(pad(finding.subject, Self.subjectWidth))  "
        return start + lines(finding).joined(separator: "\n" + String(repeating: " ", count: Self.indent))
    }

    /// What to do begins a line of its own where not all fits on one, to be copied.
    private func lines(_ finding: Finding) -> [String] {
        let text = finding.fact + (finding.remedy.map { "; \($0)" } ?? "")
        guard let columns, text.count > columns - Self.indent else { return [text] }
        let width = columns - Self.indent
        let fact = Self.wrapped(finding.fact + (finding.remedy == nil ? "" : ";"), to: width)
        return fact + Self.wrapped(finding.remedy ?? "", to: width)
    }

    private func verdict(_ verdict: Finding.Verdict) -> String {
        let text = pad(verdict.rawValue, Self.verdictWidth)
        switch verdict {
        case .ok: return style.dim(text)
        case .note: return style.bold(text)
        case .problem: return style.warning(text)
        }
    }

    /// The text in lines of that many columns, broken between words; a longer word has a line of its own.
    static func wrapped(_ text: String, to width: Int) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] += " \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }

    private func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
