/// Calls in user space, as uprobes at a function's entry and return tell them: a call's parent is the call that its thread was
/// in, so that the kernel's calls stand below those in user space that made them.
///
/// What makes one tree of both:
/// - A kernel's depths begin with 0 whenever a thread enters the kernel. So its calls are as much deeper as there are calls in
///   user space open: only the depths shift, and all else about a kernel's calls is as it would be without the uprobes.
/// - The kernel never calls into user space. Kernel's calls that are open when an event of user space comes have ended
///   unrecorded, and are open calls. (A uprobe's event itself is recorded inside of an exception, whose functions a graph
///   without roots would show; they are taken for such calls, too.)
/// - Events of user space have no depth. A return ends the innermost open call of its function; what was called in there has
///   not returned (`longjmp`, a thread's end, a lost event) and is open. A return of a function that is not open is an orphan:
///   its call began before the trace did.
/// - A call lasts from its entry's event to its return's. Text cuts both times to the microsecond, so that its duration may be
///   almost one too small or too large. Without times, or where they run backwards, the call has no duration, and the time
///   below it counts for its caller; it is nested all the same, since the events' order tells where it began and ended.
/// - A call with more time below it than it lasted is lossy: some of it was counted twice, since events are missing. But the
///   clock of the events need not be that of the kernel's durations, and may go slower by a thousandth.
/// - An interrupt that hits user space is part of the call that it hit, as one in the kernel is.
extension StackBuilder {
    mutating func enterUser(_ event: GraphEvent, slot: TaskSlot) {
        unwind(slot, from: Int(stacks[slot].userCalls))
        // Nothing nests so deep: these have not returned and will not.
        if stacks[slot].userCalls == UInt16(Limits.depth) { unwind(slot, from: 0) }
        var entry = event
        entry.depth = stacks[slot].userCalls
        begin(entry, slot)
        stacks[slot].userCalls += 1
        running[Int(event.ring)] = .unknown
    }

    mutating func leaveUser(_ event: GraphEvent, slot: TaskSlot) {
        unwind(slot, from: Int(stacks[slot].userCalls))
        var exit = event
        guard let match = calls.number(stacks[slot], inUserSpace: event.function) else {
            exit.depth = stacks[slot].userCalls
            return orphan(exit, slot)
        }
        while stacks[slot].top != match { endOpen(slot) }
        let start = calls[match].start
        if start != GraphEvent.noTime, event.timestamp != GraphEvent.noTime, event.timestamp >= start {
            exit.duration = event.timestamp - start
        }
        if calls[match].isOverfull(exit) { calls[match].isLossy = true }
        end(exit, slot)
    }
}
