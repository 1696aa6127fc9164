import Glibc
import TestSupport
import Testing

@testable import GraphParser

/// What fuzzing has found, a test for each fault: invented inputs, cut to what shows it.
@Suite struct FuzzFindingTests {
    // MARK: Scanner and parser

    /// The scanner went on with columns that it had learnt before the first line with a CPU.
    @Test(arguments: ["  |   1.000 us    |    g();", "  |   }"])
    func linesThatLostTheirCPUAreDamagedForTheScannerToo(behindCPU: String) {
        let text = """
            # tracer: function_graph
               92.579230 |  kworker-153   |               |  f() {
               92.579241 |   1)  kworker-153 \(behindCPU)
               92.579242 |  kworker-153   |               |  f() {

            """
        #expect(whole(text) == pieces(text))
        #expect(whole(text).last?.contains("unparsedLines: 1,") == true)
    }

    /// The scanner followed the digits of a time to their end, also beyond the end of the bytes. Found by reading.
    @Test func aTimeWhoseDigitsDoNotEndIsLeftToTheParser() {
        let calls = String(repeating: "   92.579230 |   1)  kworker-153   |   1.000 us    |  f();\n", count: 3)
        let text = calls + String(repeating: "7", count: 5000)
        #expect(whole(text) == pieces(text))
        #expect(whole(text).last?.contains("unparsedLines: 1,") == true)
    }

    /// The scanner had learnt what stood before a duration with fewer columns, half a bar of the task's column included.
    @Test func aDurationInOtherColumnsTeachesTheScannerNothing() {
        let text = """
            # tracer: function_graph
               21.014045 |   0)  kdmwork-1172  |   5.777 us  |      f();
               21.014059 |   0)  kdmwork-1172  |   2.245 us    |    f();
               21.014066 |   0)  kdmwork-1172    2.245 us    |      f();

            """
        #expect(whole(text) == pieces(text))
        #expect(whole(text).last?.contains("unparsedLines: 1,") == true)
    }

    // MARK: Stacks

    /// What may have been inside calls that were just being entered, and what came after a call at the caller's own depth, were
    /// the same 2.595 us, and taken out twice: then no exit was long enough.
    @Test func timeInDoubtTwiceOverIsTakenOutOnce() {
        let text = """
             0)               |  f() {
             0)               |    g() {
             0)   h();
             0)   2.595 us    |        i();
             0)     k();
             0) + 67.758 us   |    } /* g */

            """
        let quick = TextReading(Array(text.utf8)).lines
        #expect(quick == TextReading(Array(text.utf8), slowPathOnly: true).lines)
        #expect(quick.contains("g 67758 complete 1 2595"))
    }

    /// How far back one looks must not depend on the way that calls took, on which they are one event or two.
    @Test(arguments: [100, 223, 224, 225, 255, 256, 600], ["  ", "    ", "      "])
    func lookingBackIsTheSameOnBothWays(calls: Int, indent: String) {
        let inner = String(repeating: " 0)   0.010 us    |  \(indent)g();\n", count: calls)
        let text = " 0)               |    f() {\n" + inner + " 0)   0.500 us    |    } /* f */\n"
        let bytes = Array((" 0)               |  r() {\n" + text + text + " 0) 100.000 us   |  }\n").utf8)
        #expect(TextReading(bytes).lines == TextReading(bytes, slowPathOnly: true).lines)
    }

    /// What goes out of a call with one that goes out of it is in no time that is taken out: then the call is not whole.
    @Test func aCallThatLosesMoreThanItsTimeIsNotWhole() {
        let text = """
              373.092288 |   1)   kworker-60   | # 4623.718 us |                } /* a */
              146.092319 |   1)   kworker-60   | # 4707.184 us |              } /* b */
              145.092333 |   1)   kworker-60   | # 4733.693 us |            } /* c */
              146.095791 |   1)   kworker-60   | # 3262.415 us |              } /* d */
              146.095808 |   1)   kworker-60   | # 3342.925 us |            } /* e */

            """
        let reading = TextReading(Array(text.utf8))
        #expect(reading.trees.count > 1)
        for tree in reading.trees where tree.isComplete {
            #expect(tree.nodes.reduce(0) { $0 + $1.call.selfNs } == tree.root.duration)
        }
    }

    /// What hit a call's entry is inside of it, also if it has no exit itself: then the call is not whole.
    @Test func aCallWithAnOpenOneInsideIsNotWhole() {
        let text = """
             0)               |  f() {
             0)   0.050 us    |      g();
             0)               |      h() {
             0)   0.010 us    |        i();
             0)   0.160 us    |    k();
             0)   9.000 us    |  }

            """
        for slowPathOnly in [false, true] {
            let reading = TextReading(Array(text.utf8), slowPathOnly: slowPathOnly)
            for tree in reading.trees where tree.nodes.contains(where: { $0.call.confidence != .complete }) {
                #expect(!tree.isComplete)
                let callers = tree.nodes.filter { $0.call.isWhole && $0.call.duration == 160 }
                #expect(callers.isEmpty, "a whole call has a part that is not")
            }
            #expect(reading.counts.open == 1)
        }
    }

