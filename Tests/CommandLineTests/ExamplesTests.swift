import ArgumentParser
import TestSupport
import Testing

@testable import dmflow

@Suite struct ExamplesTests {
    private static let commands: [any ParsableCommand.Type] = [Dmflow.self] + Dmflow.configuration.subcommands

    /// The arguments as a shell would split them, without what the shell does itself.
    private static func arguments(_ line: String) throws -> [String] {
        var words: [String] = line.replacing("'", with: "").split(separator: " ").map(String.init)
        let place = try #require(words.firstIndex(of: "dmflow"))
        words.removeFirst(place + 1)
        if let end = words.firstIndex(where: { $0 == ">" || $0 == ">>" || $0 == "|" }) { words.removeSubrange(end...) }
        return words
    }

    private static func examples(of command: any ParsableCommand.Type) -> [String] {
        var lines: [String] = command.configuration.discussion.split(separator: "\n").map(String.init)
        if let head = lines.firstIndex(of: "Examples:") { lines.removeFirst(head + 1) } else { lines = [] }
        return lines.filter { $0.hasPrefix("    ") }
    }

    @Test(arguments: commands.indices) func everyCommandHasExamplesThatItTakes(index: Int) throws {
        let command = Self.commands[index]
        let examples = Self.examples(of: command)
        #expect(!examples.isEmpty, "\(command)")
        for example in examples {
            #expect(!example.contains("\"") && !example.contains("&"), "split this as a shell does")
            let parsed = try Dmflow.parseAsRoot(try Self.arguments(example))
            #expect(command == Dmflow.self || type(of: parsed) == command, "\(example)")
        }
    }

    /// An option that is gone fails the test above.
    @Test func whatNoCommandTakesIsFound() {
        #expect(throws: (any Error).self) { try Dmflow.parseAsRoot(["report", "--no-such-option", "io.dat"]) }
    }

    /// They are to be copied: no help breaks them.
    @Test(arguments: commands.indices) func linesAreShort(index: Int) {
        for line in Self.examples(of: Self.commands[index]) { #expect(line.count <= 80, "\(line)") }
    }
}
