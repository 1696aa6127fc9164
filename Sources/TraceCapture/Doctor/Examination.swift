import Glibc

/// What all checks look at. Each group of them is an extension, in a file of its own.
struct Examination {
    let machine: Machine
    /// Nil if there is no tracefs that could be looked into.
    let files: (any TracingFiles)?
    /// What a capture would stop at.
    let failures: [CaptureError]
    /// Why tracefs cannot be read; nil if it can.
    let unreadable: String?
    let symbols: [UInt8]
    let configuration: KernelConfiguration?
    let modules: KernelModules
    /// The flows that are looked for.
    var catalogue = FlowCatalogue.builtin

    init(_ machine: Machine) {
        let mounts = machine.text("/proc/self/mounts") ?? ""
        let hasTracefs = machine.knows(fileSystem: "tracefs") ?? true
        let directory = Self.tracingDirectory(mounts: mounts, hasTracefs: hasTracefs)
        self.init(machine, files: directory.flatMap { try? Tracefs(directory: $0) })
    }

    init(_ machine: Machine, files: (any TracingFiles)?) {
        self.machine = machine
        self.files = files
        symbols = machine.bytes("/proc/kallsyms") ?? []
        configuration = machine.configuration()
        modules = KernelModules(machine, symbols: symbols, configuration: configuration)
        guard let files else {
            failures = [CaptureError(.tracefsNotMounted)]
            unreadable = "tracefs is not mounted"
            return
        }
        let preflight = Preflight(files: files, sysctl: "\(machine.root)/proc/sys/kernel")
        let ownInstance = KernelRelease(machine.release)?.letsGraphIntoInstances(of: files) ?? false
        let obstacles = preflight.obstacles()
        failures = obstacles.isEmpty ? preflight.othersDisturbed(ownInstance: ownInstance) : obstacles
        unreadable = access(files.directory, R_OK | X_OK) == 0 ? nil : "needs root"
    }

    /// Where tracefs is mounted. `tracing` below debugfs counts on kernels only that have no tracefs (before 4.1): on others
    /// the kernel mounts tracefs there as soon as somebody looks.
    static func tracingDirectory(mounts: String, hasTracefs: Bool) -> String? {
        let others = mounts.lines.filter { line in
            !hasTracefs || !line.split(separator: " ").dropFirst(2).starts(with: ["debugfs"])
        }
        return TracefsMount.candidates(in: others.joined(separator: "\n")).first
    }

    func failure(where isMeant: (CaptureError.Problem) -> Bool) -> CaptureError? {
        failures.first { isMeant($0.problem) }
    }

    /// A file's content; nil if it cannot be read, or is not there.
    func text(_ file: String) -> String? {
        guard unreadable == nil, let files else { return nil }
        return try? files.read(file)
    }

    /// Whether there is such a file, which cannot be read. What it would say is not known then, and never taken as good.
    func isHidden(_ file: String) -> Bool { files?.exists(file) == true && text(file) == nil }
}
