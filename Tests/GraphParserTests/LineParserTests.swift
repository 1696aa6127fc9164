import Testing

@testable import GraphParser

/// A line and what it must be understood as.
struct LineCase: CustomTestStringConvertible, Sendable {
    let line: String
    let expected: String

    init(_ line: String, _ expected: String) { (self.line, self.expected) = (line, expected) }

    var testDescription: String { line }
}

@Suite struct LineParserTests {
    /// Lines of the article, of kernels 4.19 and 6.1, and of the forms that function-graph documentation and sources give.
    static let cases = [
        LineCase(" 1)               |  dev_create [dm_mod]() {", "entry cpu1 d0 'dev_create [dm_mod]'"),
        LineCase(" 1)   0.035 us    |      __mutex_init();", "leaf cpu1 d2 35ns '__mutex_init'"),
        LineCase("  1)               |        device_initialize() {", "entry cpu1 d3 'device_initialize'"),
        LineCase("0)               |              blk_start_request() {", "entry cpu0 d6 'blk_start_request'"),
        LineCase(" 1)               |      add_disk() { ---------- This will send", "entry cpu1 d2 'add_disk'"),
        LineCase(" 0) ! 3115.589 us |  } /* table_load [dm_mod] */", "exit cpu0 d0 3115589ns 'table_load [dm_mod]'"),
        LineCase(" 0) + 17.547 us   |      }", "exit cpu0 d2 17547ns ''"),
        LineCase(" 0) * 20860.92 us |  }", "exit cpu0 d0 20860920ns±9 ''"),
        LineCase(" 0) @ 123456.7 us |  }", "exit cpu0 d0 123456700ns±99 ''"),
        LineCase(" 0) $ 3000000 us  |  }", "exit cpu0 d0 3000000000ns±999 ''"),
        LineCase(" 0) $ 123456789 us |  }", "exit cpu0 d0 123456789000ns±999 ''"),
        LineCase(
            "   21.013561 |   1)    dd-1213     |               |  dm_old_request_fn [dm_mod]() {",
            "entry 21013561000 cpu1 'dd'-1213 d0 'dm_old_request_fn [dm_mod]'"),
        LineCase(
            "  123.456789 |   0)   bash-1234    |  d..1. | + 12.345 us   |    foo [dm_mod]();",
            "leaf 123456789000 cpu0 'bash'-1234 d1 12345ns 'foo [dm_mod]'"),
        LineCase("  0)  a|b c-7     |   1.000 us    |  f();", "leaf cpu0 'a|b c'-7 d0 1000ns 'f'"),
        LineCase(" 0)    <idle>-0    |   1.000 us    |  f();", "leaf cpu0 '<idle>'-0 d0 1000ns 'f'"),
        LineCase(" 0)   multipath_map.isra.0 [dm_multipath]();", "leaf cpu0 d1 'multipath_map.isra.0 [dm_multipath]'"),
        LineCase("  foo() {", "entry d1 'foo'"),
        LineCase(" 0)   1.000 us    |  foo(a=0x1, p=(T)[0x1:0x2], e=1 [E]);", "leaf cpu0 d0 1000ns 'foo'"),
        LineCase(" 0)               |  foo() { /* <-caller+0x1a/0x60 [mod] */", "entry cpu0 d0 'foo'"),
        LineCase(" 0)   1.000 us    |  foo(); /* ret=0x0 */", "leaf cpu0 d0 1000ns 'foo'"),
        LineCase(" 0)   1.000 us    |  } /* foo ret=-22 */", "exit cpu0 d0 1000ns 'foo'"),
        LineCase(" 0)   1.000 us    |  } /* foo = -22 */", "exit cpu0 d0 1000ns 'foo'"),
        LineCase(" 0)   1.000 us    |  } /* ret=0x0 */", "exit cpu0 d0 1000ns ''"),
        LineCase(" 0)   1.000 us    |  (null)();", "leaf cpu0 d0 1000ns '(null)'"),
        LineCase(" 0)   1.000 us    |  0xffffffffc0001234();", "leaf cpu0 d0 1000ns '0xffffffffc0001234'"),
        LineCase(" 0)   1.000 us    |  foo();\r", "leaf cpu0 d0 1000ns 'foo'"),
        LineCase(" 0)               |    /* trace_marker text */", "comment cpu0 'trace_marker text' closed"),
        LineCase(
            " 0)               |  /* iscsi_dbg_session: session1: text",
            "comment cpu0 'iscsi_dbg_session: session1: text' open"),
        LineCase(" 0)   bash-1234    =>   kworker-77  ", "switch cpu0 'bash'-1234 'kworker'-77"),
        LineCase(" 1)   a=>b-1    =>    <idle>-0   ", "switch cpu1 'a=>b'-1 '<idle>'-0"),
        LineCase("CPU:3 [LOST 12 EVENTS]", "loss cpu3 12"),
        LineCase("CPU:3 [LOST EVENTS]", "loss cpu3 -"),
        LineCase(" ------------------------------------------", "structure"),
        LineCase(" 0)   ==========> |", "structure"),
        LineCase(" 0)   <========== |", "structure"),
        LineCase("", "structure"),
        LineCase("   ", "structure"),
        LineCase("# CPU  DURATION                  FUNCTION CALLS", "structure"),
        LineCase("# tracer: function_graph", "tracer function_graph"),
        LineCase("##### CPU 1 buffer started ####", "structure"),
        LineCase(" (Overruns: 3)", "structure"),
        LineCase("[LINE TOO BIG]", "structure"),
        LineCase("dmesg says hello (world);", "unparsed"),
        LineCase(" 99999999) 1 us |  f();", "unparsed"),
        LineCase(" 0)   1.000 us    |  f(", "unparsed"),
        LineCase(" 0)   1.000 us    |", "unparsed"),
        LineCase(" 0) 99999999999999999999 us |  f();", "unparsed"),
    ]

