/// Events that the kernel could not record.
extension StackBuilder {
    /// Events were lost after the last and before the next event of a ring buffer; `count` is nil where unknown.
    mutating func loss(ring: Int, count: Int?) {
        counts.addLoss(count)
        addRings(upTo: ring)
        losses[ring].isPending = true
        running[ring] = .unclear
        for slot in losses[ring].left { calls.markLossy(stacks[slot]) }
        losses[ring].left.removeAll(keepingCapacity: true)
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
    var left: [TaskSlot] = []
}
