/// What a capture sets in tracefs whatever it records, and in which order.
struct CaptureSettings {
    let options: CaptureOptions
    let files: any TracingFiles

    /// What came of it, as far as a reader of the trace wants to know.
    struct Applied: Equatable {
        let clock: String
        let bufferKilobytes: Int
    }

    /// Tasks whose names the kernel keeps; by default it is 128, and the rest of a trace says `<...>`.
    private static let rememberedTasks = 4096
    /// How full a CPU's buffer is, in percent, when the kernel wakes the recorder: seldom, and with room left for the time that
    /// it takes to come.
    private static let wakingFill = 25

    /// Options that decide what is recorded. Those that only shape text are left alone.
    private static let recordOptions = [
        ("overwrite", "1"),  // a full buffer loses its oldest events, and says so in the pages
        ("record-cmd", "1"),  // task names
    ]

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

    /// Makes the place ready, with tracing off.
    func apply(to state: inout TracefsState, report: (String) -> Void) throws(CaptureError) -> Applied {
        // mono can be compared between CPUs and with user space; local, the default, with neither.
        let clock = try state.choose(state.place.file("trace_clock"), ["mono", "global"])
        for (option, value) in Self.recordOptions {
            try state.setIfPresent(state.place.file("options/\(option)"), to: value)
        }
        try rememberTasks(in: &state)
        return Applied(clock: clock, bufferKilobytes: try applyBufferSize(to: &state, report: report))
    }

    private func rememberTasks(in state: inout TracefsState) throws(CaptureError) {
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
}
