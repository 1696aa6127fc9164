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

    /// The calls of a task, the last first, those of the batch that is under way included.
    func calls(of task: TaskSlot, _ batch: [CallEvent]) -> [Call] {
        var calls: [Call] = []
        let before = events.suffix(max(0, Self.limit - batch.count))
        for part in [batch.suffix(Self.limit), before] {
            for case .ended(let call) in part.reversed() where call.task == task { calls.append(call) }
        }
        return calls
    }
}
