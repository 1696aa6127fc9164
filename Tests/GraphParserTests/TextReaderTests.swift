import GraphParser
import TestSupport
import Testing

@Suite struct TextReaderTests {
    /// Times of hosts that have been up for long are wider, and thread IDs of seven digits shift the columns.
    @Test(arguments: [0, 9_999, 99_999, 999_999, 12_345_678, 999_999_999], [7, 1_234_567])
    func theScannerReadsWhatTheParserReads(seconds: Int, tid: Int) {
        let width = max(5, String(seconds).count)
        let text = (0..<200).map { index in
            let time = String(repeating: " ", count: width - String(seconds).count) + "\(seconds)."
            let task = index % 2 == 0 ? "kworker-\(tid)" : "kworker-99"
            return "\(time)\(100_000 + index) |   \(index % 2))  \(task)   |   1.000 us    |  f();\n"
        }
        let bytes = Array(text.joined().utf8)
        let end = [UInt8](repeating: UInt8(ascii: "\n"), count: 2000)
        let (whole, pieces) = (TextReading(bytes + end), TextReading(bytes + end, chunk: 100))
        #expect(whole.lines == pieces.lines && whole.calls.map(\.start) == pieces.calls.map(\.start))
        #expect(whole.counts.calls == 200)
        #expect(whole.calls.first?.start == UInt64(seconds) * 1_000_000_000 + 100_000_000)
    }

    @Test func commentsMayHaveLinesOfTheirOwn() throws {
        let trace = try RecordedTrace(
            text: """
                 0)               |  f() {
                 0)               |    /* iscsi_dbg_session: connection1:0: text
                */
                 0)   1.000 us    |  }

                """)
        #expect(trace.counts.comments == 2)
        #expect(trace.counts.calls == 1)
        #expect(trace.counts.unparsedLines == 0)
    }

    @Test func aCommentThatWasCutEndsWithTheNextCall() throws {
        let trace = try RecordedTrace(
            text: """
                 0)               |  /* no end
                 0)   1.000 us    |  f();

                """)
        #expect(trace.counts.calls == 1)
        #expect(trace.counts.comments == 1)
    }

