/// What a `StackBuilder` hands on: what happens to calls, and what else happens between them; and the calls that ended last,
/// also those that have been handed on.
struct CallOutput: Sendable {
    /// What happened to calls since ``move(to:)``.
    var calls: [CallEvent] = []
    /// What else happened, and before which of `calls`: apart, since looking back at calls must not depend on it.
    private var asides: [(index: Int, event: CallEvent)] = []
    /// The end of what was handed on.
    private var before: [CallEvent] = []

    /// How far back one can look: more than an interrupt has calls.
    private static let reach = 512

    mutating func append(_ event: CallEvent) { calls.append(event) }

    mutating func append(aside event: CallEvent) { asides.append((calls.count, event)) }

    /// Replaces `events` by what has happened since it was last asked for.
    mutating func move(to events: inout [CallEvent]) {
        keepEnd()
        events.removeAll(keepingCapacity: true)
        swap(&events, &calls)
        guard !asides.isEmpty else { return }
        var merged: [CallEvent] = []
        merged.reserveCapacity(events.count + asides.count)
        var next = 0
        for aside in asides {
            merged += events[next..<aside.index]
            merged.append(aside.event)
            next = aside.index
        }
        events = merged + events[next...]
        asides.removeAll(keepingCapacity: true)
    }

    private mutating func keepEnd() {
        if calls.count >= Self.reach { before.removeAll(keepingCapacity: true) }
        before += Self.end(of: calls, Self.reach)
        if before.count > 2 * Self.reach { before.removeFirst(before.count - Self.reach) }
    }

    /// The last events, without a copy: `suffix` may be that of sequences, which makes one.
    private static func end(of events: [CallEvent], _ count: Int) -> ArraySlice<CallEvent> {
        events[max(0, events.count - count)...]
    }

    /// The calls directly below the innermost open call of a task, the last first.
    func lastCalls(of task: TaskSlot) -> [Call] {
        var found: [Call] = []
        // The call whose own calls are passed over.
        var inside: Int32?
        for part in [Self.end(of: calls, Self.reach), Self.end(of: before, max(0, Self.reach - calls.count))] {
            for event in part.reversed() {
                switch event {
                case .began(_, Int32(truncatingIfNeeded: task), let number):
                    // That of the open call itself.
                    if inside == nil { return found }
                    if inside == number { inside = nil }
                case .ended(let call) where call.task == task && inside == nil:
                    found.append(call)
                    if !call.isLeaf && call.confidence != .orphan { inside = call.number }
                default: break
                }
            }
        }
        return found
    }
}
