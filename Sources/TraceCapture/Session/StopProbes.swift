import Glibc

/// Probes at the functions that end a capture. The kernel counts how often each was hit, and records the first calls among all
/// else, so that a trace shows where it was.
struct StopProbes {
    private struct Probe {
        let event: String
        let function: AvailableFunctions.Function
    }

    private let files: any TracingFiles
    private let probes: [Probe]

    /// - Throws: `.rootNotOnKernel` for a function that this kernel cannot trace; `.probesMissing`.
    init?(_ functions: [String], on kernel: TracedKernel) throws(CaptureError) {
        if functions.isEmpty { return nil }
        files = kernel.files
        guard files.exists(KernelProbes.list), files.exists(ProbeProfile.file) else {
            throw CaptureError(.probesMissing("kprobe"), path: files.path(KernelProbes.list))
        }
        let available = try kernel.functions()
        var probes: [Probe] = []
        for name in functions {
            let found = available.entryPoints(of: name)
            if found.isEmpty {
                throw CaptureError(.rootNotOnKernel(name, similar: available.namesSimilar(to: name)))
            }
            // The kernel's counts name no group, and nobody else shall have the name.
            probes += found.enumerated().map { offset, function in
                Probe(event: "stop_\(getpid())_\(probes.count + offset)", function: function)
            }
        }
        self.probes = probes
    }

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
        if let refused = try state.addProbes(KernelProbes.list, lines).first {
            throw CaptureError(
                .writeFailed(value: refused.entry), path: files.path(KernelProbes.list), errno: refused.errno)
        }
    }

    /// How often each was called so far; nothing of those that the kernel does not show just now.
    func hits() -> [String: UInt64] { ProbeProfile(files).hits }

    /// - Returns: the first of the functions that was called since the hits were counted; nil if none was.
    func firstHit(since earlier: [String: UInt64]) -> String? {
        let now = hits()
        return probes.first { now[$0.event, default: 0] > earlier[$0.event, default: 0] }?.function.description
    }
}
