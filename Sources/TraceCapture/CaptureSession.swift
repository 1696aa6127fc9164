import Glibc

/// One capture from the first check to the file, in the order that keeps the machine safe: check → save → tracing off
/// → settings → tracer → tracing on → record → tracing off → drain → restore → write the file.
///
/// The file comes last: a machine is not left slow while gigabytes are copied. From the first change to the end of
/// the restoring, signals are events (see `SignalWatch`), so no way out leads past the restoring.
public struct CaptureSession {
    let options: CaptureOptions
    let catalogue: FlowCatalogue
    let files: any TracingFiles
    /// Receives what a user should know meanwhile, a line at a time.
    let report: (String) -> Void
    /// Replaced in tests, whose tracing directory is no kernel's.
    var symbolFile = "/proc/kallsyms"
    var journals = Journal.defaultDirectory
    var preflight: (any TracingFiles) -> [CaptureError] = { Preflight(files: $0).failures() }

    /// - Throws: `.tracefsNotMounted`.
    public init(
        _ options: CaptureOptions, catalogue: FlowCatalogue = .builtin, report: @escaping (String) -> Void
    ) throws(CaptureError) {
        self.init(options, catalogue: catalogue, files: try Tracefs(), report: report)
    }

    init(
        _ options: CaptureOptions, catalogue: FlowCatalogue, files: any TracingFiles,
        report: @escaping (String) -> Void
    ) {
        self.options = options
        self.catalogue = catalogue
        self.files = files
        self.report = report
    }

    /// Captures, and leaves tracefs as it was.
    ///
    /// - Throws: what kept the capture from being made or finished. There is then no file under the output's name
    ///   that was not there before. After `.notRestored` alone, the file is there.
    public func run() throws(CaptureError) -> CaptureSummary {
        try checkNothingIsLeft()
        let failures = preflight(files)
        if !failures.isEmpty { throw CaptureError(.preflight(failures)) }
        let available = try AvailableFunctions(files)
        let roots = try RootResolution(
            flows: options.flows, roots: options.roots, catalogue: catalogue, available: available)
        for request in roots.requests { report(request.description) }

        var signals = SignalWatch()
        guard let journal = try Journal(in: journals, create: true) else {
            throw CaptureError(.journalNotUsable, path: journals, errno: ENOENT)
        }
        try checkNothingIsLeft(in: journal)
        // What could not be put back stays in the journal.
        var isRestored = true
        defer { if isRestored { try? journal.clear() } }
        var output = try OutputFile(path: options.output) { name throws(CaptureError) in try begin(journal, name) }
        var state = TracefsState(files, journal: journal)
        let outcome: RecordedTrace
        do throws(CaptureError) {
            let settings = CaptureSettings(options: options, roots: roots, available: available, files: files)
            let applied = try settings.apply(to: &state, report: report)
            outcome = try record(applied, in: output.directory, state: &state, signals: &signals)
        } catch {
            let failed = restore(&state)
            report(restoreFailures: failed)
            isRestored = failed.isEmpty
            throw error
        }
        let notRestored = restore(&state)
        isRestored = notRestored.isEmpty
        if isRestored { try journal.append(.settingsRestored) }
        // A Ctrl-C that was pressed twice has done its work; a later one means that the file is not wanted.
        _ = signals.stopRequested()

        let trace = TraceDat(
            metadata: outcome.metadata, pageSize: outcome.pageSize, statistics: outcome.statistics)
        try trace.write(to: output, pages: outcome.pages) { signals.stopRequested() }
        try output.commit()
        if !notRestored.isEmpty { throw CaptureError(.notRestored(notRestored), path: files.directory) }
        return outcome.summary(output: options.output)
    }

    // MARK: Journal

    /// A capture that was killed has left a machine that looks as if somebody else traced; say what it is.
    private func checkNothingIsLeft() throws(CaptureError) {
        // Without permission the preflight has the better message.
        guard access(journals, R_OK | X_OK) == 0, let journal = try Journal(in: journals, create: false) else { return }
        try checkNothingIsLeft(in: journal)
    }

    private func checkNothingIsLeft(in journal: Journal) throws(CaptureError) {
        guard let owner = journal.owner else { return }
        throw CaptureError(.captureLeftBehind(process: owner.process), path: journal.path)
    }

    private func begin(_ journal: Journal, _ temporaryFile: String) throws(CaptureError) {
        try journal.append(.owner(Journal.Owner(tracefs: files.directory)))
        try journal.append(.temporaryFile(temporaryFile))
    }

    // MARK: Recording

