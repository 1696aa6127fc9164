/// A call that has begun and not ended.
///
/// Interrupts run on the stack of the task that they hit. The kernel counts the depth up before it records an entry, so that an
/// interrupt's calls can stand in the trace right before the entry that they are inside of, one level deeper; for what stands
/// inside of a call and is none of it see ``OutsideCalls``.
///
/// Sums wrap: only invented durations are large enough for that, and those must not end the program.
struct Frame {
    let start: UInt64
    /// Time in ns of the measured calls directly below, so far.
    private(set) var childrenNs: UInt64 = 0
    /// The part of `childrenNs` that came from below a level that was not recorded, since the last call of the level between.
    private(set) var skippedLevelNs: UInt64 = 0
    /// The part of `childrenNs` that may have been inside calls that were just being entered, and so be counted twice.
    private(set) var enteringNs: UInt64 = 0
    /// The part of `childrenNs` since the first call at this call's own depth.
    private(set) var sinceOwnDepthNs: UInt64 = 0
    /// ``GraphEvent/end(begun:)`` of the last call directly below; 0 without one.
    private(set) var lastEnd: UInt64 = 0
    let function: Int32
    /// Number of calls at this call's own depth since it began.
    private(set) var callsAtOwnDepth: Int32 = 0
    let depth: UInt16
    let cpu: UInt16
    var isLossy = false
    /// All calls below are complete, so far.
    private(set) var isWhole = true
    /// It is as deep as its caller.
    var isAtCallersDepth = false
    /// It came right behind an interrupt's calls, which may have hit its entry.
    var followsInterrupt = false
    /// The number of the open call that called this one, negative for a root. Of a free frame, the next free one.
    var caller: Int32

    @inline(__always)
    init(_ entry: GraphEvent, caller: Int32) {
        self.caller = caller
        function = entry.function
        depth = entry.depth
        cpu = entry.cpu
        start = entry.timestamp
    }

    /// Whether `exit` can be its end by depth and, unless the exit is a bare `}`, function.
    func isNamed(by exit: GraphEvent) -> Bool {
        depth == exit.depth && (exit.function == FunctionID.unknown.index || exit.function == function)
    }

    /// Whether `exit` certainly ends this call, with nothing in it that has to be taken out: true of nearly all.
    @inline(__always)
    func matchesOnFastPath(_ exit: GraphEvent) -> Bool {
        depth == exit.depth && (exit.function == function || exit.function == 0) && childrenNs <= exit.duration
            && exit.duration != GraphEvent.noTime && lastEnd <= exit.end(begun: start) &+ exit.textSlack
            && callsAtOwnDepth == 0 && !isAtCallersDepth && !followsInterrupt
    }

    /// Whether more time was measured below than this call in user space lasted, by more than different clocks explain.
    func isOverfull(_ exit: GraphEvent) -> Bool {
        guard exit.duration != GraphEvent.noTime else { return false }
        let inside = childrenNs.without(enteringNs)
        return inside > exit.duration && inside - exit.duration > exit.duration / 1024 + exit.precision.rounding
    }

    /// A call below has ended, or what is no part of one.
    @inline(__always)
    mutating func credit(ns: UInt64, childDepth: UInt16, whole: Bool, end: UInt64) {
        childrenNs &+= ns
        skippedLevelNs = childDepth > depth &+ 1 ? skippedLevelNs &+ ns : 0
        if callsAtOwnDepth > 0 { sinceOwnDepthNs = sinceOwnDepthNs &+ ns }
        isWhole = isWhole && whole
        lastEnd = end
    }

    /// The call below that is about to be credited is as deep as this one.
    mutating func countAtOwnDepth() { callsAtOwnDepth &+= 1 }

    /// Takes out the time of calls that are no part of this one, and in that of those that were recorded before it.
    mutating func settle(_ outside: OutsideCalls.Finding) {
        childrenNs = childrenNs.without(outside.ns) &+ outside.insideNs
        isWhole = isWhole && outside.isExact && outside.inside.allSatisfy { $0[0].isWhole }
    }

