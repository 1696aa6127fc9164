/// Finds the task that a line belongs to, as far as the line tells; the rest is for those who know the open calls.
struct TextTasks: Sendable {
    /// Whether a call's line has said its CPU; nil before the first call. Without the CPU column all lines share one lane.
    private(set) var hasCPUColumn: Bool?
    /// Whether calls of different tasks cannot be told apart.
    var areMixed: Bool { hasCPUColumn == false && hasUnnamedLines && switchedCPUs.count > 1 }

    private let names: TraceNames
    private var seenCPUs: [Bool] = []
    private var sources = SourceNames()
    private var lastTID: Int32?
    /// Those whose names are known.
    private var named: Set<Int32> = []
    /// The task that the last block announced: the next line's if there is no CPU column.
    private var announced: Int32?
    private var switchedCPUs: Set<Int> = []
    private var hasUnnamedLines = false

    init(names: TraceNames) { self.names = names }

    /// Number of different CPUs with calls.
    var cpuCount: Int { seenCPUs.count { $0 } }

    /// Puts CPU, ring and task of a call's line into `event`.
    ///
    /// - Returns: a task switch that comes before it, if there is one.
    mutating func place(_ event: inout GraphEvent, _ graph: GraphLine, _ line: Span<UInt8>) -> GraphEvent? {
        event.cpu = UInt16(cpu(of: graph))
        event.ring = event.cpu
        if let tid = graph.tid {
            learn(TaskName(comm: graph.comm, tid: tid), line)
            event.task = .thread(tid, cpu: event.cpu)
            event.ring = sources.ring(graph.source, line, cpu: event.cpu)
            return nil
        }
        let isFirst = !hasUnnamedLines
        hasUnnamedLines = true
        guard hasCPUColumn == false, isFirst, let announced else { return nil }
        return .taskSwitch(cpu: event.cpu, from: announced, to: announced)
    }

    /// The CPU of a call's line, 0 without the CPU column.
    private mutating func cpu(of graph: GraphLine) -> Int {
        let cpu = graph.cpu ?? 0
        if graph.cpu != nil { hasCPUColumn = true } else if hasCPUColumn == nil { hasCPUColumn = false }
        while seenCPUs.count <= cpu { seenCPUs.append(false) }
        seenCPUs[cpu] = true
        return cpu
    }

    /// The CPU whose lines a block or a loss is about.
    func lane(_ cpu: Int) -> UInt16 { hasCPUColumn == false ? 0 : UInt16(cpu) }

    /// A block says that `cpu` goes on with another task.
    mutating func change(on cpu: Int, from: TaskName, to: TaskName, _ line: Span<UInt8>) -> GraphEvent {
        switchedCPUs.insert(cpu)
        learn(from, line)
        learn(to, line)
        announced = to.tid
        return .taskSwitch(cpu: lane(cpu), from: from.tid, to: to.tid)
    }

    /// Another event, without its number and time. Changes nothing that calls are read by.
    func other(_ columns: GraphLine, _ line: Span<UInt8>) -> GraphEvent {
        let cpu = UInt16(columns.cpu ?? 0)
        guard let tid = columns.tid else {
            return .other(0, task: .running, cpu: cpu, ring: cpu, timestamp: GraphEvent.noTime)
        }
        // A source that no call came from yet has none open.
        let ring = sources.known(columns.source, line).map { SourceNames.ring($0, cpu: cpu) }
        let task = ring == nil ? TaskKey.nobody : .thread(tid, cpu: cpu)
        return .other(0, task: task, cpu: cpu, ring: ring ?? cpu, timestamp: GraphEvent.noTime)
    }

    private mutating func learn(_ task: TaskName, _ line: Span<UInt8>) {
        guard task.tid != lastTID else { return }
        lastTID = task.tid
        // The first name counts: to make a string of it each time would take longer than all else about the line.
        guard !named.contains(task.tid), named.count < Limits.taskNames else { return }
        // What the kernel prints for a name that it has forgotten is none.
        if line.has("<...>", at: task.comm.lowerBound) || line.has("<XXX>", at: task.comm.lowerBound) { return }
        names.learn(printable(task.comm.map { line[$0] }), of: task.tid)
        named.insert(task.tid)
    }
}

/// The ring buffers or files that `trace-cmd report` took lines from. Each is a trace of its own: one task's calls may be
/// in several, which must not be mixed.
private struct SourceNames: Sendable {
    private var names: [[UInt8]] = []
    private var last = 0

    /// See ``GraphEvent/ring``: a source with a name has numbers of its own.
    mutating func ring(_ source: Range<Int>, _ line: Span<UInt8>, cpu: UInt16) -> UInt16 {
        Self.ring(index(of: source, line), cpu: cpu)
    }

    static func ring(_ index: Int, cpu: UInt16) -> UInt16 {
        index == 0 ? cpu : UInt16(TextTasks.firstOfSources + (index - 1) * TextTasks.ringsOfSource) + cpu % 512
    }

    /// The number of a source that calls have come from, 0 for the one without a name.
    func known(_ range: Range<Int>, _ line: Span<UInt8>) -> Int? {
        range.isEmpty ? 0 : names.firstIndex { equal($0, line, range) }.map { $0 + 1 }
    }

    /// 0 for the one without a name.
    private mutating func index(of range: Range<Int>, _ line: Span<UInt8>) -> Int {
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
    static let limit = 100

    private func equal(_ name: [UInt8], _ line: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard name.count == range.count else { return false }
        for offset in name.indices where name[offset] != line[range.lowerBound + offset] { return false }
        return true
    }
}

extension TextTasks {
    fileprivate static let firstOfSources = Limits.cpu + 1
    fileprivate static let ringsOfSource = 512

    /// By ring: 0, or the source's number.
    static let instances =
        [UInt16](repeating: 0, count: firstOfSources)
        + (0..<SourceNames.limit).flatMap { [UInt16](repeating: UInt16($0 + 1), count: ringsOfSource) }
}