    /// How often to look after the command unasked, in nanoseconds: in a program that has threads of its own, one of
    /// them may be given the signal that it ended.
    private static let childPoll: UInt64 = 500_000_000

    private func record(
        _ settings: CaptureSettings.Applied, in directory: String, state: inout TracefsState,
        signals: inout SignalWatch
    ) throws(CaptureError) -> RecordedTrace {
        let cpus = try files.cpus()
        var before: [CPUStatistics] = []
        for cpu in cpus { before.append(try CPUStatistics(files, cpu: cpu)) }
        // Not earlier: as long as a raw pipe is open, the kernel refuses to change the tracer.
        let pageSize = try files.ringBufferPageSize(memoryPage: Int(getpagesize()))
        let recording = try RingBufferRecording(
            files, cpus: cpus, pageSize: pageSize, directory: directory, failed: signals.readerFailed)
        let run: (ending: CaptureSummary.Ending, workload: Workload?, duration: UInt64)
        do throws(CaptureError) {
            try recording.start()
            run = try trace(recording, state: &state, signals: &signals)
        } catch {
            try? files.setTracing(on: false)
            recording.finish()
            throw error
        }
        let (pages, failure) = recording.finish()
        try check(failure)
        var statistics: [CPUStatistics] = []
        for cpu in cpus { statistics.append(try CPUStatistics(files, cpu: cpu)) }
        return RecordedTrace(
            pages: pages, pageSize: pageSize,
            metadata: try TraceMetadata(files, clock: settings.clock, symbolFile: symbolFile),
            before: before, statistics: statistics, ending: run.ending, workload: run.workload,
            duration: run.duration, settings: settings)
    }

    /// Turns tracing on, starts the command, waits for the end, and turns tracing off.
    private func trace(
        _ recording: RingBufferRecording, state: inout TracefsState, signals: inout SignalWatch
    ) throws(CaptureError) -> (CaptureSummary.Ending, Workload?, UInt64) {
        try state.set("tracing_on", to: "1")
        let started = monotonicNanoseconds()
        let workload = options.command.isEmpty ? nil : try Workload(options.command)
        let deadline = options.duration.map { started + $0 }
        let ending = try waitForEnd(workload, recording, deadline: deadline, signals: &signals)
        let duration = monotonicNanoseconds() - started
        try files.setTracing(on: false)
        return (ending, workload, duration)
    }

    private func waitForEnd(
        _ workload: Workload?, _ recording: RingBufferRecording, deadline: UInt64?,
        signals: inout SignalWatch
    ) throws(CaptureError) -> CaptureSummary.Ending {
        while true {
            let now = monotonicNanoseconds()
            if let deadline, now >= deadline { return .durationPassed }
            switch signals.next(deadline: min(deadline ?? .max, now + Self.childPoll)) {
            case .deadline, .childEnded:
                if let workload, workload.hasEnded() { return .commandEnded }
            case .reader:
                try check(recording.failure())
            case .stop(let signal):
                // The terminal sends SIGINT and SIGQUIT to the command by itself; others came to this process only.
                if signal == SIGTERM || signal == SIGHUP { workload?.send(signal: signal) }
                return .signal(signal)
            }
        }
    }

    private func check(_ code: Int32) throws(CaptureError) {
        if code != 0 { throw CaptureError(.recordingFailed, path: options.output, errno: code) }
    }

    // MARK: Restoring

    /// Puts tracefs back, with the ring buffer as empty as it was found.
    private func restore(_ state: inout TracefsState) -> [String] {
        guard state.isChanged else { return [] }
        var failed = state.restore()
        do { try files.write("trace", "") } catch { failed.append("trace") }
        return failed
    }

    private func report(restoreFailures failed: [String]) {
        if !failed.isEmpty { report(CaptureError(.notRestored(failed), path: files.directory).description) }
    }
}

/// What was recorded, until it is in a file.
struct RecordedTrace {
    let pages: [RingBufferRecording.Pages]
    let pageSize: Int
    let metadata: TraceMetadata
    let before: [CPUStatistics]
    let statistics: [CPUStatistics]
    let ending: CaptureSummary.Ending
    let workload: Workload?
    let duration: UInt64
    let settings: CaptureSettings.Applied

    func summary(output: String) -> CaptureSummary {
        let cpus = zip(before, statistics).map { before, after in
            CaptureSummary.CPU(cpu: after.cpu, events: after.read - before.read, lost: after.lost - before.lost)
        }
        return CaptureSummary(
            output: output, ending: ending, command: workload?.status(), cpus: cpus, duration: duration,
            bytes: pages.reduce(0) { $0 + $1.bytes }, functions: settings.functions, clock: settings.clock)
    }
}
