/// The first lines of a CPU in a text that does not name its task: the task may be one that began on another CPU and came here in
/// the middle of its calls.
///
/// A CPU's lines are its own task's unless the text tells otherwise, and without a block it tells in one way only: the kernel
/// names the function of an end whose entry it printed on another CPU. So the lines wait until they leave what was open before
/// them. If they do so with an end of just the function that exactly one task had open there, if that task has not gone on
/// elsewhere meanwhile, and if times and durations agree, they are that task's.
struct Migration: Sendable {
    /// The task whose lines the CPU prints, and the one that it may be.
    let task: TaskKey
    let candidate: TaskSlot
    /// The candidate's call that the lines would be below.
    let call: Int32
    /// The number of the candidate's last event.
    let lastEvent: Int
    var held: [GraphEvent] = []
    var calls = 0

    /// Longer than this no line waits.
    static let most = 100_000
    /// Nothing is looked for among more tasks.
    static let mostTasks = 4096
    /// What the entry's and the end's times may differ from the duration by, in ns: recording takes time, and clocks differ.
    static let slack: UInt64 = 100_000
}

extension StackBuilder {
    /// - Returns: whether the event waits.
    mutating func holdBack(_ event: GraphEvent) -> Bool {
        guard event.kind != .restart, event.kind != .loss else {
            releaseMigrations()
            return false
        }
        if let index = migrations.firstIndex(where: { $0.task == event.task }) {
            hold(event, index)
            return true
        }
        guard event.kind != .other, let migration = migration(beginningWith: event) else { return false }
        migrations.append(migration)
        hold(event, migrations.count - 1)
        return true
    }

    /// What waits has come to its end without telling that it was another task's.
    mutating func releaseMigrations() {
        while !migrations.isEmpty { release(0) }
    }

    /// The task that a CPU's first line may go on with, if there is exactly one.
    private func migration(beginningWith event: GraphEvent) -> Migration? {
        let open = Int(event.depth) + (event.kind == .exit ? 1 : 0)
        guard open > 0, event.kind != .userEntry, event.kind != .userExit, aliases[event.task] == nil,
            slots[key(event.task, Int(event.ring))] == nil, slots.count <= Migration.mostTasks
        else { return nil }
        let fitting = slots.values.compactMap { slot -> (slot: TaskSlot, call: Int32)? in
            guard stacks[slot].userCalls == 0, let call = calls.nextCaller(stacks[slot]),
                Int(calls[call].depth) + 1 == open
            else { return nil }
            return (slot, call)
        }
        guard fitting.count == 1, !migrations.contains(where: { $0.candidate == fitting[0].slot }) else { return nil }
        return Migration(
            task: event.task, candidate: fitting[0].slot, call: fitting[0].call,
            lastEvent: stacks[fitting[0].slot].lastEvent)
    }

    private mutating func hold(_ event: GraphEvent, _ index: Int) {
        migrations[index].held.append(event)
        if event.kind == .other { return }
        migrations[index].calls += 1
        let migration = migrations[index]
        let isSilent = stacks[migration.candidate].lastEvent == migration.lastEvent
        let depth = calls[migration.call].depth
        if !isSilent || event.kind == .userEntry || event.kind == .userExit || migration.calls > Migration.most {
            release(index)
        } else if event.depth <= depth {
            if ends(event, migration) { join(index) } else { release(index) }
        }
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
        let difference = max(between, event.duration) - min(between, event.duration)
        return difference <= Migration.slack + event.duration / 100
    }

    /// The lines are the candidate's.
    private mutating func join(_ index: Int) {
        let migration = migrations.remove(at: index)
        counts.joinedByName += 1
        aliases[migration.task] = stacks[migration.candidate].key
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
