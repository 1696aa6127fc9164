/// Events that are no calls: in which task they happened, and between which of its calls.
extension StackBuilder {
    mutating func add(_ event: GraphEvent) {
        events += 1
        let ring = Int(event.ring)
        var slot = -1
        // Nearly all happen in the task that is known to run on their CPU.
        if event.isPlaced, ring < running.count, running[ring].task == event.task, instanceNumbers.count == 1 {
            slot = running[ring].slot
            if stacks[slot].top < 0 { slot = -1 }
        } else if event.isPlaced {
            slot = self.slot(ofEvent: event) ?? -1
        }
        let payload = event.isHeld ? heldPayloads.take(event) : nil
        output.append(event, task: slot, heldPayload: payload)
    }

    /// The event as it can wait beyond what is being taken.
    mutating func held(_ event: GraphEvent) -> GraphEvent { heldPayloads.keep(event, from: payload) }

    var areHeldPayloadsFull: Bool { heldPayloads.isFull }

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
        for instance in instanceNumbers where instance != own.instance {
            if let slot = slots[StackKey(task: task, instance: instance)], stacks[slot].top >= 0 { return slot }
        }
        return nil
    }
}
