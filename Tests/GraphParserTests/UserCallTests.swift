import TestSupport
import Testing
import TraceFormat

@testable import GraphParser

/// Calls in user space, told by uprobes' events, with the kernel's below them. All invented but where a fixture is named.
@Suite struct UserCallTests {
    @Test(arguments: [
        ("call__libmultipath__domap", "domap [libmultipath]"),
        ("ret__libdevmapper__dm_task_run", "dm_task_run [libdevmapper]"),
        ("call__a___b", "_b [a]"), ("call__a__b__c", "b__c [a]"), ("ret__lib_2__f", "f [lib_2]"),
        ("call__domap", nil), ("call____domap", nil), ("call__lib__", nil), ("calls__a__b", nil), ("xcall__a__b", nil),
        ("Call__a__b", nil), ("ret_a__b", nil), ("", nil),
    ])
    func namesSayObjectAndFunction(event: String, function: String?) {
        let bytes = Array(event.utf8)
        let name = ProbeName(bytes.span, from: 0)
        #expect(name?.function(in: bytes.span).description == function)
        #expect(name == nil || (name?.kind == .entry) == event.hasPrefix("call"))
    }

    /// The whole way of a real daemon's call, from its library to the kernel's module.
    @Test func theKernelsCallsStandBelowTheDaemons() throws {
        let trace = try Fixtures.reading("6.1/daemon-map.dat")
        let chains = trace.trees.flatMap { tree in
            var chain: [String] = []
            return tree.nodes.map { node in
                chain = Array(chain.prefix(node.level)) + [trace.names[node.call.function].name]
                return chain.joined(separator: " ")
            }
        }
        #expect(
            chains.contains {
                $0.hasPrefix(
                    "coalesce_paths domap libmp_dm_task_run dm_task_run dm_task_run dm_ctl_ioctl ctl_ioctl dev_create")
            })
        #expect(
            trace.trees.allSatisfy { tree in tree.isComplete && tree.nodes.allSatisfy { $0.call.tid == tree.root.tid } }
        )
    }

    /// The kernel's calls are as they would be without the uprobes, but for where they stand.
    @Test(arguments: ["6.1/daemon.txt", "6.1/daemon.default.txt", "6.1/daemon.trace-cmd-report.txt"])
    func probesChangeNoCallOfTheKernel(fixture: String) throws {
        let text = String(decoding: try Fixtures.bytes(fixture), as: UTF8.self)
        let bare = text.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.contains("__lib") }
        let (all, kernel) = (try RecordedTrace(text: text), try RecordedTrace(text: bare.joined(separator: "\n")))
        func calls(_ trace: RecordedTrace) -> [String] {
            trace.calls.filter { !$0.isUser }.map {
                "\(trace.names[$0.function]) \($0.tid ?? 0) \($0.duration ?? 0) \($0.childrenNs) \($0.confidence) \($0.isWhole)"
            }
        }
        #expect(calls(all) == calls(kernel) && all.calls.count > kernel.calls.count)
        #expect(all.counts.entries - kernel.counts.entries == all.calls.count { $0.isUser })
    }

    // MARK: Rules, in text

    /// Each event of a thread with its microsecond: `+f` and `-f` in user space, else a line of the kernel's.
    private func read(_ events: [(Int, String)], time: Bool = true) throws -> RecordedTrace {
        let lines = events.map { micros, event in
            let text =
                switch event.first {
                case "+": "              |  /* call__lib__\(event.dropFirst()): (0x1) */"
                case "-": "              |  /* ret__lib__\(event.dropFirst()): (0x2 <- 0x1) */"
                default: event
                }
            return (time ? "    1.\(100_000 + micros) |" : "") + "   0)    a-7    | \(text)\n"
        }
        return try RecordedTrace(text: lines.joined())
    }

    private let enter = "              |  k() {"
    private let leave = "  2.000 us    |  }"
    private let leaf = "  3.000 us    |  k();"

    @Test func depthsShiftByTheCallsInUserSpace() throws {
        let trace = try read([(0, "+f"), (10, "+g"), (20, enter), (22, leave), (30, "-g"), (40, "-f")])
        #expect(
            trace.outline() == [
                ["f [lib] 40000 complete", "  g [lib] 20000 complete", "    k 2000 complete"]
            ])
        #expect(trace.trees[0].nodes.map(\.call.depth) == [0, 1, 2])
        #expect(trace.trees[0].nodes.map(\.call.selfNs) == [20000, 18000, 2000])
        #expect(trace.trees[0].nodes.map(\.call.isUser) == [true, true, false] && trace.trees[0].isComplete)
        #expect(trace.counts.entries == 3 && trace.counts.exits == 3 && trace.counts.comments == 0)
    }

    @Test func aReturnEndsTheInnermostCallOfItsFunction() throws {
        let recursion = try read([(0, "+f"), (10, "+f"), (20, "-f"), (40, "-f")])
        #expect(recursion.outline() == [["f [lib] 40000 complete", "  f [lib] 10000 complete"]])
        let jump = try read([(0, "+f"), (10, "+g"), (20, "+h"), (21, leaf), (40, "-f")])
        #expect(
            jump.outline() == [
                ["f [lib] 40000 complete", "  g [lib] - open", "    h [lib] - open", "      k 3000 complete"]
            ])
        #expect(jump.trees[0].root.selfNs == 37000 && !jump.trees[0].isComplete)
    }

    @Test func aReturnWithoutACallIsAnOrphan() throws {
        let trace = try read([(0, "-f"), (10, "+g"), (15, "-f"), (21, leaf), (40, "-g"), (50, "+h")])
        #expect(
            trace.outline() == [
                ["f [lib] - orphan"], ["g [lib] 30000 complete", "  f [lib] - orphan", "  k 3000 complete"],
                ["h [lib] - open"],
            ])
        #expect(trace.counts.orphans == 2 && trace.counts.open == 1)
    }

    /// The kernel never calls into user space.
    @Test func callsOfTheKernelEndBeforeUserSpaceGoesOn() throws {
        let trace = try read([(0, "+f"), (10, enter), (20, "+g"), (22, leave), (30, "-g"), (40, "-f")])
        #expect(
            trace.outline() == [
                ["f [lib] 40000 complete", "  k - open", "  g [lib] 10000 complete", "    k 2000 orphan"]
            ])
    }

    @Test func threadsHaveStacksOfTheirOwn() throws {
        let trace = try RecordedTrace(
            text: """
                    1.000010 |   0)    a-7    |               |  /* call__lib__f: (0x1) */
                    1.000020 |   0)    b-8    |               |  /* call__lib__f: (0x1) */
                    1.000030 |   0)    a-7    |   1.000 us    |  k();
                    1.000040 |   1)    b-8    |               |  /* ret__lib__f: (0x2 <- 0x1) */
                    1.000060 |   1)    a-7    |               |  /* ret__lib__f: (0x2 <- 0x1) */

                """)
        #expect(trace.outline() == [["f [lib] 20000 complete"], ["f [lib] 50000 complete", "  k 1000 complete"]])
    }

    /// The order of the lines tells what is inside; the time below counts for nobody above.
    @Test func withoutTimesCallsNestAllTheSame() throws {
        let trace = try read([(0, "+f"), (0, "+g"), (0, leaf), (0, "-g"), (0, "-f")], time: false)
        #expect(trace.outline() == [["f [lib] - complete", "  g [lib] - complete", "    k 3000 complete"]])
        #expect(trace.trees[0].nodes.map(\.call.childrenNs) == [3000, 3000, 0])
        #expect(trace.counts.untimed == 2 && trace.source.notes.contains { $0.contains("funcgraph-abstime") })
    }

    @Test func timesThatRunBackwardsAreNoDuration() throws {
        let trace = try read([(20, "+f"), (10, "-f")])
        #expect(trace.outline() == [["f [lib] - complete"]] && trace.counts.untimed == 1)
    }

    /// A kernel's call of 3 us cannot be part of a call that lasted 2 us; a microsecond may have been cut off its times.
    @Test(arguments: [(1, Confidence.lossy), (2, .complete), (3, .complete)])
    func moreTimeBelowThanInACallIsInDoubt(micros: Int, confidence: Confidence) throws {
        let trace = try read([(0, "+o"), (10, "+f"), (10, leaf), (10 + micros, "-f"), (30, "-o")])
        #expect(trace.trees[0].nodes[1].call.confidence == confidence)
        #expect(trace.trees[0].nodes.reduce(0) { $0 + $1.call.selfNs } == 30000, "time is counted twice")
    }

    @Test func aLossTouchesTheCallsThatItMayHaveEnded() throws {
        let trace = try RecordedTrace(
            text: """
                    1.000010 |   0)    a-7    |               |  /* call__lib__f: (0x1) */
                CPU:0 [LOST 12 EVENTS]
                    1.000060 |   0)    a-7    |               |  /* ret__lib__f: (0x2 <- 0x1) */

                """)
        #expect(trace.outline() == [["f [lib] 50000 lossy"]])
    }

    /// A function that never returns must not fill the memory.
    @Test func callsThatNestTooDeepHaveNotReturned() throws {
        let trace = try read((0..<5000).map { ($0, "+f") })
        #expect(trace.counts.open == 5000 && trace.trees.count == 5)
        #expect(trace.trees.allSatisfy { $0.nodes.count <= Limits.depth })
    }

    /// Exits of the kernel without entries, as tracing_thresh has them, are inside of the calls that they came in.
    @Test func longCallsOfTheKernelAreJoinedToo() throws {
        let exits = [" 20.000 us   |    } /* g */", " 50.000 us   |  } /* k */"]
        let trace = try read([
            (0, "+f"), (40, exits[0]), (80, exits[1]), (100, "-f"), (101, "+f"), (140, exits[0]), (180, exits[1]),
            (200, "-f"),
        ])
        #expect(trace.counts.inferredEntries == 4 && trace.counts.open + trace.counts.orphans == 0)
        #expect(
            Set(trace.outline().map { $0.joined(separator: ",") }) == [
                "f [lib] 100000 complete,  k 50000 complete,    g 20000 complete",
                "f [lib] 99000 complete,  k 50000 complete,    g 20000 complete",
            ])
    }

    // MARK: What is none

    @Test(arguments: [
        "   0)    a-7    |               |  /* call__lib__f */",
        "   0)    a-7    |               |  /* call__f: (0x1) */",
        "   0)    a-7    |               |  /* a: call__lib__f: (0x1) */",
        "   0)    a-7    |               |  /* call__lib__f: (0x1)",
        "    a-7    |               |  /* call__lib__f: (0x1) */",
    ])
    func otherCommentsStayComments(line: String) throws {
        let call = "   0)    a-7    |   1.000 us    |  k();\n"
        let trace = try RecordedTrace(text: call + call + line + "\n" + call)
        #expect(trace.counts.comments == 1 && trace.counts.open == 0 && trace.counts.calls == 3)
    }

    /// In a trace.dat the event's folder tells, too: a name alone may be anybody's.
    @Test func eventsOfOtherSystemsStayOtherEvents() throws {
        let trace = SyntheticTrace(seed: 1, tasks: 2, cpus: 2, steps: 300)
        var image = TraceDatImage(trace)
        let joined = try RecordedTrace(bytes: image.bytes())
        image.systems[0].name = "uprobes"
        let apart = try RecordedTrace(bytes: image.bytes())
        let userEvents = trace.events.count { $0.kind == .userEntry || $0.kind == .userExit }
        #expect(apart.counts.comments == userEvents && joined.counts.comments == 0 && userEvents > 10)
        #expect(!apart.calls.contains(where: \.isUser) && joined.calls.count == trace.entryCount)
    }
}
