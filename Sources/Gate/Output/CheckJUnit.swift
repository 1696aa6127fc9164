/// A test case for each thing that was looked at, as CI servers show them.
///
/// Jenkins' form (junit-10.xsd), which others read as well. What cannot be told is an error, not skipped: skipped tests pass.
struct CheckJUnit: CheckFormat {
    let name = "junit"
    let help = "a test case for each row, call and budget, as JUnit XML"

    func render(_ result: CheckResult, _ options: CheckOptions) -> String {
        let failures = result.findings.count { $0.verdict == .worse }
        let errors = result.passesCannotTell ? 0 : result.findings.count { $0.verdict == .cannotTell }
        var lines = [
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
            "<testsuites name=\"dmflow check\" tests=\"\(result.findings.count)\" failures=\"\(failures)\" errors=\"\(errors)\">",
            "  <testsuite name=\"dmflow check\" tests=\"\(result.findings.count)\" failures=\"\(failures)\" errors=\"\(errors)\" skipped=\"0\">",
        ]
        var seen: [String: Int] = [:]
        for finding in result.findings { lines += testCase(finding, result.passesCannotTell, &seen) }
        let notes = result.notes + [result.method].compactMap(\.self) + ["verdict: \(result.verdict.rawValue)"]
        lines.append("    <system-out>\(Self.escaped(notes.joined(separator: "\n")))</system-out>")
        return (lines + ["  </testsuite>", "</testsuites>"]).joined(separator: "\n") + "\n"
    }

    private func testCase(_ finding: Finding, _ passesCannotTell: Bool, _ seen: inout [String: Int]) -> [String] {
        // Servers follow a case by its name over time.
        let key = "\(finding.rule.rawValue) \(finding.subject)"
        let number = seen[key, default: 0] + 1
        seen[key] = number
        let name = Self.escaped(finding.subject + (number > 1 ? " (\(number))" : ""))
        let head = "    <testcase classname=\"dmflow.\(finding.rule.rawValue)\" name=\"\(name)\""
        let message = Self.escaped(finding.message)
        let element: String? =
            switch finding.verdict {
            case .worse: "failure"
            case .cannotTell: passesCannotTell ? nil : "error"
            case .better, .same: nil
            }
        guard let element else { return ["\(head)><system-out>\(message)</system-out></testcase>"] }
        let details = [finding.message, finding.way.isEmpty ? nil : "at " + Changes.name(finding.way), finding.comment]
            .compactMap(\.self)
        return [
            "\(head)>",
            "      <\(element) type=\"\(finding.verdict.rawValue)\" message=\"\(message)\">\(Self.escaped(details.joined(separator: "\n")))</\(element)>",
            "    </testcase>",
        ]
    }

    /// What XML 1.0 cannot have is left out; names are printable already.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\n", "\t": escaped.unicodeScalars.append(scalar)
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: break
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
