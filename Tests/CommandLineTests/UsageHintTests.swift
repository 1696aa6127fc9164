import TestSupport
import Testing

@testable import dmflow

/// Slips at the command line, and what is said then.
@Suite struct UsageHintTests {
    @Test(arguments: [
        (["reprot", "io.dat"], "did you mean 'report'?"), (["repor"], "did you mean 'report'?"),
        (["captrue", "--flow", "io"], "did you mean 'capture'?"), (["flow"], "did you mean 'flows'?"),
        (["frobnicate"], "there are doctor, capture, live, flows, restore, report, requests, failover, tree"),
        (["/dev/null"], "to read the file of that name: dmflow report /dev/null"),
        (["/etc/../dev/null"], "dmflow report /etc/../dev/null"),
    ]) func aMistypedCommandIsNamed(arguments: [String], says: String) throws {
        let result = try Program.run(arguments)
        #expect(result.status == 64 && result.output.isEmpty)
        #expect(result.errors.hasPrefix("dmflow: there is no command '\(arguments[0])'; "))
        #expect(result.errors.contains(says) && result.errors.split(separator: "\n").count == 1, "\(result.errors)")
    }

    @Test(arguments: [
        ("creat", "'create'"), ("crate", "'create'"), ("fail", "'failover' or 'failover-calls'"),
        ("failovr", "'failover'"), ("remove_all", "'remove-all'"),
        ("load,oi", "'io'"),
    ]) func aMistypedFlowIsNamed(flow: String, meant: String) throws {
        let result = try Program.run(["capture", "--flow", flow])
        #expect(result.status == 64 && result.errors.contains("did you mean \(meant)?"), "\(result.errors)")
    }

    @Test func aMistypedRootOfATraceIsNamed() throws {
        let result = try Program.run(["tree", "--root", "dm_mq_queue_rqs", Fixtures.path("6.1/io.txt")])
        #expect(result.status == 2 && result.errors.contains("did you mean 'dm_mq_queue_rq'?"), "\(result.errors)")
        #expect(result.errors.split(separator: "\n", omittingEmptySubsequences: false).count == 2)
    }

    @Test(arguments: [
        (["capture", "dd", "if=/dev/x"], "dmflow capture -- dd if=/dev/x"),
        (["capture", "sleep", "10", "--flow", "io"], "dmflow capture --flow io -- sleep 10"),
        (["capture", "io"], "dmflow capture --flow io ..."),
        (["capture", "--flow", "io", "dd", "if=/dev/x"], "dmflow capture --flow io -- dd if=/dev/x"),
        (
            ["capture", "--flow=io", "--strict", "fio", "--rw=read", "-a"],
            "dmflow capture --flow=io --strict -- fio --rw=read -a"
        ),
        (
            ["capture", "-o", "a b.dat", "sh", "-c", "echo 'x'"],
            #"dmflow capture -o 'a b.dat' -- sh -c 'echo '\''x'\'''"#
        ),
        (["capture", "--stop-at", "fail_path", "--stop-after", "1", "x\u{1b}'y"], #"--stop-after 1 -- $'x\x1b\'y'"#),
    ]) func aForgottenTerminatorIsShownInItsPlace(arguments: [String], line: String) throws {
        let result = try Program.run(arguments)
        #expect(result.status == 64 && result.errors.hasSuffix("\(line)\n"), "\(result.errors)")
        #expect(result.errors.split(separator: "\n").count == 1)
    }

    /// Where more is wrong than that, or nothing of the kind, the parser says it.
    @Test(arguments: [
        ["capture", "--flow", "bogus", "dd"], ["capture", "--depth", "0", "dd"], ["capture", "--bogus", "dd"],
        ["capture", "x", "--", "dd"], ["capture", "--duration", "dd"], ["tree", "a", "b"],
    ]) func otherMistakesAreNotTakenForIt(arguments: [String]) throws {
        let result = try Program.run(arguments)
        #expect(result.status == 64 && !result.errors.contains("write: ") && result.errors.hasPrefix("Error: "))
    }

    @Test func theVersionHasAShortOption() throws {
        let long = try Program.run(["--version"])
        let short = try Program.run(["-V"])
        #expect(short.status == 0 && short.output == long.output && !short.output.isEmpty && short.errors.isEmpty)
    }

    @Test func withoutArgumentsTheHelpIsShown() throws {
        let result = try Program.run([])
        let help = try Program.run(["--help"])
        #expect(result.status == 0 && result.output == help.output)
    }

    @Test(arguments: [
        ("a", "a"), ("a b", "'a b'"), ("", "''"), ("it's", #"'it'\''s'"#), ("a\nb\\'", #"$'a\x0ab\\\''"#), ("é", "é"),
        ("$x", "'$x'"), ("*", "'*'"),
    ]) func wordsAreQuotedForAShell(word: String, quoted: String) {
        #expect(shellWord(word) == quoted)
    }
}