    @Test func tasksThatTakeTurnsOnACPUKeepTheirOwnStacks() throws {
        let trace = try RecordedTrace(
            text: """
                 0)               |  a() {
                 ------------------------------------------
                 0)    one-1      =>    two-2
                 ------------------------------------------

                 0)               |  b() {
                 0)   1.000 us    |    c();
                 0)   3.000 us    |  }
                 ------------------------------------------
                 0)    two-2      =>    one-1
                 ------------------------------------------

                 0)   2.000 us    |    d();
                 0) + 10.000 us   |  } /* a */

                """)
        #expect(
            trace.outline() == [
                ["b 3000 complete", "  c 1000 complete"], ["a 10000 complete", "  d 2000 complete"],
            ])
        #expect(trace.trees.map(\.root.tid) == [2, 1])
    }

    @Test func anUnnamedTaskMayGoOnOnAnotherCPU() throws {
        let trace = try RecordedTrace(
            text: """
                 1)               |  a() {
                 1)   1.000 us    |    b();
                 0)   1.000 us    |    c();
                 0) + 10.000 us   |  } /* a */

                """)
        #expect(trace.outline() == [["a 10000 complete", "  b 1000 complete", "  c 1000 complete"]])
        #expect(trace.trees[0].root.cpu == 1)
        #expect(trace.trees[0].root.exitCPU == 0)
    }

    @Test func aLineThatFitsNoOpenCallStartsATreeOfItsOwn() throws {
        let trace = try RecordedTrace(
            text: """
                 1)               |  a() {
                 0)   1.000 us    |      c();
                 1) + 10.000 us   |  }

                """)
        #expect(trace.outline() == [["c 1000 complete"], ["a 10000 complete"]])
    }

    @Test func anExitThatIsNotTheOpenCallsIsAnOrphan() throws {
        let trace = try RecordedTrace(
            text: """
                 0)               |  a() {
                 0)   5.000 us    |  } /* b */

                """)
        #expect(trace.outline() == [["a - open"], ["b 5000 orphan"]])
        #expect(trace.counts.open == 1 && trace.counts.orphans == 1 && trace.counts.calls == 0)
    }

    @Test func aBareExitShorterThanItsCallsIsAnOrphan() throws {
        let trace = try RecordedTrace(
            text: """
                 0)               |  a() {
                 0)   5.000 us    |    b();
                 0)   1.000 us    |  }

                """)
        #expect(trace.outline() == [["a - open", "  b 5000 complete"], ["a 1000 orphan"]])
    }

    @Test func timeBelowACallWithoutExitCountsForItsCaller() throws {
        let trace = try RecordedTrace(
            text: """
                 0)               |  a() {
                 0)               |    b() {
                 0)   4.000 us    |      c();
                 0) + 10.000 us   |  }

                """)
        #expect(trace.trees[0].root.selfNs == 6000)
        #expect(!trace.trees[0].isComplete)
    }

    @Test func timeOfAnOrphanIsNotItsCallersOwn() throws {
        let trace = try RecordedTrace(
            text: """
                 0)               |  a() {
                 0)   1.000 us    |      c();
                 0)   4.000 us    |    } /* b */
                 0) + 10.000 us   |  }

                """)
        #expect(trace.trees[0].root.selfNs == 6000)
        #expect(trace.counts.orphans == 1)
    }

    @Test func callsThatSpanALossAreLossy() throws {
        let trace = try RecordedTrace(
            text: """
                 0)   one-1    |               |  a() {
                 1)   two-2    |               |  b() {
                CPU:0 [LOST 12 EVENTS]
                 0)   one-1    |   9.000 us    |  }
                 1)   two-2    |   9.000 us    |  }
                 0)   one-1    |   1.000 us    |  c();

                """)
        #expect(trace.outline() == [["a 9000 lossy"], ["b 9000 complete"], ["c 1000 complete"]])
        #expect(trace.counts.lostEvents == 12)
    }

    /// Before any call there is no task that they could be of.
    @Test(arguments: ["CPU:0 [LOST 12 EVENTS]", "# dd-7, 1 call"]) func whatComesBeforeTheFirstCallIsNobodys(
        line: String
    ) {
        let reading = TextReading(Array((line + "\n 0)   1.000 us    |  a();\n").utf8))
        #expect(reading.counts.calls == 1 && reading.calls.map(\.confidence) == [.complete])
    }

    @Test func aTaskThatCameFromElsewhereMayHaveLostEventsToo() throws {
        let trace = try RecordedTrace(
            text: """
                 1)   two-2    |               |  b() {
                 0)   one-1    |   1.000 us    |  a();
                CPU:0 [LOST EVENTS]
                 0)   one-1    |   1.000 us    |  a();
                 0)   two-2    |   9.000 us    |  } /* b */

                """)
        #expect(trace.outline().last == ["b 9000 lossy"])
        #expect(trace.counts.uncountedLosses == 1)
    }

    @Test func aTaskThatLeftBeforeTheLossWasSaidMayHaveLostEventsToo() throws {
        let trace = try RecordedTrace(
            text: """
                 0)   two-2    |               |  b() {
                 1)   two-2    |   1.000 us    |    c();
                CPU:0 [LOST 3 EVENTS]
                 0)   one-1    |   1.000 us    |  a();
                 1)   two-2    |   9.000 us    |  } /* b */

                """)
        #expect(trace.outline().last == ["b 9000 lossy", "  c 1000 complete"])
    }

    @Test func inventedDurationsThatOverflowDoNotEndTheProgram() throws {
        let longest = "4611686018427387 us"
        let trace = try RecordedTrace(
            text: """
                 0)               |  a() {
                 0) \(longest) |      b();
                 0) \(longest) |      b();
                 0)               |    c() {
                 0) \(longest) |    d();
                 0) \(longest) |    d();
                 0)   1.000 us    |    } /* c */
                 0) \(longest) |  }

                """)
        #expect(trace.counts.leaves == 4)
        #expect(trace.counts.exits == 2)
    }

    @Test func inventedLossesThatOverflowDoNotEndTheProgram() throws {
        let line = "CPU:0 [LOST 999999999999999999 EVENTS]\nCPU:0 [LOST 5 EVENTS]\n"
        let trace = try RecordedTrace(
            text: "# tracer: function_graph\n" + String(repeating: line, count: 40) + " 0)  f();\n")
        #expect(trace.counts.lostEvents == 200)
        #expect(trace.counts.uncountedLosses == 40)
    }

    @Test func hardSpacesOfWebPagesAreSpaces() throws {
        let trace = try RecordedTrace(text: "\u{a0}1)\u{a0} \u{a0}0.035 us\u{a0} \u{a0} |\u{a0} \u{a0} f();\n")
        #expect(trace.outline() == [["f 35 complete"]])
        #expect(trace.calls[0].depth == 1)
    }

    /// What editors, terminals and web pages do to a copy.
    @Test(arguments: [
        " 0)\t  1.000 us\t|\t f();", " 0)   1.000 us    |  \tf();",
        "\u{1b}[32m 0)\u{1b}[0m   1.000 us    |\u{1b}[K    f();",
        "\u{feff} 0)   1.000 us    |    f();", " 0)   1.000 us    |    f();\r",
    ])
    func copiesAreRestored(line: String) throws {
        let trace = try RecordedTrace(text: line + "\n 0)   2.000 us    |    g();\n")
        #expect(trace.calls.map(\.duration) == [1000, 2000])
        #expect(trace.calls.allSatisfy { $0.cpu == 0 && $0.depth >= 1 })
        #expect(trace.counts.unparsedLines == 0)
    }

    @Test func controlBytesInNamesAreEscaped() throws {
        let trace = try RecordedTrace(
            text: " 0)   a\u{7}b-7    |   1.000 us    |  f();\n 0)   1.000 us    |  f\u{202e}();\n")
        #expect(trace.names.comms == [7: "a\\x07b"])
        #expect(trace.source.notUnderstood.map(\.text) == [" 0)   1.000 us    |  f\\u202e();"])
        #expect(trace.source.notUnderstood.map(\.number) == [2])
    }

    /// Also within a comment, and in one chunk or several.
    @Test(arguments: [70_000, 1 << 20], ["", " 0)               |  /* no end\n"])
    func anOverlongLineIsCountedOnceAndForgotten(length: Int, before: String) throws {
        let overlong = " 0) 1 us | " + String(repeating: "x", count: length) + "\n"
        let trace = try RecordedTrace(text: before + overlong + " 0)   1.000 us    |  f();\n")
        #expect(trace.counts.unparsedLines == 1)
        #expect(trace.counts.calls == 1)
        #expect(trace.counts.records == (before.isEmpty ? 2 : 3))
    }

    @Test(arguments: ["function", "nop", "wakeup", "f\u{1b}[2J"])
    func tracesOfOtherTracersAreRefused(tracer: String) {
        #expect { try RecordedTrace(text: "# tracer: \(tracer)\n#\n") } throws: { error in
            guard let error = error as? TraceError else { return false }
            return error.code == .otherTracer && !error.description.contains("\u{1b}")
        }
    }

    /// As the kernel's documentation has it, with the option display-graph.
    @Test func latencyTracersMayPrintCalls() throws {
        let trace = try RecordedTrace(
            text: """
                # tracer: irqsoff
                #
                # irqsoff latency trace v1.1.5 on 5.10.0
                # --------------------------------------------------------------------
                # latency: 23 us, #4/4, CPU#0 | (M:desktop VP:0, KP:0, SP:0 HP:0 #P:2)
                #  => started at: _raw_spin_lock_irq
                #   REL TIME      CPU  TASK/PID       ||||     DURATION                  FUNCTION CALLS
                #      |          |     |    |        ||||      |   |                     |   |   |   |
                        0 us |   0)   bash-1234    |  d... |   0.000 us    |  _raw_spin_lock_irq();
                       12 us |   0)   bash-1234    |  d..1 |               |  f() {
                       23 us |   0)   bash-1234    |  d..1 | + 11.000 us   |  }

                """)
        #expect(trace.outline() == [["_raw_spin_lock_irq 0 complete"], ["f 11000 complete"]])
        #expect(trace.trees.map(\.root.start) == [0, 12_000])
        #expect(trace.source.kernel == "5.10.0")
        #expect(trace.counts.unparsedLines == 0)
    }

    @Test func aCorruptedTraceIsSaid() throws {
        let trace = try RecordedTrace(
            text: """
                # tracer: function_graph
                # WARNING: FUNCTION TRACING IS CORRUPTED
                #          MAY BE MISSING FUNCTION EVENTS
                 0)   1.000 us    |  f();

                """)
        #expect(trace.source.notes.contains { $0.contains("corrupted") })
        #expect(trace.counts.calls == 1)
    }

    @Test func whatTheKernelHadNoRoomForEndsThere() throws {
        let trace = try RecordedTrace(
            text: """
                 0)               |  f() {
                 0)               |    /* a text without end
                and more[LINE TOO BIG]
                 0)   1.000 us    |    } [LINE TOO BIG]
                [LINE TOO BIG]
                 0)   5.000 us    |  }

                """)
        #expect(trace.counts.comments == 2 && trace.counts.unparsedLines == 0)
        #expect(trace.counts.orphans == 1 && trace.counts.calls == 1)
    }

    /// No comment is longer than the kernel's buffer for a line.
    @Test func aCommentWithoutEndDoesNotSwallowTheTrace() throws {
        let lines = String(repeating: "f();\n", count: 3000)
        let trace = try RecordedTrace(text: "  g();\n/* no end\n" + lines)
        #expect(trace.counts.comments < 2100)
        #expect(trace.counts.calls + trace.counts.comments == 3002)
    }

    /// What is left of the last line may read as a call, but not as one that never was.
    @Test func aCutEndInventsNoCall() throws {
        let text = """
             0)               |  f() {
             0)   1.000 us    |    g(a=0x1);
             0) + 12.000 us   |  } /* f [m] */

            """
        for end in 1..<text.utf8.count {
            let reading = TextReading(Array(text.utf8.prefix(end)))
            for call in reading.calls where call.confidence == .complete {
                let name = reading.names[call.function].name
                #expect(["f 12000", "g 1000"].contains("\(name) \(call.duration ?? 0)"))
            }
        }
    }

    @Test(arguments: ["# tracer: function_graph\n#\n", "# tracer: function_graph\n# x\n 0)  |  /* event */\n"])
    func aTraceWithoutCallsIsRefused(text: String) {
        #expect { try RecordedTrace(text: text) } throws: { error in
            guard let error = error as? TraceError else { return false }
            return error.code == .empty && error.problem.hasPrefix("holds no calls")
        }
    }
}
