import TestSupport
import Testing

@testable import GraphParser

/// The scanner takes most lines of a text, and must make of each what the line parser makes of it.
@Suite struct LineScannerTests {
    /// What a text reads as.
    private struct Reading: Equatable {
        var events: [Event] = []
        var counts = TraceCounts()
        var notes: [String] = []
        var hasEvents = false
        var names: [String] = []
        var comms: [Int32: String] = [:]

        /// - Parameters:
        ///   - chunk: bytes of a piece. Of less than a kilobyte the line parser reads every line.
        ///   - wanted: the names of the events that are no calls and are wanted.
        init(_ bytes: [UInt8], chunk: Int, wanted: [String]) {
            let names = TraceNames()
            let types = EventTypes(Interest(events: wanted), isText: true)
            var reader = TextReader(names: names, types: types)
            var batch = EventBatch()
            reader.feed(whole: bytes.span, piece: chunk)
            reader.finish()
            reader.takeOutput(into: &batch)
            events = batch.events.map { Event($0, batch, types) }
            (counts, notes, hasEvents) = (reader.counts, reader.notes, reader.hasEvents)
            self.names = (0..<names.count).map { names[FunctionID(index: Int32($0))].description }
            comms = names.comms
        }
    }

    private struct Event: Equatable {
        var numbers: [UInt64]
        var kind: GraphEvent.Kind
        /// Type and text of an event that is no call.
        var text: [String] = []

        init(_ event: GraphEvent, _ batch: EventBatch, _ types: EventTypes) {
            numbers = [
                event.timestamp, event.duration, event.end, UInt64(bitPattern: Int64(event.function)),
                UInt64(bitPattern: Int64(event.task.raw)), UInt64(event.cpu), UInt64(event.ring), UInt64(event.depth),
                UInt64(event.precision.rawValue),
            ]
            kind = event.kind
            if kind == .event {
                text = [types[event.function].name, String(decoding: batch.payload[event.payload], as: UTF8.self)]
            }
        }
    }

    /// Read by the scanner as far as that can: behind the text there is as much as it may look at, without a trace in it.
    ///
    /// - Parameter wanted: events that are no calls and that somebody wants, each time others.
    private func expectSame(_ bytes: [UInt8], wanted: [[String]] = [[], ["*"]], _ comment: String = "") {
        let text = bytes + Array("\n=> end".utf8) + [UInt8](repeating: UInt8(ascii: "d"), count: 1100)
        for wanted in wanted {
            let scanned = Reading(text, chunk: .max, wanted: wanted)
            let parsed = Reading(text, chunk: 1000, wanted: wanted)
            #expect(scanned == parsed, "\(comment) \(wanted)")
        }
    }

    @Test(arguments: Fixtures.textTraces) func fixturesReadTheSame(fixture: String) throws {
        expectSame(try Fixtures.bytes(fixture))
    }

    /// Lines of traces with other events in them, changed here and there.
    @Test(arguments: ["6.1/events.txt", "6.1/stacks.txt", "6.1/daemon.txt", "5.10/io.no-cpu.txt", "7.3/args.txt"])
    func damagedTextsReadTheSame(fixture: String) throws {
        let lines = try Fixtures.bytes(fixture).split(separator: 0x0a, omittingEmptySubsequences: false).prefix(300)
        var random = SeededRandom(seed: 7)
        for round in 0..<12 {
            var damaged = lines.map(Array.init)
            for _ in 0..<12 {
                let line = Int.random(in: 0..<damaged.count, using: &random)
                damage(&damaged[line], using: &random)
            }
            expectSame(
                Array(damaged.joined(separator: [0x0a])), wanted: round % 2 == 0 ? [[]] : [["*"]], "round \(round)")
        }
    }

    private func damage(_ line: inout [UInt8], using random: inout SeededRandom) {
        let place = Int.random(in: 0...line.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: line.insert(contentsOf: Self.pieces.randomElement(using: &random)!.utf8, at: place)
        case 1: line.removeLast(line.count - place)
        case 2: line.removeFirst(place)
        case 3: line += Self.pieces.randomElement(using: &random)!.utf8
        default: if place < line.count { line[place] = UInt8.random(in: 0...255, using: &random) }
        }
    }

    private static let pieces = [
        "/*", "*/", " */", "/* ", " */ ", "=> ", " => b-2", "\r", "\t", "\u{1b}[0m", "\u{0}", "[LINE TOO BIG]",
        " 0) ", " 12.345 us |", "|", "-", "- 1 => b-2", "EVENTS DROPPED]", "call__a__f: ", "ret__a__f: ", "\u{e9}",
        "&lt;",
        "# tracer: x", ")", "} /* f */", ";", " {", "1.000 us    |  f();\n 0)", "<...>-7",
    ]

