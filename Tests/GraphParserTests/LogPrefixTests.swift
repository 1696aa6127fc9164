import TestSupport
import Testing

@testable import GraphParser

/// Traces that were dumped to the console and come back as a log.
@Suite struct LogPrefixTests {
    @Test(arguments: [
        "[   12.345678] ", "[    0.000000] ", "[12345.678901][  T123] ", "[   12.345678][    C0] ", "[    T1] ",
        "<4>[   12.345678] ", "<0>", "kern  :emerg : [   12.345678] ", "kern  :warn  : [Mon Nov 23 04:06:27 2026] ",
        "[Mon Nov 23 04:06:27 2026] ", "[Nov23 04:06] ", "[  +0.000012] ", "[<    0.000012>] ",
        "[   12.345678 <    0.000012>] ", "Nov 23 04:06:27 host kernel: ",
        "Nov  3 04:06:27 host kernel: [   12.345678] ",
        "Nov 23 04:06:27.123456 host.domain kernel: ", "2026-11-23T04:06:27+0000 host kernel: ",
        "2026-11-23T04:06:27.123456+00:00 host kernel: [   12.345678] ", "2026-11-23T04:06:27,123456+00:00 ",
        "2026-11-23 04:06:27.123 ", "[   12.345678] host kernel: ", "Nov 23 04:06:27 host multipathd[123]: ",
        "Thu 2026-11-26 17:45:55 UTC host kernel: ", "Thu 2026-11-26 17:45:55.123456 CEST host kernel: ",
        "1764179155.123456 host kernel: ",
    ])
    func prefixesEndWhereTheLineBegins(prefix: String) {
        for line in [
            " 0)   1.000 us    |  f();", "   12.345678 |   0)   bash-1234    |  f() {", "f() {",
            "CPU:3 [LOST 1 EVENTS]",
        ] {
            let bytes = Array((prefix + line).utf8)
            #expect(LogPrefix.end(of: bytes.span) == prefix.utf8.count)
        }
    }

    @Test(arguments: [
        " 0)   1.000 us    |  f();", "0)   1.000 us    |  f();", "   12.345678 |  f();", "12345.678901 |   0)  f();",
        "f();",
        "kernel_init() {", "<idle>-0 |  f();", "[LINE TOO BIG]", "<...>-12    |  f();", "", "[", "<", "[]", "[1]",
        "Nov", "Nov 23",
        "2026-", "user_path_at() {", "kern  :", "=> [   12.345678] ", "1764179155.123456 |   0)   kernel: ",
        "1764179155.123456 ",
        "Thu 2026-11-26 f() {", "Thu Nov 26 17:45:55", "Thu 2026-11-26 17:45:55", "Thu 2026-11-26T17:45:55+00:00",
    ])
    func linesOfATraceHaveNone(line: String) {
        let bytes = Array(line.utf8)
        #expect(LogPrefix.end(of: bytes.span) == nil)
    }

    static let log = """
        [    1.000000] Linux version 6.1.0 (debian-kernel@lists.debian.org)
        [   12.345670] sysrq: Dump ftrace buffer
        [   12.345671] Dumping ftrace buffer:
        [   12.345672] ---------------------------------
        [   12.345678]  0)               |  a() {
        [   12.345679] }
        [   12.345679] f();
        [   12.345679]  0)   1.000 us    |    b();
        [   12.345680] scsi host3: iSCSI Initiator over TCP/IP
        [   12.345681]  ------------------------------------------
        [   12.345682]  0)   bash-12     =>   kworker-77
        [   12.345683]  ------------------------------------------
        [   12.345684]
        [   12.345685]  0)   1.000 us    |  c();
        a message of somebody else
        [   12.345687]  0)   1.0
        [   12.345688]  0)   kworker-77     =>   bash-12
        [   12.345689]  0)   9.000 us    |  } /* a */
        [   12.345690] ---------------------------------

        """

    @Test func aDumpIsReadFromTheLogAroundIt() throws {
        let trace = try RecordedTrace(text: Self.log)
        #expect(trace.outline() == [["c 1000 complete"], ["a 9000 complete", "  b 1000 complete"]])
        #expect(trace.trees.map(\.root.tid) == [77, 12])
        #expect(trace.counts.comments == 5)
        #expect(trace.counts.unparsedLines == 2)
        expectAccounted(trace.counts)
    }

    @Test func aLogWithoutATraceIsNone() {
        #expect { try RecordedTrace(text: "[    1.000000] f();\n[    1.000001] }\n") } throws: { error in
            (error as? TraceError)?.code == .notATrace
        }
    }

    /// A message that some event prints is no prefix.
    @Test func aTraceThatIsNoLogKeepsItsLines() throws {
        let trace = try RecordedTrace(text: " 0)   1.000 us    |  f();\n[   12.345678]  0)   1.000 us    |  g();\n")
        #expect(trace.counts.calls == 1 && trace.counts.unparsedLines == 1)
    }

    @Test(arguments: ["[   12.345678] ", "Nov 23 04:06:27 host kernel: ", "<4>[   12.345678][  T123] "])
    func aRealTraceIsTheSameInALog(prefix: String) throws {
        let bytes = try Fixtures.bytes("6.1/io.txt").prefix(80_000)
        let lines = bytes.split(separator: 0x0a).dropLast()
        let plain = try RecordedTrace(bytes: Array(lines.joined(separator: [0x0a])))
        let logged = try RecordedTrace(
            bytes: Array(lines.dropFirst(4).map { Array(prefix.utf8) + $0 }.joined(separator: [0x0a])))
        #expect(logged.outline() == plain.outline())
        #expect(logged.counts.unparsedLines == 0 && logged.counts.comments == plain.counts.comments)
    }
}
