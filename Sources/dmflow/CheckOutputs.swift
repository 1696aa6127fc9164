import Gate
import Reports
import TraceFormat

/// Where a check's result goes: `--output FORMAT[=FILE]`, each given once or several times.
struct CheckOutputs {
    private let choices: [(format: any CheckFormat, file: String?)]

    static let names = CheckFormats.builtin.map(\.name)
    /// What the help says of each format, a line each.
    static let help = CheckFormats.builtin.map { "\($0.name): \($0.help)" }.joined(separator: "\n")

    /// Takes files away that an earlier check left: they would tell of that one if this one cannot be done.
    ///
    /// - Parameter files: what is read, and what is written besides.
    /// - Throws: ``UsageFailure`` for a format that there is not, and if several go to one place, or over what is read.
    init(_ arguments: [String], besides files: [String]) throws {
        choices = try (arguments.isEmpty ? [Self.names[0]] : arguments).map { argument in
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let format = CheckFormats.format(named: parts[0]) else {
                throw UsageFailure(Suggestion.unknown("output format", parts[0], known: Self.names))
            }
            if parts.count > 1, parts[1].isEmpty {
                throw UsageFailure(
                    "'\(argument)' names no file; write \(parts[0])=FILE, or \(parts[0]) for standard output")
            }
            return (format, parts.count > 1 && parts[1] != "-" ? parts[1] : nil)
        }
        let printed = choices.filter { $0.file == nil }.map(\.format.name)
        if printed.count > 1 {
            throw UsageFailure(
                "\(printed.joined(separator: " and ")) would both go to standard output; give all but one a file")
        }
        var known = Set(files)
        for file in choices.compactMap(\.file) where !NamedDevice.isOne(file) {
            guard known.insert(file).inserted else {
                throw UsageFailure("\(file): is used by this command already; choose another file for the output")
            }
            ResultText.remove(file)
        }
    }

    /// Writes all of them, those to files first. The last line that is printed, on whichever stream, is the verdict.
    func write(_ result: CheckResult, _ options: CheckOptions, color: ColorChoice) throws {
        for choice in choices.sorted(by: { $0.file != nil && $1.file == nil }) {
            var options = options
            options.style = choice.file == nil ? .ofStandardOutput(color) : .ofOutput(.never, isTerminal: false)
            try ResultText.write(try choice.format.render(result, options), to: choice.file)
        }
        let isSaid = choices.contains { $0.file == nil && $0.format.endsWithVerdict }
        if !isSaid { printError("verdict: \(result.verdict.rawValue)") }
    }
}
