/// A call that has begun and not ended.
///
/// Interrupts run on the stack of the task that they hit, and the kernel counts the depth up before it records an entry and
/// down before it records an exit. So an interrupt's calls can stand in the trace right before the entry that they are
/// inside of, one level deeper; or right before an exit, at the depth of the call that is ending.
///
/// Sums wrap: only invented durations are large enough for that, and those must not end the program.
struct Frame {
    let function: FunctionID
    let depth: Int
    let cpu: Int
    let start: UInt64?
    /// Time in ns of the measured calls directly below, so far.
    private(set) var childrenNs: UInt64 = 0
    /// The part of `childrenNs` that came from below a level that was not recorded, since the last call of the level between.
    private(set) var skippedLevelNs: UInt64 = 0
    /// The part of `childrenNs` that may have been inside calls that were just being entered, and so be counted twice.
    private(set) var enteringNs: UInt64 = 0
    /// Number of calls at this call's own depth since it began, and the part of `childrenNs` since the first of them.
    private(set) var callsAtOwnDepth = 0
    private(set) var sinceOwnDepthNs: UInt64 = 0
    var isLossy = false
    /// All calls below are complete, so far.
    private(set) var isWhole = true

    init(_ entry: EntryRecord) {
        function = entry.function
        depth = entry.depth
        cpu = entry.cpu
        start = entry.timestamp
    }

    /// Depth, the function unless the exit is a bare `}`, and the time of what must be inside tell whose exit it is.
    func matches(_ exit: ExitRecord, isRoot: Bool) -> Bool {
        guard depth == exit.depth else { return false }
        if let function = exit.function, function != self.function { return false }
        guard let duration = exit.duration else { return true }
        // A root has no caller to give anything back to.
        let inside = isRoot ? childrenNs &- enteringNs : childrenNs &- enteringNs &- sinceOwnDepthNs
        let (limit, overflow) = duration.addingReportingOverflow(exit.rounding)
        return overflow || limit >= inside
    }

    mutating func credit(ns: UInt64, childDepth: Int, whole: Bool) {
        childrenNs &+= ns
        skippedLevelNs = childDepth > depth + 1 ? skippedLevelNs &+ ns : 0
        if childDepth <= depth { callsAtOwnDepth += 1 }
        if callsAtOwnDepth > 0 { sinceOwnDepthNs = sinceOwnDepthNs &+ ns }
        isWhole = isWhole && whole
    }

    /// A call at `depth` begins below: what was recorded since the last one, one level deeper, may have hit its entry.
    mutating func enters(depth: Int) {
        guard depth == self.depth + 1 else { return }
        enteringNs = enteringNs &+ skippedLevelNs
        skippedLevelNs = 0
    }

    /// Takes out what cannot have been inside the call because it does not fit into its duration.
    ///
    /// - Returns: time in ns of calls that came after this one was over, and whether there are any.
    mutating func settle(_ exit: ExitRecord) -> (afterNs: UInt64, callsAfter: Bool) {
        guard exceeds(exit) else { return (0, false) }
        childrenNs &-= sinceOwnDepthNs
        // What a call below has as its own, too, keeps the self times of this tree from adding up.
        isWhole = isWhole && enteringNs == 0
        if exceeds(exit) { childrenNs &-= enteringNs }
        return (sinceOwnDepthNs, callsAtOwnDepth > 0)
    }

    private func exceeds(_ exit: ExitRecord) -> Bool {
        guard let duration = exit.duration else { return false }
        return childrenNs > duration && childrenNs - duration > exit.rounding
    }
}

/// The open calls of one task, outermost first, and where the task was seen last.
struct TaskStack {
    var key: TaskKey
    var frames: [Frame] = []
    var cpu: Int
    /// Number of the task's last event within the reading.
    var lastEvent = 0

    /// An interrupt makes about three calls at one depth, and may itself be hit by another; more than this is damage.
    private static let interruptCalls = 8

    init(key: TaskKey, cpu: Int) {
        self.key = key
        self.cpu = cpu
    }

    /// How many frames are less deep than `depth`.
    func count(above depth: Int) -> Int {
        frames.lastIndex { $0.depth < depth }.map { $0 + 1 } ?? 0
    }

    /// Whether the calls that are open at the depth of `entry` must be over, their exits missing; if not, they are just
    /// ending and an interrupt is coming in between.
    func areOver(before entry: EntryRecord, lossesAreMarked: Bool) -> Bool {
        let peers = frames[count(above: entry.depth)...]
        guard let first = peers.first else { return false }
        if first.isLossy || peers.count + first.callsAtOwnDepth > Self.interruptCalls { return true }
        // The next root would be taken for a part of the last one, whose exit may never come.
        let isRoot = peers.startIndex == 0
        return isRoot && (!lossesAreMarked || peers.contains { $0.function == entry.function })
    }

    /// The open call that `exit` ends.
    func index(matching exit: ExitRecord) -> Int? {
        frames.indices.reversed().prefix { frames[$0].depth >= exit.depth }.first {
            frames[$0].matches(exit, isRoot: $0 == 0)
        }
    }
}

/// What must be known of a CPU to tell which calls a loss of its events may have touched.
struct CPUState {
    /// A loss was announced and no event of this CPU has come since.
    var lossPending = false
    /// Number of the first event of this CPU after its last loss; 0 without a loss.
    var lossEnd = 0
    /// Tasks that went on elsewhere since this CPU's last event: text announces a loss only when it is over.
    var left: [TaskSlot] = []
}
