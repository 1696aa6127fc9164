import FoundationEssentials
import TraceFormat

/// What this machine can trace, and what stands in the way.
///
/// Looks only: nothing is written, locked or mounted, and nothing is opened that answers by changing something.
public struct Doctor {
    private let examination: Examination
    private let groups: [CheckGroup]

    /// For the machine that this runs on.
    public init() { self.init(Examination(Machine())) }

    init(_ examination: Examination, groups: [CheckGroup] = CheckGroup.all) {
        (self.examination, self.groups) = (examination, groups)
    }

    /// - Parameter catalogue: the flows that are looked for.
    public func examine(_ catalogue: FlowCatalogue = .builtin) -> Diagnosis {
        var examination = examination
        examination.catalogue = catalogue
        return Diagnosis(
            host: examination.machine.host, kernel: examination.machine.release, groups: groups,
            findings: groups.flatMap { $0.check(examination) })
    }
}

/// All findings, by group. As JSON it has the schema in `schema`.
public struct Diagnosis: Encodable, Sendable {
    /// The JSON's schema.
    public let schema = "dmflow.doctor/1"
    /// Its name, as uname(2) has it.
    public let host: String
    /// Its release: `6.1.0-50-amd64`.
    public let kernel: String
    /// Whether nothing stands in the way of a capture, as far as could be found out.
    public let canCapture: Bool
    /// Whether all could be found out that may stand in the way of one. Not in the JSON, whose findings say it.
    public var isCertain: Bool {
        !findings.contains { $0.isUnknown && $0.group.decides }
    }
    /// In the order in which they are shown. Not in the JSON, whose findings name them.
    public let groups: [CheckGroup]
    /// Each with its group, in the order of the groups.
    public let findings: [Finding]

    private enum CodingKeys: String, CodingKey { case schema, host, kernel, canCapture, findings }

    init(host: String, kernel: String, groups: [CheckGroup], findings: [Finding]) {
        (self.host, self.kernel, self.groups, self.findings) = (host, kernel, groups, findings)
        canCapture = !findings.contains { $0.verdict == .problem }
    }

    /// With sorted keys and a newline at the end. An absent remedy is null.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return printableJSON(String(decoding: try encoder.encode(self), as: UTF8.self)) + "\n"
    }
}
