/// A call that has begun and not ended.
struct Frame {
    let function: FunctionID
    let depth: Int
    let cpu: Int
    let start: UInt64?
    /// Time in ns of the measured calls directly below, so far.
    var childrenNs: UInt64 = 0
    /// The part of `childrenNs` that came from below a level that was not recorded, since the last call of the level between:
    /// it belongs to the orphan that may follow.
    var skippedLevelNs: UInt64 = 0
    var isLossy = false
    /// All calls below are complete, so far.
    var isWhole = true

    init(_ entry: EntryRecord) {
        function = entry.function
        depth = entry.depth
        cpu = entry.cpu
        start = entry.timestamp
    }

    /// A bare `}` names no function: then depth and the time of what is inside must do.
    func matches(_ exit: ExitRecord) -> Bool {
        guard depth == exit.depth else { return false }
        if let function = exit.function, function != self.function { return false }
        guard let duration = exit.duration else { return true }
        let (limit, overflow) = duration.addingReportingOverflow(exit.rounding)
        return overflow || limit >= childrenNs
    }

    mutating func credit(ns: UInt64, childDepth: Int, whole: Bool) {
        childrenNs &+= ns
        skippedLevelNs = childDepth > depth + 1 ? skippedLevelNs &+ ns : 0
        isWhole = isWhole && whole
    }
}

/// The open calls of one task, outermost first, and where the task was seen last.
struct TaskStack {
    var key: TaskKey
    var frames: [Frame] = []
    var cpu: Int
    /// Number of the task's last event within the reading.
    var lastEvent = 0

    init(key: TaskKey, cpu: Int) {
        self.key = key
        self.cpu = cpu
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
