import Glibc
import TraceFormat

extension CheckGroup {
    static let tracing = CheckGroup("tracing", title: "Tracing in use", decides: true) { $0.tracingFindings() }
}

/// Who else traces. The kernel does not tell who; it shows what is set.
extension Examination {
    private var tracing: CheckGroup { .tracing }

    func tracingFindings() -> [Finding] {
        var findings = [capture]
        if let unreadable { return findings + [tracing.unknown("others", unreadable)] }
        if findings[0].verdict == .problem {
            findings.append(tracing.unknown("others", "what is set now is that capture's"))
            return findings
        }
        findings += Self.states.map(finding) + [cpuMask, ringBuffer, probes, instances, attached].compactMap { $0 }
        // What the preflight alone looks at.
        let told = Set(Self.states.flatMap(\.files) + [Self.cpuMaskFile, Self.bufferFile])
        for failure in failures where !isOfOtherGroup(failure) && !told.contains(name(of: failure)) {
            findings.append(tracing.problem(name(of: failure), failure))
        }
        return findings
    }

    // MARK: dmflow's own

    /// A capture that runs holds the lock on its journal. It is looked up instead of tried, which would lock it.
    private var capture: Finding {
        let path = Journal.path(in: machine.journals)
        var status = stat()
        if lstat(path, &status) != 0 {
            return errno == ENOENT
                ? tracing.ok("dmflow", "no capture runs, and none has left anything")
                : tracing.unknown("dmflow", errno == EACCES ? "needs root" : String(cString: strerror(errno)))
        }
        let device = Self.device(status.st_dev)
        let locks = machine.text("/proc/locks") ?? ""
        if let process = KernelText.lockHolder(in: locks, device: device, inode: UInt64(status.st_ino)) {
            return tracing.problem("dmflow", CaptureError(.captureRunning(process: process), path: path))
        }
        do throws(CaptureError) {
            guard let owner = Journal.owner(in: try Journal.entries(in: machine.journals) ?? []) else {
                return tracing.ok("dmflow", "no capture runs, and none has left anything")
            }
            return tracing.problem("dmflow", CaptureError(.captureLeftBehind(process: owner.process), path: path))
        } catch {
            return tracing.problem("dmflow", error)
        }
    }

    /// As /proc/locks writes it: `00:1a`. The C library's macros for the parts are not imported.
    static func device(_ number: dev_t) -> String {
        let major = (number >> 8) & 0xfff | (number >> 32) & ~0xfff
        let minor = number & 0xff | (number >> 12) & ~0xff
        return [major, minor].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
    }

    // MARK: Settings

    /// A setting that shows whether somebody traces.
    private struct State {
        let subject: String
        /// Those whose failures are told here; the first is shown.
        let files: [String]
        /// What is said when nobody uses it.
        let idle: String
        /// Whether this is its content then.
        let isIdle: @Sendable (String) -> Bool
    }

    private static let states = [
        State(subject: "tracer", files: ["current_tracer"], idle: "none") { $0 == "nop" },
        // '?' when there are none to enable.
        State(subject: "events", files: ["events/enable"], idle: "none enabled") { $0 == "0" || $0 == "?" },
        State(subject: "task filter", files: ["set_ftrace_pid", "set_ftrace_notrace_pid"], idle: "none") {
            $0.isEmpty || $0 == "no pid"
        },
        State(subject: "triggers", files: ["set_ftrace_filter"], idle: "none on functions") {
            FunctionList(text: $0).triggers.isEmpty
        },
    ]

    private static let cpuMaskFile = "tracing_cpumask"
    private static let bufferFile = "trace"

    private func finding(_ state: State) -> Finding {
        if let failure = failure(at: state.files) {
            return tracing.problem(state.subject, failure.fact + detail(of: failure), remedy: failure.remedy)
        }
        guard let text = text(state.files[0]) else {
            return isHidden(state.files[0])
                ? tracing.unknown(state.subject, "\(state.files[0]) cannot be read")
                : tracing.ok(state.subject, "this kernel has no \(state.files[0])")
        }
        return state.isIdle(text)
            ? tracing.ok(state.subject, state.idle)
            : tracing.note(
                state.subject, "set by somebody else: \(text.prefix(60))")
    }

