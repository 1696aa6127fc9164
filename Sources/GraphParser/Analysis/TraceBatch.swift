/// A piece of a trace on its way to an analyzer.
public struct TraceBatch: Sendable {
    /// What happened to calls, and in between; empty for analyzers that are not interested in calls.
    public internal(set) var calls: [CallEvent] = []
    /// See ``CallEvent/outside(_:)``.
    public internal(set) var outside: [OutsideCalls] = []
    /// Empty for analyzers that are not interested in losses.
    public internal(set) var losses: [Loss] = []
    /// Empty for analyzers that are not interested in any.
    public internal(set) var events = TraceEvents()
    /// All numbers of functions, tasks and open calls in `calls` are below these.
    public internal(set) var functions = 0
    /// All numbers of tasks in `calls` are below this.
    public internal(set) var tasks = 0
    /// All numbers of open calls in `calls` are below this.
    public internal(set) var openCalls = 0
    /// Time in ns of the trace clock up to which all that happened has been handed on; nil where that is not known: without times,
    /// and while events wait for what later ones tell.
    public internal(set) var watermark: UInt64?

    /// The part of it that an analyzer is interested in.
    func reduced(to interest: Interest, _ selection: EventSelection?) -> TraceBatch {
        var batch = self
        if !interest.calls { (batch.calls, batch.outside) = ([], []) }
        if !interest.losses { batch.losses = [] }
        if interest.events.isEmpty { batch.events = TraceEvents() } else { batch.events.selection = selection }
        return batch
    }

    var isEmpty: Bool { calls.isEmpty && losses.isEmpty && events.isEmpty }
}

/// What happens to calls, and between them. Within a task `began` and `ended` nest like brackets; orphans and leaves have no
/// `began`.
public enum CallEvent: Sendable {
    /// A call began that calls others, or has not ended.
    case began(CallBegin)
    /// A call ended, or the trace did while it was open.
    case ended(Call)
    /// The next call that ends is hit by an interrupt, and some of the calls inside of it are no part of it: the number of
    /// them in ``TraceBatch/outside``.
    case outside(Int32)
    /// An event happened here: its row in ``TraceBatch/events``, which has it if the analyzer is interested in it.
    case event(row: Int32)
    /// The kernel lost events here.
    case lost(Loss)
}

/// A call that has begun, and will be handed on when it has ended.
public struct CallBegin: Sendable {
    let timeOrNone: UInt64
    /// The function's number.
    public let function: FunctionID
    @usableFromInline let taskNumber: Int32
    /// Small, and used again when the call has ended, so that analyzers can keep what they need for each open call in an array.
    public let number: Int32
    let key: TaskKey
    let cpuNumber: UInt16

    @inline(__always)
    init(_ entry: GraphEvent, task: TaskSlot, number: Int32, key: TaskKey) {
        timeOrNone = entry.timestamp
        function = FunctionID(index: entry.function)
        taskNumber = Int32(truncatingIfNeeded: task)
        self.number = number
        self.key = key
        cpuNumber = entry.cpu
    }

    /// In ns of the trace clock; nil where the trace does not tell.
    public var time: UInt64? { timeOrNone == GraphEvent.noTime ? nil : timeOrNone }
    /// The task's number while it has open calls.
    @inlinable public var task: TaskSlot { Int(taskNumber) }
    /// Thread ID; nil where the trace does not tell.
    public var tid: Int32? { key.tid }
    /// The CPU on which it began.
    public var cpu: Int { Int(cpuNumber) }
}

/// Events that the kernel could not record, or overwrote before they were read.
public struct Loss: Equatable, Sendable {
    let timeOrNone: UInt64
    /// The CPU whose events they were.
    public let cpu: Int
    /// nil where the kernel did not count them.
    public let count: Int?

    /// When it is known of, in ns of the trace clock: the events were lost before; nil where the trace does not tell.
    public var time: UInt64? { timeOrNone == GraphEvent.noTime ? nil : timeOrNone }
}
