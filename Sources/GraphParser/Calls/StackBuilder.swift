/// Turns entries and exits in time order into calls, with one stack for each task.
///
/// Stacks are per task although the ring buffer is per CPU: a task may leave a function on another CPU than it entered it.
/// An exit is matched by task, depth and, where the source names it, function; what does not match becomes an orphan and
/// the frames that it shows to be over become open calls. Nothing is invented.
struct StackBuilder<Consumer: CallConsumer> {
    var consumer: Consumer
    var counts = TraceCounts()

    private let lossesAreMarked: Bool
    private var stacks: [TaskStack] = []
    private var slots: [TaskKey: TaskSlot] = [:]
    private var freeSlots: [TaskSlot] = []
    private var cpus: [CPUState] = []
    private var eventNumber = 0

    /// More tasks than this and those without open calls are forgotten: keeps memory independent of the trace's length.
    private static var taskLimit: Int { 4096 }

    /// - Parameter lossesAreMarked: an exit is missing only where a loss is marked: true for trace.dat, not for text, which
    ///   people cut.
    init(consumer: Consumer, lossesAreMarked: Bool) {
        self.consumer = consumer
        self.lossesAreMarked = lossesAreMarked
    }

    // MARK: Events

    mutating func entry(_ record: EntryRecord) {
        counts.entries += 1
        push(record)
    }

    mutating func exit(_ record: ExitRecord) {
        counts.exits += 1
        pop(record)
    }

    /// A call on one line of text, or an entry with its exit right behind it.
    mutating func leaf(_ entry: EntryRecord, _ exit: ExitRecord) {
        counts.leaves += 1
        push(entry)
        pop(exit)
    }

    /// Events of `cpu` were lost after its last and before its next event; `count` is nil where unknown.
    mutating func loss(cpu: Int, count: Int?) {
        counts.addLoss(count)
        addCPUs(upTo: cpu)
        cpus[cpu].lossPending = true
        for slot in cpus[cpu].left { markLossy(slot) }
        for slot in stacks.indices where stacks[slot].cpu == cpu { markLossy(slot) }
    }

    /// The trace is over: every call still on a stack has no exit.
    mutating func finish() {
        for slot in stacks.indices { unwind(slot, to: 0) }
    }

    /// Depth at which the next entry of `task` is expected: one below its innermost open call that no call of its own depth
    /// has followed; nil without open calls.
    func openDepth(of task: TaskKey) -> Int? {
        slots[task].flatMap { stacks[$0].frames.last { $0.callsAtOwnDepth == 0 } }.map { $0.depth + 1 }
    }

    /// What was known as `old` is now known to be `new`. Does nothing if `new` has open calls of its own: nothing tells how
    /// they lie with those of `old`.
    mutating func rename(_ old: TaskKey, to new: TaskKey) {
        guard let slot = slots[old] else { return }
        if let idle = slots[new] {
            guard stacks[idle].frames.isEmpty else { return }
            freeSlots.append(idle)
        }
        slots[old] = nil
        slots[new] = slot
        stacks[slot].key = new
    }

    // MARK: Stacks

    private mutating func push(_ record: EntryRecord) {
        let slot = arrive(record.task, cpu: record.cpu)
        unwind(slot, to: stacks[slot].count(above: record.depth + 1))
        if stacks[slot].areOver(before: record, lossesAreMarked: lossesAreMarked) {
            unwind(slot, to: stacks[slot].count(above: record.depth))
        }
        if let caller = stacks[slot].frames.indices.last { stacks[slot].frames[caller].enters(depth: record.depth) }
        stacks[slot].frames.append(Frame(record))
        consumer.began(record.function, depth: record.depth, task: slot)
    }

    private mutating func pop(_ record: ExitRecord) {
        let slot = arrive(record.task, cpu: record.cpu)
        // Whatever was deeper than this exit has ended without one of its own.
        unwind(slot, to: stacks[slot].count(above: record.depth + 1))
        guard let index = stacks[slot].index(matching: record) else {
            // And so has what was at its depth, if that is not what it ends.
            unwind(slot, to: stacks[slot].count(above: record.depth))
            return orphan(record, slot)
        }
        unwind(slot, to: index + 1)
        var frame = stacks[slot].frames.removeLast()
        let rest = frame.settle(record)
        if frame.isLossy { counts.lossy += 1 } else { counts.calls += 1 }
        if !frame.isLossy && record.duration == nil { counts.untimed += 1 }
        let whole = !frame.isLossy && frame.isWhole
        let end = Ending(
            confidence: frame.isLossy ? .lossy : .complete, duration: record.duration, isWhole: whole,
            callsAfter: rest.callsAfter)
        self.end(frame, slot, end)
        let ns = (record.duration ?? frame.childrenNs) &+ rest.afterNs
        credit(slot, ns: ns, childDepth: frame.depth, whole: whole)
    }