    private var cpuMask: Finding? {
        if let failure = failure(at: [Self.cpuMaskFile]) { return tracing.problem("CPU mask", failure) }
        return text(Self.cpuMaskFile).map { tracing.ok("CPU mask", $0) }
    }

    /// Counted, not read: reading `trace` stops tracing meanwhile.
    private var ringBuffer: Finding {
        if let failure = failure(at: [Self.bufferFile]) { return tracing.problem("ring buffer", failure) }
        guard let files, let cpus = try? files.cpus() else { return tracing.unknown("ring buffer", "no CPU has one") }
        let counts = cpus.compactMap { try? CPUStatistics(files, cpu: $0).entries }
        if counts.count < cpus.count { return tracing.unknown("ring buffer", "per_cpu/*/stats cannot be read") }
        let entries = counts.reduce(0, +)
        if entries == 0 { return tracing.ok("ring buffer", "empty") }
        return tracing.note("ring buffer", "holds \(entries) events of somebody else")
    }

    private func failure(at files: [String]) -> CaptureError? {
        failures.first { files.contains(name(of: $0)) && !isOfOtherGroup($0) }
    }

    /// Which events are enabled.
    private func detail(of failure: CaptureError) -> String {
        guard failure.problem == .eventsEnabled, let events = text("set_event")?.lines, !events.isEmpty else {
            return ""
        }
        return " (\(KernelText.listing(events.map(String.init))))"
    }

    private func name(of failure: CaptureError) -> String {
        guard let path = failure.path, let files, path.hasPrefix(files.directory + "/") else {
            return failure.path ?? "tracing"
        }
        return String(path.dropFirst(files.directory.count + 1))
    }

    /// Told among the kernel's findings or those of permission.
    private func isOfOtherGroup(_ failure: CaptureError) -> Bool {
        switch failure.problem {
        case .notPermitted, .tracefsNotMounted, .tracefsReadOnly, .graphTracerMissing, .ftraceDisabled,
            .addressesHidden:
            true
        default: false
        }
    }

    // MARK: Others that a capture can live with

    private var probes: Finding {
        if let file = ProbeList.files.first(where: isHidden) {
            return tracing.unknown("probes", "\(file) cannot be read")
        }
        let counts = zip(["kprobe", "uprobe", "fprobe"], ProbeList.files).map { kind, file in
            let lines = text(file)?.lines ?? []
            return (kind, file == FunctionProbe.list ? lines.count(where: ProbeList.isFprobe) : lines.count)
        }.filter { $0.1 > 0 }
        if counts.isEmpty { return tracing.ok("probes", "none defined") }
        let list = counts.map { "\($0.1) \($0.0)\($0.1 == 1 ? "" : "s")" }.joined(separator: ", ")
        return tracing.note(
            "probes", "\(list) defined by somebody else, who cannot be told; a capture leaves them alone")
    }

    private var instances: Finding {
        guard let files else { return tracing.unknown("instances", "needs root") }
        let names = try? files.list("instances")
        if names == nil, files.exists("instances") { return tracing.unknown("instances", "instances cannot be read") }
        guard let names, !names.isEmpty else { return tracing.ok("instances", "none") }
        let list = names.map { name in
            let tracer = text("instances/\(name)/current_tracer") ?? "nop"
            return tracer == "nop" ? name : "\(name) (tracer \(tracer))"
        }
        return tracing.note(
            "instances", "made by somebody else: \(KernelText.listing(list))",
            remedy: "remove one that nobody uses with rmdir in \(files.directory)/instances")
    }

    /// Nil before Linux 3.3, and where function tracing is not dynamic.
    private var attached: Finding? {
        if isHidden("enabled_functions") { return tracing.unknown("attached", "enabled_functions cannot be read") }
        guard let text = text("enabled_functions") else { return nil }
        let functions = AttachedFunctions(text: text)
        if functions.count == 0 { return tracing.ok("attached", "no function has a tracer, BPF program or live patch") }
        let kinds = [
            (functions.direct, "called directly, as by BPF"), (functions.replaced, "replaced, as by livepatch"),
        ]
        let list = kinds.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        let count = functions.count == 1 ? "1 function has" : "\(functions.count) functions have"
        return tracing.note(
            "attached", "\(count) a tracer, BPF program or live patch" + (list.isEmpty ? "" : " (\(list))"))
    }
}
