/// Calls that were recorded between a call's entry and its exit and are no part of it: an interrupt came after the entry was
/// recorded and before the call's time began, or after it was over and before the exit was recorded. They belong to the call's
/// caller, or to nobody.
///
/// When the kernel looks at the clock, counts the depth and records differs. Before 4.20 it records the entry first, and an
/// interrupt behind it is at the call's own depth. Up to 6.1 it counts the depth down before it looks at the clock for the
/// end, so that one at the end is at the call's own depth, be it in time or late. Later kernels count last, and a late one is
/// a level deeper, as if the call had called it.
public struct OutsideCalls: Sendable {
    /// The function and the number of the call that is about to end.
    public let function: FunctionID
    /// The number that ``CallBegin/number`` had for it.
    public let number: Int32
    /// The task's number.
    public let task: TaskSlot
    /// Nobody called it.
    public let isOfRoot: Bool
    /// The first calls directly below it, which were over before it began, and the last ones, which began when it was over; each
    /// first of those that are below it, a caller before its calls. Those of an open call are what came after it at its own depth.
    public internal(set) var before: [[Call]] = []
    /// Trees of calls that came after it, in the same order.
    public internal(set) var after: [[Call]] = []
    /// The calls right before it that are inside of it: an interrupt came when it had begun, and before its entry was recorded.
    public internal(set) var inside: [[Call]] = []

    /// What is known of them and not handed on.
    struct Finding {
        var before: [[Call]] = []
        var after: [[Call]] = []
        var inside: [[Call]] = []
        /// There may be more.
        var isCut = false

        /// False where there may be more, or where a call has outside calls of its own, which go with it and are not in its time.
        var isExact: Bool {
            !isCut && ![before, after, inside].joined().contains { $0[0].hasOutsideCalls }
        }

        var isEmpty: Bool { before.isEmpty && after.isEmpty && inside.isEmpty }
        var ns: UInt64 { Self.ns(before) &+ Self.ns(after) }
        var insideNs: UInt64 { Self.ns(inside) }

        /// When the call began: after what was before it, and before what is inside, whose entries were recorded in another order.
        func start(of frame: Frame) -> UInt64 {
            guard frame.start != GraphEvent.noTime else { return frame.start }
            if let first = inside.first?[0].start { return min(first, frame.start) }
            return max(before.last?[0].start ?? 0, frame.start)
        }

        private static func ns(_ groups: [[Call]]) -> UInt64 { groups.reduce(0) { $0 &+ ($1[0].duration ?? 0) } }
    }
}

extension StackBuilder {
    /// What was recorded inside of the innermost call and is no part of it if `exit` ends it.
    ///
    /// The kernel's own times tell, where the source has them: they are of one clock per CPU and are compared on one CPU only,
    /// whatever clock the events have. Else it follows from the times of the events, or from what does not fit.
    func outsideCalls(_ slot: TaskSlot, endingWith exit: GraphEvent) -> OutsideCalls.Finding {
        let frame = calls[stacks[slot].top]
        guard !frame.isLossy, exit.duration != GraphEvent.noTime else { return .init() }
        if exit.end != GraphEvent.noTime { return measured(slot, frame, exit) }
        var finding =
            frame.callsAtOwnDepth > 0 ? estimatedAtOwnDepth(slot, frame, exit) : estimatedBelow(slot, frame, exit)
        if frame.followsInterrupt { takeIn(calls.interruptsBefore(stacks[slot].top), frame, exit, &finding) }
        return finding
    }

    // MARK: By the kernel's times

    private func measured(_ slot: TaskSlot, _ frame: Frame, _ exit: GraphEvent) -> OutsideCalls.Finding {
        var finding = OutsideCalls.Finding()
        if frame.lastEnd > exit.end {
            let late = output.lastCalls(of: slot) {
                $0.isMeasured && $0.lastCPU == exit.cpu && $0.begin >= exit.end && $0.end > exit.end
            }
            (finding.after, finding.isCut) = (late.groups, late.isCut)
        }
        if frame.followsInterrupt {
            let interrupts = calls.interruptsBefore(stacks[slot].top)
            finding.inside = Array(
                interrupts.groups.drop { group in
                    let call = group[0]
                    return !(call.isMeasured && call.lastCPU == frame.cpu && call.begin >= exit.begin)
                })
            finding.isCut = finding.isCut || interrupts.isCut && !finding.inside.isEmpty
        }
        guard frame.callsAtOwnDepth > 0 else { return finding }
        let atOwnDepth = calls.atOwnDepth(of: stacks[slot].top)
        finding.before = Array(
            atOwnDepth.groups.prefix { group in
                let call = group[0]
                return call.isMeasured && call.lastCPU == frame.cpu && call.end <= exit.begin && call.begin < exit.begin
            })
        finding.isCut = finding.isCut || atOwnDepth.isCut && !finding.before.isEmpty
        return finding
    }

    // MARK: By the times of text

