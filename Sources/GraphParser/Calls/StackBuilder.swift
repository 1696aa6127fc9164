/// Turns entries and exits in time order into calls, with one stack for each task.
///
/// Stacks are per task although the ring buffer is per CPU: a task may leave a function on another CPU than it entered it.
/// An exit is matched by task, depth and, where the source names it, function; what does not match becomes an orphan and
/// the frames that it shows to be over become open calls. Nothing is invented.
struct StackBuilder: Sendable {
    var output = CallOutput()
    var counts = TraceCounts()

    private let names: TraceNames
    private let lossesAreMarked: Bool
    var calls = OpenCalls()
    var stacks: [TaskStack] = []
    /// By ring buffer: what runs on its CPU.
    var running: [Running] = []
    var eventNumber = 0

    /// By ring buffer: the number of the instance that it belongs to; empty where there is only one.
    let instances: [UInt8]
    let instanceNumbers: Range<Int>
    var slots: [StackKey: TaskSlot] = [:]
    var freeSlots: [TaskSlot] = []
    var losses: [LossState] = []
    /// Lines of a CPU that may be another unnamed task's.
    var migrations: [Migration] = []
    /// Unnamed tasks that turned out to be others.
    var aliases: [TaskKey: TaskKey] = [:]
    private var nesting = ExitNesting()

    /// More tasks than this and those without open calls are forgotten: keeps memory independent of the trace's length.
    static let taskLimit = 4096
    /// The same number, but as many again as had open calls the last time: looking for others takes as long as there are tasks.
    var forgetAt = Self.taskLimit

    /// - Parameters:
    ///   - lossesAreMarked: an exit is missing only where a loss is marked: true for trace.dat, not for text, which people
    ///     cut.
    ///   - instances: for each ring buffer the instance that it belongs to; each records a task's calls for itself.
    init(names: TraceNames, lossesAreMarked: Bool, instances: [UInt8] = []) {
        self.names = names
        self.instances = instances
        instanceNumbers = 0..<(Int(instances.max() ?? 0) + 1)
        self.lossesAreMarked = lossesAreMarked
    }

    /// - Parameter carefully: each event goes the long way, which leads to the same calls.
    mutating func take(_ events: Span<GraphEvent>, carefully: Bool = false) {
        guard !nesting.isOff else { return build(events, carefully) }
        var nested: [GraphEvent] = []
        for index in events.indices { nesting.take(events[index], &nested) }
        build(nested.span, carefully)
    }

    /// The trace is over: every call still on a stack has no exit.
    mutating func finish() {
        var rest: [GraphEvent] = []
        nesting.finish(&rest)
        build(rest.span, false)
        releaseMigrations()
        counts.inferredEntries = nesting.inferredEntries
        for slot in stacks.indices { unwind(slot, from: 0) }
    }

    private mutating func build(_ events: Span<GraphEvent>, _ carefully: Bool) {
        var index = carefully ? 0 : takeObvious(events, from: 0)
        while index < events.count {
            takeCarefully(events[index])
            index = carefully ? index + 1 : takeObvious(events, from: index + 1)
        }
    }

    /// Replaces what is in `batch` by what has happened since it was last asked for.
    mutating func moveOutput(to batch: inout CallBatch) {
        output.move(to: &batch.events)
        batch.functions = names.count
        batch.tasks = stacks.count
        batch.openCalls = calls.frames.count
    }

    // MARK: Events

    private mutating func takeCarefully(_ event: GraphEvent) {
        if event.task.isUnnamed || event.kind == .loss || event.kind == .restart, holdBack(event) { return }
        takeSettled(event)
    }

    /// Takes an event whose task is settled.
    mutating func takeSettled(_ event: GraphEvent) {
        switch event.kind {
        case .entry, .exit, .leaf:
            let slot = arrive(event)
            let event = event.below(stacks[slot].userCalls)
            if event.kind != .exit { push(event, slot: slot) }
            if event.kind != .entry { pop(event, slot: slot) }
        case .userEntry: enterUser(event, slot: arrive(event))
        case .userExit: leaveUser(event, slot: arrive(event))
        case .loss:
            loss(ring: Int(event.ring), count: event.lostCount)
            let count = TraceCounts.plausibleLoss(event.lostCount)
            output.append(aside: .lost(cpu: Int32(event.cpu), count: count))
        case .restart: restart()
        case .other: other(event)
        }
    }

    private mutating func push(_ event: GraphEvent, slot: TaskSlot) {
        unwind(slot, from: Int(event.depth) + 1)
        if calls.areOver(stacks[slot], before: event, lossesAreMarked: lossesAreMarked) {
            unwind(slot, from: Int(event.depth))
        }
        let caller = stacks[slot].top
        if caller >= 0 { calls[caller].enters(depth: event.depth) }
        begin(event, slot)
    }

    mutating func begin(_ event: GraphEvent, _ slot: TaskSlot) {
        calls.push(event, on: &stacks[slot])
        output.append(
            .began(FunctionID(index: event.function), task: Int32(slot), number: stacks[slot].top))
    }

    private mutating func pop(_ exit: GraphEvent, slot: TaskSlot) {
        // Whatever was deeper than this exit has ended without one of its own.
        unwind(slot, from: Int(exit.depth) + 1)
        let lateNs = calls.number(stacks[slot], matching: exit) == nil ? lateNs(exit, slot) : 0
        if lateNs > 0 { calls[stacks[slot].top].takeOut(lateNs) }
        guard let match = calls.number(stacks[slot], matching: exit) else {
            // And so has what was at its depth, if that is not what it ends.
            unwind(slot, from: Int(exit.depth))
            return orphan(exit, slot)
        }
        while stacks[slot].top != match { endOpen(slot) }
        end(exit, slot, lateNs: lateNs)
    }

