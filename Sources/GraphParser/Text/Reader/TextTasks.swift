import TraceFormat

/// Finds the task that a line belongs to: by its column; without that by the blocks that the kernel prints between the lines of
/// different tasks, as the survey of the text found the first ones; or by the title of a tree.
struct TextTasks: Sendable {
    /// Whether a call's line has said its CPU; nil before the first call. Without the CPU column all lines share one lane.
    private(set) var hasCPUColumn: Bool?
    /// Whether calls of different tasks cannot be told apart.
    var areMixed: Bool { hasCPUColumn == false && hasUnnamedLines && switchedCPUs.count > 1 }
    /// Lines came from more ring buffers or files, or from a higher CPU of one, than can be told apart.
    private(set) var hasTooManySources = false
    /// By CPU: the task whose lines it prints; ``TaskKey/none`` before its first line.
    private(set) var current: [TaskKey] = []

    private let names: TraceNames
    private var survey = TextSurvey.nothing
    private var seenCPUs: [Bool] = []
    private var sources = SourceNames()
    /// The last one that had nothing more to say.
    private var lastTID: Int32?
    /// Those whose names are known.
    private var named: Set<Int32> = []
    /// By the last block: the next line's task if there is no CPU column.
    private var announced: Int32?
    /// The task of the tree that is being read.
    private var ofTree: TaskKey?
    private var switchedCPUs: Set<Int> = []
    private var hasUnnamedLines = false

    init(names: TraceNames) { self.names = names }

    /// Number of different CPUs with calls.
    var cpuCount: Int { seenCPUs.count { $0 } }

    /// Another trace begins.
    mutating func begin(_ survey: TextSurvey) {
        self.survey = survey
        (hasCPUColumn, announced, ofTree) = (nil, nil, nil)
        current.removeAll(keepingCapacity: true)
    }

    /// Puts CPU, ring and task of a call's line into `event`.
    ///
    /// - Returns: false if it came from one source too many.
    mutating func place(_ event: inout GraphEvent, _ graph: GraphLine, _ line: Span<UInt8>) -> Bool {
        event.cpu = UInt16(cpu(of: graph))
        event.ring = event.cpu
        guard let tid = graph.tid else {
            hasUnnamedLines = true
            event.task = task(on: Int(event.cpu))
            return true
        }
        guard let ring = sources.ring(graph.source, line, cpu: event.cpu) else {
            hasTooManySources = true
            return false
        }
        learn(TaskName(comm: graph.comm, tid: tid), line)
        event.task = .thread(tid, cpu: event.cpu)
        event.ring = ring
        return true
    }

    /// The CPU of a call's line, 0 without the CPU column.
    private mutating func cpu(of graph: GraphLine) -> Int {
        let cpu = graph.cpu ?? 0
        if graph.cpu != nil { hasCPUColumn = true } else if hasCPUColumn == nil { hasCPUColumn = false }
        while seenCPUs.count <= cpu { seenCPUs.append(false) }
        seenCPUs[cpu] = true
        return cpu
    }

    /// Whose lines `lane` prints now.
    private mutating func task(on lane: Int) -> TaskKey {
        while current.count <= lane { current.append(.none) }
        if current[lane] == .none {
            let first = hasCPUColumn == false ? announced ?? survey.firstTask : survey.firstTasks[lane]
            let named = first.map { TaskKey.thread($0, cpu: UInt16(lane)) }
            current[lane] = ofTree ?? named ?? .unnamed(cpu: UInt16(lane))
        }
        return current[lane]
    }

    /// The CPU whose lines a block or a loss is about.
    func lane(_ cpu: Int) -> UInt16 { hasCPUColumn == false ? 0 : UInt16(cpu) }

    /// Whether nothing has said yet whose the lines of a CPU are.
    func isUnnamed(_ cpu: Int) -> Bool {
        let lane = Int(lane(cpu))
        return lane < current.count && current[lane].isUnnamed
    }

    /// What a block says: the task with which a CPU goes on.
    struct Change: Sendable {
        fileprivate let lane: UInt16
        fileprivate let tid: Int32
    }

    /// A block says that `cpu` goes on with another task.
    ///
    /// - Returns: what is to be done when the same line comes again.
    mutating func change(on cpu: Int, from: TaskName, to: TaskName, _ line: Span<UInt8>) -> Change {
        switchedCPUs.insert(cpu)
        learn(from, line)
        learn(to, line)
        let change = Change(lane: lane(cpu), tid: to.tid)
        take(change)
        return change
    }

    /// A block says what one has said before.
    mutating func take(_ change: Change) {
        announced = change.tid
        while current.count <= Int(change.lane) { current.append(.none) }
        current[Int(change.lane)] = .thread(change.tid, cpu: change.lane)
    }

    /// The next lines are a tree of this task.
    mutating func beginTree(_ task: TaskName?, _ line: Span<UInt8>) {
        if let task { learn(task, line) }
        current.removeAll(keepingCapacity: true)
        ofTree = task.map { .thread($0.tid, cpu: 0) } ?? .unnamed(cpu: 0)
    }

    /// An event that is no call, without its type, payload and time. Changes nothing that calls are read by.
    mutating func event(_ columns: GraphLine, _ line: Span<UInt8>) -> GraphEvent {
        let cpu = UInt16(columns.cpu ?? 0)
        guard let tid = columns.tid else {
            return .event(
                0, payload: 0..<0, task: task(ofEventOn: cpu), cpu: cpu, ring: cpu, timestamp: GraphEvent.noTime)
        }
        learn(TaskName(comm: columns.comm, tid: tid), line)
        // A source that no call came from yet has none open.
        let ring = sources.knownRing(columns.source, line, cpu: cpu)
        var event = GraphEvent.event(
            0, payload: 0..<0, task: .thread(tid, cpu: cpu), cpu: cpu, ring: ring ?? cpu, timestamp: GraphEvent.noTime)
        event.isPlaced = ring != nil
        return event
    }

    /// The task of an event whose line does not say it.
    func task(ofEventOn cpu: UInt16) -> TaskKey {
        let lane = Int(lane(Int(cpu)))
        return ofTree ?? (lane < current.count && current[lane] != .none ? current[lane] : .nobody)
    }

    private mutating func learn(_ task: TaskName, _ line: Span<UInt8>) {
        guard task.tid != lastTID else { return }
        // The first name counts: to make a string of it each time would take longer than all else about the line.
        guard !named.contains(task.tid), named.count < Limits.taskNames else {
            lastTID = task.tid
            return
        }
        // What the kernel prints for a name that it has forgotten is none.
        if line.has("<...>", at: task.comm.lowerBound) || line.has("<XXX>", at: task.comm.lowerBound) { return }
        names.learn(printable(task.comm.map { line[$0] }), of: task.tid)
        named.insert(task.tid)
        lastTID = task.tid
    }
}
