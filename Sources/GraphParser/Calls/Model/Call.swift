/// A task's number within one reading; dense from 0 and used again once the task has no open call,
/// so that analyzers can keep per-task state in an array.
public typealias TaskSlot = Int

/// One function's entry and exit in one task, handed on when it has ended.
///
/// Small, since millions of them are handed on.
public struct Call: Sendable {
    @usableFromInline var startOrNone: UInt64
    var endOrNone: UInt64
    @usableFromInline var durationOrNone: UInt64
    /// Time in ns inside the measured calls directly below. A call without a duration is transparent: what was measured
    /// below it counts for the nearest measured caller, so that time is never counted twice.
    public internal(set) var childrenNs: UInt64
    /// See ``GraphEvent/end``.
    var end: UInt64
    /// The function's number.
    public internal(set) var function: FunctionID
    @usableFromInline var taskNumber: Int32
    /// The number that ``CallBegin`` gave the call while it was open; negative if there was no `began`.
    public internal(set) var number: Int32
    var key: TaskKey
    @usableFromInline var depthNumber: UInt16
    var firstCPU: UInt16
    var lastCPU: UInt16
    /// How far the record can be trusted.
    public internal(set) var confidence: Confidence
    /// What else is known of it.
    public internal(set) var flags: Flags

    /// What is known of a call besides times.
    public struct Flags: OptionSet, Sendable {
        public let rawValue: UInt8
        @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// No caller was recorded.
        @inlinable public static var root: Flags { Flags(rawValue: 1) }
        /// This call and every call below it are complete, and no time below it is counted twice: then the self times of
        /// all these calls add up to the duration.
        @inlinable public static var whole: Flags { Flags(rawValue: 2) }
        /// Nothing was called in between: no `began` was handed on for this call.
        @inlinable public static var leaf: Flags { Flags(rawValue: 4) }
        /// In user space.
        @inlinable public static var user: Flags { Flags(rawValue: 32) }
        /// See ``Call/isHollow``.
        static var hollow: Flags { Flags(rawValue: 8) }
        /// Some of the calls between its entry and its exit are no part of it: see ``OutsideCalls``.
        static var outside: Flags { Flags(rawValue: 16) }
    }

    /// Whether an interrupt hit the kernel's outermost call before it had begun, at its own depth. Linux 4.18 takes the end of
    /// that interrupt for the end of the call, and records nothing more of what it calls.
    public var isHollow: Bool { flags.contains(.hollow) }
    /// Whether calls came between its entry and its exit that are no part of it.
    public var hasOutsideCalls: Bool { flags.contains(.outside) }

    /// Whether its caller is missing, though there was one: the kernel's outermost calls are at depth 0, whatever limits its
    /// depth (`max_graph_depth`), leaves calls out (`set_graph_notrace`) or chooses them (`tracing_thresh`), and calls in user
    /// space have no depth of their own. A deeper call without a caller is one whose caller's entry was lost, overwritten or cut
    /// off, or whose caller had not ended where a trace has ends only. With another user of the kernel's graph tracer beside
    /// (Linux 6.11) the outermost can be deeper; nothing in a trace tells those from what was cut off.
    @inlinable public var isFragment: Bool { isRoot && depthNumber > 0 && !isUser }

    /// Whether no caller was recorded.
    @inlinable public var isRoot: Bool { flags.contains(.root) }
    /// See `Flags.whole`.
    @inlinable public var isWhole: Bool { flags.contains(.whole) }
    /// Whether nothing was called in between.
    @inlinable public var isLeaf: Bool { flags.contains(.leaf) }
    /// A call in user space, told by a uprobe's events; its module is the program or library.
    @inlinable public var isUser: Bool { flags.contains(.user) }

    /// Number of calls in user space that it is inside of and, of a kernel's call, the kernel's depth below them: there 0 is the
    /// function that set_graph_function triggered on.
    @inlinable public var depth: Int { Int(depthNumber) }
    /// The task's number while it has open calls.
    @inlinable public var task: TaskSlot { Int(taskNumber) }
    /// Thread ID; nil where the trace does not tell.
    public var tid: Int32? { key.tid }
    /// The CPU on which the call began, or ended if its entry was not recorded.
    public var cpu: Int { Int(firstCPU) }
    /// The CPU on which the call ended, or the task was seen last if its exit was not recorded.
    public var exitCPU: Int { Int(lastCPU) }

    /// When its end was recorded, in ns of the trace clock; nil for open calls, and where the trace does not tell. For a call on one
    /// line of text, which has one time, its start with its duration.
    public var endTime: UInt64? {
        if confidence == .open || endOrNone == GraphEvent.noTime { return nil }
        return isLeaf
            ? startOrNone.addingReportingOverflow(durationOrNone == .max ? 0 : durationOrNone).partialValue : endOrNone
    }

    /// Entry time in ns of the trace clock; nil where the trace does not tell.
    public var start: UInt64? { startOrNone == GraphEvent.noTime ? nil : startOrNone }
    /// Exit time − entry time in ns, as the kernel measured it or, in user space, by the times of the events; nil for open
    /// calls.
    @inlinable public var duration: UInt64? { durationOrNone == .max ? nil : durationOrNone }

    /// duration − time in the calls directly below, in ns; 0 where the rounding of a text trace would make it negative.
    @inlinable public var selfNs: UInt64 {
        durationOrNone == .max || durationOrNone < childrenNs ? 0 : durationOrNone &- childrenNs
    }
}