    /// Gives calls to one that they hit, which had just been entered.
    mutating func giveBack(_ ns: UInt64) {
        childrenNs = childrenNs.without(ns)
        enteringNs = enteringNs.without(ns)
        sinceOwnDepthNs = sinceOwnDepthNs.without(ns)
    }

    /// A call at `depth` begins below: what was recorded since the last one, one level deeper, may have hit its entry.
    @inline(__always)
    mutating func enters(depth: UInt16) {
        guard depth == self.depth &+ 1 else { return }
        enteringNs = enteringNs &+ skippedLevelNs
        skippedLevelNs = 0
    }

    /// Takes out what cannot have been inside the call because it was inside of calls below and does not fit into its duration.
    mutating func settle(_ exit: GraphEvent) {
        guard exceeds(exit) else { return }
        // What a call below has as its own, too, keeps the self times of this tree from adding up.
        isWhole = isWhole && enteringNs == 0
        childrenNs = childrenNs.without(enteringNs)
    }

    /// Whether more time was measured below the call than it lasted.
    ///
    /// - Parameter enteringToo: whether what may have been counted twice counts.
    func exceeds(_ exit: GraphEvent, enteringToo: Bool = true, without outsideNs: UInt64 = 0) -> Bool {
        guard exit.duration != GraphEvent.noTime else { return false }
        let inside = childrenNs.without(outsideNs).without(enteringToo ? 0 : enteringNs)
        return inside > exit.duration && inside - exit.duration > exit.precision.rounding
    }
}

extension UInt64 {
    /// The rest; 0 if `part` is more: parts of a sum may have some in common.
    fileprivate func without(_ part: UInt64) -> UInt64 { self > part ? self - part : 0 }
}

/// Calls directly below another one and as deep as it.
struct CallsAtOwnDepth {
    /// In the order in which they ended, each with all calls below it.
    private(set) var groups: [[Call]] = []
    /// How many of them came before any deeper call.
    private(set) var leading = 0
    /// Not all calls below them are here.
    private(set) var isCut = false
    private var ns: UInt64 = 0

    fileprivate mutating func append(_ calls: LastCalls, isLeading: Bool, sinceOwnDepthNs: UInt64) {
        if isLeading, leading == groups.count, ns == sinceOwnDepthNs { leading += calls.groups.count }
        groups += calls.groups
        isCut = isCut || calls.isCut
        for group in calls.groups { ns &+= group[0].duration ?? group[0].childrenNs }
    }
}

/// A task with open calls, and where it was seen last.
struct TaskStack {
    var key: TaskKey
    /// The number of the innermost open call; negative without one.
    var top: Int32 = -1
    var cpu: UInt16
    /// See ``GraphEvent/ring``.
    var ring: UInt16
    /// How many calls in user space are open: those at the depths below this number. The kernel's are below them all.
    var userCalls: UInt16 = 0
    /// Number of the task's last event within the reading.
    var lastEvent = 0
    /// Number of its first one since it has this place.
    var born: Int
}

/// The open calls of all tasks: each knows its caller, and free places are used again. So their numbers are small, and whoever
/// keeps something for each open call can do so in an array.
struct OpenCalls {
    /// Open ones and free ones.
    var frames: [Frame] = []
    /// The first free frame; negative if there is none.
    var free: Int32 = -1
    /// By the number of an open call: the calls at its own depth directly below it, so far, each with all calls below it.
    private var ownDepth: [Int32: CallsAtOwnDepth] = [:]
    /// By the number of an open call: those right before it in its caller, a level deeper.
    private var interrupts: [Int32: LastCalls] = [:]

    /// An interrupt makes about three calls at one depth, and may itself be hit by another; more than this is damage.
    private static let interruptCalls = 8

    subscript(number: Int32) -> Frame {
        get { frames[Int(number)] }
        set { frames[Int(number)] = newValue }
    }

