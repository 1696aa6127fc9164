/// An invented trace for what reality will not give: any interleaving of tasks over CPUs, with known trees.
public struct SyntheticTrace {
    public struct Event {
        public enum Kind { case entry, exit }
        public let kind: Kind
        public let time: UInt64
        public let cpu: Int
        public let tid: Int32
        public let depth: Int
        public let function: Int
        /// Of exits: when the call began and ended, which can be earlier than its records.
        public let callTime: UInt64
        public let returnTime: UInt64
    }

    public static let functions = [
        "dm_mq_queue_rq [dm_mod]", "multipath_clone_and_map [dm_multipath]", "blk_insert_cloned_request",
        "scsi_queue_rq [scsi_mod]", "iscsi_queuecommand [libiscsi]", "kmem_cache_alloc", "irq_enter_rcu",
        "sysvec_apic_timer.isra.0",
    ]

    /// In the order of time.
    public private(set) var events: [Event] = []
    public let cpuCount: Int
    private var random: SeededRandom
    private var time: UInt64 = 1_000_000_000
    private var stacks: [[(function: Int, time: UInt64)]]
    private var homes: [Int]

    /// - Parameters:
    ///   - tasks: each makes calls of its own, nested at random, on CPUs that change at random.
    ///   - steps: number of entries, interrupts not counted.
    ///   - interrupts: whether some entries and exits are hit by an interrupt after the kernel has counted the depth and
    ///     before it records them, as happens on real kernels.
    public init(seed: UInt64, tasks: Int, cpus: Int, steps: Int, interrupts: Bool = true) {
        random = SeededRandom(seed: seed)
        cpuCount = cpus
        stacks = Array(repeating: [], count: tasks)
        homes = (0..<tasks).map { $0 % cpus }
        var entries = 0
        while entries < steps || stacks.contains(where: { !$0.isEmpty }) {
            let task = Int.random(in: 0..<tasks, using: &random)
            if chance(20) { homes[task] = Int.random(in: 0..<cpus, using: &random) }
            if entries < steps && stacks[task].count < 12 && chance(2) {
                enter(task, interrupted: interrupts && chance(15))
                entries += 1
            } else if !stacks[task].isEmpty {
                leave(task, interrupted: interrupts && chance(15))
            }
        }
    }

    /// Number of entries, those of interrupts included.
    public var entryCount: Int { events.count { $0.kind == .entry } }

    private mutating func enter(_ task: Int, interrupted: Bool) {
        let function = Int.random(in: 0..<Self.functions.count, using: &random)
        let depth = stacks[task].count
        let callTime = tick()
        if interrupted { interrupt(task, depth: depth + 1) }
        record(.entry, task, depth, function, callTime, callTime)
        stacks[task].append((function, callTime))
    }

    private mutating func leave(_ task: Int, interrupted: Bool) {
        let call = stacks[task].removeLast()
        let depth = stacks[task].count
        let endsFirst = chance(2)
        let early = tick()
        // A root's exit is not hit: text could not tell the interrupt from the next root.
        if interrupted && depth > 0 { interrupt(task, depth: depth) }
        record(.exit, task, depth, call.function, call.time, endsFirst ? early : tick())
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
                kind: kind, time: tick(), cpu: homes[task], tid: Int32(100 + task), depth: depth, function: function,
                callTime: callTime, returnTime: returnTime))
    }

    private mutating func tick() -> UInt64 {
        time += UInt64.random(in: 1...100_000, using: &random)
        return time
    }

    private mutating func chance(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &random) == 0 }

    /// The trace without the events at which `isKept` says false.
    public func filtered(_ isKept: (Int) -> Bool) -> SyntheticTrace {
        var copy = self
        copy.events = events.enumerated().filter { isKept($0.offset) }.map(\.element)
        return copy
    }
}
