/// An invented trace for what reality will not give: any interleaving of tasks over CPUs, with known trees.
public struct SyntheticTrace {
    public struct Event: Sendable {
        public enum Kind: Sendable { case entry, exit, userEntry, userExit }
        public let kind: Kind
        public let time: UInt64
        public let cpu: Int
        public let tid: Int32
        public let depth: Int
        /// In `functions`, or of user space in `userFunctions`.
        public let function: Int
        /// For exits: when the call began and ended, which can be earlier than its records.
        public let callTime: UInt64
        public let returnTime: UInt64

        public init(
            kind: Kind, time: UInt64, cpu: Int, tid: Int32, depth: Int, function: Int, callTime: UInt64,
            returnTime: UInt64
        ) {
            self.kind = kind
            self.time = time
            self.cpu = cpu
            self.tid = tid
            self.depth = depth
            self.function = function
            self.callTime = callTime
            self.returnTime = returnTime
        }
    }

    public static let functions = [
        "dm_mq_queue_rq [dm_mod]", "multipath_clone_and_map [dm_multipath]", "blk_insert_cloned_request",
        "scsi_queue_rq [scsi_mod]", "iscsi_queuecommand [libiscsi]", "kmem_cache_alloc", "irq_enter_rcu",
        "sysvec_apic_timer.isra.0",
    ]

    public static let userFunctions = [
        "domap [libmultipath]", "dm_task_run [libdevmapper]", "uev_trigger [multipathd]", "_a__b [lib_2]",
    ]

    /// What a kernel does first, which is where interrupts come in between. See `OutsideCalls`.
    public enum Order: String, Sendable, CaseIterable {
        /// Up to 4.18: records the entry, then looks at the clock and counts.
        case recordsFirst
        /// Up to 6.1: counts down before it looks at the clock.
        case countsFirst
        /// Later ones: counts down when all is done.
        case countsLast
    }

    /// In the order of time.
    public private(set) var events: [Event] = []
    public let cpuCount: Int
    private let order: Order
    private let lateInterrupts: Bool
    private var random: SeededRandom
    private var time: UInt64 = 1_000_000_000
    private struct Call {
        let function: Int
        let time: UInt64
        let isUser: Bool
        /// An interrupt hit its beginning.
        var isHit = false
    }

    private var stacks: [[Call]]
    private var homes: [Int]

    /// - Parameters:
    ///   - tasks: each makes calls of its own, nested at random, on CPUs that change at random.
    ///   - steps: number of entries, interrupts not counted.
    ///   - interrupts: whether some entries and exits are hit by an interrupt while the kernel records them.
    ///   - order: of what kernel.
    ///   - lateInterrupts: whether some come when the call that they hit is over.
    ///   - userCalls: whether tasks make calls in user space, too, with the kernel's below them.
    public init(
        seed: UInt64, tasks: Int, cpus: Int, steps: Int, interrupts: Bool = true, userCalls: Bool = true,
        order: Order = .countsFirst, lateInterrupts: Bool = true
    ) {
        self.order = order
        self.lateInterrupts = lateInterrupts
        random = SeededRandom(seed: seed)
        cpuCount = cpus
        stacks = Array(repeating: [], count: tasks)
        homes = (0..<tasks).map { $0 % cpus }
        var entries = 0
        while entries < steps || stacks.contains(where: { !$0.isEmpty }) {
            let task = Int.random(in: 0..<tasks, using: &random)
            if chance(20) { homes[task] = Int.random(in: 0..<cpus, using: &random) }
            if entries < steps && stacks[task].count < 12 && chance(2) {
                if userCalls && stacks[task].allSatisfy(\.isUser) && chance(2) {
                    enterUser(task)
                } else {
                    enter(task, interrupted: interrupts && chance(15))
                }
                entries += 1
            } else if let call = stacks[task].last {
                if call.isUser { leaveUser(task) } else { leave(task, interrupted: interrupts && chance(15)) }
            }
        }
    }

    /// Number of entries, those of interrupts included.
    public var entryCount: Int { events.count { $0.kind == .entry || $0.kind == .userEntry } }

    /// Whether each CPU has events of several tasks.
    public var hasTaskSwitches: Bool {
        Dictionary(grouping: events, by: \.cpu).values.allSatisfy { Set($0.map(\.tid)).count > 1 }
    }

