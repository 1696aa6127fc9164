/// Findings as code scanners have them (SARIF 2.1.0): with rules that keep their ids, and fingerprints by which a finding is known again.
struct CheckSARIF: CheckFormat {
    let name = "sarif"
    let help = "what got worse or cannot be told, as SARIF 2.1.0"

    private struct Log: Encodable {
        let schema = "https://json.schemastore.org/sarif-2.1.0.json"
        let version = "2.1.0"
        let runs: [Run]

        enum CodingKeys: String, CodingKey {
            case schema = "$schema"
            case version, runs
        }
    }

    private struct Run: Encodable {
        let tool: Tool
        let results: [Result]
    }

    private struct Tool: Encodable {
        struct Driver: Encodable {
            let name = "dmflow"
            let rules: [Rule]
        }
        let driver: Driver
    }

    private struct Rule: Encodable {
        let id: String
        let shortDescription: Message
    }

    private struct Message: Encodable { let text: String }

    private struct Result: Encodable {
        let ruleId: String
        let level: String
        let message: Message
        let locations: [Location]
        let partialFingerprints: [String: String]
    }

    private struct Location: Encodable {
        struct Physical: Encodable { let artifactLocation: Artifact }
        struct Artifact: Encodable { let uri: String }
        struct Logical: Encodable { let fullyQualifiedName: String }

        let physicalLocation: Physical
        let logicalLocations: [Logical]
    }

    func render(_ result: CheckResult, _ options: CheckOptions) throws -> String {
        let shown = result.findings.filter { $0.verdict == .worse || $0.verdict == .cannotTell }
        let results = shown.map { finding in
            Result(
                ruleId: "dmflow/\(finding.rule.rawValue)",
                level: finding.verdict == .worse ? "error" : result.passesCannotTell ? "note" : "warning",
                message: Message(text: finding.message),
                locations: [
                    Location(
                        physicalLocation: .init(artifactLocation: .init(uri: Self.uri(options.place))),
                        logicalLocations: [.init(fullyQualifiedName: finding.subject)])
                ],
                partialFingerprints: ["dmflow/v1": "\(finding.rule.rawValue)/\(finding.subject)"])
        }
        let rules = Finding.Rule.allCases.map {
            Rule(id: "dmflow/\($0.rawValue)", shortDescription: Message(text: $0.help))
        }
        return try JSONText.of(Log(runs: [Run(tool: Tool(driver: .init(rules: rules)), results: results)]))
    }

    /// A path relative to where the check ran, as a URI.
    private static func uri(_ path: String) -> String {
        let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/".utf8)
        return path.utf8.reduce(into: "") { uri, byte in
            if plain.contains(byte) {
                uri.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                uri += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
    }
}

extension Finding.Rule {
    /// What it looks at, a sentence.
    var help: String {
        switch self {
        case .newCall: "A function is called in a way in which it was not."
        case .vanishedCall: "A function is no longer called in this way."
        case .fanOut: "A call makes another number of calls than it did."
        case .crossing: "A layer calls another one more or less often."
        case .fastPath: "A path that is declared fast takes a lock, allocates, or may sleep."
        case .callsPerRequest: "A root is called more or less often for each request."
        case .row: "A path or a stage is new, or gone."
        case .time: "Something takes longer."
        case .budget: "A bound of the policy is not kept."
        case .coverage: "Nothing was looked at."
        case .loss: "Something was lost, so that what was counted is not sure."
        }
    }
}
