/// Probes in the kernel's code, as events of dmflow's own group with the fields that a flow names.
struct KernelProbes: RecordedKind {
    static let noun = "kernel probe"
    static let unmeasuredCost: String? = "the kernel probes"
    /// The kernel's list of them.
    static let list = "kprobe_events"

    struct Probe: Equatable {
        let event: String
        let function: AvailableFunctions.Function
        let moment: Flow.KernelProbe.Moment
        /// As the kernel takes them: `rq=+0($arg2):x64`.
        let arguments: [String]

        /// A line of the kernel's list.
        var definition: String {
            let kind = moment == .entry ? "p" : "r"
            let module = function.module.map { "\($0):" } ?? ""
            return (["\(kind):\(ProbeList.group)/\(event)", "\(module)\(function.name)"] + arguments)
                .joined(separator: " ")
        }
    }

    let flow: String
    let wanted: [String]
    let probes: [Probe]
    private let missing: [Flow.KernelProbe]
    /// All else that is not recorded as the flow has it.
    private let lacking: [Unrecorded]

    init?(_ flow: Flow, on kernel: TracedKernel) throws(CaptureError) {
        if flow.probes.isEmpty { return nil }
        (self.flow, wanted) = (flow.name, flow.probes.map(\.function))
        guard kernel.files.exists(Self.list) else {
            (probes, missing) = ([], [])
            lacking = flow.probes.map {
                Unrecorded(name: $0.name, cause: .other("this kernel has no kprobe events", isLoss: true))
            }
            return
        }
        var probes: [Probe] = []
        var missing: [Flow.KernelProbe] = []
        var lacking: [Unrecorded] = []
        for wanted in flow.probes {
            guard let (name, found) = try Self.places(of: wanted, on: kernel) else {
                missing.append(wanted)
                continue
            }
            if name != wanted.function { lacking.append(Unrecorded(name: wanted.function, cause: .replaced(by: name))) }
            let fields = ProbeArguments(wanted.fields, of: name, module: wanted.module, on: kernel)
            lacking += fields.unknown.map {
                Unrecorded(name: "\(wanted.name).\($0.field)", cause: .other($0.reason, isLoss: true))
            }
            let taken = kernel.takesSeveralPlaces ? found[...] : found.prefix(1)
            if taken.count < found.count {
                lacking.append(
                    Unrecorded(
                        name: wanted.name,
                        cause: .other("of its \(found.count) places, this kernel takes one", isLoss: true)))
            }
            probes += taken.map {
                Probe(event: wanted.name, function: $0, moment: wanted.moment, arguments: fields.texts)
            }
        }
        (self.probes, self.missing, self.lacking) = (probes, missing, lacking)
    }

    /// Where the first of the probe's functions is that can be probed, and its name.
    private static func places(
        of probe: Flow.KernelProbe, on kernel: TracedKernel
    ) throws(CaptureError) -> (name: String, places: [AvailableFunctions.Function])? {
        let available = try kernel.functions()
        for name in [probe.function] + (probe.instead ?? []) {
            let all = available.entryPoints(of: name, module: probe.module)
            // The line names the module, so that another function of the name is not meant.
            let ours = probe.module == nil ? all : all.filter { $0.module == nil || $0.module == probe.module }
            if !ours.isEmpty { return (name, ours) }
        }
        return nil
    }

    var recorded: [String] {
        probes.map { "\($0.function.description), a kernel probe at the \($0.moment.rawValue): \($0.event)" }
    }

    func unrecorded(on kernel: TracedKernel) -> [Unrecorded] {
        lacking
            + missing.map { probe in
                Unrecorded(
                    name: probe.function,
                    cause: kernel.absence(ofFunction: probe.function, module: probe.module, kernels: probe.kernels))
            }
    }

    var lines: [String] {
        let names = probes.map { "\($0.event) at \($0.function.description)" }
        var parts = names.isEmpty ? [] : ["probing \(names.joined(separator: ", "))"]
        parts += lacking.map { lack in
            if case .replaced(let other) = lack.cause {
                return "\(other) instead of \(lack.name), which cannot be probed here"
            }
            return "not \(lack.name): \(lack.reason)"
        }
        if !missing.isEmpty { parts.append("not on this kernel: \(missing.map(\.function).joined(separator: ", "))") }
        return ["\(flow): \(parts.joined(separator: "; "))"]
    }

    // MARK: Arming

    static func arm(
        _ things: [KernelProbes], _ arming: borrowing Arming, state: inout TracefsState
    ) throws(CaptureError) -> Armed {
        var armed = Armed(noun: noun)
        var probes: [Probe] = []
        for probe in things.flatMap(\.probes) where !probes.contains(probe) {
            let other = probes.first { $0.event == probe.event && !$0.isOfOneEvent(with: probe) }
            if let other {
                armed.refused.append(
                    .init(name: probe.event, reason: "another flow has an event of the name at \(other.function.name)"))
            } else {
                probes.append(probe)
            }
        }
        if probes.isEmpty { return armed }
        let refused = try state.addProbes(list, probes.map { ($0.event, $0.definition) })
        let refusals = probes.filter { probe in refused.contains { $0.entry == probe.definition } }
        armed.refused += refused.map { refusal in
            let name = probes.first { $0.definition == refusal.entry }?.event ?? refusal.entry
            return .init(name: name, reason: "'\(refusal.entry)' was refused (\(refusal.reason))")
        }
        armed.count = Set(probes.filter { !refusals.contains($0) }.map(\.event)).count
        return armed
    }

    static func findings(_ examination: Examination) -> [Finding] {
        [
            examination.probes(
                "kprobe", use: "for flows' own events and --stop-at", loss: "flows are recorded without their probes")
        ]
    }
}

extension KernelProbes.Probe {
    /// Whether both are places of the same event: the kernel adds one to it only if it has the same fields.
    fileprivate func isOfOneEvent(with other: Self) -> Bool {
        moment == other.moment && arguments == other.arguments
            && function.name.split(separator: ".").first == other.function.name.split(separator: ".").first
    }
}
