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
}

/// What runs on a CPU.
struct Running {
    /// As the last event named it.
    let task: TaskKey
    let slot: TaskSlot

    /// The next event has to be looked at closer.
    static let unknown = Running(task: .none, slot: 0)
}
