/// The places of tasks: as many as have calls open, and some more.
extension StackBuilder {
    mutating func newSlot(_ task: TaskKey, _ event: GraphEvent) -> TaskSlot {
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
}

/// Each instance's buffers have a task's calls for themselves.
struct StackKey: Hashable {
    let task: TaskKey
    let instance: Int
}
