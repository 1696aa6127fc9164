package import GraphParser

/// Which call trees are looked at. Each part that is given has to hold; of several values of one part, one.
package struct TreeFilter: Sendable {
    /// Names or globs of the functions at which trees begin; empty for any.
    package var roots: [String] = []
    /// Names or globs of functions one of which is called in the tree, or is its root; empty for any.
    package var functions: [String] = []
    /// Layers of a call in the tree, or of its root; empty for any.
    package var layers: Set<String> = []
    /// Numbers, names or globs of tasks; empty for any.
    package var tasks: [String] = []
    /// On which CPUs trees begin; empty for any.
    package var cpus: Set<Int> = []
    /// When trees begin, in ns from the trace's first call on, both included.
    package var startNs: ClosedRange<UInt64> = 0...UInt64.max
    /// When any part of the tree has to have been, in ns of the trace clock; nil for any time.
    package var during: ClosedRange<UInt64>?
    /// How long the root took at least, in ns.
    package var leastNs: UInt64 = 0
    /// Requests one of which came by the tree; nil for any.
    package var moments: RequestMoments?

    /// All trees.
    package init() {}
}

/// Tells which trees of one trace a filter admits.
struct TreeSelection {
    private let filter: TreeFilter
    private let map: LayerMap
    fileprivate(set) var roots: FunctionPatterns
    fileprivate(set) var functions: FunctionPatterns
    private var moments: RequestMoments?
    /// By the number of a function: whether its layer is one that was asked for; nil until it was asked.
    private var inLayers: [Bool?] = []
    /// Task numbers, and whether they were asked for.
    private var tasks: [Int32: Bool] = [:]

    init(_ filter: TreeFilter, map: LayerMap) {
        (self.filter, self.map, moments) = (filter, map, filter.moments)
        (roots, functions) = (FunctionPatterns(filter.roots), FunctionPatterns(filter.functions))
    }

    /// - Parameter origin: when the trace's first call began, in ns; nil if it does not tell.
    mutating func admits(_ tree: CallTree, origin: UInt64?) -> Bool {
        let root = tree.root
        // What has to see each tree comes first.
        let isTheirs = moments?.isTheirs(tree) ?? true
        let isRoot = filter.roots.isEmpty || roots.match(root.function, tree.names)
        guard isTheirs, isRoot, isInTime(root, origin), filter.cpus.isEmpty || filter.cpus.contains(root.cpu),
            filter.leastNs == 0 || root.duration ?? 0 >= filter.leastNs,
            filter.tasks.isEmpty || isAsked(root.tid, tree.names)
        else { return false }
        return contains(tree)
    }

    private func isInTime(_ root: Call, _ origin: UInt64?) -> Bool {
        if let during = filter.during, !root.isWithin(during) { return false }
        guard filter.startNs != 0...UInt64.max else { return true }
        guard let start = root.start ?? root.endTime, let origin else { return false }
        return filter.startNs.contains(start - min(origin, start))
    }

    private mutating func isAsked(_ tid: Int32?, _ names: TraceNames) -> Bool {
        guard let tid else { return false }
        if let known = tasks[tid] { return known }
        let comm = names.comm(of: tid)
        let answer = filter.tasks.contains { task in
            task == String(tid) || comm.map { isGlob(task, matching: $0) || task == "\($0)-\(tid)" } ?? false
        }
        // A name that is not known yet may be later.
        if comm != nil || answer { tasks[tid] = answer }
        return answer
    }

    private mutating func contains(_ tree: CallTree) -> Bool {
        if !filter.functions.isEmpty {
            guard tree.nodes.contains(where: { functions.match($0.call.function, tree.names) }) else { return false }
        }
        if filter.layers.isEmpty { return true }
        return tree.nodes.contains { isInLayers($0.call.function, tree.names) }
    }

    private mutating func isInLayers(_ id: FunctionID, _ names: TraceNames) -> Bool {
        let index = Int(id.index)
        while inLayers.count <= index { inLayers.append(nil) }
        if let known = inLayers[index] { return known }
        let answer = filter.layers.contains(map.layers[map.layer(of: names[id])])
        inLayers[index] = answer
        return answer
    }
}

/// Hands on the trees of a trace that a filter admits, in the order in which their roots ended.
///
/// Used on the thread that reads the trace.
package final class SelectedTrees: Analyzer {
    private let assembler: TreeAssembler
    private let state: State

    private final class State {
        var selection: TreeSelection
        var origin: UInt64?
        var seen = 0
        var admitted = 0
        var otherRoots: Set<FunctionID> = []

        init(_ selection: TreeSelection) { self.selection = selection }
    }

    /// - Parameters:
    ///   - filter: which trees.
    ///   - map: tells the layers of functions.
    ///   - events: names of the events that the trees are to have beside calls.
    ///   - onTree: gets each of them. What it throws ends the pass.
    ///   - onLoss: gets each loss of events between them.
    package init(
        _ filter: TreeFilter, map: LayerMap, events: [String] = [], onTree: @escaping (CallTree) throws -> Void,
        onLoss: @escaping (Loss) -> Void = { _ in }
    ) {
        let state = State(TreeSelection(filter, map: map))
        self.state = state
        assembler = TreeAssembler(
            events: events,
            onTree: { tree in
                state.seen += 1
                guard state.selection.admits(tree, origin: state.origin) else {
                    state.otherRoots.insert(tree.root.function)
                    return
                }
                state.admitted += 1
                try onTree(tree)
            }, onLoss: onLoss)
    }

    /// Trees of the trace so far.
    package var seen: Int { state.seen }
    /// Trees that were handed on.
    package var admitted: Int { state.admitted }
    /// Events of other kinds that were in no tree.
    package var eventsOutside: Int { assembler.eventsOutside }
    /// Roots of the filter that no tree has.
    package var missingRoots: [String] { state.selection.roots.missing }
    /// Functions of the filter that no tree has which was looked at for them.
    package var missingFunctions: [String] { state.selection.functions.missing }
    /// Roots of trees that were not handed on.
    package var otherRoots: Set<FunctionID> { state.otherRoots }

    /// All calls, and the events that were asked for.
    package var interest: Interest { assembler.interest }
    package func begin(_ trace: TraceContext) { assembler.begin(trace) }

    package func take(_ batch: TraceBatch) throws -> Demand {
        if state.origin == nil { state.origin = batch.calls.lazy.compactMap(\.start).first }
        return try assembler.take(batch)
    }
}

extension CallEvent {
    /// When the call began; nil for what is none, and where the trace does not tell.
    fileprivate var start: UInt64? {
        switch self {
        case .began(let begin): begin.time
        case .ended(let call): call.start
        default: nil
        }
    }
}

extension Call {
    /// Whether any of it was at that time.
    fileprivate func isWithin(_ time: ClosedRange<UInt64>) -> Bool {
        guard let from = start ?? endTime else { return false }
        return from <= time.upperBound && (endTime ?? from.addingSaturated(duration ?? 0)) >= time.lowerBound
    }
}
