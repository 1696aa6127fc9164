/// How far a call's record can be trusted.
public enum Confidence: String, Sendable, CaseIterable {
    /// Entry and exit recorded, nothing lost between them.
    case complete
    /// Entered, but no exit recorded.
    case open
    /// Left, but no entry recorded.
    case orphan
    /// Entry and exit recorded, but events were lost in between.
    case lossy
}

/// A task's number within one reading; dense from 0 and used again once the task has no open call,
/// so that consumers can keep per-task state in an array.
public typealias TaskSlot = Int

/// One function's entry and exit in one task, handed on when it has ended.
public struct Call: Sendable {
    public let function: FunctionID
    /// The kernel's depth: 0 for the function that set_graph_function triggered on.
    public let depth: Int
    public let task: TaskSlot
    /// Thread ID; nil where the trace does not tell.
    public let tid: Int32?
    /// The CPU on which the call began, or ended if its entry was not recorded.
    public let cpu: Int
    /// The CPU on which the call ended, or the task was seen last if its exit was not recorded.
    public let exitCPU: Int
    /// Entry time in ns of the trace clock; nil where the trace does not tell.
    public let start: UInt64?
    /// Exit time − entry time in ns as the kernel measured it; nil for open calls.
    public let duration: UInt64?
    /// Time in ns inside the measured calls directly below. A call without a duration is transparent: what was measured
    /// below it counts for the nearest measured caller, so that time is never counted twice.
    public let childrenNs: UInt64
    public let confidence: Confidence
    /// True if no caller was recorded.
    public let isRoot: Bool
    /// True if this call and every call below it are complete, and no time below it is counted twice: then the self times
    /// of all these calls add up to the duration.
    public let isWhole: Bool
    /// True if calls that began between this call's entry and its end, but not below its depth, are no part of it: they came
    /// when it was over.
    let callsAtOwnDepthCameAfter: Bool

    /// duration − time in the calls directly below, in ns; 0 where the rounding of a text trace would make it negative.
    public var selfNs: UInt64 {
        guard let duration, duration > childrenNs else { return 0 }
        return duration - childrenNs
    }
}

/// Takes the calls of a trace in one pass, in time order.
///
/// Within a task `began` and `ended` nest like brackets; an orphan has no `began`.
public protocol CallConsumer {
    mutating func began(_ function: FunctionID, depth: Int, task: TaskSlot)
    mutating func ended(_ call: Call)
}
