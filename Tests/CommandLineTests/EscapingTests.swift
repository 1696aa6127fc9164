import Foundation
import TestSupport
import Testing
import TraceFormat

/// Names from outside, wherever they come in and wherever they are printed.
@Suite struct EscapingTests {
    /// Moves the cursor, begins a line, turns the direction, is not seen, is no UTF-8.
    private static let hostile = [
        "\u{1b}[2J", "\n", "\u{202e}", "\u{200b}", "\u{ad}", "\u{feff}", "\u{e0041}", "\u{2028}", "\u{fe0f}",
    ]

    private static let commands: [([String], Int32)] = [
        (["report", "/nonexistent/@"], 2), (["tree", "/nonexistent/@"], 2),
        (["report", "/dev/null", "--layers", "/nonexistent/@"], 2),
        (["flows", "--flows", "/nonexistent/@"], 2), (["doctor", "--flows", "/nonexistent/@"], 2),
        (["tree", "--root", "@", Fixtures.path("article/io.txt")], 2), (["report", "x", "--@"], 64),
        (["requests", "x", "@"], 64),
        (["report", "x", "--format", "@"], 64), (["report", "x", "--format=@"], 64), (["capture", "--flow", "@"], 64),
        (["capture", "--noise", "@"], 64), (["capture", "--duration", "@"], 64), (["capture", "--max-size=@"], 64),
        (["capture", "@"], 64), (["@"], 64), (["-@"], 64), (["help", "@"], 0),
        (["capture", "--flows", "/nonexistent/@", "--flow", "io"], 2),
    ]

    @Test(arguments: commands, hostile) func argumentsCannotSteerATerminal(
        command: ([String], Int32), character: String
    ) throws {
        let result = try Program.run(command.0.map { $0.replacing("@", with: "a\(character)b") })
        #expect(result.status == command.1)
        expectPlain(result)
        // The parser shows unknown letters one by one, and help is not about it.
        guard command.0[0] != "-@", command.0[0] != "help" else { return }
        #expect(result.errors.contains("a\(printable(character))b"), "\(result.errors)")
    }

    @Test(arguments: hostile) func filesCannotSteerATerminal(character: String) throws {
        let flows =
            #"{ "schema": "dmflow.flows/1", "flows": [{ "name": "n", "summary": "a@b", "roots": [{ "function": "f" }] }] }"#
        let json = try JSONSerialization.data(withJSONObject: [character])
        let escaped = String(decoding: json.dropFirst(2).dropLast(2), as: UTF8.self)
        let goodFile = try file(flows, "@", escaped)
        let listed = try Program.run(["flows", "--flows", goodFile.path])
        #expect(listed.output.contains("a\(printable(character))b"), "\(listed.output)")
        expectPlain(listed)
        let badFile = try file(flows.replacing("\"name\"", with: "\"na@me\""), "@", escaped)
        let refused = try Program.run(["flows", "--flows", badFile.path])
        #expect(
            refused.status == 2 && refused.errors.contains("'na\(printable(character))me' is no key"),
            "\(refused.errors)")
        expectPlain(refused)
        let layerFile = try file("a@b [m]", "@", character)
        let layers = try Program.run(["report", Fixtures.path("article/io.txt"), "--layers", layerFile.path])
        expectPlain(layers)
        #expect(layers.status == 2)
    }

    @Test(arguments: hostile.filter { $0 != "\n" }) func theNameOfAReportIsEscapedToo(character: String) throws {
        let name = "/tmp/dmflow-\(UUID().uuidString)a\(character)b.txt"
        try FileManager.default.copyItem(atPath: Fixtures.path("article/io.txt"), toPath: name)
        defer { try? FileManager.default.removeItem(atPath: name) }
        for command in [["report", name], ["tree", name], ["report", "--format", "json", name]] {
            expectPlain(try Program.run(command))
        }
        let json = try Program.run(["report", "--format", "json", name]).output
        let report = try #require(JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        #expect((report["source"] as? [String: Any])?["path"] as? String == name)
    }

    /// Only what the program itself prints, line by line.
    private func expectPlain(_ result: Program.Result) {
        for text in [result.output, result.errors] {
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.allSatisfy { printable($0) == $0 }, "\(text.debugDescription)")
        }
        // No line that a name has begun.
        #expect(!(result.output + result.errors).split(separator: "\n").contains { $0.hasPrefix("b") })
    }

    private func file(_ text: String, _ mark: String, _ replacement: String) throws -> TemporaryFile {
        try TemporaryFile(Array(text.replacing(mark, with: replacement).utf8))
    }
}

/// Names that are no UTF-8 reach the system as they are.
@Suite struct RawNameTests {
    /// Beside each other lie two files whose names a repair would make the same.
    @Test func filesOfAnyNameAreOpened() throws {
        let directory = "/tmp/dmflow-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let script = """
            set -e; mkdir \(directory); cd \(directory)
            cp \(Fixtures.path("article/io.txt")) $'io\\xff.txt'; echo wrong > $'io\\xfe.txt'; echo wrong > $'io\\uFFFD.txt'
            echo 'mine [dm_mod]' > $'l\\xff'; echo wrong > $'l\\xfe'
            echo '{ "schema": "dmflow.flows/1", "flows": [{ "name": "mine", "summary": "s", "roots": [{ "function": "f" }] }] }' > $'f\\xff'
            $DMFLOW report $'io\\xff.txt' --layers=$'l\\xff'; $DMFLOW tree $'io\\xff.txt' | grep -c '^# '
            $DMFLOW flows --flows $'f\\xff' 2>&1 | grep ^mine
            $DMFLOW report --format json $'io\\xff.txt' | grep '"path"'
            """
        let result = try Program.run(script: script)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.hasPrefix(#"io\xff.txt:"#) && result.output.contains("  mine "), "\(result.output)")
        #expect(
            result.output.contains("\nmine        s") && result.output.contains(#""path" : "io\\xff.txt""#),
            "\(result.output)")
    }

    @Test func anUnreadableNameIsShownByItsBytes() throws {
        let result = try Program.run(script: #"$DMFLOW report $'/nonexistent/\xff\xc3\xe2\x80'"#)
        #expect(
            result.status == 2 && result.errors.hasPrefix(#"dmflow: /nonexistent/\xff\xc3\xe2\x80: cannot be read"#))
    }
}
