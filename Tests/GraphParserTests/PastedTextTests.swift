import TestSupport
import Testing

@testable import GraphParser

/// What people, mail and web pages make of a trace before it reaches us. Invented after seventy texts that were published.
@Suite struct PastedTextTests {
    static let trace = """
         0)               |  alpha() {
         0)   1.000 us    |    beta();
         0)   3.000 us    |  }

        """
    static let outline = [["alpha 3000 complete", "  beta 1000 complete"]]

    /// What may stand before each line, behind it, or for its blanks.
    static let forms: [@Sendable (String) -> String] = [
        { "> " + $0 }, { ">" + $0 }, { "> > " + $0 }, { ">> " + $0 }, { " > " + $0 },
        { $0.replacing(" ", with: "&nbsp;") }, { $0.replacing(" ", with: "&#160;") },
        { "[2026-11-26 12:00:01] [   12.345678] " + $0 },
        { "Nov 26 12:00:01 host kernel: [   12.345678][  T12] " + $0 },
        { "2026-11-26T12:00:01 Nov 26 12:00:01 host kernel: " + $0 }, { "> [   12.345678] " + $0 }, { "    " + $0 },
        { $0.replacing("}", with: "} /* alpha */") }, { $0.replacing("}", with: "} /* alpha() */") },
        { $0.replacing("}", with: "} // the end") }, { $0.replacing("beta();", with: "beta(); <-- here") },
        { $0.replacing("{", with: "{ // begins") }, { $0 + "\r" },
    ]

    @Test(arguments: forms.indices) func copiesAreRead(form: Int) throws {
        let text = Self.trace.split(separator: "\n").map { Self.forms[form](String($0)) }.joined(separator: "\n")
        let trace = try RecordedTrace(text: text)
        #expect(trace.outline() == Self.outline)
        #expect(trace.counts.unparsedLines == 0)
    }

    /// Lone carriage returns end lines, however the text is cut into pieces.
    @Test(arguments: 1...12) func carriageReturnsEndLines(piece: Int) throws {
        let bytes = Array(Self.trace.replacing("\n", with: "\r").utf8)
        #expect(TextReading(bytes, chunk: piece).lines == TextReading(Array(Self.trace.utf8)).lines)
        let both = Array(Self.trace.replacing("\n", with: "\r\n").utf8)
        #expect(TextReading(both, chunk: piece).lines == TextReading(Array(Self.trace.utf8)).lines)
    }

    // MARK: Damage

    /// More than a remark behind a call is damage, which is counted.
    @Test(arguments: [
        "   beta(); 0)   2.000 us    |    gamma();", "   beta();}", "   beta();  }", "   beta();beta();",
        "   beta();ta();",
        "   beta() { 0)               |      gamma() {", "   beta() {}", "  } 0)   2.000 us    |  }", "  } else {",
        "  }}",
        "   beta(); # 1000.001 us |  }", "   beta(); /* ret=0x0 */ 0)   2.000 us    |    gamma();", "   //beta();",
        "   >beta();",
        "   beta gamma();", "   &nbsp;0)beta();", "   beta-gamma();", "   \u{1b}beta();", "   beta[m]();",
    ])
    func moreThanARemarkIsDamage(body: String) throws {
        let trace = try RecordedTrace(text: " 0)   1.000 us    |  f();\n 0)   1.000 us    |\(body)\n")
        #expect(trace.counts.unparsedLines == 1 && trace.counts.records == 2)
        #expect(trace.counts.calls == 1 && trace.counts.open + trace.counts.orphans == 0)
    }

    @Test(arguments: [
        "beta();", "beta.isra.0();", "beta [m]();", "__x64_sys_read();", "_RNvCs$1:f();", "0xffffffff81000000();",
        "(null)();",
        "beta(); /* ret=0x0 */", "beta(); /* <-f+0x1/0x2 [m] ret=-22 */", "beta(); (ret=0)", "beta(); (2)",
        "beta(); this one is slow",
        "beta();   ", "beta(a=0x1, s=\"x);\");",
    ])
    func whatStandsBehindACallWithoutDamage(body: String) throws {
        let trace = try RecordedTrace(text: " 0)   1.000 us    |  f();\n 0)   1.000 us    |  \(body)\n")
        #expect(trace.counts.calls == 2 && trace.counts.unparsedLines == 0)
    }

