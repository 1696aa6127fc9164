import GraphParser

/// Adds up the calls of a trace as they end, by the numbers that functions, tasks and layers have in it.
///
/// Memory grows with the distinct functions, of which ``TraceNames`` has a limited number, and the open calls, not with the trace.
struct CallSums {
    /// All complete calls of a function.
    struct Function {
        var calls = 0
        var selfNs: UInt64 = 0
        var totalNs: UInt64 = 0
        let layer: Int
        /// Its numbers in `roots`, for its calls without a caller, and those of them that are fragments; negative if there are none.
        var root = -1
        var fragment = -1

        init(layer: Int) { self.layer = layer }

        /// - Returns: the function's layer.
        @inline(__always)
        mutating func add(_ own: UInt64, _ duration: UInt64) -> Int {
            calls &+= 1
            selfNs = selfNs.addingSaturated(own)
            totalNs = totalNs.addingSaturated(duration)
            return layer
        }
    }

    private(set) var functions: [Function] = []
    private(set) var roots: RootSums
    /// By layer: time of its outermost calls below roots with calls below them, and of other trees.
    private(set) var layerTotals: [UInt64]
    private let layerCount: Int
    /// By task and layer.
    private var times: [LayerTime] = []
    /// For each open call, what `totalNs` of its layer was when it began.
    private var totalsAtBegin: [UInt64] = []

    init(layerCount: Int) {
        self.layerCount = layerCount
        roots = RootSums(layerCount: layerCount)
        layerTotals = Array(repeating: 0, count: layerCount)
    }

    /// Adds the next calls.
    ///
    /// - Parameter layer: tells the layer of a function; asked once for each.
    mutating func add(_ batch: TraceBatch, layer: (FunctionID) -> Int) {
        prepare(batch, layer)
        let events = batch.calls.span
        var index = 0
        while index < events.count {
            index = add(events, from: index)
            if index == events.count { return }
            switch events[index] {
            case .outside(let number):
                takeOut(batch.outside[Int(number)])
                index += 1
            case .ended(let call): addRoot(call.function, isFragment: call.isFragment)
            case .began, .event, .lost: index += 1
            }
        }
    }

    /// Makes room for functions, tasks and open calls that are new.
    private mutating func prepare(_ batch: TraceBatch, _ layer: (FunctionID) -> Int) {
        while functions.count < batch.functions {
            functions.append(Function(layer: layer(FunctionID(index: Int32(functions.count)))))
        }
        let missing = batch.tasks * layerCount - times.count
        if missing > 0 { times.append(contentsOf: repeatElement(LayerTime(), count: missing)) }
        if batch.openCalls > totalsAtBegin.count {
            totalsAtBegin.append(contentsOf: repeatElement(0, count: batch.openCalls - totalsAtBegin.count))
        }
    }

    /// Forgets what has been added up, but for what is below calls that are still open.
    mutating func renew() {
        for index in functions.indices { functions[index] = Function(layer: functions[index].layer) }
        roots = RootSums(layerCount: layerCount)
        layerTotals = Array(repeating: 0, count: layerCount)
    }

    // MARK: Calls

    /// Adds calls up to one that needs more than sums: the first of a root, or one with others inside that are no part of it.
    ///
    /// - Returns: the index of that event, which is not added yet, or the count.
    private mutating func add(_ events: Span<CallEvent>, from start: Int) -> Int {
        // Out of `self`, so that their spans can be changed side by side.
        var (functions, times, totals, leaves) = (self.functions, self.times, self.totalsAtBegin, self.roots.leaves)
        (self.functions, self.times, self.totalsAtBegin, self.roots.leaves) = ([], [], [], [])
        defer {
            (self.functions, self.times, self.totalsAtBegin, self.roots.leaves) = (functions, times, totals, leaves)
        }
        var functionSpan = functions.mutableSpan
        var timeSpan = times.mutableSpan
        var totalSpan = totals.mutableSpan
        var leafSpan = leaves.mutableSpan
        for index in start..<events.count {
            switch events[index] {
            case .began(let begin):
                let layer = functionSpan[Int(begin.function.index)].layer
                totalSpan[Int(begin.number)] = timeSpan[begin.task &* layerCount &+ layer].totalNs
            case .ended(let call):
                if call.isRoot {
                    let ended = endRoot(call, &functionSpan, &timeSpan, totalSpan, &leafSpan)
                    if !ended { return index }
                } else if call.confidence == .complete {
                    let duration = call.duration ?? 0
                    let own = call.selfNs
                    let layer = functionSpan[Int(call.function.index)].add(own, duration)
                    let time = call.task &* layerCount &+ layer
                    timeSpan[time].add(
                        own: own, duration: duration,
                        totalAtBegin: call.isLeaf ? timeSpan[time].totalNs : totalSpan[Int(call.number)],
                        isUser: call.isUser)
                }
            case .outside: return index
            case .event, .lost: break
            }
        }
        return events.count
    }

