import Glibc
import TraceFormat

/// The part of a capture between the first change and the last: settings, what tracing costs, the recording.
struct CaptureRun {
    private let options: CaptureOptions
    private let files: any TracingFiles
    private let symbolFile: String
    private let report: (String) -> Void
    private let plan: RecordingPlan
    private let arming: Arming
    private let stopProbes: StopProbes?
    private let callTime: () -> Double
    private let readTopology: () -> Topology?

    /// How often to look after the command unasked, in nanoseconds: in a program that has threads of its own, one of
    /// them may be given the signal that it ended.
    private static let childPoll: UInt64 = 500_000_000

    /// Finds what is to be traced and as whom the command runs, and says so.
    ///
    /// - Throws: `.unknownFlow`, `.flowNotOnKernel`, `.rootNotOnKernel`, `.probesMissing`, `.costNotMeasurable`,
    ///   `.processNotRunning`, `.userFunctionsNotVisible`.
    init(
        _ options: CaptureOptions, catalogue: FlowCatalogue, files: any TracingFiles, symbolFile: String,
        resolver: any FieldResolver, release: KernelRelease = .running,
        callTime: @escaping () -> Double = TracingCost.callTime,
        readTopology: @escaping () -> Topology? = TopologyReader.readInTime,
        report: @escaping (String) -> Void
    ) throws(CaptureError) {
        (self.options, self.files, self.symbolFile, self.report) = (options, files, symbolFile, report)
        (self.callTime, self.readTopology) = (callTime, readTopology)
        let kernel = TracedKernel(files, release: release, resolver: resolver)
        plan = try RecordingPlan(
            flows: options.flows, roots: options.roots, catalogue: catalogue, on: kernel)
        stopProbes = try StopProbes(options.limits.stopFunctions, on: kernel)
        let order = EntryOrder(release: release) { (try? readWholeFile(symbolFile)) ?? [] }
        // A filter for all functions cannot leave them out.
        let interrupts = options.interrupts ?? (order.recordsInterrupts || options.allFunctions)
        arming = Arming(
            options: options, kernel: kernel, interrupts: interrupts,
            costFunction: plan.hasGraph ? TracingCost.function(in: try kernel.functions()) : nil, report: report)
        for line in plan.lines { report(line) }
        if plan.hasGraph && interrupts && !order.recordsInterrupts {
            report(
                "warning: on this kernel an interrupt can end a tree early; where one did, its root is short of calls")
        }
        if let first = options.command.first { report(Self.runner(of: first, options.user)) }
        if let stopProbes { report("ends when one of these is called: \(stopProbes.description)") }
        if arming.costFunction == nil {
            if options.limits.overhead != nil { throw CaptureError(.costNotMeasurable) }
            if plan.hasGraph { report(CaptureError(.costNotMeasurable).fact) }
        }
    }

    /// As whom the command runs: under sudo(8), few think of root.
    private static func runner(of command: RawString, _ user: Account?) -> String {
        if let user { return "'\(command)' runs as \(user.name)" }
        let number = geteuid()
        let name = number == 0 ? "root" : "user \(number)"
        return "'\(command)' runs as \(name)"
            + (Account.behindSudo.map { "; --user \($0) runs it as \($0)" } ?? "")
    }

