import ArgumentParser
import GraphParser
import Reports

/// Which trees of a trace are looked at.
struct TreeFilterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only trees of this root: a name, or a glob such as 'dm_*'. This and the next four can be given again.",
            valueName: "function"))
    var root: [String] = []

    @Option(
        help: ArgumentHelp("Only trees in which this function is called: a name or glob.", valueName: "function"))
    var function: [String] = []

    @Option(
        help: ArgumentHelp("Only trees with a call of this layer, as dmflow report names them.", valueName: "layer"),
        completion: .list(LayerMap.builtin.layers))
    var layer: [String] = []

    @Option(help: ArgumentHelp("Only trees of this task: its number, name or a glob.", valueName: "task"))
    var task: [String] = []

    @Option(help: ArgumentHelp("Only trees that began on this CPU.", valueName: "cpu"))
    var cpu: [Int] = []

    @Option(
        help: ArgumentHelp(
            "Only trees that a request to this path came by: sda, 8:0 or 2:0:0:1.", valueName: "path"))
    var path: String?

    @Option(
        help: ArgumentHelp(
            "Only trees that began so long after the trace's first call or later: 1.5s. A bare number is seconds.",
            valueName: "time"), transform: Quantity.secondsOrNone)
    var from: UInt64?

    @Option(
        help: ArgumentHelp("Only trees that began so long after the first call or earlier.", valueName: "time"),
        transform: Quantity.secondsOrNone)
    var to: UInt64?

    @Option(
        help: ArgumentHelp(
            "Only trees whose root took so long or longer: 5ms. A bare number is microseconds.", valueName: "time"),
        transform: Quantity.microsecondsOrNone)
    var slowerThan: UInt64?

    func validate() throws {
        if let from, let to, from > to { throw ValidationError("--from is behind --to") }
        if cpu.contains(where: { $0 < 0 }) { throw ValidationError("--cpu takes numbers from 0") }
    }

    /// Whether any is given.
    var areGiven: Bool {
        !(root + function + layer + task).isEmpty || !cpu.isEmpty || path != nil || from != nil || to != nil
            || slowerThan != nil
    }

    /// The filter. For `--path` the trace is read for its requests.
    ///
    /// - Throws: ``UsageFailure`` for a layer that there is not, ``Failure`` where the trace has no requests to the path.
    func filter(_ trace: TraceOptions, _ map: LayerMap) throws -> TreeFilter {
        if let unknown = layer.first(where: { !map.layers.contains($0) }) {
            throw UsageFailure(Suggestion.unknown("layer", unknown, known: map.layers))
        }
        var filter = TreeFilter()
        (filter.roots, filter.functions, filter.layers) = (root, function, Set(layer))
        (filter.tasks, filter.cpus) = (task, Set(cpu))
        filter.startNs = (from ?? 0)...(to ?? .max)
        filter.leastNs = slowerThan ?? 0
        filter.moments = try path.map { try moments(of: $0, trace) }
        return filter
    }

    private func moments(of path: String, _ trace: TraceOptions) throws -> RequestMoments {
        let finder = PathMoments(path)
        let reading = try trace.read(into: [finder])
        guard let summary = finder.summary(source: reading.source) else {
            throw Failure(
                message: "\(trace.name): no requests of multipath devices in it; record with dmflow capture")
        }
        guard finder.requests > 0 else {
            throw Failure(
                message: "\(trace.name): none of \(summary.joined) requests was tried on \(path); "
                    + "dmflow report names the paths")
        }
        return finder.moments
    }

    /// Says, once the trace is read, what was asked for and is not there.
    ///
    /// - Throws: ``Failure`` if that leaves nothing.
    func check(_ trees: SelectedTrees, _ reading: TraceReading, _ name: String) throws {
        let (roots, functions) = (trees.missingRoots, trees.missingFunctions)
        if trees.admitted > 0 {
            if !roots.isEmpty { printError("no tree of the trace begins with \(roots.joined(separator: ", "))") }
            if !functions.isEmpty {
                printError("no tree that is as asked for calls \(functions.joined(separator: ", "))")
            }
            return
        }
        if !root.isEmpty, roots.count == Set(root).count {
            let known = trees.otherRoots.map { reading.names[$0].name }.sorted()
            let nearest = roots.count == 1 ? Suggestion.question(roots[0], known) : ""
            throw Failure(
                message: "no tree of the trace begins with \(roots.joined(separator: ", ")); "
                    + nearest + "dmflow report names its roots")
        }
        if !functions.isEmpty {
            throw Failure(message: Self.unknown(functions, reading.names, "no tree that is as asked for calls"))
        }
        let times = reading.source.hasTimes || (from == nil && to == nil) ? "" : "; the trace has no times"
        if trees.seen > 0 {
            printError("\(name): none of \(trees.seen) tree\(trees.seen == 1 ? "" : "s") is as asked for\(times)")
        }
    }

    /// What to say of functions that are not there, with what may have been meant.
    static func unknown(_ functions: [String], _ names: TraceNames, _ what: String) -> String {
        let known = (0..<names.count).map { names[FunctionID(index: Int32($0))].name }
        let nearest = functions.count == 1 ? Suggestion.question(functions[0], Set(known).sorted()) : ""
        return "\(what) \(functions.joined(separator: ", ")); \(nearest)dmflow tree --merged shows all functions"
    }
}
