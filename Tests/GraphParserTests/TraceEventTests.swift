import TestSupport
import Testing

@testable import GraphParser

/// Events of other kinds between the calls, for those who ask for them.
@Suite struct TraceEventTests {
    @Test(arguments: Fixtures.traces)
    func askingForThemChangesNoCall(fixture: String) throws {
        let plain = try Fixtures.reading(fixture)
        let asked = try Fixtures.reading(fixture, events: true)
        #expect(asked.counts == plain.counts)
        #expect(asked.outline() == plain.outline())
        #expect(plain.trees.allSatisfy(\.events.isEmpty) && plain.eventsOutside == 0)
        let handedOn = asked.trees.reduce(0) { $0 + $1.events.count } + asked.eventsOutside
        // A text's comments are lines, of which an event may have several.
        if asked.source.kind == .traceDat {
            #expect(handedOn == asked.counts.comments)
        } else {
            #expect(handedOn <= asked.counts.comments && (handedOn > 0) == (asked.counts.comments > 0))
        }
    }

    /// The text of the same seconds has them in the same places, with the same names.
    @Test(arguments: ["5.10", "6.1", "6.12", "7.3"])
    func textAndTraceDatAgree(kernel: String) throws {
        let text = try Fixtures.reading("\(kernel)/events.txt", events: true)
        let file = try Fixtures.reading("\(kernel)/events.dat", events: true)
        #expect(places(text) == places(file))
        #expect(text.eventsOutside == file.eventsOutside)
        #expect(places(file).joined().contains { $0.hasPrefix("block_rq_issue in blk_mq_start_request") })
    }

    /// `event in caller before call`, by tree.
    private func places(_ trace: RecordedTrace) -> [[String]] {
        trace.trees.map { tree in
            tree.events.map { other in
                let call = trace.names[tree.nodes[other.call].call.function].name
                let next =
                    other.before < tree.nodes.count ? trace.names[tree.nodes[other.before].call.function].name : ""
                return "\(other.event.name) in \(call) before \(next), CPU \(other.event.cpu)"
            }
        }
    }

    @Test func fieldsOfATraceDatsEventsAreShown() throws {
        let file = try Fixtures.reading("7.3/events.dat", events: true)
        let issued = try #require(file.trees.flatMap(\.events).map(\.event).first { $0.name == "block_rq_issue" })
        #expect(issued.text.hasPrefix("dev=253,0 sector=0 nr_sector=8 bytes=4096"))
        #expect(issued.time != nil)
    }

    // MARK: Invented: what the fixtures lack

    @Test func aTextOfSeveralLinesIsOneEvent() throws {
        let trace = try RecordedTrace(
            text: """
                 0)   a-7   |               |  f() {
                 0)   a-7   |               |    /* iscsi_dbg_conn: connection1:0: first
                  second
                 */
                 0)   a-7   |               |    /* a remark: of trace_printk */
                 0)   a-7   |   2.000 us    |  }

                """, events: true)
        let events = trace.trees.flatMap(\.events).map(\.event)
        #expect(events.map(\.name) == ["iscsi_dbg_conn", ""])
        #expect(events.map(\.text) == ["connection1:0: first second", "a remark: of trace_printk"])
    }

    @Test func controlBytesInThemAreEscaped() throws {
        let trace = try RecordedTrace(
            text: " 0)   a-7   |               |  f() {\n 0)   a-7   |               |    /* e: \u{1b}[2J */\n"
                + " 0)   a-7   |   2.000 us    |  }\n", events: true)
        #expect(trace.trees.flatMap(\.events).map(\.event.text) == ["\\x1b[2J"])
    }

    /// Without the task's column, the CPU tells whose event it is.
    @Test func aTextWithoutTasksHasThemToo() throws {
        let trace = try RecordedTrace(
            text: """
                 0)               |  f() {
                 1)               |  g() {
                 1)               |    /* e: of g */
                 0)   2.000 us    |  }
                 1)   3.000 us    |  }
                 1)               |  /* e: of nobody */

                """, events: true)
        let ofG = try #require(trace.trees.last)
        #expect(trace.names[ofG.root.function].name == "g" && ofG.events.map(\.event.text) == ["of g"])
        #expect(trace.eventsOutside == 1)
    }

    /// It passed for one of the task that runs where nobody knows which does. Found by fuzzing.
    @Test func anEventWithoutAThreadIsNobodys() throws {
        let record = little(UInt16(999)) + [0, 0] + little(UInt32.max)
        // Events were lost before the page.
        let head = little(UInt64(1000)) + little(UInt64(4 + record.count) | 1 << 31) + little(UInt32(record.count / 4))
        let page = head + record + [UInt8](repeating: 0, count: 4096 - head.count - record.count)
        var image = TraceDatImage(pages: [page])
        image.systems.append((name: "other", formats: ["name: e\nID: 999\nformat:\n"]))
        let file = try TemporaryFile(image.bytes())
        let trace = try RecordedTrace(path: file.path, events: true)
        #expect(trace.calls.isEmpty && trace.eventsOutside == 1 && trace.counts.comments == 1)
    }

