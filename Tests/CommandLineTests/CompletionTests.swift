import Foundation
import Testing

@testable import dmflow

/// What shells complete, by scripts that the program writes itself.
@Suite struct CompletionTests {
    /// As bash calls it when somebody presses Tab.
    @Test(arguments: [
        ("dmflow ", ["doctor", "capture", "live", "flows", "restore", "report", "tree", "browse", "requests"]),
        ("dmflow rep", ["report"]),
        ("dmflow report --form", ["--format"]), ("dmflow report --format ", ["text", "json"]),
        ("dmflow capture --flow fail", ["failover"]), ("dmflow live --flow fail", ["failover"]),
        ("dmflow live --format ", ["text", "jsonl"]), ("dmflow capture --noise ", ["locks", "allocator"]),
        ("dmflow tree --thr", ["--threshold"]), ("dmflow tree --layer n", ["net"]),
        ("dmflow tree --pick slow", ["slowest", "slowest:5"]),
        ("dmflow browse --so", ["--sort"]), ("dmflow browse --sort ", ["total", "self", "first"]),
        ("dmflow requests --format ", ["text", "jsonl", "csv", "waterfall"]),
        ("dmflow requests --operation fl", ["flush"]), ("dmflow requests --sort ", ["latency", "end"]),
        ("dmflow --ver", ["--version"]),
    ]) func bashCompletes(line: String, words: [String]) throws {
        let script = #"""
            source <($DMFLOW --generate-completion-script bash)
            dmflow() { "$DMFLOW" "$@"; }
            COMP_LINE=$1; COMP_POINT=${#1}; read -ra COMP_WORDS <<< "$1"
            if [[ $1 == *' ' ]]; then COMP_WORDS+=(''); fi
            COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 )); COMP_TYPE=9; COMP_KEY=9
            _dmflow dmflow "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}" 2>/dev/null
            printf '%s\n' "${COMPREPLY[@]}"
            """#
        let result = try Program.run(script: "set -- '\(line)'\n\(script)")
        let offered = Set(result.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) })
        #expect(offered.isSuperset(of: words), "\(result.output) \(result.errors)")
        // What does not begin as the word does is not offered.
        let begun = line.split(separator: " ", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        #expect(offered.allSatisfy { $0.hasPrefix(begun) })
    }

    @Test(arguments: ["bash", "zsh", "fish"]) func everyShellKnowsAllOptions(shell: String) throws {
        let result = try Program.run(["--generate-completion-script", shell])
        #expect(result.status == 0 && result.errors.isEmpty)
        for command in Dmflow.configuration.subcommands.compactMap({ $0.configuration.commandName }) {
            let help = try Program.run([command, "--help"]).output
            for option in help.matches(of: /--([a-z][a-z-]+)/).map({ String($0.1) }) {
                #expect(result.output.contains(option), "\(command) \(option)")
            }
        }
    }
}
