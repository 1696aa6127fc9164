import TraceFormat

/// One thing that was looked at: what it is, and what to do about it.
public struct Finding: Equatable, Sendable {
    /// What a finding means for a capture.
    public enum Verdict: String, Codable, Sendable {
        /// As it should be.
        case ok
        /// A capture can be made, but somebody should know; or it could not be found out.
        case note
        /// A capture cannot be made, or would be worthless.
        case problem
    }

    /// Where it belongs.
    public let group: CheckGroup
    /// What was looked at, in a word or two.
    public let subject: String
    /// What it means for a capture.
    public let verdict: Verdict
    /// What was found, escaped for a terminal.
    public let fact: String
    /// What to do, as a command where there is one.
    public let remedy: String?

    static let unknownBeginning = "not known: "

    /// Whether it could not be found out.
    public var isUnknown: Bool { fact.hasPrefix(Self.unknownBeginning) }

    init(_ group: CheckGroup, _ subject: String, _ verdict: Verdict, _ fact: String, remedy: String? = nil) {
        self.group = group
        self.subject = subject
        self.verdict = verdict
        // Names of probes, instances and devices are whatever somebody called them.
        self.fact = printable(fact)
        self.remedy = remedy.map { printable($0) }
    }
}

extension Finding: Encodable {
    private enum Key: String, CodingKey { case group, subject, verdict, fact, remedy }

    /// An absent remedy is null, where synthesized coding would leave the key out.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(group, forKey: .group)
        try container.encode(subject, forKey: .subject)
        try container.encode(verdict, forKey: .verdict)
        try container.encode(fact, forKey: .fact)
        try container.encode(remedy, forKey: .remedy)
    }
}

extension CheckGroup {
    func ok(_ subject: String, _ fact: String) -> Finding { Finding(self, subject, .ok, fact) }

    func note(_ subject: String, _ fact: String, remedy: String? = nil) -> Finding {
        Finding(self, subject, .note, fact, remedy: remedy)
    }

    /// What a capture would stop at, in the same words.
    func problem(_ subject: String, _ error: CaptureError) -> Finding {
        Finding(self, subject, .problem, error.fact, remedy: error.remedy)
    }

    func problem(_ subject: String, _ fact: String, remedy: String) -> Finding {
        Finding(self, subject, .problem, fact, remedy: remedy)
    }

    func unknown(_ subject: String, _ reason: String, remedy: String? = nil) -> Finding {
        note(subject, Finding.unknownBeginning + reason, remedy: remedy)
    }
}
