/// Finds the task that a line belongs to.
struct TextTasks {
    /// Whether a call's line has said its CPU; nil before the first call. Without the CPU column all lines share one lane.
    private(set) var hasCPUColumn: Bool?
    /// Whether calls of different tasks cannot be told apart.
    var areMixed: Bool { hasCPUColumn == false && hasUnnamedLines && switchedCPUs.count > 1 }

    private let names: TraceNames
    private var lanes = TaskLanes()
    private var seenCPUs: [Bool] = []
    private var sources = SourceNames()
    private var lastTID: Int32?
    /// The task that the last block announced: the next line's if there is no CPU column.
    private var announced: TaskKey?
    private var switchedCPUs: Set<Int> = []
    private var hasUnnamedLines = false

    init(names: TraceNames) { self.names = names }

    /// Number of different CPUs with calls.
    var cpuCount: Int { seenCPUs.count { $0 } }

    /// The CPU of a call's line, 0 without the CPU column.
    mutating func cpu(of graph: GraphLine) -> Int {
        let cpu = graph.cpu ?? 0
        if graph.cpu != nil { hasCPUColumn = true } else if hasCPUColumn == nil { hasCPUColumn = false }
        while seenCPUs.count <= cpu { seenCPUs.append(false) }
        seenCPUs[cpu] = true
        return cpu
    }

    /// The CPU whose lines a block or a loss is about.
    func lane(_ cpu: Int) -> Int { hasCPUColumn == false ? 0 : cpu }

    /// - Parameter builder: has the open calls of the tasks.
    mutating func task<Consumer: CallConsumer>(
        of graph: GraphLine, cpu: Int, _ line: Span<UInt8>, _ builder: borrowing StackBuilder<Consumer>
    ) -> TaskKey {
        if let tid = graph.tid {
            learn(TaskName(comm: graph.comm, tid: tid), line)
            return .thread(tid, cpu: cpu, source: sources.index(of: graph.source, line))
        }
        if hasCPUColumn == false, !hasUnnamedLines, let announced { lanes.set(announced, on: cpu) }
        hasUnnamedLines = true
        if let task = lanes.task(on: cpu) { return task }
        let task = migratedTask(to: cpu, graph, builder) ?? .unknown(cpu: cpu)
        lanes.set(task, on: cpu)
        return task
    }

    /// A CPU's first line below depth 0 goes on with an unnamed task of another CPU if exactly one of them has just the
    /// calls open that this line needs.
    private func migratedTask<Consumer: CallConsumer>(
        to cpu: Int, _ graph: GraphLine, _ builder: borrowing StackBuilder<Consumer>
    ) -> TaskKey? {
        let open = graph.kind == .exit ? graph.depth + 1 : graph.depth
        guard open > 0 else { return nil }
        var fitting: TaskKey?
        for task in lanes.unnamedTasks(except: cpu) where builder.openDepth(of: task) == open {
            guard fitting == nil else { return nil }
            fitting = task
        }
        return fitting
    }

    /// A block says that `cpu` goes on with another task.
    ///
    /// - Returns: what an unnamed task turns out to be.
    mutating func change(
        on cpu: Int, from: TaskName, to: TaskName, _ line: Span<UInt8>
    ) -> (unnamed: TaskKey, task: TaskKey)? {
        switchedCPUs.insert(cpu)
        learn(from, line)
        learn(to, line)
        announced = .thread(to.tid, cpu: 0)
        let lane = lane(cpu)
        defer { lanes.set(.thread(to.tid, cpu: lane), on: lane) }
        guard let task = lanes.task(on: lane), task.tid == nil else { return nil }
        let named = TaskKey.thread(from.tid, cpu: lane)
        lanes.rename(task, to: named)
        return (task, named)
    }

    private mutating func learn(_ task: TaskName, _ line: Span<UInt8>) {
        guard task.tid != lastTID else { return }
        lastTID = task.tid
        // What the kernel prints for a name that it has forgotten is none.
        if line.has("<...>", at: task.comm.lowerBound) || line.has("<XXX>", at: task.comm.lowerBound) { return }
        if names.comms[task.tid] == nil { names.comms[task.tid] = printable(task.comm.map { line[$0] }) }
    }
}

/// The ring buffers or files that `trace-cmd report` took lines from. Each is a trace of its own: one task's calls may be
/// in several, which must not be mixed.
private struct SourceNames {
    private var names: [[UInt8]] = []
    private var last = 0

    /// 0 for the one without a name.
    mutating func index(of range: Range<Int>, _ line: Span<UInt8>) -> Int {
        guard !range.isEmpty else { return 0 }
        if last < names.count, equal(names[last], line, range) { return last + 1 }
        if let known = names.firstIndex(where: { equal($0, line, range) }) {
            last = known
        } else if names.count < Self.limit {
            names.append(range.map { line[$0] })
            last = names.count - 1
        }
        return last + 1
    }

    /// More than anybody reports at once.
    private static let limit = 100

    private func equal(_ name: [UInt8], _ line: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard name.count == range.count else { return false }
        for offset in name.indices where name[offset] != line[range.lowerBound + offset] { return false }
        return true
    }
}

extension TaskKey {
    /// A thread in one of several buffers; `source` is below 128.
    fileprivate static func thread(_ tid: Int32, cpu: Int, source: Int) -> TaskKey {
        guard source > 0 else { return .thread(tid, cpu: cpu) }
        // The idle tasks' keys are negative and a CPU's number apart; other keys have the thread ID in the low half.
        guard tid > 0 else { return .thread(0, cpu: cpu + source << 16) }
        return TaskKey(raw: Int64(source) << 32 | Int64(tid))
    }
}
