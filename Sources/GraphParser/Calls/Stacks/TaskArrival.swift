/// Which stack an event belongs to: its task's, wherever that runs.
extension StackBuilder {
    /// The stack of a task that has an event now.
    mutating func arrive(_ event: GraphEvent) -> TaskSlot {
        eventNumber += 1
        let ring = Int(event.ring)
        addRings(upTo: ring)
        let key = task(of: event)
        let slot = slots[self.key(key, ring)] ?? newSlot(key, event)
        if losses[ring].isPending {
            losses[ring].isPending = false
            losses[ring].end = eventNumber
        }
        losses[ring].departed.removeAll(keepingCapacity: true)
        if stacks[slot].lastEvent <= losses[Int(stacks[slot].ring)].last || losses[ring].isAnywhere {
            calls.markLossy(stacks[slot])
        }
        if stacks[slot].ring != event.ring { migrate(slot, event) }
        stacks[slot].lastEvent = eventNumber
        // Inside of calls in user space depths shift: nothing is obvious there.
        running[ring] =
            stacks[slot].userCalls == 0 && !losses[ring].isAnywhere ? Running(task: event.task, slot: slot) : .unknown
        return slot
    }

    private mutating func migrate(_ slot: TaskSlot, _ event: GraphEvent) {
        let old = Int(stacks[slot].ring)
        losses[old].departed.append((slot, eventNumber))
        running[old] = .unknown
        stacks[slot].ring = event.ring
        stacks[slot].cpu = event.cpu
        // Seen elsewhere before this CPU's loss was over: it may have been here during the loss.
        if stacks[slot].lastEvent < losses[Int(event.ring)].end { calls.markLossy(stacks[slot]) }
    }

    func key(_ task: TaskKey, _ ring: Int) -> StackKey {
        StackKey(task: task, instance: ring < instances.count ? Int(instances[ring]) : 0)
    }

    mutating func addRings(upTo ring: Int) {
        while running.count <= ring {
            running.append(.unknown)
            losses.append(LossState())
        }
    }

    private mutating func newSlot(_ task: TaskKey, _ event: GraphEvent) -> TaskSlot {
        if slots.count >= dropIdleAt && freeSlots.isEmpty { dropIdleTasks() }
        let stack = TaskStack(key: task, cpu: event.cpu, ring: event.ring, born: eventNumber)
        let slot = freeSlots.popLast() ?? stacks.count
        if slot == stacks.count { stacks.append(stack) } else { stacks[slot] = stack }
        slots[key(task, Int(event.ring))] = slot
        return slot
    }

    private mutating func dropIdleTasks() {
        for (key, slot) in slots where stacks[slot].top < 0 {
            slots[key] = nil
            freeSlots.append(slot)
        }
        if dropIdleAt >= Limits.tasks, slots.count > Limits.tasks / 2 { endOldestTasks() }
        dropIdleAt = min(max(Self.taskLimit, 2 * slots.count), Limits.tasks)
        resetRunning()
    }

    /// Takes the calls of the tasks seen longest ago for over: so many cannot all be sleeping in them.
    private mutating func endOldestTasks() {
        let tasks = slots.sorted { stacks[$0.value].lastEvent < stacks[$1.value].lastEvent }
        for (key, slot) in tasks.prefix(slots.count - Limits.tasks / 2) {
            unwind(slot, from: 0)
            slots[key] = nil
            freeSlots.append(slot)
        }
    }

    private mutating func resetRunning() {
        for cpu in running.indices { running[cpu] = .unknown }
    }

    /// Another trace begins: what is open stays so, and its tasks are others.
    mutating func restart() {
        for slot in stacks.indices { unwind(slot, from: 0) }
        freeSlots = Array(stacks.indices)
        slots.removeAll(keepingCapacity: true)
        aliases.removeAll()
        resetRunning()
        losses = losses.map { _ in LossState() }
    }

    // MARK: Events that are no calls

    /// The task's place where the event happened, if it has calls open. Changes no call: whoever does not ask for events gets the
    /// same calls.
    func slot(ofEvent event: GraphEvent) -> TaskSlot? {
        let task = aliases[event.task] ?? event.task
        return place(of: task, key(task, Int(event.ring)))
    }

    /// The task's stack that has calls open: in its own instance if it has, else in another one: events are often recorded
    /// apart from the calls.
    private func place(of task: TaskKey, _ own: StackKey) -> TaskSlot? {
        if let slot = slots[own], stacks[slot].top >= 0 { return slot }
        for instance in instanceNumbers {
            if let slot = slots[StackKey(task: task, instance: instance)], stacks[slot].top >= 0 { return slot }
        }
        return nil
    }
}

/// Each instance's buffers have a task's calls for themselves.
struct StackKey: Hashable {
    let task: TaskKey
    let instance: Int
}

/// What runs on a CPU.
struct Running {
    /// As the last event named it.
    let task: TaskKey
    let slot: TaskSlot

    /// The next event has to be looked at closer.
    static let unknown = Running(task: .none, slot: 0)
}
