import Foundation
import TestSupport
import Testing

/// `dmflow tree` with what chooses trees, and as one tree.
@Suite struct TreeViewTests {
    private static let capture = Fixtures.path("6.1/requests-graph.dat.xz")

    private func titles(_ arguments: String) throws -> Int {
        let result = try Program.run(
            ["tree", "--depth", "1"] + arguments.split(separator: " ").map(String.init) + [Self.capture])
        #expect(result.status == 0, "\(arguments): \(result.errors)")
        return result.output.matches(of: #/(?m)^# .*, \d+ calls?/#).count
    }

    @Test func filtersLeaveSomeTrees() throws {
        let all = try titles("")
        for filter in [
            "--root dm_*", "--root dm_mq_queue_rq", "--function tcp_sendmsg", "--layer net", "--task kworker*",
            "--cpu 1",
            "--from 1ms --to 100ms", "--slower-than 500us", "--path sda", "--path sdb",
        ] {
            let some = try titles(filter)
            #expect(some > 0 && some < all, "\(filter): \(some) of \(all)")
        }
        #expect(try titles("--root dm_* --root iscsi_*") > (try titles("--root dm_*")))
        #expect(try titles("--root dm_* --cpu 1") + (try titles("--root dm_* --cpu 0")) == (try titles("--root dm_*")))
    }

    @Test(arguments: [
        ("--layer nte", 64, "there is no layer 'nte'; did you mean 'net'?"),
        ("--function tcp_sndmsg", 2, "no tree that is as asked for calls tcp_sndmsg; did you mean 'tcp_sendmsg'?"),
        ("--callers tcp_sndmsg", 2, "no call there of tcp_sndmsg; did you mean 'tcp_sendmsg'?"),
        ("--root dm_mq_queue_r", 2, "no tree of the trace begins with dm_mq_queue_r; did you mean 'dm_mq_queue_rq'?"),
        ("--path sdz", 2, "none of 40 requests was tried on sdz; dmflow report names the paths"),
        ("--slower-than 1h", 0, "none of 195 trees is as asked for"),
        ("--pick 9999", 2, "trees is the one that was picked; their numbers go from 1"),
    ]) func whatIsNotThereIsSaid(options: String, status: Int, message: String) throws {
        let result = try Program.run(["tree"] + options.split(separator: " ").map(String.init) + [Self.capture])
        #expect(Int(result.status) == status && result.output.isEmpty)
        #expect(result.errors.contains(message) || result.errors.contains("none of 196 trees"), "\(result.errors)")
    }

    @Test(arguments: [
        "--merged --callers f", "--callers f --callees f", "--merged --request 1", "--merged --events", "--pick x",
        "--pick slowest:0", "--sort total", "--request 1 --cpu 0", "--from 2 --to 1", "--cpu -1", "--merged --sort x",
    ]) func whatCannotBeMeantIsRefused(options: String) throws {
        let result = try Program.run(["tree"] + options.split(separator: " ").map(String.init) + [Self.capture])
        #expect(result.status == 64 && result.output.isEmpty && !result.errors.isEmpty)
    }

    @Test(arguments: ["--pick median", "--path sda", "--request 1", "--incident 1"]) func whatReadsTwiceNeedsAFile(
        options: String
    ) throws {
        let result = try Program.run(["tree"] + options.split(separator: " ").map(String.init) + ["-"])
        #expect(result.status == 64 && result.errors.contains("standard input can be read once"))
    }

    @Test func viewsSayWhatTheyAreOf() throws {
        let merged = try Program.run(["tree", "--merged", Self.capture])
        #expect(merged.status == 0 && merged.output.hasPrefix("# 195 complete trees of 5 roots, "))
        #expect(merged.output.contains("# 1 tree with calls in doubt, 8.521 ms, is not in it\n"))
        let callers = try Program.run(["tree", "--callers", "tcp_sendmsg", "--depth", "2", Self.capture])
        #expect(callers.output.split(separator: "\n")[2].hasSuffix("  tcp_sendmsg"))
        let callees = try Program.run(["tree", "--callees", "tcp_sendmsg", "--depth", "1", Self.capture])
        // Both are of all its calls.
        #expect(callers.output.split(separator: "\n")[2] == callees.output.split(separator: "\n")[2])
        let slowest = try Program.run([
            "tree", "--pick", "slowest:2", "--root", "dm_mq_*", "--depth", "1", Self.capture,
        ])
        #expect(slowest.output.matches(of: #/(?m)^# slowest( 2)? of 39 of dm_mq_queue_rq, number \d+: /#).count == 2)
        let one = try Program.run(["tree", "--pick", "17", "--depth", "1", Self.capture])
        #expect(one.output.matches(of: #/(?m)^# one of \d+ of \w+, number 17: /#).count == 5)
    }

    /// The second tree is written when the first one has been read: it is there although the pipe is open.
    @Test func treesFromAPipeAreDrawnAsTheyEnd() throws {
        let script = #"""
            set -e
            work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
            mkfifo "$work/in" "$work/out"
            tree() { printf ' 0)               |  %s() {\n 0)   1.000 us    |    g();\n 0)   4.000 us    |  }\n' "$1"; }
            "$DMFLOW" tree - <"$work/in" >"$work/out" &
            exec 3>"$work/in" 4<"$work/out"
            for name in first second third; do
                tree "$name" >&3
                while read -r -t 60 line <&4; do
                    echo "$line"
                    [[ $line != *'}' ]] || break
                done
            done
            exec 3>&-
            wait
            """#
        let result = try Program.run(script: script)
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
        #expect(
            result.output.matches(of: /(first|second|third)\(\) \{/).map { String($0.1) } == [
                "first", "second", "third",
            ])
    }

    @Test func viewsHaveTheColoursOfTheLayersIfAsked() throws {
        let plain = try Program.run(["tree", "--merged", "--color", "never", Self.capture]).output
        let coloured = try Program.run(["tree", "--merged", "--color", "always", Self.capture]).output
        #expect(!plain.contains("\u{1b}") && coloured.replacing(/\u{1b}\[[0-9;]*m/, with: "") == plain)
        #expect(coloured.contains("\u{1b}["))
    }

    @Test func aNameFromATraceIsEscapedInAllViews() throws {
        // Names of functions that have other characters than those of symbols are not understood; the task's can have any.
        let text = """
             0)  \u{1b}[2Jx-1  |               |  f() {
             0)  \u{1b}[2Jx-1  |   1.000 us    |    g();
             0)  \u{1b}[2Jx-1  |   4.000 us    |  }

            """
        let file = try TemporaryFile(Array(text.utf8))
        for view in ["--merged", "--pick slowest", "--callers g*", "--callees f*", "--depth 1", "--task *x*"] {
            let result = try Program.run(["tree"] + view.split(separator: " ").map(String.init) + [file.path])
            #expect(result.status == 0 && !result.output.isEmpty)
            #expect(
                !(result.output + result.errors).unicodeScalars.contains {
                    $0.value < 0x20 && $0 != "\n" || $0.value == 0x9b
                })
        }
    }

    @Test func browsingNeedsATerminalAndAFile() throws {
        let none = try Program.run(["browse", Self.capture])
        #expect(none.status == 2 && none.output.isEmpty)
        #expect(
            none.errors
                == "dmflow: browse needs a terminal; dmflow tree --merged \(Self.capture) prints the same tree\n")
        let piped = try Program.run(["browse", "-"])
        #expect(piped.status == 64 && piped.errors.contains("give a file"))
    }
}
