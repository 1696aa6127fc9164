import FoundationEssentials
import TraceFormat

/// All that a check says, for programs.
struct CheckJSON: CheckFormat {
    static let schema = "dmflow.check/1"

    let name = "json"
    let help = "all findings with their figures, as JSON (\(schema))"

    struct Report: Encodable {
        struct Item: Encodable {
            let rule: Finding.Rule
            let subject: String
            let verdict: Verdict
            let message: String
            let effect: Finding.Effect?
            let moreCaptures: Int?
            let unit: String?
            let way: [String]?
            let comment: String?
        }

        struct Owner: Encodable {
            struct Line: Encodable {
                let depth: Int
                let function: String
                let layer: String
                let baseNs: Double
                let headNs: Double
                let differenceNs: Double
            }

            let root: String
            let lines: [Line]
        }

        let schema: String
        let verdict: Verdict
        let passes: Bool
        let base: Int
        let head: Int
        let waysOfCalling: Int
        let method: String?
        let notes: [String]
        let findings: [Item]
        let owners: [Owner]
    }

    func render(_ result: CheckResult, _ options: CheckOptions) throws -> String {
        let report = Report(
            schema: Self.schema, verdict: result.verdict, passes: result.passes, base: result.base, head: result.head,
            waysOfCalling: result.waysOfCalling, method: result.method, notes: result.notes,
            findings: result.findings.map {
                .init(
                    rule: $0.rule, subject: $0.subject, verdict: $0.verdict, message: $0.message, effect: $0.effect,
                    moreCaptures: $0.moreCaptures, unit: $0.moreCaptures == nil ? nil : $0.unit,
                    way: $0.way.isEmpty ? nil : $0.way, comment: $0.comment)
            },
            owners: result.owners.map { tree in
                .init(
                    root: tree.root,
                    lines: tree.lines.map {
                        .init(
                            depth: $0.depth, function: $0.function, layer: $0.layer, baseNs: $0.baseNs,
                            headNs: $0.headNs,
                            differenceNs: $0.differenceNs)
                    })
            })
        return try JSONText.of(report)
    }
}

/// JSON for people and programs: keys sorted, a line each.
enum JSONText {
    static func of(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        return printableJSON(String(decoding: try encoder.encode(value), as: UTF8.self)) + "\n"
    }
}
