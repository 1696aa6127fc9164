import Testing

@testable import GraphParser

/// Tasks that sleep in a call take memory: beyond a limit those seen longest ago are taken for over.
@Suite struct ManyTasksTests {
    @Test(arguments: [
        (Limits.tasks, 0), (Limits.tasks + 1, Limits.tasks / 2), (2 * Limits.tasks, 3 * Limits.tasks / 2),
    ])
    func asManyAsTheLimitMaySleep(tasks: Int, over: Int) {
        var builder = StackBuilder(names: TraceNames(), lossesAreMarked: true)
        for kind in [GraphEvent.Kind.entry, .exit] {
            // Those that came last have been forgotten least.
            let order = kind == .entry ? Array(1...tasks) : (1...tasks).reversed()
            let events = order.map { task in
                GraphEvent(
                    timestamp: 1, duration: kind == .exit ? 5 : GraphEvent.noTime, function: 1,
                    task: .thread(Int32(task), cpu: 0), kind: kind)
            }
            builder.take(events.span)
        }
        builder.finish()
        #expect(builder.stacks.count <= Limits.tasks)
        #expect(builder.slots.count <= Limits.tasks)
        let counts = builder.counts
        // Nothing is dropped: an entry that was taken for open leaves its exit an orphan.
        #expect(counts.calls == tasks - counts.open && counts.orphans == counts.open)
        #expect(over == 0 ? counts.open == 0 : counts.open >= Limits.tasks / 2 && counts.open <= over)
    }

    /// Tasks that are idle take none, however many there are.
    @Test func idleTasksAreForgotten() {
        var builder = StackBuilder(names: TraceNames(), lossesAreMarked: true)
        let events = (1...200_000).map { task in
            GraphEvent(timestamp: 1, duration: 5, function: 1, task: .thread(Int32(task), cpu: 0), kind: .leaf)
        }
        builder.take(events.span)
        #expect(builder.counts.calls == 200_000 && builder.stacks.count <= StackBuilder.taskLimit)
    }
}