    @Test(arguments: cases) func understands(_ lineCase: LineCase) {
        let bytes = Array(lineCase.line.utf8)
        #expect(describe(LineParser.parse(bytes.span, inBody: false), bytes) == lineCase.expected)
    }

    @Test func aHashInsideTheBodyIsNoHeader() {
        let bytes = Array("# tracer: nop".utf8)
        #expect(describe(LineParser.parse(bytes.span, inBody: true), bytes) == "unparsed")
    }

    @Test func everyCutOfEveryLineIsSafe() {
        for lineCase in Self.cases {
            let bytes = Array(lineCase.line.utf8)
            for end in 0...bytes.count {
                _ = LineParser.parse(bytes.span.extracting(0..<end), inBody: false)
                _ = LineParser.parse(bytes.span.extracting(end..<bytes.count), inBody: true)
            }
        }
    }

    private func describe(_ line: TextLine, _ bytes: [UInt8]) -> String {
        func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        switch line {
        case .graph(let graph):
            var parts = describe(graph, text) + ["d\(graph.depth)"]
            if let duration = graph.duration {
                parts.append("\(duration)ns" + (graph.rounding > 0 ? "±\(graph.rounding)" : ""))
            }
            return (parts + ["'\(text(graph.name))'"]).joined(separator: " ")
        case .comment(let comment):
            return (describe(comment.columns, text) + ["'\(text(comment.text))'", "\(comment.end)"])
                .joined(separator: " ").replacing("entry", with: "comment")
        case .taskSwitch(let cpu, let from, let to):
            return "switch cpu\(cpu) '\(text(from.comm))'-\(from.tid) '\(text(to.comm))'-\(to.tid)"
        case .loss(let cpu, let count): return "loss cpu\(cpu) " + (count.map(String.init) ?? "-")
        case .tracer(let name): return "tracer " + text(name)
        case .release(let release): return "release " + text(release)
        case .corrupted: return "corrupted"
        case .rawEvent: return "raw"
        case .structure: return "structure"
        case .unparsed: return "unparsed"
        }
    }

    private func describe(_ graph: GraphLine, _ text: (Range<Int>) -> String) -> [String] {
        var parts = ["\(graph.kind)"]
        if !graph.source.isEmpty { parts.append("of \(text(graph.source))") }
        if let time = graph.timestamp { parts.append("\(time)") }
        if let cpu = graph.cpu { parts.append("cpu\(cpu)") }
        if let tid = graph.tid { parts.append("'\(text(graph.comm))'-\(tid)") }
        return parts
    }
}
