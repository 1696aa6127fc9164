/// What a `StackBuilder` hands on: what happens to calls, and what else happens between them; and the calls that ended last,
/// also those that have been handed on.
struct CallOutput: Sendable {
    /// What happened to calls since ``move(to:interleavingEvents:)``.
    var calls: [CallEvent] = []
    /// Those of ``CallEvent/outside(_:)``.
    private var outside: [OutsideCalls] = []
    /// Events and losses, apart from the calls before which they happened: looking back at calls must not depend on them.
    var rows: [EventRow] = []
    private var losses: [(place: Place, loss: Loss)] = []
    /// The payload of the events that waited.
    private var heldPayload: [UInt8] = []
    /// The end of what was handed on.
    private var before: [CallEvent] = []
    /// Has memory for the next merging.
    private var merged: [CallEvent] = []

    /// Before which of `calls`, and behind how many of `rows`.
    private struct Place {
        let call: Int
        let row: Int
    }

    /// How far back one can look: so many calls that have ended, more than an interrupt has, and among so many events. A call is
    /// one event or two, by the path that it took; which must not make a difference.
    private static let maxCalls = 224
    private static let reach = 512

    mutating func append(_ event: CallEvent) { calls.append(event) }

    mutating func append(_ loss: Loss) { losses.append((Place(call: calls.count, row: rows.count), loss)) }

    /// - Parameters:
    ///   - task: of those with open calls; negative if it has none.
    ///   - payload: if the event has waited; else it lies where the event says.
    mutating func append(_ event: GraphEvent, task: TaskSlot, heldPayload payload: [UInt8]?) {
        var event = event
        if let payload {
            event.payload = heldPayload.count..<(heldPayload.count + payload.count)
            heldPayload += payload
        }
        rows.append(EventRow(event, task: Int32(truncatingIfNeeded: task), before: calls.count))
    }

    mutating func append(_ outside: OutsideCalls) {
        calls.append(.outside(Int32(truncatingIfNeeded: self.outside.count)))
        self.outside.append(outside)
    }

    /// Replaces what is in `batch` by what has happened since it was last asked for.
    ///
    /// - Parameter interleavingEvents: whether the calls are to tell where events happened among them.
    mutating func move(to batch: inout TraceBatch, interleavingEvents: Bool) {
        keepEnd()
        batch.outside.removeAll(keepingCapacity: true)
        swap(&batch.outside, &outside)
        batch.calls.removeAll(keepingCapacity: true)
        swap(&batch.calls, &calls)
        if interleavingEvents && !rows.isEmpty || !losses.isEmpty {
            interleave(&batch.calls, events: interleavingEvents)
        }
        batch.losses = losses.map(\.loss)
        losses.removeAll(keepingCapacity: true)
        batch.events.rows.removeAll(keepingCapacity: true)
        swap(&batch.events.rows, &rows)
        batch.events.heldPayload = heldPayload
        if !heldPayload.isEmpty { heldPayload = [] }
    }

    /// Puts losses and, if asked for, events in their places among `calls`.
    private mutating func interleave(_ calls: inout [CallEvent], events: Bool) {
        var (next, row, loss) = (0, 0, 0)
        merged.removeAll(keepingCapacity: true)
        merged.reserveCapacity(calls.count + rows.count + losses.count)
        while loss < losses.count || events && row < rows.count {
            let isLoss = loss < losses.count && (!events || losses[loss].place.row <= row)
            let place = isLoss ? losses[loss].place.call : Int(rows[row].before)
            merged += calls[next..<place]
            next = place
            merged.append(isLoss ? .lost(losses[loss].loss) : .event(row: Int32(truncatingIfNeeded: row)))
            if isLoss { loss += 1 } else { row += 1 }
        }
        merged += calls[next...]
        swap(&merged, &calls)
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
                case .began(let begin) where begin.task == task:
                    // That of the open call itself.
                    if inside == nil { return LastCalls(groups: groups.reversed(), isCut: false) }
                    if inside == begin.number { inside = nil }
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
