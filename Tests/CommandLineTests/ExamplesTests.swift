import ArgumentParser
import TestSupport
import Testing

@testable import dmflow

@Suite struct ExamplesTests {
    private static let commands: [any ParsableCommand.Type] = [Dmflow.self] + Dmflow.configuration.subcommands

    private static let shells: Set<String> = [">", "|", "&&"]

    /// As a shell would split them, up to what the shell does itself.
    private static func words(_ line: Substring) -> [String] {
        let words = line.split(separator: " ").map(String.init)
        return Array(words.dropFirst().prefix { !shells.contains($0) })
    }

    private static func examples(of command: any ParsableCommand.Type) -> [Substring] {
        command.configuration.discussion.split(separator: "\n").filter { $0.hasPrefix("    dmflow ") }
    }

    @Test(arguments: commands.indices) func everyCommandHasExamplesThatItTakes(index: Int) throws {
        let command = Self.commands[index]
        let examples = Self.examples(of: command)
        #expect(!examples.isEmpty, "\(command)")
        for example in examples {
            #expect(!example.contains("'") && !example.contains("\""), "split this as a shell does")
            let parsed = try Dmflow.parseAsRoot(Self.words(example))
            #expect(command == Dmflow.self || type(of: parsed) == command, "\(example)")
        }
    }

    /// An option that is gone fails the test above.
    @Test func whatNoCommandTakesIsFound() {
        #expect(throws: (any Error).self) { try Dmflow.parseAsRoot(["report", "--no-such-option", "io.dat"]) }
    }

    /// They are to be copied: no help breaks them.
    @Test(arguments: commands.indices) func linesAreShort(index: Int) {
        for line in Self.commands[index].configuration.discussion.split(separator: "\n")
        where line.hasPrefix("    dmflow") {
            #expect(line.count <= 80, "\(line)")
        }
    }
}
