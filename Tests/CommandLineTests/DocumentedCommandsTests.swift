import Foundation
import TestSupport
import Testing

@testable import dmflow

/// What the documentation tells people to type.
@Suite struct DocumentedCommandsTests {
    static let commands = try! DocumentedCommand.all()

    /// Nothing is run: options and values are parsed, and checked as far as that goes without a file or a machine.
    @Test(arguments: commands) func commandsParse(command: DocumentedCommand) {
        do {
            _ = try Dmflow.parseAsRoot(command.arguments)
        } catch {
            #expect(Dmflow.exitCode(for: error) == .success, "\(Dmflow.message(for: error))")
        }
    }

    @Test func thereAreSome() {
        let pages = Set(Self.commands.map(\.page))
        for page in ["README.md", "first-session.md", "recipes.md", "policy-guide.md", "dmflow-capture.1"] {
            #expect(pages.contains(page))
        }
    }

    @Test(arguments: [
        ("$ dmflow report a.dat | head", ["report", "a.dat"]), ("# dmflow tree a.dat # all of it", ["tree", "a.dat"]),
        (".Dl dmflow capture \\-\\-flow io \\-o a.dat", ["capture", "--flow", "io", "-o", "a.dat"]),
        (
            "    sudo dmflow capture -- dmsetup create m --table \"0 1 zero\"",
            ["capture", "--", "dmsetup", "create", "m", "--table", "0 1 zero"]
        ),
        ("$ dmflow check a.json > out; cat out", ["check", "a.json"]),
    ]) func commandsAreFound(line: String, arguments: [String]) {
        #expect(DocumentedCommand(line: line, page: "")?.arguments == arguments)
    }

    @Test(arguments: [
        "dmflow: tracing failed", "# dmflow-310, at 5.1, 3 calls", "the dmflow report", "`dmflow report`",
        "dmflow report a.dat     0.53 s", "dmflow report reads it.",
    ])
    func otherLinesAreNone(line: String) {
        #expect(DocumentedCommand(line: line, page: "") == nil)
    }

    /// Each flow has a recipe, and each recipe is of a flow that exists.
    @Test func everyFlowHasARecipe() throws {
        let catalogue = try Program.run(["flows"]).output
        let flows = catalogue.matches(of: /(?m)^([a-z][a-z-]*)(?: |:|$)/).map { String($0.1) }
        let recipes = try Fixtures.documentation("recipes.md").matches(of: /(?m)^### `([a-z-]+)`/).map { String($0.1) }
        #expect(Set(recipes) == Set(flows) && recipes.count == flows.count)
    }
}

/// A line of the documentation that begins with dmflow, behind a prompt or none.
struct DocumentedCommand: Sendable, CustomTestStringConvertible {
    let page: String
    let arguments: [String]

    var testDescription: String { "\(page): \(arguments.joined(separator: " "))" }

    init?(line: String, page: String) {
        let typed = line.replacing("\\-", with: "-").trimmingCharacters(in: .whitespaces)
        guard let match = typed.wholeMatch(of: /(?:\.Dl )?(?:[$#] )?(?:sudo )?dmflow ((?:[a-z]|--?[a-zA-Z]).*)/) else {
            return nil
        }
        // A row of a table of measurements, a sentence.
        if typed.contains(/[ ]{2}\d/) || typed.hasSuffix(".") { return nil }
        (self.page, arguments) = (page, Self.words(String(match.1)))
    }

    /// As a shell splits them, up to the end of the command; without what shells replace.
    private static func words(_ text: String) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        for character in text {
            if let open = quote {
                if character == open { quote = nil } else { word?.append(character) }
            } else if character == "'" || character == "\"" {
                (quote, word) = (character, word ?? "")
            } else if "|>;&".contains(character) || character == "#" && word == nil {
                // The 2 of 2> is none of it.
                return words + (word.map { $0 == "2" ? [] : [$0] } ?? [])
            } else if character == " " {
                if let word { words.append(word) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        return words + (word.map { [$0] } ?? [])
    }

    /// All of the README, the pages of the documentation and the manual pages.
    static func all() throws -> [Self] {
        let folders = ["", "Documentation", "Documentation/gallery", "Documentation/man"]
        return try folders.flatMap { folder in
            let place = Fixtures.repository.appending(path: folder)
            let names = try FileManager.default.contentsOfDirectory(atPath: place.path)
            return try names.filter { $0.contains(/\.(md|[1-8])$/) }.sorted().flatMap { name in
                let text = try String(contentsOf: place.appending(path: name), encoding: .utf8)
                let lines = text.replacing("\\\n", with: " ").split(separator: "\n")
                return lines.compactMap { Self(line: String($0), page: name) }
            }
        }
    }
}

extension Fixtures {
    /// A page of the documentation.
    static func documentation(_ name: String) throws -> String {
        try String(contentsOf: repository.appending(path: "Documentation/\(name)"), encoding: .utf8)
    }
}
