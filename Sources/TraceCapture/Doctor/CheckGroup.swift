/// A group of the doctor's checks. Each is a file, with its checks as an extension of `Examination`, and a line in `all`.
public struct CheckGroup: Sendable {
    /// What it is called in the JSON.
    public let name: String
    /// What it is called above its findings.
    public let title: String
    /// Whether a capture stands or falls with what it looks at.
    let decides: Bool
    let check: @Sendable (Examination) -> [Finding]

    init(
        _ name: String, title: String, decides: Bool = false, check: @escaping @Sendable (Examination) -> [Finding]
    ) {
        (self.name, self.title, self.decides, self.check) = (name, title, decides, check)
    }

    /// In the order in which they are shown.
    static let all: [CheckGroup] = [.kernel, .permission, .tracing, .stack, .flows, .resources]
}

extension CheckGroup: Hashable, Encodable {
    public static func == (left: CheckGroup, right: CheckGroup) -> Bool { left.name == right.name }

    public func hash(into hasher: inout Hasher) { hasher.combine(name) }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}