    /// Ends the innermost call.
    ///
    /// - Parameter lateNs: time of calls below that came when it was over, which has been taken out.
    mutating func end(_ exit: GraphEvent, _ slot: TaskSlot, lateNs: UInt64 = 0) {
        var (frame, number, isUser) = calls.pop(&stacks[slot])
        var rest = frame.settle(exit)
        rest.afterNs &+= lateNs
        if frame.isLossy { counts.lossy += 1 } else { counts.calls += 1 }
        let isTimed = exit.duration != GraphEvent.noTime
        if !frame.isLossy && !isTimed { counts.untimed += 1 }
        var facts: Call.Facts = frame.caller < 0 ? .root : []
        // Of the kernel's calls none does: then it would not be this one's exit.
        let isExceeded = frame.exceeds(exit)
        let whole = !frame.isLossy && frame.isWhole && !isExceeded
        if isUser { facts.insert(.user) }
        if whole { facts.insert(.whole) }
        if rest.callsAfter { facts.insert(.callsAtOwnDepthCameAfter) }
        if lateNs > 0 { facts.insert(.callsBelowCameAfter) }
        output.append(
            .ended(
                Call(
                    frame, exit: exit, key: stacks[slot].key, task: slot, number: number,
                    confidence: frame.isLossy ? .lossy : .complete, facts: facts)))
        let ns = (isTimed && !isExceeded ? exit.duration : frame.childrenNs) &+ rest.afterNs
        credit(slot, ns: ns, childDepth: frame.depth, whole: whole)
    }

    /// Time of the calls directly below the innermost one that began when it was over, if without them `exit` ends it; else 0.
    ///
    /// An interrupt that comes between the end that the kernel measured and the exit that it recorded shows up below the call.
    private func lateNs(_ exit: GraphEvent, _ slot: TaskSlot) -> UInt64 {
        let top = stacks[slot].top
        guard top >= 0, !calls[top].isLossy, exit.duration != GraphEvent.noTime,
            calls[top].start != GraphEvent.noTime
        else { return 0 }
        let end = Call.end(calls[top].start, exit.duration)
        var late: UInt64 = 0
        for call in output.lastCalls(of: slot) {
            guard call.depth > calls[top].depth, call.isLate(end) else { break }
            late &+= call.duration ?? 0
        }
        var frame = calls[top]
        frame.takeOut(late)
        return frame.matches(exit, isRoot: calls.isKernelRoot(top, stacks[slot])) ? late : 0
    }

    /// An exit without an entry still says how long its function took: the caller's self time must not contain it.
    mutating func orphan(_ exit: GraphEvent, _ slot: TaskSlot) {
        counts.orphans += 1
        let caller = stacks[slot].top
        let inside = caller < 0 ? 0 : calls[caller].skippedLevelNs
        var facts: Call.Facts = caller < 0 ? .root : []
        if exit.kind == .userExit { facts.insert(.user) }
        output.append(
            .ended(
                Call(
                    startOrNone: GraphEvent.noTime, durationOrNone: exit.duration, childrenNs: inside,
                    function: FunctionID(index: max(exit.function, 0)), taskNumber: Int32(slot), number: -1,
                    key: stacks[slot].key, depthNumber: exit.depth, firstCPU: exit.cpu, lastCPU: exit.cpu,
                    confidence: .orphan, facts: facts)))
        let isLonger = exit.duration != GraphEvent.noTime && exit.duration > inside
        credit(slot, ns: isLonger ? exit.duration - inside : 0, childDepth: exit.depth, whole: false)
    }

    /// Ends the calls that are not less deep than `depth` as open ones, innermost first.
    mutating func unwind(_ slot: TaskSlot, from depth: Int) {
        while stacks[slot].top >= 0, Int(calls[stacks[slot].top].depth) >= depth { endOpen(slot) }
    }

    /// Ends the innermost call without an exit.
    mutating func endOpen(_ slot: TaskSlot) {
        let (frame, number, isUser) = calls.pop(&stacks[slot])
        counts.open += 1
        var end = GraphEvent(kind: .exit)
        end.cpu = stacks[slot].cpu
        var facts: Call.Facts = frame.caller < 0 ? [.callsAtOwnDepthCameAfter, .root] : .callsAtOwnDepthCameAfter
        if isUser { facts.insert(.user) }
        output.append(
            .ended(
                Call(
                    frame, exit: end, key: stacks[slot].key, task: slot, number: number, confidence: .open,
                    facts: facts)))
        credit(slot, ns: frame.childrenNs, childDepth: frame.depth, whole: false)
    }

    private mutating func credit(_ slot: TaskSlot, ns: UInt64, childDepth: UInt16, whole: Bool) {
        let top = stacks[slot].top
        if top >= 0 { calls[top].credit(ns: ns, childDepth: childDepth, whole: whole) }
    }
}

extension Call {
    @inline(__always)
    init(
        _ frame: Frame, exit: GraphEvent, key: TaskKey, task: TaskSlot, number: Int32, confidence: Confidence,
        facts: Facts
    ) {
        self.init(
            startOrNone: frame.start, durationOrNone: exit.duration, childrenNs: frame.childrenNs,
            function: FunctionID(index: frame.function), taskNumber: Int32(truncatingIfNeeded: task), number: number,
            key: key, depthNumber: frame.depth, firstCPU: frame.cpu, lastCPU: exit.cpu, confidence: confidence,
            facts: facts)
    }
}
