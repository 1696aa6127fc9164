/// The fast path for nearly all events: those of the task that is known to run on their CPU, entries deeper than all that is
/// open, and exits of the innermost call. It does what ``StackBuilder/takeSlowPath(_:)`` does and leaves all else to it: also all
/// that is below calls in user space, where depths shift.
///
/// Works on spans, so that the arrays are checked for being shared once and not at each access.
extension StackBuilder {
    /// - Returns: the index of the first event that is not obvious, or the count.
    mutating func takeFastPath(_ events: Span<GraphEvent>, from start: Int) -> Int {
        var index = start
        // Out of `self`, so that their spans can be changed side by side.
        var frames: [Frame] = []
        var stacks: [TaskStack] = []
        swap(&frames, &calls.frames)
        swap(&stacks, &self.stacks)
        let running = self.running
        var state = FastPath(free: calls.free, eventNumber: eventNumber)
        output.calls.append(addingCapacity: events.count - start) { output in
            var frameSpan = frames.mutableSpan
            var stackSpan = stacks.mutableSpan
            let runningSpan = running.span
            while index < events.count,
                state.take(events[index], &frameSpan, &stackSpan, runningSpan, &output)
            { index += 1 }
        }
        swap(&frames, &calls.frames)
        swap(&stacks, &self.stacks)
        calls.free = state.free
        eventNumber = state.eventNumber
        counts.calls += state.complete
        counts.lossy += state.lossy
        doubtfulTrees += state.doubtfulTrees
        return index
    }
}

/// What changes with obvious events besides the stacks.
private struct FastPath {
    var free: Int32
    var eventNumber: Int
    var complete = 0
    var lossy = 0
    var doubtfulTrees = 0

    init(free: Int32, eventNumber: Int) {
        self.free = free
        self.eventNumber = eventNumber
    }

    /// - Returns: false, with nothing changed, if the event is not obvious.
    @inline(__always)
    mutating func take(
        _ event: GraphEvent, _ frames: inout MutableSpan<Frame>, _ stacks: inout MutableSpan<TaskStack>,
        _ running: Span<Running>, _ output: inout OutputSpan<CallEvent>
    ) -> Bool {
        let ring = Int(event.ring)
        guard ring < running.count, running[ring].task == event.task else { return false }
        let slot = running[ring].slot
        let top = Int(stacks[slot].top)
        switch event.kind {
        case .entry:
            guard top < 0 || frames[top].depth < event.depth && frames[top].skippedLevelNs == 0, free >= 0 else {
                return false
            }
            let number = free
            free = frames[Int(number)].caller
            frames[Int(number)] = Frame(event, caller: Int32(truncatingIfNeeded: top))
            stacks[slot].top = number
            output.append(
                .began(CallBegin(event, task: slot, number: number, key: stacks[slot].key)))
        case .exit:
            guard top >= 0, frames[top].matchesOnFastPath(event) else { return false }
            let frame = frames[top]
            frames[top].caller = free
            free = Int32(truncatingIfNeeded: top)
            stacks[slot].top = frame.caller
            let whole = !frame.isLossy && frame.isWhole
            if frame.isLossy { lossy &+= 1 } else { complete &+= 1 }
            var flags: Call.Flags = frame.caller < 0 ? .root : []
            if whole { flags.insert(.whole) } else if frame.caller < 0 { doubtfulTrees &+= 1 }
            output.append(
                .ended(
                    Call(
                        frame, start: frame.start, exit: event, key: stacks[slot].key, task: slot,
                        number: Int32(truncatingIfNeeded: top), confidence: frame.isLossy ? .lossy : .complete,
                        flags: flags)))
            if frame.caller >= 0 {
                frames[Int(frame.caller)].credit(
                    ns: event.duration, childDepth: frame.depth, whole: whole,
                    end: event.end(begun: frame.start))
            }
        case .leaf:
            guard top < 0 || frames[top].depth < event.depth && frames[top].skippedLevelNs == 0,
                event.duration != GraphEvent.noTime
            else { return false }
            complete &+= 1
            output.append(
                .ended(
                    Call(
                        startOrNone: event.timestamp, endOrNone: event.timestamp, durationOrNone: event.duration,
                        childrenNs: 0, end: event.end,
                        function: FunctionID(index: event.function), taskNumber: Int32(truncatingIfNeeded: slot),
                        number: -1, key: stacks[slot].key, depthNumber: event.depth, firstCPU: event.cpu,
                        lastCPU: event.cpu, confidence: .complete,
                        flags: top < 0 ? [.leaf, .whole, .root] : [.leaf, .whole])))
            if top >= 0 {
                frames[top].credit(
                    ns: event.duration, childDepth: event.depth, whole: true,
                    end: event.end(begun: event.timestamp))
            }
        default: return false
        }
        eventNumber &+= 1
        stacks[slot].lastEvent = eventNumber
        return true
    }
}
