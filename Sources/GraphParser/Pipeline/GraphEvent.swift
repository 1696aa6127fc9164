/// Identifies a task within a trace.
struct TaskKey: Hashable, Sendable {
    let raw: Int32

    /// The idle tasks all have thread ID 0, one for each CPU.
    @inline(__always)
    static func thread(_ tid: Int32, cpu: UInt16) -> TaskKey {
        TaskKey(raw: tid == 0 ? -1 - Int32(cpu) : tid)
    }

    /// The task whose lines a CPU prints in a text that does not say which it is.
    static func unnamed(cpu: UInt16) -> TaskKey { TaskKey(raw: firstUnnamed + Int32(cpu)) }

    /// No task at all: what runs where that is not known. No event is of it.
    static let none = TaskKey(raw: .min)

    /// The task of an event that is nobody's, or cannot be said to be a task's.
    static let nobody = TaskKey(raw: .min + 0x10001)

    private static let firstUnnamed: Int32 = .min + 1

    /// True of a task that a text does not name.
    var isUnnamed: Bool { raw >= Self.firstUnnamed && raw <= Self.firstUnnamed + Int32(Limits.cpu) }

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
        /// Another trace begins in the same text: nothing is joined across it.
        case restart
        /// That is no call, for those who asked: `type`, `payload`.
        case event
    }

    /// Stands for the function of an end that no entry in the trace belongs to.
    static let noEntry: Int32 = -1

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
    /// ``FunctionID/unknown`` for a bare `}` of a text whose bare ends can be any function's; ``noEntry`` for one whose entry was
    /// not recorded.
    var function: Int32 = 0
    var task = TaskKey.nobody
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

    /// - Parameters:
    ///   - type: its number in the ``EventTypes`` of the pass.
    ///   - payload: where its record or text lies: in its page, then in the batch, then in what is held.
    static func event(
        _ type: Int32, payload: Range<Int>, task: TaskKey, cpu: UInt16, ring: UInt16, timestamp: UInt64
    ) -> GraphEvent {
        var event = GraphEvent(timestamp: timestamp, function: type, task: task, cpu: cpu, ring: ring, kind: .event)
        event.payload = payload
        return event
    }

    /// Where an event's payload lies; below 4 GiB.
    @inline(__always)
    var payload: Range<Int> {
        get { Int(end >> 32)..<(Int(end >> 32) + Int(end & 0xffff_ffff)) }
        set { end = UInt64(newValue.lowerBound) << 32 | UInt64(newValue.count) }
    }

    /// Whether an event belongs to a task's calls; else it is only said to be the task's.
    var isPlaced: Bool {
        get { duration == Self.noTime }
        set { duration = newValue ? Self.noTime : 0 }
    }

    /// An event waits, and its payload lies among what is held.
    var isHeld: Bool {
        get { depth != 0 }
        set { depth = newValue ? 1 : 0 }
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
}