    /// Lines between the calls, each with the calls that teach the scanner their columns before and behind it.
    @Test(
        arguments: [
            "/* block_getrq: 253,0 R 0 + 8 [dd] */", "/* text */ ", "/* text */\r", "/* text */ f();", "/**/", "/* */",
            "/*text*/", "/* a * b ** c */", "/* a */ b */", "/* \u{1b}[31mred */", "/* tab\there */", "/* \u{0} */",
            "/* call__a__f: (0x1) */", "/*  call__a__f: (0x1) */", "/* ret__a__f: (0x1 <- 0x2) */", "/* calling: x */",
            "/* call__a: x */", "/* open\n */", "/* open \n */", "/* open\n  */", "/* open\n */ ", "/* open\n*/",
            "/* open\nmore\n */", "/* open[LINE TOO BIG]", "/* open[LINE TOO BIG]\n */",
            "/* open [1 EVENTS DROPPED]\n */",
            "/* x-1 => yy-2\n */", "/* -1 => yy-2\n */", "/* x => y\n */", "/* 0)   1.000 us    |  f();\n */",
            "/* a 0)   1.000 us    |  f(); */", "/* \u{e9}\u{a0} */", "/* &lt; */", "\\* text */", "/ text */",
            "/* \(String(repeating: "x", count: 480)) */", "/* \(String(repeating: "x", count: 600)) */",
            "/* \(String(repeating: "x", count: 490))\n */",
        ],
        [" 0)   a-1    | ", " 0) ", "   43.991735 |   0)   a-1    | ", "  0)   a-1    |  d..1 | "])
    func commentsReadTheSame(comment: String, columns: String) {
        let call = columns + "  1.000 us    |  f();\n"
        let line = columns + "              |  " + comment + "\n"
        let text = call + line + call + line + line + call
        let some = [[], ["*"], ["te?t", "call*"]]
        expectSame(Array(text.utf8), wanted: some)
        let others = columns.replacing("a-1", with: "b-2") + "              |  " + comment + "\n"
        let changing = call + others + others + call + others.replacing(comment, with: "g();") + call
        expectSame(Array(changing.utf8), wanted: some)
    }

    /// What stands between the lines of different tasks, whole and with what copying, and nobody, makes of it.
    @Test(
        arguments: [
            " 0)    a-1     =>    b-2    ", " 0)    a-1     =>    b-2", " 1)    a-1     =>   <...>-3  ",
            " 0)   a=>b-1   =>    b-2    ", " 0)    a-1     =>     b     ", " 0)  toolong-comm-1  =>  b-2 ",
            " 0)    a-1     =>    b-2    \r", "  0)    a-1     =>    b-2    ",
        ],
        [
            " ------------------------------------------", " -----------------------------------------",
            " ------------------------------------------ ", "-----------------", " ----------------",
            "\t-----------------",
        ])
    func blocksReadTheSame(change: String, ruler: String) {
        let call = " 0)   1.000 us    |  f();\n 1)   1.000 us    |  f();\n"
        for blank in ["", " ", "\r"] {
            let block = ruler + "\n" + change + "\n" + ruler + "\n" + blank + "\n"
            let text = [call, block, call, block.replacing("b-2", with: "a-1"), call, block, block, call].joined()
            expectSame(Array(text.utf8))
            expectSame(Array(text.replacing(" |  f", with: " |    f").utf8))
        }
    }

    @Test(arguments: [
        " => f", " => f [m]", " => f+0x1/0x2", "=> f", " => f (1)", " => \u{1b}[0m", " => ", " =>", " =>  ", "  => f",
        " => \(String(repeating: "f", count: 300))",
        " => f 0)   1.000 us    |  f();",
    ]) func stackTracesReadTheSame(line: String) {
        let call = " 0)   1.000 us    |  f();\n"
        expectSame(Array((call + line + "\n" + line + "\n" + call).utf8))
    }

    /// More different blocks than are kept.
    @Test func anyNumberOfTasksMayTakeTurns() {
        let call = " 0)   1.000 us    |  f();\n"
        let text = (0..<16_500).map { " 0)    a-\($0)     =>    b-\($0 + 1)    \n" + call }
        expectSame(Array((text + text.suffix(500)).joined().utf8), wanted: [[]])
    }

    /// Pieces of a file overlap where the scanner cannot read to their end.
    @Test func filesReadTheSameAsTextInMemory() throws {
        let bytes = try Fixtures.bytes("6.1/events.txt")
        let body = bytes.split(separator: 0x0a, omittingEmptySubsequences: false).dropFirst(4).joined(separator: [0x0a])
        let text = bytes + (0..<12).flatMap { _ in body }
        for cut in [0, 1, 500, 1024, 1025, 1026, 5000] {
            let part = Array(text.prefix((3 << 18) + 1 - cut))
            let file = try RecordedTrace(bytes: part)
            let memory = TextReading(part)
            #expect(file.counts == memory.counts)
            #expect(file.calls.map { "\($0)" } == memory.calls.map { "\($0)" })
        }
    }
}
