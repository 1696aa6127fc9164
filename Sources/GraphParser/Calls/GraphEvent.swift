/// Identifies a task within a trace.
struct TaskKey: Hashable, Sendable {
    let raw: Int32

    /// The idle tasks all have thread ID 0, one for each CPU.
    @inline(__always)
    static func thread(_ tid: Int32, cpu: UInt16) -> TaskKey {
        TaskKey(raw: tid == 0 ? -1 - Int32(cpu) : tid)
    }

    /// What runs on a CPU as long as the text has not said which task it is.
    static func unnamed(cpu: UInt16) -> TaskKey { TaskKey(raw: firstUnnamed + Int32(cpu)) }

    /// The text has no column for the task: whatever runs on the event's CPU.
    static let running = TaskKey(raw: .min)

    /// No task at all.
    static let none = TaskKey(raw: .min + 0x10000)

    /// Of an event that cannot be said to be a task's.
    static let nobody = TaskKey(raw: .min + 0x10001)

    private static let firstUnnamed: Int32 = .min + 1

    /// Thread ID; nil of an unnamed task.
    var tid: Int32? {
        if raw > 0 { return raw }
        return raw < -1 - Int32(Limits.cpu) ? nil : 0
    }
}

/// What a reader found, in the form that both readers share: small, since it is handed from thread to thread.
struct GraphEvent {
    enum Kind: UInt8 {
        case entry
        case exit
        /// A call on one line of text, or an entry with its own exit right behind it.
        case leaf
        /// A function in user space is entered. It has no depth.
        case userEntry
        /// A function in user space has returned. It has no duration: that is told by the time of its entry.
        case userExit
        /// Events of this CPU were lost: `lostCount`, `extent`.
        case loss
        /// This CPU goes on with another task: `task` instead of `previous`. Only for text without a task column.
        case taskSwitch
        /// Of another kind, for those who asked: `function` is its number in ``OtherEvents``.
        case other
    }

    /// Stands for a time that the trace does not have.
    static let noTime = UInt64.max

    /// Time of the entry, or of the exit if there is no other, in ns of the trace clock; `noTime` where the text has no time
    /// column.
    var timestamp = noTime
    /// ns as the kernel measured it; `noTime` for entries and where the text has no duration column. The count of a loss.
    var duration = noTime
    /// When the call ended as the kernel measured it, in ns of its CPU's own clock, whatever clock `timestamp` is of: for comparing
    /// calls of one CPU with each other, and nothing else. `noTime` in text, of entries and in user space.
    var end = noTime
    /// ``FunctionID/unknown`` for a bare `}`, which does not name its function. The thread that a task switch ended.
    var function: Int32 = 0
    var task = TaskKey.running
    var cpu: UInt16 = 0
    /// The ring buffer that it comes from: the number of its CPU, but where a file holds several instances' buffers, each CPU
    /// of each has a number of its own.
    var ring: UInt16 = 0
    var depth: UInt16 = 0
    var precision = Precision.nanosecond
    var kind: Kind

    /// The unit of a duration's last digit; what is smaller was cut off.
    enum Precision: UInt8 {
        case nanosecond
        case tenNanoseconds
        case hundredNanoseconds
        case microsecond

        /// What may have been cut off, in ns.
        var rounding: UInt64 {
            switch self {
            case .nanosecond: 0
            case .tenNanoseconds: 9
            case .hundredNanoseconds: 99
            case .microsecond: 999
            }
        }
    }

    /// Where a CPU's lost events may have been.
    enum LossExtent: UInt16 {
        /// After its last and before its next event.
        case here
        /// The same, but they are counted elsewhere, or have been.
        case told
        /// Anywhere among its events, also those that are still to come.
        case anywhere
    }

    static func loss(
        cpu: UInt16, ring: UInt16, count: Int?, extent: LossExtent = .here, timestamp: UInt64 = noTime
    ) -> GraphEvent {
        var event = GraphEvent(kind: .loss)
        event.cpu = cpu
        event.ring = ring
        event.depth = extent.rawValue
        event.timestamp = timestamp
        event.duration = count.map { UInt64(clamping: $0) } ?? noTime
        return event
    }

    static func other(_ number: Int32, task: TaskKey, cpu: UInt16, ring: UInt16, timestamp: UInt64) -> GraphEvent {
        GraphEvent(timestamp: timestamp, function: number, task: task, cpu: cpu, ring: ring, kind: .other)
    }

    static func taskSwitch(cpu: UInt16, from: Int32, to: Int32) -> GraphEvent {
        var event = GraphEvent(kind: .taskSwitch)
        event.cpu = cpu
        event.ring = cpu
        event.function = from
        event.task = .thread(to, cpu: cpu)
        return event
    }

    /// When the call began, by the clock of `end`; to be asked only where that is known.
    var begin: UInt64 { end &- duration }

    /// When the call ended that began at `start`: as the kernel measured it, or as text tells, which has microseconds only.
    @inline(__always)
    func end(begun start: UInt64) -> UInt64 { end == Self.noTime ? start &+ duration : end }

    /// By how much ``end(begun:)`` may be too early.
    @inline(__always)
    var textSlack: UInt64 { end == Self.noTime ? 2000 : 0 }

    /// A kernel's event, inside of so many calls in user space.
    @inline(__always)
    func below(_ userCalls: UInt16) -> GraphEvent {
        var event = self
        event.depth &+= userCalls
        return event
    }

    var extent: LossExtent { LossExtent(rawValue: depth) ?? .here }
    /// Events lost; nil where the kernel did not count them.
    var lostCount: Int? { duration == Self.noTime ? nil : Int(clamping: duration) }
    var previous: TaskKey { .thread(function, cpu: cpu) }
}