    private mutating func enterUser(_ task: Int) {
        let function = Int.random(in: 0..<Self.userFunctions.count, using: &random)
        record(.userEntry, task, 0, function, 0, 0)
        stacks[task].append(Call(function: function, time: time, isUser: true))
    }

    private mutating func leaveUser(_ task: Int) {
        record(.userExit, task, 0, stacks[task].removeLast().function, 0, 0)
    }

    /// How deep the task is in the kernel.
    private func depth(_ task: Int) -> Int { stacks[task].count { !$0.isUser } }

    private mutating func enter(_ task: Int, interrupted: Bool) {
        let function = Int.random(in: 0..<Self.functions.count, using: &random)
        let depth = depth(task)
        if order == .recordsFirst {
            record(.entry, task, depth, function, 0, 0)
            // What hits a root takes its end away.
            if interrupted && depth > 0 { interrupt(task, depth: depth) }
            stacks[task].append(Call(function: function, time: instant(), isUser: false, isHit: interrupted))
        } else {
            let callTime = tick()
            if interrupted { interrupt(task, depth: depth + 1) }
            record(.entry, task, depth, function, callTime, callTime)
            stacks[task].append(Call(function: function, time: callTime, isUser: false, isHit: interrupted))
        }
    }

    private mutating func leave(_ task: Int, interrupted: Bool) {
        let call = stacks[task].removeLast()
        stayIfAlone(task)
        let depth = depth(task)
        // A root's exit is not hit: text could not tell the interrupt from the next root. Nor is a call hit twice: its entry in the
        // text is too late then to tell when it was over.
        let interrupted = interrupted && depth > 0 && !call.isHit
        let isLate = lateInterrupts && (order != .countsFirst || chance(2))
        if interrupted && !isLate && order == .countsFirst { interrupt(task, depth: depth) }
        let end = tick()
        if interrupted && isLate { interrupt(task, depth: order == .countsLast ? depth + 1 : depth) }
        record(.exit, task, depth, call.function, call.time, end)
    }

    /// The trace.dat reader takes an entry with its own exit right behind it on a CPU for a leaf, though the task may have been
    /// elsewhere in between: so no task comes back to a CPU that was idle since.
    private mutating func stayIfAlone(_ task: Int) {
        guard let last = events.last(where: { $0.tid == Int32(100 + task) }),
            events.last(where: { $0.cpu == homes[task] })?.tid == last.tid
        else { return }
        homes[task] = last.cpu
    }

    private mutating func interrupt(_ task: Int, depth: Int) {
        for function in [Self.functions.count - 1, Self.functions.count - 2] {
            let begin = tick()
            record(.entry, task, depth, function, begin, begin)
            record(.exit, task, depth, function, begin, tick())
        }
    }

    private mutating func record(
        _ kind: Event.Kind, _ task: Int, _ depth: Int, _ function: Int, _ callTime: UInt64, _ returnTime: UInt64
    ) {
        events.append(
            Event(
                kind: kind, time: instant(), cpu: homes[task], tid: Int32(100 + task), depth: depth, function: function,
                callTime: callTime, returnTime: returnTime))
    }

    private mutating func tick() -> UInt64 {
        time += UInt64.random(in: 5_000...100_000, using: &random)
        return time
    }

    /// Between looking at the clock and recording passes next to no time.
    private mutating func instant() -> UInt64 {
        time += UInt64.random(in: 1...400, using: &random)
        return time
    }

    private mutating func chance(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &random) == 0 }

    /// `call__OBJECT__FUNCTION` or `ret__OBJECT__FUNCTION`.
    static func userEventName(_ event: Event) -> String {
        userEventName(event.function, isEntry: event.kind == .userEntry)
    }

    static func userEventName(_ function: Int, isEntry: Bool) -> String {
        let parts = userFunctions[function].dropLast().split(separator: " [")
        return "\(isEntry ? "call" : "ret")__\(parts[1])__\(parts[0])"
    }

    /// The trace without the events at which `isKept` says false.
    public func filtered(_ isKept: (Int) -> Bool) -> SyntheticTrace {
        var copy = self
        copy.events = events.enumerated().filter { isKept($0.offset) }.map(\.element)
        return copy
    }
}
