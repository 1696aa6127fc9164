/// What a `StackBuilder` hands on: what happens to calls, and what else happens between them; and the calls that ended last,
/// also those that have been handed on.
struct CallOutput: Sendable {
    /// What happened to calls since ``move(to:)``.
    var calls: [CallEvent] = []
    /// Those of ``CallEvent/outside(_:)``.
    private var outside: [OutsideCalls] = []
    /// What else happened, and before which of `calls`: apart, since looking back at calls must not depend on it.
    private var asides: [(index: Int, event: CallEvent)] = []
    /// The end of what was handed on.
    private var before: [CallEvent] = []

    /// How far back one can look: so many calls that have ended, more than an interrupt has, and among so many events. A call is
    /// one event or two, by the way that it took; which must not make a difference.
    private static let maxCalls = 224
    private static let reach = 512

    mutating func append(_ event: CallEvent) { calls.append(event) }

    mutating func append(aside event: CallEvent) { asides.append((calls.count, event)) }

    mutating func append(_ outside: OutsideCalls) {
        calls.append(.outside(Int32(truncatingIfNeeded: self.outside.count)))
        self.outside.append(outside)
    }

    /// Replaces what is in `batch` by what has happened since it was last asked for.
    mutating func move(to batch: inout CallBatch) {
        keepEnd()
        batch.outside.removeAll(keepingCapacity: true)
        swap(&batch.outside, &outside)
        batch.events.removeAll(keepingCapacity: true)
        swap(&batch.events, &calls)
        guard !asides.isEmpty else { return }
        var merged: [CallEvent] = []
        merged.reserveCapacity(batch.events.count + asides.count)
        var next = 0
        for aside in asides {
            merged += batch.events[next..<aside.index]
            merged.append(aside.event)
            next = aside.index
        }
        batch.events = merged + batch.events[next...]
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

    /// The last calls directly below the innermost open call of a task, each with all calls below it.
    ///
    /// - Parameter isWanted: asked of each of the direct calls, the last first, until it says no.
    /// - Returns: in the order in which they ended; each first, then those below it, a caller before its calls.
    func lastCalls(of task: TaskSlot, while isWanted: (Call) -> Bool) -> LastCalls {
        var groups: [[Call]] = []
        // The call whose own calls are collected.
        var inside: Int32?
        var ended = 0
        for part in [Self.end(of: calls, Self.reach), Self.end(of: before, max(0, Self.reach - calls.count))] {
            for event in part.reversed() {
                switch event {
                case .began(_, Int32(truncatingIfNeeded: task), let number):
                    // That of the open call itself.
                    if inside == nil { return LastCalls(groups: groups.reversed(), isCut: false) }
                    if inside == number { inside = nil }
                case .ended(let call):
                    ended += 1
                    if ended > Self.maxCalls { return LastCalls(groups: groups.reversed(), isCut: true) }
                    guard call.task == task else { continue }
                    if inside != nil {
                        groups[groups.count - 1].append(call)
                        continue
                    }
                    guard isWanted(call) else { return LastCalls(groups: groups.reversed(), isCut: false) }
                    groups.append([call])
                    if !call.isLeaf && call.confidence != .orphan { inside = call.number }
                default: break
                }
            }
        }
        return LastCalls(groups: groups.reversed(), isCut: true)
    }
}

/// Calls that were found by looking back.
struct LastCalls: Sendable {
    var groups: [[Call]] = []
    /// There may be more, further back than one can look.
    var isCut = false
}
