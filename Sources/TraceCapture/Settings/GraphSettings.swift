/// What a capture sets for the graph of calls: where trees begin, which functions they have, and the tracer.
struct GraphSettings {
    let options: CaptureOptions
    let roots: [GraphRoots]
    /// Whether interrupts are recorded.
    let interrupts: Bool
    /// Functions to trace that begin no tree.
    let besides: [AvailableFunctions.Function]
    let available: AvailableFunctions
    let files: any TracingFiles

    /// Levels recorded with `--all-functions` when nothing else was asked for.
    private static let allFunctionsDepth = 10

    /// Options that decide what is recorded. Those that only shape text are left alone.
    private var graphOptions: [(String, String)] {
        [
            ("sleep-time", "1"),  // durations include the time off the CPU
            // What runs in an interrupt may belong to a flow; it is left out only on request.
            ("funcgraph-irqs", options.interrupts == false ? "0" : "1"),
            ("funcgraph-args", "0"), ("funcgraph-retval", "0"), ("funcgraph-retaddr", "0"),
        ]
    }

    /// Makes everything ready; the tracer is set when this returns.
    ///
    /// - Returns: how many functions call the tracer.
    func apply(to state: inout TracefsState, report: (String) -> Void) throws(CaptureError) -> Int {
        for (option, value) in graphOptions { try state.setGraphOption("options/\(option)", to: value) }
        try state.setIfPresent("tracing_thresh", to: "0")
        let depth = options.depth ?? (options.allFunctions ? Self.allFunctionsDepth : 0)
        try state.setIfPresent("max_graph_depth", to: String(depth))
        let functions = try applyFunctions(to: &state, report: report)
        try state.set(state.place.file("current_tracer"), to: "function_graph")
        return functions
    }

    /// - Returns: how many functions call the tracer.
    private func applyFunctions(
        to state: inout TracefsState, report: (String) -> Void
    ) throws(CaptureError) -> Int {
        let filter = state.place.file("set_ftrace_filter")
        try state.clearList(state.place.file("set_ftrace_notrace"), graph: false)
        try state.clearList("set_graph_notrace", graph: true)
        try state.setGraphList("set_graph_function", roots.graphLines)
        if options.allFunctions {
            report(
                "warning: all \(available.count) functions of the kernel will call the tracer, on every CPU and for "
                    + "every task; this slows the whole machine and can stall it")
            try state.clearList(filter, graph: false)
            return available.count
        }
        reportWhatIsLeftOut(report)
        let scope = TraceScope.storageStack(noise: options.noise, interrupts: interrupts)
        let loaded = available.loadedModules
        // A function that is not in the filter begins no tree either.
        let functions = Set((available.functions(in: scope) + roots.functions + besides).map(\.index)).sorted()
        try state.setFilter(
            filter, indices: functions.map(String.init) + scope.pendingLines(loaded: loaded),
            names: {
                scope.patternLines(loaded: loaded) + roots.graphLines + besides.map(\.name)
                    + scope.pendingLines(loaded: loaded)
            })
        return FunctionList(text: try files.read(filter)).functions.count
    }

    private func reportWhatIsLeftOut(_ report: (String) -> Void) {
        let noise = TraceNoise.allCases.filter { !options.noise.contains($0) }.map(\.rawValue)
        if !noise.isEmpty {
            report(
                "not recorded: \(noise.joined(separator: ", ")); --noise \(noise.joined(separator: ",")) records them")
        }
        if interrupts { return }
        let byDefault = options.interrupts == nil
        report(
            "not recorded: interrupts" + (byDefault ? ", which can end trees early on this kernel" : "")
                + "; their time counts for what they hit" + (byDefault ? "; --irqs records them" : ""))
    }
}
