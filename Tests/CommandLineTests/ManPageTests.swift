import Foundation
import TestSupport
import Testing

@testable import dmflow

@Suite struct ManPageTests {
    /// Every option that a command takes has its place in the command's man page, and no page has an option that does not exist.
    @Test(arguments: Dmflow.configuration.subcommands.compactMap({ $0.configuration.commandName }))
    func manPagesHaveAllOptionsAndNoOthers(command: String) throws {
        let help = try Program.run([command, "--help"]).output
        // Not those that an explanation names.
        let columns = help.split(separator: "\n").filter { $0.hasPrefix("  -") }.map { $0.prefix(26) }.joined(
            separator: "\n")
        let offered = Set(columns.matches(of: /--([a-z][a-z-]+)/).map { String($0.1) }).subtracting([
            "help", "version",
        ])
        let page = Fixtures.repository
            .appending(path: "Documentation/man/dmflow-\(command).1")
        let text = try String(contentsOf: page, encoding: .utf8)
        let documented = Set(text.matches(of: /(?m)^\.It Fl (?:[a-z] , )?-([a-z][a-z-]+)/).map { String($0.1) })
        #expect(documented == offered)
        #expect(offered.isEmpty == (command == "restore"))
    }
}
