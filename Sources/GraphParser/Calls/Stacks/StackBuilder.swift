/// Turns entries and exits in time order into calls, with one stack for each task.
///
/// Stacks are per task although the ring buffer is per CPU: a task may leave a function on another CPU than it entered it.
/// An exit is matched by task, depth and, where the source names it, function; what does not match becomes an orphan and
/// the frames that it shows to be over become open calls. Nothing is invented.
struct StackBuilder: Sendable {
    var output = CallOutput()
    var counts = TraceCounts()
    /// Roots that have ended and are not whole: see ``TraceReading/doubtfulTrees``.
    var doubtfulTrees = 0

    private let names: TraceNames
    private let lossesAreMarked: Bool
    var calls = OpenCalls()
    var stacks: [TaskStack] = []
    /// By ring buffer: what runs on its CPU.
    var running: [Running] = []
    var eventNumber = 0

    /// By ring buffer: the number of the instance that it belongs to; empty where there is only one.
    let instances: [UInt16]
    let instanceNumbers: Range<Int>
    var slots: [StackKey: TaskSlot] = [:]
    var freeSlots: [TaskSlot] = []
    var losses: [LossState] = []
    /// Lines of a CPU that may be another unnamed task's.
    var migrations: [Migration] = []
    /// Unnamed tasks that turned out to be others.
    var aliases: [TaskKey: TaskKey] = [:]
    private var nesting = ExitNesting()
    var heldPayloads = HeldPayloads()
    /// Events that are no calls and that somebody wants.
    var events = 0
    /// What the events that are being taken have beside them.
    var payload: [UInt8] = []
    /// Whether the calls tell where events happened among them.
    private let interleavesEvents: Bool
    private let types: EventTypes

    /// The kernel looks at the clock after it has recorded an entry, by what a text shows.
    var recordsFirst = false

    /// More tasks than this and those without open calls are forgotten: keeps memory independent of the trace's length.
    static let taskLimit = 4096
    /// The same number, but as many again as had open calls the last time: looking for others takes as long as there are tasks.
    var dropIdleAt = Self.taskLimit

    /// - Parameters:
    ///   - lossesAreMarked: an exit is missing only where a loss is marked: true for trace.dat, not for text, which people
    ///     cut.
    ///   - instances: for each ring buffer the instance that it belongs to; each records a task's calls for itself.
    ///   - types: of the events that are no calls.
    ///   - interleavesEvents: whether the calls are to tell where these happened among them.
    init(
        names: TraceNames, lossesAreMarked: Bool, instances: [UInt16] = [], types: EventTypes = .none,
        interleavesEvents: Bool = false
    ) {
        self.names = names
        self.types = types
        self.interleavesEvents = interleavesEvents
        self.instances = instances
        instanceNumbers = 0..<(Int(instances.max() ?? 0) + 1)
        self.lossesAreMarked = lossesAreMarked
    }

    /// - Parameters:
    ///   - payload: of those that are no calls.
    ///   - slowPathOnly: each event goes the slow path, which leads to the same calls.
    mutating func take(_ events: Span<GraphEvent>, payload: [UInt8] = [], slowPathOnly: Bool = false) {
        self.payload = payload
        defer { self.payload = [] }
        guard !nesting.isOff else { return build(events, slowPathOnly) }
        var nested: [GraphEvent] = []
        for index in events.indices {
            // Who does not ask between which calls an event happened gets it in its place in time.
            if events[index].kind == .event, !interleavesEvents {
                nested.append(events[index])
            } else {
                nesting.take(heldPayloads.keep(events[index], from: payload), mayHold: !heldPayloads.isFull, &nested)
            }
        }
        build(nested.span, slowPathOnly)
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

    private mutating func build(_ events: Span<GraphEvent>, _ slowPathOnly: Bool) {
        var index = slowPathOnly ? 0 : takeFastPath(events, from: 0)
        while index < events.count {
            takeSlowPath(events[index])
            index = slowPathOnly ? index + 1 : takeFastPath(events, from: index + 1)
        }
    }

    /// Replaces what is in `batch` by what has happened since it was last asked for; its events' payload is that of the last
    /// events taken.
    ///
    /// - Parameter watermark: up to which time all events have been taken, in ns; nil if that is not known.
    mutating func moveOutput(to batch: inout TraceBatch, payload: [UInt8] = [], watermark: UInt64? = nil) {
        output.move(to: &batch, interleavingEvents: interleavesEvents)
        batch.events.payload = payload
        batch.events.types = types
        batch.watermark = nesting.isWaiting || !migrations.isEmpty ? nil : watermark
        batch.functions = names.count
        batch.tasks = stacks.count
        batch.openCalls = calls.frames.count
    }

    // MARK: Events

    private mutating func takeSlowPath(_ event: GraphEvent) {
        let mayBeHeldBack = event.task.isUnnamed || !migrations.isEmpty || event.kind == .loss || event.kind == .restart
        let isInPlace = event.kind == .event && !interleavesEvents
        if mayBeHeldBack, !isInPlace, holdBack(event) { return }
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
            loss(ring: Int(event.ring), event)
            if event.extent == .told { return }
            let count = TraceCounts.plausibleLoss(event.lostCount)
            output.append(Loss(timeOrNone: event.timestamp, cpu: Int(event.cpu), count: count))
        case .restart: restart()
        case .event: add(event)
        }
    }