    mutating func push(_ entry: GraphEvent, on stack: inout TaskStack) {
        if free < 0 { grow() }
        let number = free
        free = self[number].caller
        self[number] = Frame(entry, caller: stack.top)
        stack.top = number
    }

    /// Takes the innermost call off, which there must be.
    mutating func pop(_ stack: inout TaskStack) -> (frame: Frame, number: Int32, isUser: Bool) {
        let number = stack.top
        let frame = self[number]
        let isUser = frame.depth < stack.userCalls
        if isUser { stack.userCalls = frame.depth }
        stack.top = frame.caller
        self[number].caller = free
        free = number
        if frame.callsAtOwnDepth > 0 { ownDepth[number] = nil }
        if frame.followsInterrupt { interrupts[number] = nil }
        return (frame, number, isUser)
    }

    func interruptsBefore(_ number: Int32) -> LastCalls { interrupts[number] ?? LastCalls() }

    mutating func add(_ calls: LastCalls, before number: Int32) {
        interrupts[number] = calls
        self[number].followsInterrupt = true
    }

    func atOwnDepth(of number: Int32) -> CallsAtOwnDepth { ownDepth[number] ?? CallsAtOwnDepth() }

    /// A call as deep as the open call above it has ended.
    mutating func addAtOwnDepth(of number: Int32, _ calls: LastCalls) {
        let isLeading = self[number].childrenNs == self[number].sinceOwnDepthNs
        ownDepth[number, default: .init()].append(
            calls, isLeading: isLeading, sinceOwnDepthNs: self[number].sinceOwnDepthNs)
        self[number].countAtOwnDepth()
    }

    /// Whether no kernel's call is known to have called this one of the kernel's.
    func isKernelRoot(_ number: Int32, _ stack: TaskStack) -> Bool {
        let caller = self[number].caller
        return caller < 0 || self[caller].depth < stack.userCalls
    }

    private mutating func grow() {
        let more = Swift.max(64, frames.count / 2)
        for _ in 0..<more {
            frames.append(Frame(GraphEvent(kind: .entry), caller: free))
            free = Int32(truncatingIfNeeded: frames.count - 1)
        }
    }

    /// Whether the calls that are open at the depth of `entry` must be over, their exits missing; if not, they are just
    /// beginning or ending and an interrupt is coming in between.
    ///
    /// - Parameter isBeginning: whether the innermost open call has called nothing yet but what is as deep as itself.
    func areOver(
        _ stack: TaskStack, before entry: GraphEvent, lossesAreMarked: Bool, isBeginning: () -> Bool
    ) -> Bool {
        var peers = 0
        var first: Int32 = -1
        var isSameFunction = false
        var number = stack.top
        while number >= 0, self[number].depth >= entry.depth {
            first = number
            peers += 1
            isSameFunction = isSameFunction || self[number].function == entry.function
            number = self[number].caller
        }
        guard first >= 0 else { return false }
        if self[first].isLossy || peers + Int(self[first].callsAtOwnDepth) > Self.interruptCalls { return true }
        // The next root would be taken for a part of the last one, whose exit may never come.
        return isKernelRoot(first, stack) && (isSameFunction || !lossesAreMarked && !isBeginning())
    }

    /// The innermost open call of `function` in user space; nil if there is none.
    func number(_ stack: TaskStack, inUserSpace function: Int32) -> Int32? {
        var number = stack.top
        while number >= 0 {
            if self[number].depth < stack.userCalls, self[number].function == function { return number }
            number = self[number].caller
        }
        return nil
    }

    /// The open call that the next one will be directly below: the innermost that no call of its own depth has followed; nil
    /// without open calls.
    func nextCaller(_ stack: TaskStack) -> Int32? {
        var number = stack.top
        while number >= 0 {
            if self[number].callsAtOwnDepth == 0 { return number }
            number = self[number].caller
        }
        return nil
    }

    mutating func markLossy(_ stack: TaskStack) {
        var number = stack.top
        while number >= 0 {
            self[number].isLossy = true
            number = self[number].caller
        }
    }
}
