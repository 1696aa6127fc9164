/// The calls that ended last, also those of batches that have been handed on.
struct RecentCalls: Sendable {
    private var events: [CallEvent] = []

    /// How far back one can look: more than an interrupt has calls.
    private static let limit = 512

    /// Keeps the end of a batch that goes on.
    mutating func note(_ batch: [CallEvent]) {
        if batch.count >= Self.limit { events.removeAll(keepingCapacity: true) }
        events += batch[Swift.max(0, batch.count - Self.limit)...]
        if events.count > 2 * Self.limit { events.removeFirst(events.count - Self.limit) }
    }

    /// The calls directly below the innermost open call of a task, the last first, those of the batch that is under way included.
    func calls(of task: TaskSlot, _ batch: [CallEvent]) -> [Call] {
        var calls: [Call] = []
        // The call whose own calls are passed over.
        var inside: Int32?
        let before = events.suffix(max(0, Self.limit - batch.count))
        for part in [batch.suffix(Self.limit), before] {
            for event in part.reversed() {
                switch event {
                case .began(_, Int32(truncatingIfNeeded: task), let number):
                    // That of the open call itself.
                    if inside == nil { return calls }
                    if inside == number { inside = nil }
                case .ended(let call) where call.task == task && inside == nil:
                    calls.append(call)
                    if !call.isLeaf && call.confidence != .orphan { inside = call.number }
                default: break
                }
            }
        }
        return calls
    }
}