    private mutating func push(_ event: GraphEvent, slot: TaskSlot) {
        unwind(slot, from: Int(event.depth) + 1)
        let areOver = calls.areOver(stacks[slot], before: event, lossesAreMarked: lossesAreMarked) {
            let depth = Int(calls[stacks[slot].top].depth)
            let below = output.lastCalls(of: slot) { $0.depth <= depth }
            return !below.isCut && below.groups.count == Int(calls[stacks[slot].top].callsAtOwnDepth)
        }
        if areOver { unwind(slot, from: Int(event.depth)) }
        let caller = stacks[slot].top
        var interrupts = LastCalls()
        if caller >= 0, calls[caller].skippedLevelNs > 0, event.depth == calls[caller].depth &+ 1 {
            interrupts = output.lastCalls(of: slot) { $0.depth > Int(event.depth) }
        }
        if caller >= 0 { calls[caller].enters(depth: event.depth) }
        begin(event, slot)
        if !interrupts.groups.isEmpty { calls.add(interrupts, before: stacks[slot].top) }
        if caller >= 0, calls[caller].depth == event.depth { calls[stacks[slot].top].isAtCallersDepth = true }
    }

    mutating func begin(_ event: GraphEvent, _ slot: TaskSlot) {
        calls.push(event, on: &stacks[slot])
        if losses[Int(event.ring)].isAnywhere { calls[stacks[slot].top].isLossy = true }
        output.append(
            .began(CallBegin(event, task: slot, number: stacks[slot].top, key: stacks[slot].key)))
    }

    private mutating func pop(_ exit: GraphEvent, slot: TaskSlot) {
        // Whatever was deeper than this exit has ended without one of its own.
        unwind(slot, from: Int(exit.depth) + 1)
        if let match = number(slot, matching: exit) {
            while stacks[slot].top != match { endOpen(slot) }
            let outside = outsideCalls(slot, endingWith: exit)
            if !calls[match].exceeds(exit, enteringToo: false, without: outside.ns) {
                learnOrder(slot, endingWith: exit)
                return end(exit, slot, outside: outside)
            }
        }
        // And so has what was at its depth, if that is not what it ends.
        unwind(slot, from: Int(exit.depth))
        orphan(exit, slot)
    }

    /// The open call that `exit` ends: the innermost of its depth and function into which what must be inside fits; nil if there
    /// is none. Several of one depth can be open, since an interrupt can come when a call is just beginning or ending.
    private func number(_ slot: TaskSlot, matching exit: GraphEvent) -> Int32? {
        let top = stacks[slot].top
        var number = top
        while number >= 0, calls[number].depth >= exit.depth {
            let frame = calls[number]
            let outsideNs = number == top ? outsideCalls(slot, endingWith: exit).ns : frame.sinceOwnDepthNs
            if frame.isNamed(by: exit), !frame.exceeds(exit, enteringToo: false, without: outsideNs) { return number }
            number = frame.caller
        }
        return nil
    }

    /// Ends the innermost call.
    mutating func end(_ exit: GraphEvent, _ slot: TaskSlot, outside: OutsideCalls.Finding = .init()) {
        let isKernelRoot = calls.isKernelRoot(stacks[slot].top, stacks[slot])
        let (popped, number, isUser) = calls.pop(&stacks[slot])
        var frame = popped
        frame.settle(outside)
        frame.settle(exit)
        if outside.insideNs > 0, frame.caller >= 0 { calls[frame.caller].giveBack(outside.insideNs) }
        if frame.isLossy { counts.lossy += 1 } else { counts.calls += 1 }
        let isTimed = exit.duration != GraphEvent.noTime
        if !frame.isLossy && !isTimed { counts.untimed += 1 }
        // No call of the kernel does: then it would not be this one's exit.
        let isExceeded = frame.exceeds(exit)
        let isHollow = isKernelRoot && !isUser && frame.isHollow(exit, outside)
        let whole = !frame.isLossy && frame.isWhole && !isExceeded && !isHollow
        let start = outside.start(of: frame)
        var flags: Call.Flags = frame.caller < 0 ? .root : []
        if isUser { flags.insert(.user) }
        if whole { flags.insert(.whole) } else if frame.caller < 0 { doubtfulTrees += 1 }
        if isHollow { flags.insert(.hollow) }
        if !outside.isEmpty {
            flags.insert(.outside)
            append(outside, frame, number, slot)
        }
        output.append(
            .ended(
                Call(
                    frame, start: start, exit: exit, key: stacks[slot].key, task: slot,
                    number: number, confidence: frame.isLossy ? .lossy : .complete, flags: flags)))
        let ns = (isTimed && !isExceeded ? exit.duration : frame.childrenNs) &+ outside.ns
        credit(slot, ns: ns, frame, whole: whole, end: exit.end(begun: start))
    }

