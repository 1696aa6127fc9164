import Glibc
import TraceFormat

/// The checks before anything is touched: may this process trace, can this kernel, and does nobody else.
///
/// The top level of tracefs is one for the whole machine. What another session has set up there would bend this capture, and
/// this capture would end that session; so any sign of one is a reason to stop. With an instance of its own, only another user
/// of function_graph is: both would share the functions at which trees begin.
struct Preflight {
    let files: any TracingFiles
    /// Whether calls are to be recorded, and not events only.
    var needsGraph = true
    /// Below which kernel settings are read: `/proc/sys/kernel`.
    var sysctl = "/proc/sys/kernel"
    /// Bytes: some lines of help.
    private static let maxEmptySnapshot = 4096

    /// Why nobody could trace here.
    ///
    /// - Returns: every check that failed, each with its remedy; empty when the way is free.
    func obstacles() -> [CaptureError] {
        // Without permission or the tracer, the other checks would only fail for that reason.
        if let first = failures(of: [permission]).first { return [first] }
        if !needsGraph { return [] }
        if let first = failures(of: [graphTracer]).first { return [first] }
        return failures(of: [functionTracing, addresses])
    }

    /// Signs of somebody else who traces, whom a capture would disturb.
    ///
    /// - Parameter ownInstance: whether the capture has an instance of its own.
    func othersDisturbed(ownInstance: Bool) -> [CaptureError] {
        ownInstance
            ? failures(of: needsGraph ? [graphInUse] : [])
            : failures(of: [currentTracer, events, taskFilter, triggers, cpuMask, ringBuffer, snapshot])
    }

    private func failures(of checks: [() throws(CaptureError) -> CaptureError?]) -> [CaptureError] {
        checks.compactMap { check in
            do throws(CaptureError) { return try check() } catch { return error }
        }
    }

    private func permission() -> CaptureError? {
        for file in ["current_tracer", "set_graph_function", "set_ftrace_filter"] where files.exists(file) {
            if access(files.path(file), R_OK | W_OK) != 0 {
                if errno == EROFS { return CaptureError(.tracefsReadOnly, path: files.directory) }
                return CaptureError(.notPermitted, path: files.path(file), errno: errno)
            }
        }
        // A directory that may not be searched shows no files at all.
        if access(files.directory, R_OK | X_OK) != 0 {
            return CaptureError(.notPermitted, path: files.directory, errno: errno)
        }
        return nil
    }

    private func graphTracer() throws(CaptureError) -> CaptureError? {
        let tracers = try files.read("available_tracers").split(separator: " ")
        let usable = tracers.contains("function_graph") && files.exists("set_graph_function")
        return usable ? nil : CaptureError(.graphTracerMissing, path: files.path("available_tracers"))
    }

    private func functionTracing() -> CaptureError? {
        let path = "\(sysctl)/ftrace_enabled"
        return setting(path) == "0" ? CaptureError(.ftraceDisabled, path: path) : nil
    }

    private func addresses() -> CaptureError? {
        let path = "\(sysctl)/kptr_restrict"
        return setting(path) == "2" ? CaptureError(.addressesHidden, path: path) : nil
    }

    /// A kernel setting; nil where the kernel does not have it, which means its default.
    private func setting(_ path: String) -> String? {
        (try? readWholeFile(path)).map { String(decoding: $0, as: UTF8.self).trimmed }
    }

    private func currentTracer() throws(CaptureError) -> CaptureError? {
        let tracer = try files.read("current_tracer")
        return tracer == "nop" ? nil : CaptureError(.tracerInUse(tracer), path: files.path("current_tracer"))
    }

    /// What is shared with all instances: where trees begin, and the shortest time that is recorded.
    private func graphInUse() throws(CaptureError) -> CaptureError? {
        if files.exists("tracing_thresh"), try files.read("tracing_thresh") != "0", let user = try currentTracer() {
            return user
        }
        let instances = (try? files.list("instances")) ?? []
        for file in ["current_tracer"] + instances.map({ "instances/\($0)/current_tracer" }) where files.exists(file) {
            if try files.read(file) == "function_graph" {
                return CaptureError(.tracerInUse("function_graph"), path: files.path(file))
            }
        }
        return nil
    }

    private func events() throws(CaptureError) -> CaptureError? {
        guard files.exists("events/enable") else { return nil }
        // '0', '1', or 'X' when some are; '?' when there are none to enable.
        let state = try files.read("events/enable")
        return state == "1" || state == "X" ? CaptureError(.eventsEnabled, path: files.path("events/enable")) : nil
    }

    private func taskFilter() throws(CaptureError) -> CaptureError? {
        for file in ["set_ftrace_pid", "set_ftrace_notrace_pid"] where files.exists(file) {
            let tasks = try files.read(file)
            if !tasks.isEmpty && tasks != "no pid" { return CaptureError(.taskFilterSet, path: files.path(file)) }
        }
        return nil
    }

    private func triggers() throws(CaptureError) -> CaptureError? {
        let list = FunctionList(text: try files.read("set_ftrace_filter"))
        return list.triggers.first.map { CaptureError(.triggersSet(first: $0), path: files.path("set_ftrace_filter")) }
    }

    private func cpuMask() throws(CaptureError) -> CaptureError? {
        guard files.exists("tracing_cpumask") else { return nil }
        let mask = try files.read("tracing_cpumask")
        let traced = mask.reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
        let path = files.path("tracing_cpumask")
        return traced < (try files.cpus().count) ? CaptureError(.cpuMaskNarrowed(mask: mask), path: path) : nil
    }

    /// A snapshot that holds nothing says so in a line; one that does is as long as the ring buffer.
    private func snapshot() -> CaptureError? {
        let taken = CaptureError(.snapshotTaken, path: files.path("snapshot"))
        do throws(CaptureError) {
            let content = try readWholeFile(files.path("snapshot"), atMost: Self.maxEmptySnapshot)
            let text = String(decoding: content, as: UTF8.self)
            let isEmpty = text.isEmpty || text.contains("Snapshot is freed") || text.contains("Snapshot is allocated")
            return isEmpty ? nil : taken
        } catch {
            return error.errno == EFBIG ? taken : nil
        }
    }

    private func ringBuffer() throws(CaptureError) -> CaptureError? {
        for cpu in try files.cpus() {
            let entries = try CPUStatistics(files, cpu: cpu).entries
            if entries > 0 {
                return CaptureError(.bufferNotEmpty(cpu: cpu, entries: entries), path: files.path("trace"))
            }
        }
        return nil
    }
}
