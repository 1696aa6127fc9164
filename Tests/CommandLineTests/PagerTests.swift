import Foundation
import TestSupport
import Testing

/// The pager on a terminal, which `script` makes.
@Suite struct PagerTests {
    private static let trace = Fixtures.path("6.1/io.dat")

    /// - Parameters:
    ///   - environment: beside a terminal that can page.
    ///   - isTerminal: else standard output goes where a test's does.
    private func run(
        _ arguments: String, _ environment: [String: String], isTerminal: Bool = true
    ) throws -> Program.Result {
        let command = "\"$DMFLOW\" \(arguments)"
        // -e: with the command's exit code.
        let script = isTerminal ? "script -qec '\(command)' /dev/null < /dev/null" : command
        let result = try Program.run(
            script: script, environment: ["TERM": "xterm", "NO_COLOR": "1"].merging(environment) { $1 })
        return Program.Result(
            status: result.status, output: result.output.replacing("\r\n", with: "\n"), errors: result.errors)
    }

    private static let marking = ["DMFLOW_PAGER": "sed s/^/PAGED/"]

    @Test(arguments: ["report", "tree", "requests --limit 3", "failover"]) func resultsForReadingGoThroughIt(
        command: String
    ) throws {
        let trace = ["report", "tree"].contains(command) ? Self.trace : Fixtures.path("6.1/failover-slow.dat.xz")
        let paged = try run("\(command) \(trace)", Self.marking)
        #expect(paged.status == 0)
        let plain = try run("\(command) --no-pager \(trace)", Self.marking)
        #expect(!plain.output.contains("PAGED"))
        let lines = paged.output.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.contains { $0.hasPrefix("PAGED") })
        #expect(paged.output.replacing("PAGED", with: "") == plain.output)
    }

    @Test(arguments: ["report --format json", "report --format summary", "requests --format jsonl"])
    func resultsForProgramsDoNot(command: String) throws {
        let output = try run("\(command) \(Fixtures.path("6.1/failover-slow.dat.xz"))", Self.marking).output
        #expect(!output.contains("PAGED") && output.contains("{"))
    }

    @Test func whatIsNoTerminalHasNone() throws {
        #expect(!(try run("report \(Self.trace)", Self.marking, isTerminal: false).output.contains("PAGED")))
        #expect(
            !(try run("report \(Self.trace)", Self.marking.merging(["TERM": "dumb"]) { $1 }).output.contains("PAGED")))
    }

    @Test(
        arguments: [
            (["DMFLOW_PAGER": "sed s/^/ONE/", "PAGER": "sed s/^/TWO/"], "ONE"), (["PAGER": "sed s/^/TWO/"], "TWO"),
            (["DMFLOW_PAGER": "", "PAGER": "sed s/^/TWO/"], nil), (["PAGER": "cat"], nil),
        ] as [([String: String], String?)])
    func dmflowsOwnComesFirst(environment: [String: String], mark: String?) throws {
        let output = try run("report \(Self.trace)", environment).output
        for other in ["ONE", "TWO"] { #expect(output.contains(other + "  ") == (mark == other)) }
        #expect(output.contains("dm_mq_queue_rq"))
    }

    /// Nothing of the result is lost.
    @Test(arguments: ["/no/such/pager", "no-such-pager -x", "/etc/hostname"]) func aPagerThatCannotBeRunIsNoFailure(
        pager: String
    ) throws {
        let result = try run("report \(Self.trace)", ["DMFLOW_PAGER": pager])
        #expect(result.status == 0 && result.output.contains("hottest functions"))
    }

    /// More than a pipe holds is not printed then, and nothing is said.
    @Test(arguments: ["true", "head -c 1", "exec 0<&-"]) func whoLeavesItEarlyHasSeenEnough(pager: String) throws {
        let result = try run("tree \(Fixtures.path("6.1/create-load.dat"))", ["DMFLOW_PAGER": pager])
        #expect(result.status == 0 && !result.output.contains("dmflow:"))
    }

    @Test(arguments: ["sed -n 1p", "true"]) func exitCodesAreKept(pager: String) throws {
        let lossy = Fixtures.path("6.1/io-lossy.txt")
        #expect(try run("report --strict \(lossy)", ["DMFLOW_PAGER": pager]).status == 3)
        #expect(try run("report --strict \(Self.trace)", ["DMFLOW_PAGER": pager]).status == 0)
        let missing = try run("report /no/such/file", ["DMFLOW_PAGER": pager])
        #expect(missing.status == 2 && missing.output.contains("dmflow: /no/such/file"))
    }

    /// Messages do not go between what a pager shows.
    @Test func messagesWaitUntilItIsLeft() throws {
        let output = try run(
            "tree --root dm_mq_queue_rq --root no_such \(Self.trace)", ["DMFLOW_PAGER": "cat; sleep 0.2; echo LEFT"]
        ).output
        let (left, said) = (output.range(of: "LEFT"), output.range(of: "dmflow: no tree"))
        #expect(left != nil && said != nil && left!.lowerBound < said!.lowerBound)
    }

    /// Root's pager starts nothing, and nothing that lies where root just is.
    @Test(.enabled(if: geteuid() == 0)) func rootsPagerIsKeptShort() throws {
        let show = "cat > /dev/null; echo SECURE=$LESSSECURE PATH=$PATH LESS=$LESS."
        let output = try run("report \(Self.trace)", ["DMFLOW_PAGER": show, "PATH": ".::/usr/bin:bin:/bin:"]).output
        #expect(output.contains("SECURE=1 PATH=/usr/bin:/bin LESS=FRX."))
    }
}
