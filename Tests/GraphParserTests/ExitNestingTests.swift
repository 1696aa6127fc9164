import TestSupport
import Testing

@testable import GraphParser

/// Traces of tracing_thresh: nothing but exits. Invented from random trees; the real ones are the fixtures `thresh.*`.
@Suite struct ExitNestingTests {
    @Test(arguments: Fixtures.textTraces.filter { $0.hasSuffix("thresh.txt") })
    func theKernelsOwnHaveRootsOfDepthZeroOnly(fixture: String) throws {
        let trace = try Fixtures.reading(fixture)
        #expect(trace.counts.orphans == 0 && trace.counts.calls == trace.counts.exits)
        #expect(trace.trees.allSatisfy { $0.root.depth == 0 })
        #expect(trace.trees.contains { $0.nodes.count > 5 })
    }

    /// The exits of a whole trace, without its entries but those in user space, give its trees.
    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func randomTreesComeBack(seed: UInt64) throws {
        let trace = SyntheticTrace(seed: seed, tasks: 3, cpus: 2, steps: 120, interrupts: false)
        let whole = trace.text(.init(time: true, task: true, tail: true, mergesLeaves: false))
        let exits = whole.split(separator: "\n").filter { !$0.hasSuffix("{") }.joined(separator: "\n") + "\n"
        let expected = try RecordedTrace(text: whole)
        let reading = try RecordedTrace(text: exits)
        #expect(reading.counts.entries + reading.counts.inferredEntries == expected.counts.entries)
        #expect(reading.counts.inferredEntries > 0)
        #expect(Set(reading.outline()) == Set(expected.outline()))
    }

    @Test func exitsThatOnlyComeOutOfACallStayOrphans() throws {
        let trace = try RecordedTrace(
            text: """
                 0)   1.000 us    |      } /* c */
                 0)   3.000 us    |    } /* b */
                 0)   9.000 us    |  } /* a */

                """)
        #expect(trace.counts.orphans == 3 && trace.counts.calls == 0)
    }

    @Test func anEntryShowsThatTheExitsBeforeItWereOrphans() throws {
        let trace = try RecordedTrace(
            text: """
                 0)   1.000 us    |      } /* c */
                 0)   9.000 us    |    } /* a */
                 0)   1.000 us    |    d();

                """)
        #expect(trace.counts.orphans == 2 && trace.counts.calls == 1)
    }

    /// A trace whose beginning was overwritten begins with ends, too, also of one depth: an entry tells.
    @Test func endsBeforeAnEntryAreOrphans() throws {
        let trace = try RecordedTrace(
            text: """
                 0)    t-5    |   1.000 us    |    } /* f */
                 1)    t-5    |  10.000 us    |    } /* g */
                 1)    t-5    |  20.000 us    |  } /* r */
                 1)    t-5    |               |  h() {
                 1)    t-5    |   3.000 us    |  }

                """)
        #expect(trace.counts.orphans == 3 && trace.counts.calls == 1)
        #expect(!trace.source.notes.contains { $0.contains("ends of calls only") })
    }

    @Test func callsThatSpanALossStayOrphans() throws {
        let trace = try RecordedTrace(
            text: """
                 0)   1.000 us    |    } /* b */
                 0)   1.000 us    |    } /* b */
                 0)   9.000 us    |  } /* a */
                CPU:0 [LOST 7 EVENTS]
                 0)   1.000 us    |    } /* b */
                 0)   9.000 us    |  } /* a */
                 0)   1.000 us    |    } /* b */
                 0)   9.000 us    |  } /* a */

                """)
        #expect(trace.counts.orphans == 2 && trace.counts.calls == 5)
        #expect(trace.counts.lostEvents == 7)
    }

    @Test func siblingsThatDoNotFitAreNotBelow() throws {
        let trace = try RecordedTrace(
            text: """
                 0)   5.000 us    |    } /* b */
                 0)   5.000 us    |    } /* b */
                 0)   6.000 us    |  } /* a */
                 0)   6.000 us    |  } /* a */

                """)
        #expect(trace.trees.map(\.nodes.count).sorted() == [1, 1, 2])
    }
}