    /// What the file does not describe can be anything, also a call whose record is damaged.
    @Test func anEventThatIsNotDescribedIsNotUnderstood() throws {
        let record = little(UInt16(998)) + [0, 0] + little(UInt32(7))
        let head = little(UInt64(1000)) + little(UInt64(4 + record.count)) + little(UInt32(record.count / 4))
        let page = head + record + [UInt8](repeating: 0, count: 4096 - head.count - record.count)
        let trace = try RecordedTrace(bytes: TraceDatImage(pages: [page]).bytes())
        #expect(trace.counts.unparsedLines == 1 && trace.counts.comments == 0 && trace.counts.isInDoubt)
    }

    /// What waits for an exit of its task must not change whose turn it is. Found by fuzzing.
    @Test func waitingEventsLeaveTheOrderOfTheCallsAlone() throws {
        let text = """
                1.000002 |   0)   b-8   |               |  /* e: of b */
                1.000030 |   0)   a-7   | + 15.000 us   |      } /* f */
                1.000030 |   1)   b-8   | + 15.000 us   |      } /* g */

            """
        let (plain, asked) = (try RecordedTrace(text: text), try RecordedTrace(text: text, events: true))
        #expect(asked.calls.map(\.tid) == plain.calls.map(\.tid) && plain.calls.map(\.tid) == [7, 8])
    }

    /// An event between two calls must not keep the one out of the other. Found by fuzzing.
    @Test func waitingEventsLeaveTheNestingOfTheCallsAlone() throws {
        let text = """
                1.000030 |   0)   a-7   | + 15.000 us   |      } /* h */
                1.000032 |   0)   a-7   |               |    /* e: between */
                1.000080 |   0)   a-7   | + 20.000 us   |    } /* g */
                1.000090 |   0)   a-7   | + 90.000 us   |  } /* f */
                1.000190 |   0)   a-7   | + 10.000 us   |  } /* f */

            """
        let (plain, asked) = (try RecordedTrace(text: text), try RecordedTrace(text: text, events: true))
        #expect(asked.outline() == plain.outline() && plain.trees.first?.nodes.map(\.level) == [0, 1, 2])
    }

    /// They stood between a call's exit and the interrupt that had to be found again. Found by reading.
    @Test func manyEventsDoNotHideALateInterrupt() throws {
        let comment = "   1.000200 |   0)   a-7   |               |    /* e: x */\n"
        let text =
            "   1.000100 |   0)   a-7   |               |  f() {\n   1.000101 |   0)   a-7   | + 10.000 us   |    g();\n"
            + "   1.000150 |   0)   a-7   | + 50.000 us   |    irq();\n" + String(repeating: comment, count: 600)
            + "   1.000260 |   0)   a-7   | + 40.000 us   |  }\n"
        let (plain, asked) = (try RecordedTrace(text: text), try RecordedTrace(text: text, events: true))
        #expect(asked.outline() == plain.outline() && plain.counts.open == 0 && plain.trees.count == 2)
    }

    /// Buffers that only other events come from took the numbers of those with calls. Found by reading.
    @Test func sourcesOfEventsAreNoSourcesOfCalls() throws {
        func line(_ source: String, _ time: String, _ event: String) -> String {
            "\(source):                a-7     [000] .....  \(time): \(event)\n"
        }
        let others = (1...100).map { line("b\($0)", "0.9\(100_000 + $0)", "e: x") }.joined()
        let calls = ["x", "y"].flatMap { source in
            [
                line(source, "1.000100", "funcgraph_entry:                   |  f() {"),
                line(source, "1.000200", "funcgraph_exit:       + 90.000 us  |  }"),
            ]
        }
        let text = others + [calls[0], calls[2], calls[1], calls[3]].joined()
        let (plain, asked) = (try RecordedTrace(text: text), try RecordedTrace(text: text, events: true))
        #expect(asked.outline() == plain.outline() && plain.counts.calls == 2 && asked.eventsOutside == 100)
    }

    /// Two megabytes of tiny records with hundreds of fields became gigabytes of text. Found by reading.
    @Test func anEventsTextIsLimited() throws {
        let fields = (0..<240).map { index in
            "\tfield:u8 \(String(repeating: "n", count: 180))\(index);\toffset:8;\tsize:1;\tsigned:0;\n"
        }
        let text = "name: e\nID: 99\nformat:\n\(TraceDatImage.common)\n\n\(fields.joined())\nprint fmt: \"\"\n"
        let event = try #require(EventFormatParser.parse(Array(text.utf8), system: "x"))
        let described = event.describe([UInt8](repeating: 1, count: 12).span.bytes)
        #expect(described.utf8.count < 5000 && described.hasSuffix(" …"))
    }

    /// With tracing_thresh the call that an event is inside of is known only when it ends.
    @Test func eventsWaitForTheirCallsExit() throws {
        let trace = try RecordedTrace(
            text: """
                    1.000002 |   0)   a-7   |               |  /* e: before */
                    1.000020 |   0)   a-7   |               |  /* e: in g */
                    1.000030 |   0)   a-7   | + 15.000 us   |    } /* g */
                    1.000032 |   0)   a-7   |               |  /* e: in f */
                    1.000050 |   0)   a-7   | + 40.000 us   |  } /* f */
                    1.000080 |   0)   a-7   | + 20.000 us   |  } /* f */

                """, events: true)
        let tree = try #require(trace.trees.first)
        let places = tree.events.map { "\($0.event.text): \(trace.names[tree.nodes[$0.call].call.function])" }
        #expect(places == ["in g: g", "in f: f"])
        #expect(trace.eventsOutside == 1 && trace.trees.count == 2)
    }
}