    /// A line with an event's own beginning is no part of the event before it.
    @Test(arguments: [
        "           a-1     [000]     1.000003: funcgraph_entry:        2.000 us   |  beta(",
        "           a-1     [000]     1.000003: funcgraph_exit:  ",
        " 1.000003: funcgraph_entry:        2.000 us   |  beta(",
    ])
    func aDamagedCallIsNotTheTextOfAnotherEvent(line: String) throws {
        let event = "           a-1     [000]     1.000002: some_event:           x=1\n"
        let call = "           a-1     [000]     1.000001: funcgraph_entry:        1.000 us   |  alpha();\n"
        let trace = try RecordedTrace(text: call + event + line + "\n" + call)
        #expect(trace.counts.calls == 2 && trace.counts.unparsedLines == 1 && trace.counts.comments == 1)
    }

    /// A call that is glued to a line that is none does not vanish.
    @Test(arguments: [
        " 0)               |  /* ev: a=1 */", " 0)   ==========> |", " => sym", " (Overruns: 0)",
        "##### CPU 1 buffer started ####",
        "# tracer: function_graph", "# CPU  DURATION                  FUNCTION CALLS", "CPU:0 [LOST 3 EVENTS]",
        "# dd-7, 1 call",
        " 0)   1.000 us    |  f(); //", " ------------------------------------------",
    ])
    func aGluedCallIsDamage(line: String) throws {
        let trace = try RecordedTrace(text: Self.trace + line + " 0)   1.000 us    |  g();\n" + Self.trace)
        #expect(trace.counts.unparsedLines == 1 && trace.counts.calls == 4)
        #expect(trace.source.notes.isEmpty)
    }

    /// What a copy has done is undone behind a log's prefix, too; and what is left of a call there is no message.
    @Test(arguments: [
        ("[   12.345678]\t", 0), ("[   12.345678] \u{a0}", 0), ("    [   12.345678] ", 0), ("\t[   12.345678] ", 0),
    ])
    func logsAreRestored(prefix: String, unparsed: Int) throws {
        let text = Self.trace.split(separator: "\n").map { prefix + $0 }.joined(separator: "\n")
        let damaged = "\n" + prefix + "0.300 us    |  g(\n" + prefix + "a message | of the kernel\n"
        let trace = try RecordedTrace(text: text + damaged)
        #expect(trace.outline() == Self.outline)
        #expect(trace.counts.unparsedLines == 1 && trace.counts.comments == 1)
    }

    /// Behind a header as well as at the very beginning.
    @Test func aCutCallBehindAHeaderIsDamage() throws {
        let trace = try RecordedTrace(text: "# tracer: function_graph\n8.341 us    |  f0();\n" + Self.trace)
        #expect(trace.outline() == Self.outline && trace.counts.unparsedLines == 1)
    }

    @Test func callsWithoutRoomAreLost() throws {
        let text = Self.trace + " (Overruns: 12)\n" + Self.trace + " (Overruns: 15)\n"
        #expect(try RecordedTrace(text: text).counts.lostEvents == 15)
        // Also where the call before has been handed on, and not where there is none, whoever asks for other events.
        #expect(TextReading(Array(text.utf8), chunk: 1).counts.lostEvents == 15)
        let event = " 0)               |  /* e: 1 */\n (Overruns: 3)\n"
        #expect(try RecordedTrace(text: event + Self.trace, events: true).counts.lostEvents == 0)
    }

    /// Behind each bracket a remark may begin: to look for its end each time would take a second for a line.
    @Test func manyBracketsAreLookedAtOnce() throws {
        let line = " 0)   1.000 us    |  f(\"" + String(repeating: ");/*", count: 15_000) + "\n"
        let trace = try RecordedTrace(text: Self.trace + String(repeating: line, count: 20))
        #expect(trace.counts.unparsedLines == 20)
    }

