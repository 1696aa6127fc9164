/// What a capture sets in tracefs, and in which order.
struct CaptureSettings {
    let options: CaptureOptions
    let roots: RootResolution
    /// Whether interrupts are recorded.
    let interrupts: Bool
    /// Functions to trace that begin no tree.
    let besides: [AvailableFunctions.Function]
    let available: AvailableFunctions
    let files: any TracingFiles

    /// What came of it, as far as a reader of the trace wants to know.
    struct Applied: Equatable {
        let clock: String
        /// Functions that call the tracer.
        let functions: Int
        let bufferKilobytes: Int
    }

    /// Tasks whose names the kernel keeps; by default it is 128, and the rest of a trace says `<...>`.
    private static let rememberedTasks = 4096
    /// How full a CPU's buffer is, in percent, when the kernel wakes the recorder: seldom, and with room left for the time that
    /// it takes to come.
    private static let wakingFill = 25
    /// Levels recorded with `--all-functions` when nothing else was asked for.
    private static let allFunctionsDepth = 10

    /// Options that decide what is recorded. Those that only shape text are left alone.
    private static let recordOptions = [
        ("overwrite", "1"),  // a full buffer loses its oldest events, and says so in the pages
        ("record-cmd", "1"),  // task names
    ]

    /// The same, of function_graph.
    private var graphOptions: [(String, String)] {
        [
            ("sleep-time", "1"),  // durations include the time off the CPU
            // What runs in an interrupt may belong to a flow; it is left out only on request.
            ("funcgraph-irqs", options.interrupts == false ? "0" : "1"),
            ("funcgraph-args", "0"), ("funcgraph-retval", "0"), ("funcgraph-retaddr", "0"),
        ]
    }

    /// Ends all tracing in the place. What somebody else has set up would be recorded too, or keep tasks and CPUs out. Without
    /// `--force`, the preflight has seen that there is nothing.
    func takeOver(_ state: inout TracefsState) throws(CaptureError) {
        let place = state.place
        try state.set(place.file("tracing_on"), to: "0")
        if try files.read(place.file("current_tracer")) != "nop" {
            try state.set(place.file("current_tracer"), to: "nop")
        }
        for list in ["set_event", "set_ftrace_pid", "set_ftrace_notrace_pid", "set_event_pid", "set_event_notrace_pid"]
        {
            try state.clearLines(place.file(list))
        }
        try state.widenMask(place.file("tracing_cpumask"), cpus: try files.cpus())
    }

    /// Makes everything ready; the tracer is set when this returns, and tracing off.
    func apply(to state: inout TracefsState, report: (String) -> Void) throws(CaptureError) -> Applied {
        let place = state.place
        // mono can be compared between CPUs and with user space; local, the default, with neither.
        let clock = try state.choose(place.file("trace_clock"), ["mono", "global"])
        try applyOptions(to: &state)
        let kilobytes = try applyBufferSize(to: &state, report: report)
        let functions = try applyFunctions(to: &state, report: report)
        try state.set(place.file("current_tracer"), to: "function_graph")
        return Applied(clock: clock, functions: functions, bufferKilobytes: kilobytes)
    }

    private func applyOptions(to state: inout TracefsState) throws(CaptureError) {
        for (option, value) in Self.recordOptions {
            try state.setIfPresent(state.place.file("options/\(option)"), to: value)
        }
        for (option, value) in graphOptions { try state.setGraphOption("options/\(option)", to: value) }
        try state.setIfPresent("tracing_thresh", to: "0")
        let depth = options.depth ?? (options.allFunctions ? Self.allFunctionsDepth : 0)
        try state.setIfPresent("max_graph_depth", to: String(depth))
        guard files.exists("saved_cmdlines_size"), !isForOthersToo(state.place) else { return }
        let remembered = Int(try files.read("saved_cmdlines_size")) ?? 0
        if remembered < Self.rememberedTasks {
            try state.set("saved_cmdlines_size", to: String(Self.rememberedTasks))
        }
    }

    /// Whether somebody else records, who would lose the names of tasks that the kernel has kept so far. At the top level, that
    /// was a reason to refuse.
    private func isForOthersToo(_ place: TracingPlace) -> Bool {
        place != .topLevel && !Preflight(files: files).othersDisturbed(ownInstance: false).isEmpty
    }

    /// - Returns: kilobytes for each CPU.
    private func applyBufferSize(
        to state: inout TracefsState, report: (String) -> Void
    ) throws(CaptureError) -> Int {
        let cpus = try files.cpus()
        let meminfo = (try? readWholeFile("/proc/meminfo")) ?? []
        let kilobytes = BufferSize.affordable(
            requested: options.bufferKilobytes, cpus: cpus.count,
            availableKilobytes: BufferSize.availableMemory(meminfo: String(decoding: meminfo, as: UTF8.self)))
        if kilobytes < options.bufferKilobytes {
            report(
                "ring buffer: \(kilobytes) KiB for each of \(cpus.count) CPUs instead of \(options.bufferKilobytes), "
                    + "an eighth of the free memory in all")
        }
        try state.setBufferSizes(kilobytes, cpus: cpus)
        try state.setIfPresent(state.place.file("buffer_percent"), to: String(Self.wakingFill))
        return kilobytes
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