    /// A call has ended that nobody called.
    ///
    /// - Returns: false if it is the first of its root: then nothing has changed.
    @inline(__always)
    private mutating func endRoot(
        _ call: Call, _ functions: inout MutableSpan<Function>, _ times: inout MutableSpan<LayerTime>,
        _ totalsAtBegin: borrowing MutableSpan<UInt64>, _ leaves: inout MutableSpan<Histogram>
    ) -> Bool {
        var root = -1
        if call.confidence == .complete {
            let function = Int(call.function.index)
            if call.duration != nil {
                root = call.isFragment ? functions[function].fragment : functions[function].root
                if root < 0 { return false }
            }
            let duration = call.duration ?? 0
            // A root without calls below goes into its histogram alone.
            if call.isLeaf {
                _ = functions[function].add(call.selfNs, duration)
                if root >= 0 { leaves[root].record(duration) }
                return true
            }
            // What a hollow root called nobody knows: what is left of it is no function's own.
            let layer = functions[function].add(call.isHollow ? 0 : call.selfNs, duration)
            times[call.task &* layerCount &+ layer].add(
                own: call.selfNs, duration: duration, totalAtBegin: totalsAtBegin[Int(call.number)], isUser: call.isUser
            )
        }
        close(call, root, &times)
        return true
    }

    /// Adds a task's tree to its root, and makes room for the next.
    ///
    /// - Parameter root: negative if the call is not one to have figures.
    @inline(__always)
    private mutating func close(_ call: Call, _ root: Int, _ times: inout MutableSpan<LayerTime>) {
        if call.confidence == .orphan { return }
        if root >= 0 {
            roots.record(call, duration: call.duration ?? 0, of: root)
            roots.takeOut(call, of: root)
        }
        let first = call.task &* layerCount
        let isHollow = call.isHollow
        for layer in 0..<layerCount {
            let time = times[first &+ layer]
            if time.calls > 0 {
                if root >= 0 { roots.record(time, of: layer, in: root, isHollow: isHollow) }
                layerTotals[layer] = layerTotals[layer].addingSaturated(time.totalNs)
            }
            times[first &+ layer] = LayerTime()
        }
    }

    private mutating func addRoot(_ function: FunctionID, isFragment: Bool) {
        let root = roots.add(function, isFragment: isFragment)
        if isFragment {
            functions[Int(function.index)].fragment = root
        } else {
            functions[Int(function.index)].root = root
        }
    }

    // MARK: Calls that interrupts put out of place

    /// The next call that ends has calls inside that are no part of it. They are its caller's; those of a root are roots.
    private mutating func takeOut(_ outside: OutsideCalls) {
        let first = outside.task * layerCount
        let layer = functions[Int(outside.function.index)].layer
        for group in outside.before + outside.after {
            let tree = layerTimes(of: group)
            totalsAtBegin[Int(outside.number)] = totalsAtBegin[Int(outside.number)].addingSaturated(tree[layer].totalNs)
            guard outside.isOfRoot else { continue }
            for layer in 0..<layerCount { times[first + layer].subtract(tree[layer]) }
            close(group[0], tree)
        }
        // Its total holds them, and so did that of its layer when it began.
        for group in outside.inside {
            let total = layerTimes(of: group)[layer].totalNs
            totalsAtBegin[Int(outside.number)] -= min(total, totalsAtBegin[Int(outside.number)])
        }
        // The root's own total begins with what it does not have.
        if outside.isOfRoot { totalsAtBegin[Int(outside.number)] = 0 }
    }

    /// By layer, what a call and those below it have.
    ///
    /// - Parameter group: a caller before its calls.
    private func layerTimes(of group: [Call]) -> [LayerTime] {
        var tree = [LayerTime](repeating: LayerTime(), count: layerCount)
        // Depth and layer of the callers of a call.
        var callers: [(depth: Int, layer: Int)] = []
        for call in group where call.confidence == .complete {
            callers.removeAll { $0.depth >= call.depth }
            let layer = functions[Int(call.function.index)].layer
            let total = tree[layer].totalNs
            let isInside = callers.contains { $0.layer == layer }
            tree[layer].add(
                own: call.selfNs, duration: isInside ? 0 : call.duration ?? 0, totalAtBegin: total, isUser: false)
            callers.append((call.depth, layer))
        }
        return tree
    }

    /// A call that was recorded inside of a root, whose calls have been added, turns out to be a root itself.
    ///
    /// - Parameter tree: by layer, what it and the calls below it have.
    private mutating func close(_ call: Call, _ tree: [LayerTime]) {
        if call.confidence == .complete, let duration = call.duration {
            let known = functions[Int(call.function.index)].root
            if known < 0 { addRoot(call.function, isFragment: false) }
            let root = functions[Int(call.function.index)].root
            if call.isLeaf {
                roots.leaves[root].record(duration)
                return
            }
            roots.record(call, duration: duration, of: root)
            roots.takeOut(call, of: root)
            for layer in tree.indices where tree[layer].calls > 0 {
                roots.record(tree[layer], of: layer, in: root, isHollow: call.isHollow)
            }
        }
        for layer in tree.indices where tree[layer].calls > 0 {
            layerTotals[layer] = layerTotals[layer].addingSaturated(tree[layer].totalNs)
        }
        if call.isHollow && call.confidence == .complete {
            let function = Int(call.function.index)
            functions[function].selfNs -= min(call.selfNs, functions[function].selfNs)
        }
    }
}
