/// Probes at the functions that end a capture. The kernel counts how often each was hit, and records the first calls among all
/// else, so that a trace shows where it was.
struct StopProbes: Equatable {
    private struct Probe: Equatable {
        let event: String
        let function: AvailableFunctions.Function
    }

    private let files: any TracingFiles
    private let probes: [Probe]

    /// - Throws: `.rootNotOnKernel` for a function that this kernel cannot trace; `.probesMissing`.
    init?(_ functions: [String], available: AvailableFunctions, files: any TracingFiles) throws(CaptureError) {
        if functions.isEmpty { return nil }
        guard files.exists("kprobe_events"), files.exists("kprobe_profile") else {
            throw CaptureError(.probesMissing("kprobe"), path: files.path("kprobe_events"))
        }
        var probes: [Probe] = []
        for name in functions {
            let found = available.entryPoints(of: name)
            if found.isEmpty {
                throw CaptureError(.rootNotOnKernel(name, similar: available.namesSimilar(to: name)))
            }
            probes += found.enumerated().map { Probe(event: "stop_\(probes.count + $0.offset)", function: $0.element) }
        }
        self.files = files
        self.probes = probes
    }

    static func == (left: Self, right: Self) -> Bool { left.probes == right.probes }

    var description: String { probes.map(\.function.description).joined(separator: ", ") }

    /// Sets the probes, on.
    func set(in state: inout TracefsState) throws(CaptureError) {
        let lines = probes.map { probe in
            let module = probe.function.module.map { "\($0):" } ?? ""
            return (
                name: probe.event,
                definition: "p:\(ProbeList.group)/\(probe.event) \(module)\(probe.function.name)"
            )
        }
        try state.addProbes("kprobe_events", lines)
    }

    /// - Returns: the first of the functions that was called since; nil if none was.
    func firstHit() throws(CaptureError) -> String? {
        // `  stop_0     hits     missed`
        for line in try files.read("kprobe_profile").lines {
            let fields = line.split(separator: " ")
            guard fields.count >= 2, let hits = UInt64(fields[1]), hits > 0 else { continue }
            if let probe = probes.first(where: { $0.event == fields[0] }) { return probe.function.description }
        }
        return nil
    }
}
