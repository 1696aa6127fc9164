/// Commands as somebody would type them, at the end of a command's help. A test runs the parser on each.
struct Examples {
    /// What one gets, and the line for a shell.
    private let lines: [(what: String, command: String)]

    init(_ lines: KeyValuePairs<String, String>) { self.lines = lines.map { (what: $0.key, command: $0.value) } }

    /// A paragraph of a command's discussion.
    var text: String {
        "\n\nExamples:\n" + lines.map { "  \($0.what):\n    \($0.command)" }.joined(separator: "\n")
    }
}
