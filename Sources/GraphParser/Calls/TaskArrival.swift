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
        losses[ring].left.removeAll(keepingCapacity: true)
        if stacks[slot].lastEvent <= losses[Int(stacks[slot].ring)].last || losses[ring].isAnywhere {
            calls.markLossy(stacks[slot])
        }
        if stacks[slot].ring != event.ring { migrate(slot, event) }
        stacks[slot].lastEvent = eventNumber
        // Inside of calls in user space depths shift: nothing is obvious there.
        running[ring] =
            stacks[slot].userCalls == 0 && !losses[ring].isAnywhere ? Running(task: event.task, slot: slot) : .unclear
        return slot
    }

    private mutating func migrate(_ slot: TaskSlot, _ event: GraphEvent) {
        let old = Int(stacks[slot].ring)
        losses[old].left.append((slot, eventNumber))
        running[old] = .unclear
        stacks[slot].ring = event.ring
        stacks[slot].cpu = event.cpu
        // Seen elsewhere before this CPU's loss was over: it may have been here during the loss.
        if stacks[slot].lastEvent < losses[Int(event.ring)].end { calls.markLossy(stacks[slot]) }
    }

    private func key(_ task: TaskKey, _ ring: Int) -> StackKey {
        StackKey(task: task, instance: ring < instances.count ? Int(instances[ring]) : 0)
    }

    mutating func addRings(upTo ring: Int) {
        while running.count <= ring {
            running.append(.unclear)
            losses.append(LossState())
        }
    }

    private mutating func newSlot(_ task: TaskKey, _ event: GraphEvent) -> TaskSlot {
        if slots.count >= forgetAt && freeSlots.isEmpty { forgetIdleTasks() }
        let stack = TaskStack(key: task, cpu: event.cpu, ring: event.ring, born: eventNumber)
        let slot = freeSlots.popLast() ?? stacks.count
        if slot == stacks.count { stacks.append(stack) } else { stacks[slot] = stack }
        slots[key(task, Int(event.ring))] = slot
        return slot
    }

    private mutating func forgetIdleTasks() {
        for (key, slot) in slots where stacks[slot].top < 0 {
            slots[key] = nil
            freeSlots.append(slot)
        }
        forgetAt = max(Self.taskLimit, 2 * slots.count)
        forgetRunning()
    }

    private mutating func forgetRunning() {
        for cpu in running.indices { running[cpu] = .unclear }
    }

    // MARK: Tasks of a text without a column for them

    private mutating func task(of event: GraphEvent) -> TaskKey {
        guard event.task == .running else { return event.task }
        // A text has the rings of one instance, numbered like the CPUs.
        let cpu = Int(event.cpu)
        if let task = lanes.task(on: cpu) { return task }
        if let task = migratedTask(event) {
            lanes.set(task, on: cpu)
            return task
        }
        let task = TaskKey.unnamed(cpu: event.cpu)
        lanes.set(task, on: cpu)
        return task
    }

    /// A CPU's first line below depth 0 goes on with an unnamed task of another CPU if exactly one of them has just the
    /// calls open that this line needs.
    private func migratedTask(_ event: GraphEvent) -> TaskKey? {
        let open = Int(event.depth) + (event.kind == .exit ? 1 : 0)
        guard open > 0 else { return nil }
        var fitting: TaskKey?
        for task in lanes.unnamedTasks(except: Int(event.cpu)) {
            guard let slot = slots[key(task, 0)],
                calls.openDepth(stacks[slot]) == open + Int(stacks[slot].userCalls)
            else { continue }
            guard fitting == nil else { return nil }
            fitting = task
        }
        return fitting
    }

    mutating func switchTask(_ event: GraphEvent) {
        if let task = lanes.task(on: Int(event.cpu)), task.tid == nil {
            lanes.rename(task, to: event.previous)
            rename(task, to: event.previous)
            forgetRunning()
        }
        lanes.set(event.task, on: Int(event.cpu))
        addRings(upTo: Int(event.ring))
        running[Int(event.ring)] = .unclear
    }

    /// What was known as `old` is now known to be `new`. Does nothing if `new` has open calls of its own: nothing tells how
    /// they lie with those of `old`.
    private mutating func rename(_ old: TaskKey, to new: TaskKey) {
        guard let slot = slots[key(old, 0)] else { return }
        if let idle = slots[key(new, 0)] {
            guard stacks[idle].top < 0 else { return }
            freeSlots.append(idle)
        }
        slots[key(old, 0)] = nil
        slots[key(new, 0)] = slot
        stacks[slot].key = new
    }

    // MARK: Other events

    /// Changes no call: whoever does not ask for the events gets the same calls.
    mutating func other(_ event: GraphEvent) {
        let task = event.task == .running ? lanes.task(on: Int(event.cpu)) : event.task
        let slot = task.flatMap { place(of: $0, key($0, Int(event.ring))) } ?? -1
        output.append(aside: .other(number: event.function, task: Int32(truncatingIfNeeded: slot)))
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
    static let unclear = Running(task: .none, slot: 0)
}
