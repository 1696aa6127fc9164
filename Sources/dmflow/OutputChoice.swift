import Glibc
import Reports

/// What `--output FORMAT[=FILE]` and `--format FORMAT` ask for.
struct OutputChoice {
    let format: any OutputFormat
    /// nil for standard output.
    let file: String?

    /// - Parameter argument: `json`, or `json=report.json`; `-` and the name that systems have for it are standard output.
    init(_ argument: String, of registry: OutputRegistry = .builtin) throws(UsageFailure) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        guard let format = registry.format(named: name) else {
            throw UsageFailure(Suggestion.unknown("output format", name, known: registry.names))
        }
        let file = parts.count > 1 ? String(parts[1]) : nil
        if file == "" {
            throw UsageFailure("'\(argument)' names no file; write \(name)=FILE, or \(name) for standard output")
        }
        self.format = format
        self.file = ["-", "/dev/stdout"].contains(file) ? nil : file
    }

    /// - Parameter name: as `--format` takes it: all goes to standard output.
    static func format(_ name: String) throws(UsageFailure) -> OutputChoice {
        if name.contains("=") {
            throw UsageFailure(
                "--format takes the name of a format only; to write to a file: --output \(shellWord(name))")
        }
        return try OutputChoice(name)
    }

    /// What the help says of each format, a line each.
    static let help = OutputRegistry.builtin.formats.map { "\($0.name): \($0.help)" }.joined(separator: "\n")

    /// - Throws: ``UsageFailure`` if more than one goes to standard output, or one to a terminal that nobody can read.
    static func checkPrinted(_ choices: [OutputChoice]) throws(UsageFailure) {
        if isatty(STDOUT_FILENO) == 1,
            let unreadable = choices.first(where: { $0.file == nil && $0.format.readers == .openers })
        {
            let name = unreadable.format.name
            throw UsageFailure("\(name) is nothing to read on a terminal; give it a file: --output \(name)=FILE")
        }
        let printed = choices.filter { $0.file == nil }.map(\.format.name)
        guard printed.count > 1 else { return }
        throw UsageFailure(
            "\(printed.joined(separator: " and ")) would both go to standard output; "
                + "give all but one a file: --output \(printed[1])=FILE")
    }
}
