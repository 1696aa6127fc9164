import Reports
import TestSupport
import Testing

/// Enterprise Linux 8, whose kernel records an entry before it counts: what an interrupt does to the call that it hits.
@Suite struct HollowRootTests {
    /// Figures counted by hand over the files' raw events.
    @Test(
        arguments: [
            ("el8-4.18.0-477/c-io.dat", 3245, ["dm_mq_queue_rq": (64, 9), "irq_enter": (9, 0)]),
            (
                "el8-4.18.0-477/c-submit-complete.dat", 10_658,
                [
                    "iscsi_xmitworker": (64, 7), "iscsi_sw_tcp_data_ready": (64, 12), "scsi_complete": (64, 4),
                    "dm_softirq_done": (64, 1), "irq_enter": (24, 0),
                ]
            ),
            ("el8-4.18.0-477/matrix-arm-poll.dat", 4, ["dev_arm_poll": (2, 2), "irq_enter": (2, 0)]),
            ("el9-5.14.0-362/c-io.dat", 3578, ["dm_mq_queue_rq": (64, 0)]),
        ] as [(String, Int, [String: (calls: Int, hollow: Int)])])
    func hollowRootsAreCountedAndInNoLayer(fixture: String, calls: Int, roots: [String: (calls: Int, hollow: Int)])
        throws
    {
        let report = try makeReport(fixture)
        #expect(report.counts.calls == calls)
        #expect(report.counts.open + report.counts.orphans + report.counts.lossy == 0)
        #expect(Set(report.roots.map(\.function)) == Set(roots.keys))
        for root in report.roots {
            let expected = try #require(roots[root.function])
            #expect(root.calls == expected.calls && root.hollowCalls == expected.hollow && !root.fragment)
            #expect(root.partialCalls == root.hollowCalls)
            #expect(root.layers.reduce(0) { $0 + $1.selfNs } + root.unattributedNs == root.latency.sumNs)
            #expect((root.unattributedNs > 0) == (root.hollowCalls > 0))
        }
        let attributed = report.layers.reduce(0) { $0 + $1.selfNs }
        let inRoots = report.roots.reduce(0) { $0 + $1.latency.sumNs - $1.unattributedNs }
        // What a softirq calls inside of a hollow root is recorded if it is a root itself.
        #expect(attributed >= inRoots)
        #expect(report.roots.contains { $0.hollowCalls > 0 } || attributed == inRoots)
    }

    /// An interrupt longer than the call that it is recorded in: neither is time of the other.
    @Test func anInterruptBeforeACallIsNoTimeOfIt() throws {
        let trace = try Fixtures.reading("el8-4.18.0-477/matrix-arm-poll.dat")
        #expect(
            trace.outline() == [
                ["irq_enter 5528 complete"], ["dev_arm_poll [dm_mod] 1592 complete"],
                ["irq_enter 4887 complete"], ["dev_arm_poll [dm_mod] 992 complete"],
            ])
    }

    @Test func aHollowRootIsSeenInText() throws {
        let report = try makeReport(
            text: """
                 0)   one-1    |               |  dm_a [dm_mod]() {
                 0)   one-1    |   5.000 us    |  irq_enter();
                 0)   one-1    | ! 400.000 us  |  } /* dm_a [dm_mod] */
                 0)   one-1    |               |  dm_a [dm_mod]() {
                 0)   one-1    |   5.000 us    |    blk_b();
                 0)   one-1    | + 30.000 us   |  }

                """)
        #expect(report.counts.calls == 4 && report.counts.open + report.counts.orphans == 0)
        let root = try #require(report.roots.first { $0.function == "dm_a" })
        #expect(root.calls == 2 && root.hollowCalls == 1 && root.partialCalls == 1)
        // Percentiles of layers are of the other call alone.
        #expect(root.layers.map(\.latency.minNs) == [25_000, 5000])
        #expect(root.unattributedNs == 400_000)
        let text = TextReport(report, style: .plain, rootLimit: 9, functionLimit: 0).render()
        #expect(text.contains("  hollow: 1, where an interrupt") && !text.contains("partial trees"))
    }

    /// Whatever is not in doubt adds up.
    @Test(arguments: Fixtures.datTraces) func partialMeansDoubtOnly(fixture: String) throws {
        let trace = try Fixtures.reading(fixture)
        for tree in trace.trees where !tree.root.isHollow {
            let isSound = tree.nodes.allSatisfy { $0.call.confidence == .complete }
            guard isSound, let duration = tree.root.duration else { continue }
            #expect(tree.isComplete)
            #expect(tree.nodes.reduce(0) { $0 + $1.call.selfNs } == duration)
        }
    }
}
