import Glibc
import TraceFormat

/// One capture from the first check to the last, in the order that keeps the machine safe: check → save → tracing off
/// → settings → tracer → cost → tracing on → record → tracing off → drain → cost → restore → write the file, if there is one.
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
    var release = KernelRelease.running
    var callTime: () -> Double = TracingCost.callTime
    var readTopology: () -> Topology? = TopologyReader.readInTime
    var resolver: (CaptureSession, Journal) -> any FieldResolver = { session, journal in
        KernelFields.proven(
            on: session.files, release: session.release, architecture: TracedKernel.architecture, journal: journal)
    }
    var obstacles: (Preflight) -> [CaptureError] = { $0.obstacles() }

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

    /// Captures into a file, and leaves tracefs as it was.
    ///
    /// - Throws: what kept the capture from being made or finished. There is then no file under the output's name
    ///   that was not there before.
    public func run() throws(CaptureError) -> CaptureSummary {
        let symbolFile = symbolFile
        var summary = try run { journal throws(CaptureError) in
            try FileDestination(options, symbolFile: symbolFile, journal: journal, report: report)
        }
        summary.output = options.output
        return summary
    }

    /// Captures for somebody who looks at the pages as they come, and leaves tracefs as it was. No file is written.
    ///
    /// - Parameters:
    ///   - interval: ns after which the watcher wants to know how things are: a look falls on the end of each.
    ///   - prepare: called once, when all but the time of the beginning is known: what takes long is not to be in the way of what is
    ///     watched.
    ///   - watcher: called once, on a thread of its own, when tracing is about to begin; the capture ends when it returns. It gets
    ///     all pages up to the capture's end, and has to come to an end when there are no more.
    /// - Throws: what kept the capture from being made or finished.
    public func watch(
        every interval: UInt64, prepare: @escaping (WatchedTrace) -> Void = { _ in },
        _ watcher: @escaping @Sendable (LiveFeed) -> Void
    ) throws(CaptureError) -> CaptureSummary {
        let path = files.directory
        return try run { _ in LiveDestination(path: path, interval: interval, prepare: prepare, watch: watcher) }
    }

    private func run(
        into makeDestination: (Journal) throws(CaptureError) -> any CaptureDestination
    ) throws(CaptureError) -> CaptureSummary {
        try checkNothingIsLeft()
        try fail(with: obstacles(preflight))
        let wantsInstance = needsGraph ? release.letsGraphIntoInstances(of: files) : files.exists("instances")
        try checkNobodyIsDisturbed(ownInstance: wantsInstance)
        var signals = SignalWatch()
        guard let journal = try Journal(in: journals, create: true) else {
            throw CaptureError(.journalNotUsable, path: journals, errno: ENOENT)
        }
        try checkNothingIsLeft(in: journal)
        // What could not be put back stays in the journal.
        var isRestored = true
        defer { if isRestored { try? journal.clear() } }
        try journal.append(.owner(Journal.Owner(tracefs: files.directory)))
        let run = try plan(journal, isRestored: &isRestored)
        let destination = try makeDestination(journal)
        var state = TracefsState(files, journal: journal)
        let recorded: RecordedTrace
        do throws(CaptureError) {
            if wantsInstance { try enterInstance(&state) }
            recorded = try run.record(to: destination, state: &state, signals: &signals)
        } catch {
            let failed = restore(&state)
            report(restoreFailures: failed)
            isRestored = failed.isEmpty
            throw error
        }
        let notRestored = restore(&state)
        isRestored = notRestored.isEmpty
        if isRestored { note(restored: journal) }
        // A Ctrl-C that was pressed twice has done its work; a later one means that the rest is not wanted.
        _ = signals.stopRequested()

        let isWhole = try destination.complete(recorded) { signals.stopRequested() }
        var summary = recorded.summary()
        if !isWhole { summary.ending = .diskFull }
        if !isRestored { summary.notRestored = CaptureError(.notRestored(notRestored), path: files.directory) }
        return summary
    }

    /// Finds what is to be recorded. Where offsets have to be proven for that, probes are set for some seconds; if one of them
    /// cannot be removed, the capture ends here.
    private func plan(_ journal: Journal, isRestored: inout Bool) throws(CaptureError) -> CaptureRun {
        var (run, failure): (CaptureRun?, CaptureError?)
        do throws(CaptureError) {
            run = try CaptureRun(
                options, catalogue: catalogue, files: files, symbolFile: symbolFile, resolver: resolver(self, journal),
                release: release, callTime: callTime, readTopology: readTopology, report: report)
        } catch { failure = error }
        if journal.hasChanges {
            var state = journal.state(of: files)
            let left = state.restore()
            report(restoreFailures: left)
            isRestored = left.isEmpty
            if !left.isEmpty { throw CaptureError(.notRestored(left), path: files.directory) }
        }
        guard let run else { throw failure! }
        return run
    }

    // MARK: Others

    private var needsGraph: Bool {
        RecordingPlan.needsGraph(flows: options.flows, roots: options.roots, catalogue: catalogue)
    }

    private var preflight: Preflight { Preflight(files: files, needsGraph: needsGraph) }

    private func fail(with failures: [CaptureError]) throws(CaptureError) {
        if !failures.isEmpty { throw CaptureError(.preflight(failures)) }
    }

    private func checkNobodyIsDisturbed(ownInstance: Bool) throws(CaptureError) {
        let disturbed = preflight.othersDisturbed(ownInstance: ownInstance)
        if !options.force { return try fail(with: disturbed) }
        for other in disturbed {
            report("forced although \(other.fact); \(ownInstance ? Self.sharedRoots : Self.takenAway)")
        }
    }

    private static let takenAway = "what can be put back is afterwards"
    private static let sharedRoots = "it records this capture's functions until the end"

    /// A kernel may be new enough and yet be built otherwise; then the top level has to do.
    private func enterInstance(_ state: inout TracefsState) throws(CaptureError) {
        // Containers may share a tracefs, and have processes of the same number.
        let suffix = String(UInt32.random(in: 0 ... .max), radix: 36)
        let name = "\(TracingPlace.instancePrefix)\(getpid())-\(suffix)"
        if try state.makeInstance(name, forGraph: needsGraph) { return }
        try checkNobodyIsDisturbed(ownInstance: false)
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

    /// What is recorded is not thrown away for a note that cannot be written: /run may be full. Were the capture killed from here
    /// on, what is as it was would be put back once more.
    private func note(restored journal: Journal) {
        do throws(CaptureError) { try journal.append(.settingsRestored) } catch {
            report("warning: \(error.fact); tracing is as it was, and the trace is written all the same")
        }
    }

    // MARK: Restoring

    /// Puts tracefs back, with the ring buffer as empty as it was found.
    private func restore(_ state: inout TracefsState) -> [String] {
        guard state.isChanged else { return [] }
        let usedTopLevel = state.usedTopLevelBuffer
        var failed = state.restore()
        if usedTopLevel {
            do { try files.write("trace", "") } catch { failed.append("trace") }
        }
        return failed
    }

    private func report(restoreFailures failed: [String]) {
        if !failed.isEmpty { report(CaptureError(.notRestored(failed), path: files.directory).description) }
    }
}