    // MARK: Time that grows with the square of a trace

    /// With times that go back, the tree took other calls for late ones than the stack had.
    @Test func theTreeTakesOutTheSameLateCallsAsTheStack() throws {
        let text = """
               88.698923 |   1)  kworker-119   |               |  f() {
               88.699087 |   1)  kworker-119   |   8.506 us    |    g();
               87.699087 |   1)  kworker-119   | + 19.377 us   |    h();
               88.699103 |   1)  kworker-119   |   7.112 us    |    irq();
               88.699110 |   1)  kworker-119   | + 31.740 us   |  }

            """
        let reading = TextReading(Array(text.utf8))
        let tree = try #require(reading.trees.first)
        #expect(reading.trees.map(\.nodes.count) == [3, 1])
        #expect(tree.nodes.reduce(0) { $0 + $1.call.selfNs } == tree.root.duration)
    }

    /// Calls that came when their caller was over and an interrupt had hit it were moved up twice, out of all trees. Found by
    /// reading.
    @Test func callsAreMovedOutOnce() {
        func call(_ depth: UInt16, _ function: Int32, _ start: UInt64, _ end: UInt64) -> [GraphEvent] {
            let duration = end - start
            return [
                GraphEvent(
                    timestamp: start, duration: duration, function: function, task: .thread(7, cpu: 0), depth: depth,
                    kind: .leaf)
            ]
        }
        let root = GraphEvent(timestamp: 100_000, function: 1, task: .thread(7, cpu: 0), kind: .entry)
        let exit = GraphEvent(
            timestamp: 206_000, duration: 50_000, function: 1, task: .thread(7, cpu: 0), kind: .exit)
        let below = call(2, 2, 100_000, 130_000) + call(1, 3, 130_000, 150_000)
        let events = [root] + below + call(0, 4, 150_000, 155_000) + call(1, 5, 155_000, 205_000) + [exit]
        var builder = StackBuilder(names: TraceNames(), lossesAreMarked: true)
        builder.take(events.span)
        builder.finish()
        var batch = TraceBatch()
        builder.moveOutput(to: &batch)
        let recorder = CallRecorder()
        _ = try! recorder.take(batch)
        #expect(recorder.trees.map { $0.nodes.map(\.level) } == [[0, 1, 1], [0], [0]])
        #expect(recorder.trees.first?.nodes.reduce(0) { $0 + $1.call.selfNs } == 50_000)
    }

    /// A file of a few megabytes took minutes.
    @Test func manyTasksWithOpenCallsAreLookedThroughSeldom() {
        let text = (1...30_000).map { " 0)  a-\($0)  |               |  f() {\n" }.joined()
        #expect(wholeInTime(text).last?.contains("open: 30000,") == true)
    }

    @Test func lossesDoNotLookThroughAllTasks() {
        let opened = (1...30_000).map { " 0)  a-\($0)  |               |  f() {\n" }
        let losses = [String](repeating: "CPU:0 [LOST 1 EVENTS]\n", count: 30_000)
        let text = opened + losses + [" 0)  a-7  |   2.000 us    |  }\n"]
        #expect(wholeInTime(text.joined()).last?.contains("open: 29999, orphans: 0, lossy: 1,") == true)
    }

    @Test func lossesDoNotLookThroughAllTasksOfATraceOfExits() {
        let exits = (1...9000).map { " 0)  a-\(max(1, $0 - 1))  |   1.000 us    |  } /* f */\n" }
        let losses = [String](repeating: "CPU:0 [LOST 1 EVENTS]\n", count: 30_000)
        #expect(wholeInTime((exits + losses).joined()).last?.contains("calls: 9000,") == true)
    }

    // MARK: Helpers

    /// The line scanner reads what is more than a kilobyte before the end.
    private func whole(_ text: String) -> [String] { TextReading(Array(text.utf8) + end).lines }

    /// In the processor's time of this thread: other tests run at once.
    private func wholeInTime(_ text: String, seconds: Int = 20) -> [String] {
        let begin = clock()
        let lines = whole(text)
        #expect(clock() - begin < seconds)
        return lines
    }

    private func clock() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec
    }

    /// It reads nothing in small pieces.
    private func pieces(_ text: String) -> [String] { TextReading(Array(text.utf8) + end, chunk: 100).lines }

    private let end = [UInt8]("=> ".utf8) + [UInt8](repeating: UInt8(ascii: "d"), count: 1024)
}