    /// An exit without an entry still says how long its function took: the caller's self time must not contain it.
    private mutating func orphan(_ record: ExitRecord, _ slot: TaskSlot) {
        counts.orphans += 1
        let inside = stacks[slot].frames.last?.skippedLevelNs ?? 0
        consumer.ended(
            Call(
                function: record.function ?? .unknown, depth: record.depth, task: slot, tid: stacks[slot].key.tid,
                cpu: record.cpu, exitCPU: record.cpu, start: nil, duration: record.duration, childrenNs: inside,
                confidence: .orphan, isRoot: stacks[slot].frames.isEmpty, isWhole: false,
                callsAtOwnDepthCameAfter: false))
        let unseen = record.duration.map { $0 > inside ? $0 - inside : 0 } ?? 0
        credit(slot, ns: unseen, childDepth: record.depth, whole: false)
    }

    /// Ends the frames from `count` on as open calls, innermost first.
    private mutating func unwind(_ slot: TaskSlot, to count: Int) {
        while stacks[slot].frames.count > count {
            let frame = stacks[slot].frames.removeLast()
            counts.open += 1
            end(frame, slot, Ending(confidence: .open, duration: nil, isWhole: false, callsAfter: true))
            credit(slot, ns: frame.childrenNs, childDepth: frame.depth, whole: false)
        }
    }

    private struct Ending {
        let confidence: Confidence
        let duration: UInt64?
        let isWhole: Bool
        let callsAfter: Bool
    }

    private mutating func end(_ frame: Frame, _ slot: TaskSlot, _ ending: Ending) {
        consumer.ended(
            Call(
                function: frame.function, depth: frame.depth, task: slot, tid: stacks[slot].key.tid, cpu: frame.cpu,
                exitCPU: stacks[slot].cpu, start: frame.start, duration: ending.duration,
                childrenNs: frame.childrenNs, confidence: ending.confidence, isRoot: stacks[slot].frames.isEmpty,
                isWhole: ending.isWhole, callsAtOwnDepthCameAfter: ending.callsAfter))
    }

    private mutating func credit(_ slot: TaskSlot, ns: UInt64, childDepth: Int, whole: Bool) {
        guard let top = stacks[slot].frames.indices.last else { return }
        stacks[slot].frames[top].credit(ns: ns, childDepth: childDepth, whole: whole)
    }

    // MARK: Tasks and losses

    /// The stack of a task that has an event on `cpu` now.
    private mutating func arrive(_ task: TaskKey, cpu: Int) -> TaskSlot {
        eventNumber += 1
        addCPUs(upTo: cpu)
        let slot = slots[task] ?? newSlot(task, cpu: cpu)
        if cpus[cpu].lossPending {
            cpus[cpu].lossPending = false
            cpus[cpu].lossEnd = eventNumber
        }
        if !cpus[cpu].left.isEmpty { cpus[cpu].left.removeAll(keepingCapacity: true) }
        if stacks[slot].cpu != cpu { migrate(slot, to: cpu) }
        stacks[slot].lastEvent = eventNumber
        return slot
    }

    private mutating func migrate(_ slot: TaskSlot, to cpu: Int) {
        cpus[stacks[slot].cpu].left.append(slot)
        stacks[slot].cpu = cpu
        // Seen elsewhere before this CPU's loss was over: it may have been here during the loss.
        if stacks[slot].lastEvent < cpus[cpu].lossEnd { markLossy(slot) }
    }

    private mutating func addCPUs(upTo cpu: Int) {
        while cpus.count <= cpu { cpus.append(CPUState()) }
    }

    private mutating func markLossy(_ slot: TaskSlot) {
        for index in stacks[slot].frames.indices { stacks[slot].frames[index].isLossy = true }
    }

    private mutating func newSlot(_ task: TaskKey, cpu: Int) -> TaskSlot {
        if slots.count >= Self.taskLimit && freeSlots.isEmpty { forgetIdleTasks() }
        let stack = TaskStack(key: task, cpu: cpu)
        if let slot = freeSlots.popLast() {
            stacks[slot] = stack
            slots[task] = slot
            return slot
        }
        stacks.append(stack)
        slots[task] = stacks.count - 1
        return stacks.count - 1
    }

    private mutating func forgetIdleTasks() {
        for (key, slot) in slots where stacks[slot].frames.isEmpty {
            slots[key] = nil
            freeSlots.append(slot)
        }
    }
}
