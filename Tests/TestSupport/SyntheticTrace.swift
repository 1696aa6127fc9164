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
        public let callTime: UInt64
    }

    public static let functions = [
        "dm_mq_queue_rq [dm_mod]", "multipath_clone_and_map [dm_multipath]", "blk_insert_cloned_request",
        "scsi_queue_rq [scsi_mod]", "iscsi_queuecommand [libiscsi]", "kmem_cache_alloc", "_raw_spin_lock.isra.0",
    ]

    /// In the order of time.
    public private(set) var events: [Event] = []
    public let cpuCount: Int
    private var random: SeededRandom

    /// - Parameters:
    ///   - tasks: each makes calls of its own, nested at random, on CPUs that change at random.
    ///   - steps: number of entries.
    public init(seed: UInt64, tasks: Int, cpus: Int, steps: Int) {
        random = SeededRandom(seed: seed)
        cpuCount = cpus
        var stacks: [[(function: Int, time: UInt64)]] = Array(repeating: [], count: tasks)
        var homes = (0..<tasks).map { $0 % cpus }
        var time: UInt64 = 1_000_000_000
        var entries = 0
        while entries < steps || stacks.contains(where: { !$0.isEmpty }) {
            let task = Int.random(in: 0..<tasks, using: &random)
            if Int.random(in: 0..<20, using: &random) == 0 { homes[task] = Int.random(in: 0..<cpus, using: &random) }
            time += UInt64.random(in: 1...100_000, using: &random)
            let enters = entries < steps && stacks[task].count < 12 && Bool.random(using: &random)
            let tid = Int32(100 + task)
            if enters {
                let function = Int.random(in: 0..<Self.functions.count, using: &random)
                events.append(
                    Event(
                        kind: .entry, time: time, cpu: homes[task], tid: tid, depth: stacks[task].count,
                        function: function, callTime: time))
                stacks[task].append((function, time))
                entries += 1
            } else if let call = stacks[task].popLast() {
                events.append(
                    Event(
                        kind: .exit, time: time, cpu: homes[task], tid: tid, depth: stacks[task].count,
                        function: call.function, callTime: call.time))
            }
        }
    }

    /// The trace without the events at which `isKept` says false.
    public func filtered(_ isKept: (Int) -> Bool) -> SyntheticTrace {
        var copy = self
        copy.events = events.enumerated().filter { isKept($0.offset) }.map(\.element)
        return copy
    }

    // MARK: Text

    public struct Columns: Sendable, CustomStringConvertible {
        public var time: Bool
        public var task: Bool
        public var tail: Bool
        public var mergesLeaves: Bool

        public init(time: Bool, task: Bool, tail: Bool, mergesLeaves: Bool) {
            (self.time, self.task, self.tail, self.mergesLeaves) = (time, task, tail, mergesLeaves)
        }

        public var description: String {
            "time \(time), task \(task), tail \(tail), leaves \(mergesLeaves)"
        }
    }

    /// As the kernel prints it; without the task column with its blocks at each change of a CPU's task.
    public func text(_ columns: Columns) -> String {
        var text = "# tracer: function_graph\n#\n# CPU  DURATION                  FUNCTION CALLS\n# |     |   |\n"
        var current: [Int: Int32] = [:]
        var index = 0
        while index < events.count {
            let event = events[index]
            if !columns.task, let previous = current[event.cpu], previous != event.tid {
                text += switchBlock(event.cpu, previous, event.tid)
            }
            current[event.cpu] = event.tid
            if columns.mergesLeaves, let exit = leafExit(at: index) {
                text += line(event, columns, exit.time - exit.callTime, Self.functions[event.function] + "();")
                index += 2
                continue
            }
            switch event.kind {
            case .entry: text += line(event, columns, nil, Self.functions[event.function] + "() {")
            case .exit:
                let name = columns.tail ? " /* \(Self.functions[event.function]) */" : ""
                text += line(event, columns, event.time - event.callTime, "}" + name)
            }
            index += 1
        }
        return text
    }

    private func leafExit(at index: Int) -> Event? {
        guard events[index].kind == .entry, index + 1 < events.count else { return nil }
        let (entry, exit) = (events[index], events[index + 1])
        return exit.kind == .exit && exit.tid == entry.tid && exit.cpu == entry.cpu ? exit : nil
    }

    private func switchBlock(_ cpu: Int, _ from: Int32, _ to: Int32) -> String {
        let ruler = " ------------------------------------------\n"
        return ruler + " \(cpu))   task-\(from)    =>   task-\(to)  \n" + ruler + "\n"
    }

    private func line(_ event: Event, _ columns: Columns, _ duration: UInt64?, _ body: String) -> String {
        var line = ""
        if columns.time {
            let micros = String(event.time / 1000 % 1_000_000)
            line +=
                "\(pad(String(event.time / 1_000_000_000), 5)).\(String(repeating: "0", count: 6 - micros.count))\(micros) |  "
        }
        line += " \(event.cpu)) "
        if columns.task { line += "   task-\(event.tid)    | " }
        line += duration.map(cell) ?? String(repeating: " ", count: 14)
        return line + "|  " + String(repeating: "  ", count: event.depth) + body + "\n"
    }

    private func cell(_ ns: UInt64) -> String {
        let micros = String(ns / 1000)
        let rest = String(1000 + ns % 1000).dropFirst()
        let value = micros.count < 7 ? "\(micros).\(rest.prefix(7 - micros.count))" : micros
        return "+ \(value) us" + String(repeating: " ", count: max(0, 9 - value.count))
    }

    private func pad(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