    /// Calls at its own depth. Those before all that it called itself came before it began, unless time is too short for that:
    /// a kernel that counts first has them at its end, when it may have called nothing. The others are inside, unless they
    /// began too late. Without times they are outside if they do not fit.
    private func estimatedAtOwnDepth(_ slot: TaskSlot, _ frame: Frame, _ exit: GraphEvent) -> OutsideCalls.Finding {
        let atOwnDepth = calls.atOwnDepth(of: stacks[slot].top)
        let isFirst = atOwnDepth.leading > 0
        let fits = !frame.exceeds(exit, enteringToo: false)
        guard frame.start != GraphEvent.noTime, exit.timestamp != GraphEvent.noTime else {
            if fits { return .init() }
            let ns = atOwnDepth.groups.reduce(0) { $0 &+ ($1[0].duration ?? 0) }
            if isFirst, frame.childrenNs > ns { return .init(before: atOwnDepth.groups, isCut: atOwnDepth.isCut) }
            return last(slot, count: atOwnDepth.groups.count, of: frame, before: exit)
        }
        // One interrupt makes all that are first, and what they take is before the call began.
        var early = Array(atOwnDepth.groups.prefix(atOwnDepth.leading))
        if early.count == atOwnDepth.groups.count, early.first?[0].isLate(frame.start, exit.duration) ?? false {
            early = []
        }
        let earlyNs = early.reduce(0) { $0 &+ ($1[0].duration ?? 0) }
        let others = atOwnDepth.groups[early.count...]
        let late = others.drop { !$0[0].isLate(frame.start &+ earlyNs, exit.duration) }
        var finding = last(slot, count: late.count, of: frame, before: exit)
        // To the microsecond, since text has no more.
        let isRoom = exit.timestamp &- frame.start &+ 1000 > exit.duration &+ earlyNs
        if isFirst && isRoom || frame.exceeds(exit, enteringToo: false, without: finding.ns) {
            finding.before = early
            finding.isCut = finding.isCut || atOwnDepth.isCut
        }
        return finding
    }

    /// What was recorded right before the call, deeper than itself: it is inside if it fits and was not over before the call began.
    private func takeIn(
        _ interrupts: LastCalls, _ frame: Frame, _ exit: GraphEvent, _ finding: inout OutsideCalls.Finding
    ) {
        let tellsBegin = exit.kind == .exit && exit.timestamp != GraphEvent.noTime && exit.timestamp >= exit.duration
        finding.inside = Array(
            interrupts.groups.drop { group in
                guard group[0].confidence == .complete, let duration = group[0].duration else { return true }
                guard tellsBegin, let start = group[0].start else { return false }
                return start &+ duration <= exit.timestamp - exit.duration
            })
        let left = frame.childrenNs &- min(finding.ns, frame.childrenNs)
        if left &+ finding.insideNs > exit.duration &+ exit.precision.rounding { finding.inside = [] }
        finding.isCut = finding.isCut || interrupts.isCut && !finding.inside.isEmpty
    }

    /// The last calls below the innermost one, so many at its own depth with what came between them.
    private func last(
        _ slot: TaskSlot, count: Int, of frame: Frame, before exit: GraphEvent
    ) -> OutsideCalls.Finding {
        guard count > 0 else { return .init() }
        var left = count
        let late = output.lastCalls(of: slot) { call in
            guard left > 0, call.confidence == .complete else { return false }
            guard call.isOver(at: exit.timestamp) else { return false }
            if call.depth <= Int(frame.depth) { left -= 1 }
            return true
        }
        return .init(after: late.groups, isCut: late.isCut && left > 0)
    }

    /// Calls one level deeper that began when the call was over, if without them the exit fits, or if they can only be an
    /// interrupt's: with a kernel that looks at the clock after it has recorded an entry, calls are over later than text tells, and
    /// short ones can have been inside.
    private func estimatedBelow(_ slot: TaskSlot, _ frame: Frame, _ exit: GraphEvent) -> OutsideCalls.Finding {
        guard frame.start != GraphEvent.noTime, frame.childrenNs > 0 else { return .init() }
        let late = output.lastCalls(of: slot) {
            $0.confidence == .complete && $0.depth > Int(frame.depth) && $0.isLate(frame.start, exit.duration)
                && $0.isOver(at: exit.timestamp)
        }
        let finding = OutsideCalls.Finding(after: late.groups, isCut: late.isCut && !late.groups.isEmpty)
        let isPlain = !recordsFirst && exit.timestamp != GraphEvent.noTime && finding.ns > Self.maxBeforeClockNs
        return isPlain || frame.exceeds(exit, enteringToo: false) ? finding : .init()
    }

    /// ns between recording an entry and looking at the clock; more than ``GraphEvent/textSlack`` and a microsecond.
    private static let maxBeforeClockNs: UInt64 = 10_000

    /// Learns from a call that began in time and ended too late for its caller that the kernel records an entry first.
    mutating func learnOrder(_ slot: TaskSlot, endingWith exit: GraphEvent) {
        let frame = calls[stacks[slot].top]
        guard !recordsFirst, exit.end == GraphEvent.noTime, exit.duration != GraphEvent.noTime,
            frame.start != GraphEvent.noTime, frame.callsAtOwnDepth == 0, frame.enteringNs == 0
        else { return }
        let end = frame.start &+ exit.duration
        guard frame.lastEnd > end &+ exit.textSlack else { return }
        var isFirst = true
        _ = output.lastCalls(of: slot) { call in
            if isFirst, !call.hasOutsideCalls, let start = call.start, start &+ exit.textSlack < end {
                recordsFirst = true
            }
            defer { isFirst = false }
            return false
        }
    }
}

extension Call {
    /// Whether the kernel's own times of it are known.
    fileprivate var isMeasured: Bool { confidence == .complete && end != GraphEvent.noTime }
    fileprivate var begin: UInt64 { end &- durationOrNone }

    /// Whether it was over when an exit was recorded behind it; else times run backwards, and tell nothing.
    fileprivate func isOver(at time: UInt64) -> Bool {
        startOrNone == GraphEvent.noTime || time == GraphEvent.noTime || durationOrNone == .max
            || startOrNone &+ durationOrNone <= time &+ 2000
    }

    /// Whether it began when its caller, with this start and duration, was over: to the microsecond, since text has no more.
    fileprivate func isLate(_ start: UInt64, _ duration: UInt64) -> Bool {
        startOrNone != GraphEvent.noTime && startOrNone >= (start &+ duration) / 1000 * 1000
    }
}