    // MARK: Around a trace

    /// In a text with columns a line without any is no call, wherever it stands.
    @Test(arguments: [
        "prepare();", "int main() {", "}", "    close(fd);", "of_it();", "} /* alpha */", "/* a comment */",
    ])
    func aLineWithoutColumnsIsNoCall(line: String) throws {
        for text in [line + "\n" + Self.trace, Self.trace + line + "\n"] {
            let trace = try RecordedTrace(text: text)
            #expect(trace.outline() == Self.outline)
            #expect(trace.counts.unparsedLines == 1)
        }
    }

    /// However far from it.
    @Test(arguments: [10, 3000]) func aProgramBeforeATraceIsNoTrace(lines: Int) throws {
        let trace = try RecordedTrace(text: String(repeating: "    close(fd);\n", count: lines) + Self.trace)
        #expect(trace.outline() == Self.outline && trace.counts.unparsedLines == lines)
    }

    @Test(arguments: [
        "int main(void)\n{\n        prepare();\n        close(fd);\n}\n", "}\n}\n", "words\nf();\nmore words\n",
    ])
    func aProgramIsNoTrace(text: String) {
        #expect { try RecordedTrace(text: text) } throws: { ($0 as? TraceError)?.code == .notATrace }
    }

    /// A crash leaves zeros in a log; what has many of them is no text.
    @Test(arguments: [(1, true), (1024, true), (1025, false)]) func aLogMayHaveZeros(zeros: Int, isRead: Bool) throws {
        let text = String(repeating: Self.trace, count: 100)
        let trace = try? RecordedTrace(bytes: [UInt8](repeating: 0, count: zeros) + Array(("\n" + text).utf8))
        #expect((trace != nil) == isRead)
        if let trace { #expect(trace.trees.count == 100 && trace.counts.unparsedLines == 1) }
    }

    // MARK: Blanks that are lost

    @Test func endsWithoutBlanksAreRefused() {
        let text = " 0) 10.000 us | } /* c */\n 0) 40.000 us | } /* b */\n 0) ! 100.000 us | } /* a */\n"
        #expect { try RecordedTrace(text: text) } throws: { ($0 as? TraceError)?.code == .unsupported }
    }

    /// A web page has made one of several: braces tell how calls nest, for each task.
    @Test func bracesTellWhereBlanksAreLost() throws {
        let whole = String(decoding: try Fixtures.bytes("6.1/columns.default.txt"), as: UTF8.self)
        let squeezed = try RecordedTrace(text: whole.replacing(/\ +/, with: " "))
        let expected = try RecordedTrace(text: whole)
        #expect(squeezed.outline() == expected.outline())
        #expect(squeezed.trees.map(\.root.tid) == expected.trees.map(\.root.tid))
        #expect(squeezed.source.notes.contains { $0.contains("nested by their braces") })
    }

    /// Blanks at the beginning are no columns.
    @Test func blanksThatAreLostBeforeTheColumnsTellNothing() throws {
        let whole = String(decoding: try Fixtures.bytes("6.1/columns.default.txt"), as: UTF8.self)
        let trimmed = try RecordedTrace(text: whole.replacing(/(?m)^\ +/, with: ""))
        #expect(trimmed.outline() == (try RecordedTrace(text: whole)).outline() && trimmed.source.notes.isEmpty)
    }

    @Test func withoutColumnsBracesTellToo() throws {
        let trace = try RecordedTrace(text: "alpha() {\nbeta();\ngamma() {\nbeta();\n}\n}\n")
        #expect(
            trace.outline() == [["alpha - complete", "  beta - complete", "  gamma - complete", "    beta - complete"]])
    }

    /// What `max_graph_depth` makes of a trace has no blanks to lose.
    @Test func callsOfOneDepthAreNoLostBlanks() throws {
        let trace = try RecordedTrace(text: " 0)   1.000 us    |  f();\n 0)   1.000 us    |  g();\n")
        #expect(trace.source.notes.isEmpty)
    }
}
