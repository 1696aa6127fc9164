import TestSupport
import Testing

/// Which task a line belongs to where no column says so.
@Suite struct TextTasksTests {
    // MARK: With and without the task column

    /// Where each CPU has a block, blocks tell all tasks: also of a text whose CPUs begin in the middle, and of one with ends only.
    @Test(arguments: 1...60 as ClosedRange<UInt64>, [false, true])
    func theColumnTellsNothingThatBlocksDoNot(seed: UInt64, onlyEnds: Bool) throws {
        var random = SeededRandom(seed: seed)
        var trace = SyntheticTrace(
            seed: seed, tasks: Int.random(in: 2...6, using: &random), cpus: Int.random(in: 2...4, using: &random),
            steps: 150,
            interrupts: !onlyEnds, userCalls: false)
        var cut = (0..<trace.cpuCount).map { _ in Int.random(in: 0...20, using: &random) }
        let events = trace.events
        trace = trace.filtered { index in
            cut[events[index].cpu] -= 1
            return cut[events[index].cpu] < 0 && !(onlyEnds && events[index].kind == .entry)
        }
        let time = Bool.random(using: &random)
        let tail = Bool.random(using: &random)
        func read(task: Bool) throws -> RecordedTrace {
            try RecordedTrace(text: trace.text(.init(time: time, task: task, tail: tail, mergesLeaves: !onlyEnds)))
        }
        let (with, without) = (try read(task: true), try read(task: false))
        if trace.hasTaskSwitches {
            #expect(without.outline() == with.outline())
            #expect(without.trees.map(\.root.tid) == with.trees.map(\.root.tid))
        } else {
            let invented = Set(complete(without)).subtracting(complete(with))
            #expect(invented.isEmpty)
        }
    }

    /// Complete calls and how long they took. What of that was below them a text cannot tell that does not name a CPU's task.
    private func complete(_ trace: RecordedTrace) -> [String] {
        trace.calls.filter { $0.confidence == .complete }.map { "\(trace.names[$0.function]) \($0.duration ?? 0)" }
    }

    // MARK: Blocks

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

                 0)   9.000 us    |  } /* a */

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
        #expect(trace.trees.map(\.root.tid) == [5, 12, 77, 12])
        #expect(!trace.counts.isInDoubt)
    }

    /// The CPU's first block names the task of its first lines, whatever that has open elsewhere.
    @Test func firstLinesAreTheTasksThatHasCallsOpenElsewhere() throws {
        let trace = try RecordedTrace(
            text: """
                 1)               |  x() {
                 ------------------------------------------
                 1)   other-5     =>   bash-12
                 ------------------------------------------

                 1)               |  y() {
                 0)               |    a() {
                 ------------------------------------------
                 0)   bash-12     =>   kworker-77
                 ------------------------------------------

                 0)   1.000 us    |  b();
                 1)   7.000 us    |    } /* a */
                 1)   9.000 us    |  }

                """)
        #expect(trace.outline() == [["b 1000 complete"], ["y 9000 complete", "  a 7000 complete"], ["x - open"]])
    }

    // MARK: A CPU without a block

    /// Nothing tells whose the end is: a bare one belongs to an entry of its own CPU.
    @Test(arguments: ["}", "} /* other */"])
    func anEndOfNoCallThatIsKnownIsAnOrphan(end: String) throws {
        let trace = try RecordedTrace(
            text: """
                 1)               |  a() {
                 0)   1.000 us    |    b();
                 0)   9.000 us    |  \(end)

                """)
        #expect(trace.counts.orphans == 1 && trace.counts.open == 1 && trace.counts.calls == 1)
        #expect(trace.trees.map(\.nodes.count) == [1, 1, 1])
    }

    /// A task that goes on elsewhere has not come here.
    @Test func aTaskThatIsNotSilentHasNotMoved() throws {
        let trace = try RecordedTrace(
            text: """
                 1)               |  a() {
                 0)   1.000 us    |    b();
                 1)   2.000 us    |    c();
                 0)   9.000 us    |  } /* a */

                """)
        #expect(trace.counts.orphans == 1 && trace.counts.open == 1 && trace.counts.joinedByName == 0)
    }

    /// The end's time and duration say when the call began.
    @Test(arguments: [("1.000010", true), ("1.500000", false)])
    func timesMustAgree(end: String, isJoined: Bool) throws {
        let trace = try RecordedTrace(
            text: """
                    1.000000 |   1)               |  a() {
                    1.000002 |   0)   1.000 us    |    b();
                    \(end) |   0)   9.000 us    |  } /* a */

                """)
        #expect(trace.counts.joinedByName == (isJoined ? 1 : 0))
        #expect(trace.counts.calls == (isJoined ? 2 : 1))
    }

    /// Two tasks could have come here.
    @Test func whereTwoFitNeitherIsTaken() throws {
        let trace = try RecordedTrace(
            text: """
                 1)               |  a() {
                 2)               |  a() {
                 0)   9.000 us    |  } /* a */

                """)
        #expect(trace.counts.orphans == 1 && trace.counts.open == 2)
    }

    /// The task goes on in the call, so that its end elsewhere was another's.
    @Test(arguments: ["    foo();", "  }"]) func aCallThatGoesOnHasNotEndedElsewhere(next: String) throws {
        let trace = try RecordedTrace(
            text: """
                 0)               |  a() {
                 1)   9.000 us    |  } /* a */
                 0)   1.000 us    |\(next.hasPrefix("    ") ? "    foo();" : "    g();")
                 0)  20.000 us    |  }

                """)
        #expect(trace.outline().contains { $0[0] == "a 20000 complete" })
        #expect(trace.counts.joinedByName == 0 && trace.counts.orphans == 1)
    }

    /// Nor has one that would have lasted longer than between its begin and its end.
    @Test func aCallFitsBetweenItsTimes() throws {
        let trace = try RecordedTrace(
            text: """
                    1.000000 |   1)               |  a() {
                    1.000001 |   0)  71.000 us    |  } /* a */

                """)
        #expect(trace.counts.joinedByName == 0 && trace.counts.open == 1 && trace.counts.orphans == 1)
    }

    @Test func whatIsJoinedByNameIsSaid() throws {
        let trace = try RecordedTrace(
            text: """
                 1)               |  a() {
                 0)   1.000 us    |    b();
                 0)   9.000 us    |  } /* a */

                """)
        #expect(trace.outline() == [["a 9000 complete", "  b 1000 complete"]])
        #expect(trace.source.notes.contains { $0.contains("joined as the names at their ends") })
    }

    // MARK: Without the CPU column, and others

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
