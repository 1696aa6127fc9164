import TestSupport
import Testing

@testable import GraphParser

/// One text of several traces, several buffers; and what headers say.
@Suite struct SeveralTracesTests {
    static let header = """
        # tracer: function_graph
        #
        # CPU  DURATION                  FUNCTION CALLS
        # |     |   |                     |   |   |   |

        """

    /// Without columns the survey of the first trace goes on beyond it, further than a piece: the next one's begins before that.
    /// It trapped. Found by an attack.
    @Test(arguments: ["cat", "gzip"]) func tracesWithoutColumnsMayBeLong(packer: String) throws {
        let header = "# tracer: function_graph\n#\n"
        let call = "f() {\n  g();\n}\n"
        let parts = [10, 25_000, 10, 25_000].map { header + String(repeating: call, count: $0) }
        let bytes = try Shell.output(packer, input: Array(parts.joined().utf8))
        let trace = try RecordedTrace(bytes: bytes)
        #expect(trace.counts.calls == 2 * 50_020 && trace.trees.count == 50_020)
        #expect(trace.source.notes.contains { $0.contains("several traces") })
    }

    /// Twice the same trace: nothing is joined across the header, and all is there twice.
    @Test(arguments: [
        "6.1/columns.txt", "6.1/columns.default.txt", "5.10/io.default.txt", "7.3/thresh.txt", "6.1/io-lossy.txt",
    ])
    func twoTracesInARowAreTwice(fixture: String) throws {
        let bytes = try Fixtures.bytes(fixture)
        let once = try RecordedTrace(bytes: bytes)
        let header = Array(Self.header.utf8)
        let hasHeader = bytes.starts(with: Array("# tracer".utf8))
        let twice = try RecordedTrace(bytes: bytes + (hasHeader ? [] : header) + bytes)
        #expect(twice.outline() == once.outline() + once.outline())
        #expect(twice.trees.map(\.root.tid) == once.trees.map(\.root.tid) + once.trees.map(\.root.tid))
        #expect(twice.counts.unparsedLines == 2 * once.counts.unparsedLines)
        #expect(twice.source.notes.contains { $0.contains("several traces") })
    }

    /// Cut in the middle, so that calls are open at the header; also in pieces of any size.
    @Test(arguments: ["6.1/columns.txt", "6.1/columns.default.txt"], [1, 3, 5] as [Int])
    func nothingIsJoinedAcrossAHeader(fixture: String, part: Int) throws {
        let bytes = try Fixtures.bytes(fixture)
        let cut = bytes[(bytes.count * part / 7)...].firstIndex(of: 0x0a)! + 1
        let (first, second) = (Array(bytes[..<cut]), Array(Self.header.utf8) + bytes[cut...])
        let (begin, end) = (try RecordedTrace(bytes: first), try RecordedTrace(bytes: second))
        let both = try RecordedTrace(bytes: first + second)
        #expect(both.outline() == begin.outline() + end.outline())
        #expect(both.counts.open == begin.counts.open + end.counts.open)
        #expect(both.counts.orphans == begin.counts.orphans + end.counts.orphans)
        let whole = TextReading(first + second)
        #expect(whole.lines == TextReading(first + second, chunk: 777).lines)
        #expect(whole.lines == TextReading(first + second, slowPathOnly: true).lines)
    }

    /// Quoted, indented, behind a log's prefix.
    @Test(arguments: ["> ", "    ", ""]) func headersAreHeadersWhereverTheyStand(prefix: String) throws {
        let header = Self.header.split(separator: "\n").map { prefix + $0 }.joined(separator: "\n") + "\n"
        let trace = try RecordedTrace(
            text: " 0)               |  alpha() {\n" + header + " 0)   3.000 us    |  } /* alpha */\n")
        #expect(trace.counts.open == 1 && trace.counts.orphans == 1 && trace.counts.unparsedLines == 0)
    }

    // MARK: Losses that a header states

    /// Lost before the first lines: said, and calls that reach into a CPU's first lines may lack some.
    @Test(arguments: [
        "# latency: 0 us, #5/12, CPU#0 | (M:preempt)", "# entries-in-buffer/entries-written: 5/12   #P:2",
    ])
    func whatAHeaderSaysWasOverwrittenIsLost(header: String) throws {
        let trace = try RecordedTrace(
            text: """
                # tracer: function_graph
                #
                \(header)
                 0)   one-1    |   1.000 us    |  a();
                 0)   one-1    |               |  b() {
                 1)   one-1    |   1.000 us    |    c();
                 1)   one-1    |   9.000 us    |  } /* b */
                 1)   one-1    |   1.000 us    |  d();

                """)
        #expect(trace.counts.lostEvents == 7 && trace.counts.uncountedLosses == 0 && trace.counts.isInDoubt)
        #expect(trace.outline() == [["a 1000 complete"], ["b 9000 lossy", "  c 1000 complete"], ["d 1000 complete"]])
    }

    @Test func aHeaderThatLostNothingSaysSo() throws {
        let trace = try RecordedTrace(
            text: "# tracer: function_graph\n# latency: 0 us, #4/4, CPU#0 | (M:preempt)\n 0)   1.000 us    |  a();\n")
        #expect(!trace.counts.isInDoubt)
    }

    // MARK: Sources

    /// At the limit and beyond it: what cannot be told apart is not understood, never another's.
    @Test(arguments: [100, 101]) func buffersThatCannotBeToldApartAreNotMixed(buffers: Int) throws {
        let text = (0..<buffers).map { buffer in
            "buffer\(buffer):               a-1     [000]     1.000001: funcgraph_entry:                   |  f\(buffer)() {\n"
        }
        let trace = try RecordedTrace(text: text.joined())
        #expect(trace.counts.open == 100 && trace.trees.count == 100)
        #expect(trace.counts.unparsedLines == buffers - 100)
        #expect(trace.source.notes.contains { $0.contains("cannot be told apart") } == (buffers > 100))
    }

    @Test(arguments: [511, 512]) func cpusOfABufferThatCannotBeToldApartAreNotMixed(cpu: Int) throws {
        let line = "buffer:               a-1     [\(cpu)]     1.000001: funcgraph_entry:        1.000 us   |  f();\n"
        let trace = try RecordedTrace(text: line + line.replacing("[\(cpu)]", with: "[000]"))
        #expect(trace.counts.calls == (cpu == 511 ? 2 : 1) && trace.counts.unparsedLines == (cpu == 511 ? 0 : 1))
    }
}
