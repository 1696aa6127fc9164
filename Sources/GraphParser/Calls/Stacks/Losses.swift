/// Events that the kernel could not record.
extension StackBuilder {
    mutating func loss(ring: Int, _ event: GraphEvent) {
        if event.extent != .told { counts.addLoss(event.lostCount) }
        addRings(upTo: ring)
        losses[ring].isPending = true
        if event.extent == .anywhere { losses[ring].isAnywhere = true }
        running[ring] = .unknown
        // A task that has since got the place of one that departed is not concerned.
        for task in losses[ring].departed where stacks[task.slot].born <= task.at { calls.markLossy(stacks[task.slot]) }
        losses[ring].departed.removeAll(keepingCapacity: true)
        // The calls of those that are still here are marked when they are heard of again: there may be many, and many losses.
        losses[ring].last = eventNumber
    }
}

/// Which calls a loss of a ring buffer's events may have touched.
struct LossState {
    /// A loss was announced and no event has come since.
    var isPending = false
    /// Number of the last event before the last loss; negative without a loss.
    var last = -1
    /// Number of the first event after the last loss; 0 without a loss.
    var end = 0
    /// Tasks that went on elsewhere since the last event: text announces a loss only when it is over.
    var departed: [(slot: TaskSlot, at: Int)] = []
    /// A loss may be between any two events: all calls that have been here are in doubt.
    var isAnywhere = false
}
