import GraphParser
import TestSupport
import Testing

/// Interrupts that hit a call after the kernel counted its depth and before it recorded it: seen on 6.1, where a quarter of
/// the captures of 64 reads have one.
@Suite struct InterruptTests {
    @Test func aCallWhoseExitWasInterruptedIsComplete() throws {
        let trace = try Fixtures.reading("6.1/io-interrupted-exit.dat")
        #expect(!trace.counts.isInDoubt)
        let roots = trace.trees.map(\.root).filter { trace.names[$0.function].name == "dm_mq_queue_rq" }
        #expect(roots.count == 64)
        for tree in trace.trees { #expect(tree.isComplete) }
    }

    @Test func callsOfAnInterruptAtTheEndStandInTheCallIfTheyFit() throws {
        let trace = try RecordedTrace(
            text: """
                 0)               |  a() {
                 0)               |    b() {
                 0)   2.000 us    |    irq_enter_rcu();
                 0)   5.000 us    |    } /* b */
                 0) + 10.000 us   |  }

                """)
        #expect(trace.outline() == [["a 10000 complete", "  b 5000 complete", "    irq_enter_rcu 2000 complete"]])
        #expect(trace.trees[0].nodes.map(\.call.selfNs) == [5000, 3000, 2000])
    }

    @Test func callsOfAnInterruptAfterTheEndAreSiblings() throws {
        let trace = try RecordedTrace(
            text: """
                 0)               |  a() {
                 0)               |    b() {
                 0)   6.000 us    |    irq_enter_rcu();
                 0)   1.000 us    |    } /* b */
                 0) + 10.000 us   |  }

                """)
        #expect(trace.outline() == [["a 10000 complete", "  b 1000 complete", "  irq_enter_rcu 6000 complete"]])
        #expect(trace.trees[0].nodes.map(\.call.selfNs) == [3000, 1000, 6000])
    }
}