    /// Makes the settings, records, and leaves tracing off.
    ///
    /// - Parameter destination: what becomes of the recorded pages.
    func record(
        to destination: any CaptureDestination, state: inout TracefsState, signals: inout SignalWatch
    ) throws(CaptureError) -> RecordedTrace {
        let topologyAtStart = readTopology()
        let settings = CaptureSettings(options: options, files: files)
        try settings.takeOver(&state)
        let untraced = callTime()
        let applied = try settings.apply(to: &state, report: report)
        var armed = try plan.arm(graph: true, arming, state: &state)
        let own = files.at(state.place)
        let costBefore = try measureTraced(&state).flatMap { TracingCost(traced: $0, untraced: untraced) }
        if costBefore == nil && options.limits.overhead != nil { throw CaptureError(.costNotMeasurable) }
        // Before the probes put return addresses of their own on the stacks, and again for threads that come.
        var threads = plan.threadNames()
        armed += try plan.arm(graph: false, arming, state: &state)
        let profile = ProbeProfile(files)

        let cpus = try own.cpus()
        let before = try statistics(own, cpus)
        // Not earlier: as long as a raw pipe is open, the kernel refuses to change the tracer.
        let pageSize = try own.ringBufferPageSize(memoryPage: Int(getpagesize()))
        let facts = facts(armed)
        // What is recorded tells which names are needed. Before that it may be any function's, if there are calls at all.
        let unrecorded = { [threads] () throws(CaptureError) in
            try metadata(of: nil, pageSize, applied.clock, threads, symbolFile: plan.hasGraph ? symbolFile : nil)
        }
        let recording = try destination.open(
            RecordingSetup(
                own: own, cpus: cpus, pageSize: pageSize, bufferSize: applied.bufferKilobytes << 10,
                clock: applied.clock, facts: facts, topology: topologyAtStart, metadata: unrecorded),
            ended: signals.readerFailed)
        let cpuTime = processCPUNanoseconds()
        var (timing, pages) = try run(recording, before, costBefore, state: &state, signals: &signals)
        timing.cpuTime = processCPUNanoseconds() - cpuTime
        let topology = Topology.recorded(start: topologyAtStart, end: readTopology(), report: report)
        var kept = pages.kept
        let window = try options.keep.map { length throws(CaptureError) in
            try cut(&kept, FlightWindow(length: length, pageSize: pageSize), timing, clock: applied.clock)
        }
        let after =
            (try? statistics(own, cpus))
            ?? {
                report("warning: what the kernel counted cannot be read; nobody knows whether events were lost")
                return before
            }()
        let missed = ProbeProfile(files).missed(of: plan.probeEvents, since: profile)
        threads.merge(plan.threadNames()) { _, new in new }
        return RecordedTrace(
            kept: try kept.map { pages throws(CaptureError) in
                .init(
                    pages: pages,
                    metadata: try metadata(of: pages, pageSize, applied.clock, threads, symbolFile: symbolFile))
            },
            bytes: kept?.reduce(0) { $0 + $1.size } ?? pages.bytes, pageSize: pageSize, before: before,
            statistics: after, timing: timing, settings: applied, armed: armed, missed: missed, window: window,
            costBefore: costBefore,
            costAfter: (try? measureTraced(&state)).flatMap { TracingCost(traced: $0, untraced: untraced) },
            unmeasuredCosts: plan.unmeasuredCosts, facts: facts, topology: topology)
    }

    private func metadata(
        of pages: [RingBufferRecording.Pages]?, _ pageSize: Int, _ clock: String, _ threads: [Int32: String],
        symbolFile: String?
    ) throws(CaptureError) -> TraceMetadata {
        try TraceMetadata(
            files, pages: pages, pageSize: pageSize, clock: clock, threads: threads,
            events: plan.events.map(\.directory), symbolFile: symbolFile)
    }

    /// What is known of the recording before its first event.
    private func facts(_ armed: [Armed]) -> RecordingStats {
        var facts = RecordingStats()
        facts.roots = Set(plan.treeRoots)
        if plan.hasGraph { (facts.interrupts, facts.scope) = (arming.interrupts, arming.scopeNames) }
        (facts.host, facts.bootID) = (SystemName.running.host, TraceMetadata.runningBootID)
        facts.commandLine = options.commandLine.isEmpty ? nil : CommandLineText.text(options.commandLine)
        facts.flows = options.flows
        facts.kinds = armed.map { .init(kind: $0.kind, armed: $0.count, refused: $0.refused.count) }
        facts.requestSize = requestSize
        return facts
    }

    /// Bytes, for readers who follow pointers of kernel probes; nil without such probes, and where the kernel does not tell.
    private var requestSize: UInt64? {
        if plan.probeEvents.isEmpty { return nil }
        return (try? arming.kernel.resolver.size(of: "request", module: nil)).flatMap(UInt64.init)
    }

    private func statistics(_ own: any TracingFiles, _ cpus: [Int]) throws(CaptureError) -> [CPUStatistics] {
        var statistics: [CPUStatistics] = []
        for cpu in cpus { statistics.append(try CPUStatistics(own, cpu: cpu)) }
        return statistics
    }

    // MARK: Cost

    /// Nanoseconds of a traced call, with the settings of the capture and nothing else below the graph's roots; nil if there is
    /// no function to measure with. Empties the ring buffer.
    private func measureTraced(_ state: inout TracefsState) throws(CaptureError) -> Double? {
        guard let costFunction = arming.costFunction else { return nil }
        let own = files.at(state.place)
        try state.setGraphList("set_graph_function", [costFunction.name])
        try state.set(state.place.file("tracing_on"), to: "1")
        let time = callTime()
        try own.setTracing(on: false)
        try state.setGraphList("set_graph_function", plan.of(GraphRoots.self).graphLines)
        try own.write("trace", "")
        return time
    }

