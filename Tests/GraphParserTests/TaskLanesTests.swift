import TestSupport
import Testing

/// Which task a line belongs to where no column says so.
@Suite struct TaskLanesTests {
    @Test func theFirstBlockNamesWhoWasThereBefore() throws {
        let trace = try RecordedTrace(
            text: """
                 0)               |  a() {
                 ------------------------------------------
                 0)   bash-12     =>   kworker-77
                 ------------------------------------------

                 0)   1.000 us    |  b();
                 ------------------------------------------
                 0)   kworker-77     =>   bash-12
                 ------------------------------------------

                 0)   9.000 us    |  }

                """)
        #expect(trace.outline() == [["b 1000 complete"], ["a 9000 complete"]])
        #expect(trace.trees.map(\.root.tid) == [77, 12])
        #expect(trace.names.comms == [12: "bash", 77: "kworker"])
    }

    /// The task has a stack of its own by then, but nothing open on it.
    @Test func aTaskSeenElsewhereKeepsTheCallsItOpenedUnnamed() throws {
        let trace = try RecordedTrace(
            text: """
                 1)   1.000 us    |  x();
                 ------------------------------------------
                 1)   other-5     =>   bash-12
                 ------------------------------------------

                 1)   2.000 us    |  y();
                 0)               |  a() {
                 ------------------------------------------
                 0)   bash-12     =>   kworker-77
                 ------------------------------------------

                 0)   1.000 us    |  b();
                 1)   9.000 us    |  } /* a */

                """)
        #expect(
            trace.outline() == [["x 1000 complete"], ["y 2000 complete"], ["b 1000 complete"], ["a 9000 complete"]])
        // The first tree was over before the block that names its task.
        #expect(trace.trees.map(\.root.tid) == [nil, 12, 77, 12])
        #expect(!trace.counts.isInDoubt)
    }

    /// Calls open in both places: which lie in which nothing tells, so each stays where it was seen.
    @Test func callsOpenInTwoPlacesStayApart() throws {
        let trace = try RecordedTrace(
            text: """
                 1)               |  x() {
                 ------------------------------------------
                 1)   other-5     =>   bash-12
                 ------------------------------------------

                 1)               |  y() {
                 0)               |  a() {
                 ------------------------------------------
                 0)   bash-12     =>   kworker-77
                 ------------------------------------------

                 0)   1.000 us    |  b();
                 1)   9.000 us    |  } /* y */

                """)
        #expect(trace.outline().contains(["y 9000 complete"]))
        #expect(trace.counts.open == 2 && trace.counts.orphans == 0 && trace.counts.calls == 2)
    }

    @Test func aTaskThatCameBackWithoutABlockIsNamedByTheNext() throws {
        let trace = try RecordedTrace(
            text: """
                 1)               |  a() {
                 0)   1.000 us    |    b();
                 1)   1.000 us    |    c();
                 ------------------------------------------
                 1)   bash-12     =>   other-5
                 ------------------------------------------

                 1)   1.000 us    |  x();
                 0)   9.000 us    |  }

                """)
        #expect(
            trace.outline() == [["x 1000 complete"], ["a 9000 complete", "  b 1000 complete", "  c 1000 complete"]])
        #expect(trace.trees.map(\.root.tid) == [5, 12])
    }

    @Test func withoutTheCPUColumnTheBlocksNameTheTaskOfEachLine() throws {
        let trace = try RecordedTrace(
            text: """
                                  |  a() {
                 ------------------------------------------
                 0)   bash-12     =>   kworker-77
                 ------------------------------------------

                    1.000 us    |  b();
                 ------------------------------------------
                 0)   kworker-77     =>   bash-12
                 ------------------------------------------

                    9.000 us    |  }

                """)
        #expect(trace.outline() == [["b 1000 complete"], ["a 9000 complete"]])
        #expect(trace.trees.map(\.root.tid) == [77, 12])
        #expect(trace.source.notes.isEmpty)
    }

    @Test func severalCPUsWithoutTheirColumnAreMixedAndSaid() throws {
        let trace = try RecordedTrace(
            text: """
                  a();
                 ------------------------------------------
                 0)   bash-12     =>   kworker-77
                 ------------------------------------------

                  b();
                 ------------------------------------------
                 1)   bash-12     =>   other-5
                 ------------------------------------------

                  c();

                """)
        #expect(trace.source.notes.contains { $0.contains("are mixed") })
    }

    @Test func aBlockBeforeTheFirstCallNamesItsTask() throws {
        let block = " 1)   bash-12     =>   kworker-77\n ------------------------------------------\n\n"
        let withCPU = try RecordedTrace(text: block + " 1)   1.000 us    |  b();\n")
        let withoutCPU = try RecordedTrace(text: block + "   1.000 us    |  b();\n")
        #expect(withCPU.trees.map(\.root.tid) == [77])
        #expect(withoutCPU.trees.map(\.root.tid) == [77])
    }

    @Test func aLossWithoutTheCPUColumnTouchesEveryTask() throws {
        let trace = try RecordedTrace(
            text: """
                   one-1    |               |  a() {
                   two-2    |               |  b() {
                CPU:3 [LOST 12 EVENTS]
                   one-1    |   9.000 us    |  }
                   two-2    |   9.000 us    |  }

                """)
        #expect(trace.counts.lossy == 2)
    }

    @Test func idleTasksOfDifferentCPUsAreDifferent() throws {
        let trace = try RecordedTrace(
            text: """
                 0)    <idle>-0    |               |  a() {
                 1)    <idle>-0    |               |  b() {
                 0)    <idle>-0    |   1.000 us    |  }
                 1)    <idle>-0    |   2.000 us    |  }

                """)
        #expect(trace.outline() == [["a 1000 complete"], ["b 2000 complete"]])
    }

    @Test func forgottenNamesAreLearntLater() throws {
        let trace = try RecordedTrace(
            text: """
                 0)    <...>-7    |   1.000 us    |  a();
                 0)    dd-8    |   1.000 us    |  a();
                 0)    multipa-7    |   1.000 us    |  a();

                """)
        #expect(trace.names.comms == [7: "multipa", 8: "dd"])
    }
}
