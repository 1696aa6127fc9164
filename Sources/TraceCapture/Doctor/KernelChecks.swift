extension CheckGroup {
    static let kernel = CheckGroup("kernel", title: "Kernel", decides: true) { $0.kernelFindings() }
}

extension Examination {
    private var kernel: CheckGroup { .kernel }

    func kernelFindings() -> [Finding] {
        [
            kernel.ok("release", "Linux \(machine.release), \(machine.architecture)"),
            interrupts, tracingInstance, functionTracing, addresses, lockdown,
        ].compactMap { $0 } + recordedKinds.flatMap { $0.findings(self) }
    }

    var graphTracer: Finding {
        // What the kernel offers counts more than what a file says of how it was built.
        let isOffered = text("available_tracers")?.split(separator: " ").contains("function_graph") == true
        if isOffered, files?.exists("set_graph_function") == true {
            return kernel.ok("function_graph", "available")
        }
        let options = ["FUNCTION_TRACER", "FUNCTION_GRAPH_TRACER", "DYNAMIC_FTRACE"].map { "CONFIG_\($0)" }
        let missing = configuration.map { configuration in options.filter { !configuration.has($0) } }
        if let missing, !missing.isEmpty {
            return kernel.problem(
                "function_graph", "this kernel was built without \(missing.joined(separator: ", "))",
                remedy: "use a kernel that has it")
        }
        if let failure = failure(where: { $0 == .graphTracerMissing }) {
            return kernel.problem("function_graph", failure)
        }
        let built = missing == nil ? "" : "; the kernel was built with it"
        return kernel.unknown("function_graph", (unreadable ?? "available_tracers cannot be read") + built)
    }

    private var tracingInstance: Finding {
        guard let release = KernelRelease(machine.release) else {
            return kernel.unknown("instance", "the release '\(machine.release)' has no number")
        }
        guard unreadable == nil, let files else { return kernel.unknown("instance", unreadable ?? "needs root") }
        return release.letsGraphIntoInstances(of: files)
            ? kernel.ok("instance", "a capture takes an instance of its own; others may trace meanwhile")
            : kernel.ok("instance", "a capture takes the top level on this kernel, and nobody else may trace")
    }

    private var interrupts: Finding {
        guard let release = KernelRelease(machine.release) else {
            return kernel.unknown("interrupts", "the release '\(machine.release)' has no number")
        }
        if EntryOrder(release: release, kallsyms: { symbols }).recordsInterrupts {
            return kernel.ok("interrupts", "recorded, within what they hit")
        }
        return kernel.note(
            "interrupts",
            "not recorded by default: this kernel writes a call's entry before the call has its place, and an interrupt just "
                + "then would end the tree", remedy: "dmflow capture --irqs records them all the same")
    }

    /// Nil where the kernel has no such setting, which is then always on.
    private var functionTracing: Finding? {
        let path = "/proc/sys/kernel/ftrace_enabled"
        guard let value = machine.text(path) else { return nil }
        return value == "0"
            ? kernel.problem("tracing", CaptureError(.ftraceDisabled, path: path))
            : kernel.ok("tracing", "function tracing is switched on (ftrace_enabled \(value))")
    }

    private var addresses: Finding {
        let path = "/proc/sys/kernel/kptr_restrict"
        let restriction = machine.text(path)
        if restriction == "2" { return kernel.problem("addresses", CaptureError(.addressesHidden, path: path)) }
        let setting = "kptr_restrict \(restriction ?? "not set")"
        if KernelText.showsAddresses(kallsyms: symbols) {
            return kernel.ok("addresses", "shown to this process (\(setting))")
        }
        if machine.user != 0 { return kernel.unknown("addresses", "hidden from all but root (\(setting))") }
        return kernel.problem(
            "addresses", "hidden from this process, so functions would have no names: /proc/kallsyms (\(setting))",
            remedy: "run with the capability CAP_SYSLOG")
    }

    /// Tracing is forbidden at the higher of the two levels.
    private var lockdown: Finding {
        let path = "/sys/kernel/security/lockdown"
        guard let text = machine.text(path), let level = KernelText.chosen(in: text) else {
            let isBuilt = configuration?.has("CONFIG_SECURITY_LOCKDOWN_LSM") ?? true
            if !isBuilt || machine.knows(fileSystem: "securityfs") == false {
                return kernel.ok("lockdown", "not in this kernel")
            }
            let isMounted = machine.text("/proc/self/mounts")?.contains(" securityfs ") == true
            if isMounted { return kernel.unknown("lockdown", "\(path) cannot be read") }
            return kernel.unknown(
                "lockdown", "securityfs is not mounted", remedy: "mount -t securityfs nodev /sys/kernel/security")
        }
        if level == "confidentiality" {
            return kernel.problem(
                "lockdown", "the kernel forbids tracing: \(path) (\(level))",
                remedy: "boot with lockdown=integrity, or without it")
        }
        return kernel.ok("lockdown", level == "none" ? "none" : "\(level), which permits tracing")
    }

    /// One kind of probes: `kprobe` or `uprobe`.
    ///
    /// - Parameters:
    ///   - use: what flows have them for.
    ///   - loss: what cannot be recorded without them.
    func probes(_ kind: String, use: String, loss: String) -> Finding {
        let (subject, list) = ("\(kind)s", "\(kind)_events")
        if unreadable == nil, files?.exists(list) == true { return kernel.ok(subject, "available, \(use)") }
        let option = "CONFIG_\(kind.uppercased())_EVENTS"
        let isBuilt = configuration.map { $0.has(option) }
        if unreadable != nil, isBuilt != false {
            let built = isBuilt == nil ? "" : "; the kernel was built with it"
            return kernel.unknown(subject, unreadable! + built)
        }
        if isBuilt == true {
            return kernel.note(subject, "\(list) is not there, though the kernel was built with it: \(loss)")
        }
        return kernel.note(subject, "this kernel has none: \(loss)", remedy: "use a kernel with \(option)=y")
    }
}
