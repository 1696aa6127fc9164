import ArgumentParser
import Glibc
import TraceCapture
import TraceFormat

/// What to say about arguments that cannot be parsed: what was meant, where that can be told; else the parser's own words.
struct UsageHint {
    let arguments: [String]

    /// A line; nil where the parser says it as well.
    var line: String? { unknownCommand ?? forgottenTerminator }

    // MARK: Commands

    private static let commands = Dmflow.configuration.subcommands.compactMap { $0.configuration.commandName }

    private var unknownCommand: String? {
        guard let name = arguments.first, !name.hasPrefix("-"), !(Self.commands + ["help"]).contains(name) else {
            return nil
        }
        let exists = RawString(name).withCString { access($0, F_OK) } == 0
        if exists, nearestNames(to: name, among: Self.commands).isEmpty {
            return "there is no command '\(name)'; to read the file of that name: dmflow report \(shellWord(name))"
        }
        return Suggestion.unknown("command", name, known: Self.commands)
    }

    // MARK: The command of a capture

    /// A command belongs behind `--`, since it may have options of its own. Where it begins, the parser itself tells: at the first
    /// word before which `--` makes the arguments right.
    private var forgottenTerminator: String? {
        guard arguments.first == CaptureCommand.configuration.commandName, !arguments.contains("--") else { return nil }
        let place = arguments.indices.dropFirst().first { place in
            !arguments[place].hasPrefix("-") && isRight(Array(arguments[..<place] + ["--"] + arguments[place...]))
        }
        guard let place else { return nil }
        let name = arguments[place]
        if FlowCatalogue.builtin.flows.contains(where: { $0.name == name }) {
            return "'\(shellWord(name))' is a flow; write: dmflow capture --flow \(shellWord(name)) ..."
        }
        let words = optionsFirst(from: place) ?? arguments[..<place] + ["--"] + arguments[place...]
        return "a command to run stands behind --, and '\(name)' does not; "
            + "write: dmflow \(words.map(shellWord).joined(separator: " "))"
    }

    /// The arguments with the options behind the command before it, if all of them can be the capture's; the command may have some
    /// of the same name, but who forgot `--` more likely meant the capture's.
    private func optionsFirst(from place: Int) -> ArraySlice<String>? {
        guard let option = arguments[place...].firstIndex(where: { $0.hasPrefix("-") }) else { return nil }
        let words = arguments[..<place] + arguments[option...] + ["--"] + arguments[place..<option]
        return isRight(Array(words)) ? words : nil
    }

    private func isRight(_ arguments: [String]) -> Bool {
        guard let command = try? Dmflow.parseAsRoot(arguments) else { return false }
        return command is CaptureCommand
    }
}

/// A word as a shell takes it for itself.
func shellWord(_ word: String) -> String {
    let shown = printable(word)
    if shown != word { return "$'\(escaped(word))'" }
    let isPlain = !word.isEmpty && word.allSatisfy { $0.isLetter || $0.isNumber || "-_./=:,+@%".contains($0) }
    return isPlain ? word : "'\(word.replacing("'", with: #"'\''"#))'"
}

/// Inside of `$'…'`, where the escapes of `printable` are those of the shell.
private func escaped(_ word: String) -> String {
    word.map { character in
        switch character {
        case "\\", "'": "\\\(character)"
        default: printable(String(character))
        }
    }.joined()
}