    // MARK: Recording

    /// What happened while tracing was on.
    struct Timing {
        var ending: CaptureSummary.Ending
        let workload: Workload?
        /// When it was turned on.
        let begin: TraceStart
        /// Nanoseconds, the end on the monotonic clock.
        let duration: UInt64
        let end: UInt64
        let requests: UInt64?
        /// CPU time of this process while it recorded and drained, in nanoseconds.
        var cpuTime: UInt64 = 0
    }

    /// Records, and drains the ring buffer.
    private func run(
        _ recording: any PageRecording, _ before: [CPUStatistics], _ cost: TracingCost?, state: inout TracefsState,
        signals: inout SignalWatch
    ) throws(CaptureError) -> (Timing, RecordedPages) {
        var timing: Timing
        do throws(CaptureError) {
            timing = try trace(recording, before, cost, state: &state, signals: &signals)
            if options.keep != nil { try recording.start(at: timing.begin) }
        } catch {
            try? files.at(state.place).setTracing(on: false)
            _ = recording.finish()
            throw error
        }
        let pages = recording.finish()
        if let ending = try pages.end.map(ending) { timing.ending = ending }
        return (timing, pages)
    }

    private func ending(of end: RecordingEnd) throws(CaptureError) -> CaptureSummary.Ending {
        switch end {
        case .failed(let code) where isDiskFull(code): return .diskFull
        case .failed(let code):
            throw CaptureError(.recordingFailed, path: options.output.description, errno: code)
        case .broken(let error): throw error
        case .notWanted: return .notWanted
        }
    }

    /// Turns tracing on, starts the command, waits for the end, and turns tracing off.
    private func trace(
        _ recording: any PageRecording, _ before: [CPUStatistics], _ cost: TracingCost?, state: inout TracefsState,
        signals: inout SignalWatch
    ) throws(CaptureError) -> Timing {
        let own = files.at(state.place)
        // Last, so that no call counts that is not in the trace.
        try stopProbes?.set(in: &state)
        let hitsBefore = stopProbes?.hits() ?? [:]
        let requests = MultipathRequests()
        try state.set(state.place.file("tracing_on"), to: "1")
        let begin = TraceStart.now
        // What only the end is wanted of stays in the ring buffer until then.
        if options.keep == nil { try recording.start(at: begin) }
        let watch = CaptureWatch(
            options.limits, own: own, probes: stopProbes, started: begin.monotonic, before: before,
            hitsBefore: hitsBefore,
            callCostNs: cost?.callNs)
        let workload =
            options.command.isEmpty
            ? nil : try Workload(options.command, as: options.user, signals: signals.previous)
        let ending = try waitForEnd(workload, recording, watch, signals: &signals)
        let end = monotonicNanoseconds()
        try own.setTracing(on: false)
        let done = requests.flatMap { MultipathRequests()?.since($0) }
        return Timing(
            ending: ending, workload: workload, begin: begin, duration: end - begin.monotonic, end: end, requests: done)
    }

    private func waitForEnd(
        _ workload: Workload?, _ recording: any PageRecording, _ watch: CaptureWatch, signals: inout SignalWatch
    ) throws(CaptureError) -> CaptureSummary.Ending {
        var watch = watch
        while true {
            if let ending = watch.look(bytes: recording.bytes) { return ending }
            switch signals.next(deadline: min(watch.nextLook, monotonicNanoseconds() + Self.childPoll)) {
            case .deadline, .childEnded:
                if let workload, workload.hasEnded() { return .commandEnded }
            case .reader:
                // Its signal may come from anybody.
                if let end = recording.end { return try ending(of: end) }
            case .stop(let signal):
                // The terminal sends SIGINT and SIGQUIT to the command by itself; others came to this process only.
                if signal == SIGTERM || signal == SIGHUP { workload?.send(signal: signal) }
                return .signal(signal)
            }
        }
    }

    private func cut(
        _ kept: inout [RingBufferRecording.Pages]?, _ window: FlightWindow, _ timing: Timing, clock: String
    ) throws(CaptureError) -> RecordedTrace.Window {
        var pages = kept ?? []
        defer { kept = pages }
        let end = clock == "mono" ? timing.end : try window.newestPage(pages)
        var begins: [Int: UInt64] = [:]
        for index in pages.indices {
            let cut = try window.cut(pages[index], end: end)
            pages[index].start = cut.start
            if let from = cut.from { begins[pages[index].cpu] = end - min(from, end) }
        }
        return RecordedTrace.Window(length: window.length, heldNs: begins)
    }
}
