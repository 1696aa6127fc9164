/// The first lines of a CPU in a text that does not name its task: the task may be one that began on another CPU and came here in
/// the middle of its calls.
///
/// A CPU's lines are its own task's unless the text tells otherwise, and without a block it tells in one way only: the kernel
/// names the function of an end whose entry it printed on another CPU. So the lines wait. If they leave what was open before
/// them with an end of just the function that exactly one task had open there, if times and durations agree, and if that task has
/// gone on nowhere meanwhile and begins anew when it is heard of next, they are that task's.
struct Migration: Sendable {
    /// The task whose lines the CPU prints, and the one that it may be.
    let task: TaskKey
    let candidate: TaskSlot
    let candidateKey: TaskKey
    /// The candidate's call that the lines would be below.
    let call: Int32
    var held: [GraphEvent] = []
    var calls = 0
    /// The call has ended here, as far as the lines tell.
    var isEnded = false

    /// Longer than this no line waits.
    static let maxLines = 100_000
    /// Nothing is looked for among more tasks.
    static let maxTasks = 4096
    /// What may lie between the entry's and the end's times besides the duration, in ns: recording takes time.
    static let slack: UInt64 = 100_000
    /// By how much the duration may be longer all the same, since text cuts times to the microsecond.
    static let cut: UInt64 = 2000
}

extension StackBuilder {
    /// - Returns: whether the event waits.
    mutating func holdBack(_ event: GraphEvent) -> Bool {
        if event.kind == .restart || event.kind == .loss {
            releaseMigrations()
            return false
        }
        if let index = migrations.firstIndex(where: { $0.task == event.task }) {
            hold(event, index)
            return true
        }
        if event.kind == .event { return false }
        if let index = migrations.firstIndex(where: { $0.candidateKey == task(of: event) }) { decide(index, event) }
        guard event.task.isUnnamed, let migration = migration(beginningWith: event) else { return false }
        // Its next event has to be seen.
        running[Int(stacks[migration.candidate].ring)] = .unknown
        migrations.append(migration)
        hold(event, migrations.count - 1)
        return true
    }

    /// Nothing more comes that could tell.
    mutating func releaseMigrations() {
        while let migration = migrations.first {
            if migration.isEnded { join(0) } else { release(0) }
        }
    }

    /// The task that a CPU's first line may go on with, if there is exactly one.
    private func migration(beginningWith event: GraphEvent) -> Migration? {
        let open = Int(event.depth) + (event.kind == .exit ? 1 : 0)
        guard open > 0, event.kind != .userEntry, event.kind != .userExit, aliases[event.task] == nil,
            slots[key(event.task, Int(event.ring))] == nil, slots.count <= Migration.maxTasks
        else { return nil }
        let fitting = slots.values.compactMap { slot -> (slot: TaskSlot, call: Int32)? in
            guard stacks[slot].userCalls == 0, let call = calls.nextCaller(stacks[slot]),
                Int(calls[call].depth) + 1 == open
            else { return nil }
            return (slot, call)
        }
        guard fitting.count == 1, !migrations.contains(where: { $0.candidate == fitting[0].slot }) else { return nil }
        return Migration(
            task: event.task, candidate: fitting[0].slot, candidateKey: stacks[fitting[0].slot].key,
            call: fitting[0].call)
    }

    private mutating func hold(_ event: GraphEvent, _ index: Int) {
        migrations[index].held.append(held(event))
        if event.kind == .event { return areHeldPayloadsFull ? release(index) : () }
        migrations[index].calls += 1
        let migration = migrations[index]
        if event.kind == .userEntry || event.kind == .userExit || migration.calls > Migration.maxLines {
            release(index)
        } else if !migration.isEnded, event.depth <= calls[migration.call].depth {
            if ends(event, migration) { migrations[index].isEnded = true } else { release(index) }
        }
    }

    /// The candidate goes on: in the call, or behind it.
    private mutating func decide(_ index: Int, _ event: GraphEvent) {
        let migration = migrations[index]
        let beginsAnew =
            (event.kind == .entry || event.kind == .leaf) && event.depth <= calls[migration.call].depth
            || event.kind == .userEntry
        if migration.isEnded && beginsAnew { join(index) } else { release(index) }
    }

    /// Whether an event at the depth of the candidate's call is its end.
    private func ends(_ event: GraphEvent, _ migration: Migration) -> Bool {
        let call = calls[migration.call]
        guard event.kind == .exit, event.depth == call.depth, event.function == call.function, !call.isLossy
        else { return false }
        guard event.duration != GraphEvent.noTime else { return true }
        if event.duration &+ event.precision.rounding < call.childrenNs { return false }
        guard call.start != GraphEvent.noTime, event.timestamp != GraphEvent.noTime else { return true }
        guard event.timestamp >= call.start else { return false }
        let between = event.timestamp - call.start
        // Clocks differ by a thousandth at most.
        guard event.duration <= between + Migration.cut + between / 1000 else { return false }
        return between <= event.duration + Migration.slack + event.duration / 100
    }

    /// The lines are the candidate's.
    private mutating func join(_ index: Int) {
        let migration = migrations.remove(at: index)
        counts.joinedByName += 1
        aliases[migration.task] = migration.candidateKey
        for event in migration.held { takeSettled(event) }
    }

    /// The lines are those of a task of their own.
    private mutating func release(_ index: Int) {
        let migration = migrations.remove(at: index)
        for event in migration.held { takeSettled(event) }
    }

    /// The task of an event.
    func task(of event: GraphEvent) -> TaskKey {
        event.task.isUnnamed ? aliases[event.task] ?? event.task : event.task
    }
}