    private mutating func append(
        _ finding: OutsideCalls.Finding, _ frame: Frame, _ number: Int32, _ slot: TaskSlot
    ) {
        output.append(
            OutsideCalls(
                function: FunctionID(index: frame.function), number: number, task: slot, isOfRoot: frame.caller < 0,
                before: finding.before, after: finding.after, inside: finding.inside))
    }

    /// An exit without an entry still says how long its function took: the caller's self time must not contain it.
    mutating func orphan(_ exit: GraphEvent, _ slot: TaskSlot) {
        counts.orphans += 1
        let caller = stacks[slot].top
        let inside = caller < 0 ? 0 : calls[caller].skippedLevelNs
        var flags: Call.Flags = caller < 0 ? .root : []
        if exit.kind == .userExit { flags.insert(.user) }
        output.append(
            .ended(
                Call(
                    startOrNone: GraphEvent.noTime, endOrNone: exit.timestamp, durationOrNone: exit.duration,
                    childrenNs: inside, end: exit.end, function: FunctionID(index: max(exit.function, 0)),
                    taskNumber: Int32(slot),
                    number: -1,
                    key: stacks[slot].key, depthNumber: exit.depth, firstCPU: exit.cpu, lastCPU: exit.cpu,
                    confidence: .orphan, flags: flags)))
        let isLonger = exit.duration != GraphEvent.noTime && exit.duration > inside
        guard caller >= 0 else { return }
        calls[caller].credit(
            ns: isLonger ? exit.duration - inside : 0, childDepth: exit.depth, whole: false,
            end: exit.end == GraphEvent.noTime ? 0 : exit.end)
    }

    /// Ends the calls that are not less deep than `depth` as open ones, innermost first.
    mutating func unwind(_ slot: TaskSlot, from depth: Int) {
        while stacks[slot].top >= 0, Int(calls[stacks[slot].top].depth) >= depth { endOpen(slot) }
    }

    /// Ends the innermost call without an exit. What came after it at its own depth is no part of it.
    mutating func endOpen(_ slot: TaskSlot) {
        let after = calls.atOwnDepth(of: stacks[slot].top).groups
        let (frame, number, isUser) = calls.pop(&stacks[slot])
        counts.open += 1
        var end = GraphEvent(kind: .exit)
        end.cpu = stacks[slot].cpu
        var flags: Call.Flags = frame.caller < 0 ? .root : []
        if isUser { flags.insert(.user) }
        if !after.isEmpty {
            flags.insert(.outside)
            append(OutsideCalls.Finding(after: after), frame, number, slot)
        }
        output.append(
            .ended(
                Call(
                    frame, start: frame.start, exit: end, key: stacks[slot].key, task: slot, number: number,
                    confidence: .open,
                    flags: flags)))
        credit(slot, ns: frame.childrenNs, frame, whole: false, end: frame.lastEnd)
    }

    /// Gives the caller of a call that has ended what it has of it.
    private mutating func credit(_ slot: TaskSlot, ns: UInt64, _ frame: Frame, whole: Bool, end: UInt64) {
        let top = stacks[slot].top
        guard top >= 0 else { return }
        if frame.isAtCallersDepth {
            var isFirst = true
            let group = output.lastCalls(of: slot) { _ in
                defer { isFirst = false }
                return isFirst
            }
            calls.addAtOwnDepth(of: top, group)
        }
        calls[top].credit(ns: ns, childDepth: frame.depth, whole: whole, end: end)
    }
}

extension Frame {
    /// See ``Call/isHollow``. Where nothing tells when the calls at its own depth came, they may have been early.
    fileprivate func isHollow(_ exit: GraphEvent, _ outside: OutsideCalls.Finding) -> Bool {
        guard callsAtOwnDepth > 0, !isLossy else { return false }
        let isTold = exit.end != GraphEvent.noTime || start != GraphEvent.noTime && exit.timestamp != GraphEvent.noTime
        return isTold ? !outside.before.isEmpty : true
    }
}

extension Call {
    @inline(__always)
    init(
        _ frame: Frame, start: UInt64, exit: GraphEvent, key: TaskKey, task: TaskSlot, number: Int32,
        confidence: Confidence, flags: Flags
    ) {
        self.init(
            startOrNone: start, endOrNone: exit.timestamp, durationOrNone: exit.duration, childrenNs: frame.childrenNs,
            end: exit.end, function: FunctionID(index: frame.function), taskNumber: Int32(truncatingIfNeeded: task),
            number: number,
            key: key, depthNumber: frame.depth, firstCPU: frame.cpu, lastCPU: exit.cpu, confidence: confidence,
            flags: flags)
    }
}
