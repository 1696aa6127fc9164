/// Probes in the kernel's code, as events of dmflow's own group with the fields that a flow names.
struct KernelProbes: RecordedKind {
    static let noun = "kernel probe"
    static let unmeasuredCost: String? = "the kernel probes"
    /// The kernel's list of them.
    static let list = "kprobe_events"

    let flow: String
    let wanted: [String]
    let probes: [FunctionProbe]
    private let missing: [Flow.KernelProbe]
    /// Functions that stand in for another one of the flow.
    private let standIns: [(probe: Flow.KernelProbe, by: String)]
    /// All else that is not recorded as the flow has it.
    private let lacking: [Unrecorded]

    init?(_ flow: Flow, on kernel: TracedKernel) throws(CaptureError) {
        if flow.probes.isEmpty { return nil }
        (self.flow, wanted) = (flow.name, flow.probes.map(\.function))
        guard kernel.files.exists(Self.list) else {
            (probes, missing, standIns) = ([], [], [])
            lacking = flow.probes.map {
                Unrecorded(name: $0.name, cause: .other("this kernel has no kprobe events", isLoss: true))
            }
            return
        }
        var probes: [FunctionProbe] = []
        var missing: [Flow.KernelProbe] = []
        var standIns: [(Flow.KernelProbe, String)] = []
        var lacking: [Unrecorded] = []
        for wanted in flow.probes {
            guard let (name, found) = try Self.places(of: wanted, on: kernel) else {
                missing.append(wanted)
                continue
            }
            if name != wanted.function { standIns.append((wanted, name)) }
            let fields = ProbeArguments(wanted.fields, of: name, module: wanted.module, on: kernel)
            lacking += fields.unknown.map {
                Unrecorded(
                    name: "\(wanted.name).\($0.field.name)", cause: .other($0.reason, isLoss: $0.field.kernels == nil))
            }
            lacking += fields.unproven.map {
                Unrecorded(
                    name: "\(wanted.name).\($0.field.name)",
                    cause: .other(
                        "\($0.reason); recorded all the same, and believed where it is an address known", isLoss: false)
                )
            }
            let taken = kernel.takesSeveralPlaces ? found[...] : found.prefix(1)
            if taken.count < found.count {
                lacking.append(
                    Unrecorded(
                        name: wanted.name,
                        cause: .other("of its \(found.count) places, this kernel takes one", isLoss: true)))
            }
            for function in taken {
                probes.append(
                    FunctionProbe(
                        event: wanted.name, function: function, moment: wanted.moment, arguments: fields.texts,
                        form: try kernel.form(at: function, isOnlyPlace: taken.count == 1)))
            }
        }
        (self.probes, self.missing, self.standIns, self.lacking) = (probes, missing, standIns, lacking)
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
        lacking + standIns.map { Unrecorded(name: $0.probe.function, cause: .replaced(by: $0.by)) }
            + missing.map { probe in
                Unrecorded(
                    name: probe.function,
                    cause: kernel.absence(ofFunction: probe.function, module: probe.module, kernels: probe.kernels))
            }
    }

    /// Names in a line; `dmflow flows` lists all.
    private static let maxNames = 8

    /// What other kernels have is not missed here, and said by `dmflow flows` alone.
    var lines: [String] {
        let names = probes.map { "\($0.event) at \($0.function.description)" }
        var parts = names.isEmpty ? [] : ["probing \(KernelText.listing(names, limit: Self.maxNames))"]
        parts += lacking.filter { $0.cause.isLoss }.map { "not \($0.name): \($0.reason)" }
        parts += standIns.filter { $0.probe.kernels == nil }.map {
            "\($0.by) instead of \($0.probe.function), which cannot be probed here"
        }
        let lost = missing.filter { $0.kernels == nil }.map(\.function)
        if !lost.isEmpty { parts.append("not on this kernel: \(lost.joined(separator: ", "))") }
        return parts.isEmpty ? [] : ["\(flow): \(parts.joined(separator: "; "))"]
    }

    // MARK: Arming

    static func arm(
        _ things: [KernelProbes], _ arming: borrowing Arming, state: inout TracefsState
    ) throws(CaptureError) -> Armed {
        var armed = Armed(noun: noun)
        let probes = consistent(things.flatMap(\.probes), refused: &armed.refused)
        let fprobes = probes.filter { $0.form == .fprobe }
        // One that the kernel does not take in this form is set in the other.
        let refused = try set(fprobes, as: .fprobe, in: FunctionProbe.list, state: &state).map(\.probe)
        let kprobes = probes.filter { $0.form == .kprobe || refused.contains($0) }
        let refusals = try set(kprobes, as: .kprobe, in: list, state: &state)
        armed.refused += refusals.map { probe, refusal in
            .init(name: probe.event, reason: "'\(refusal.entry)' was refused (\(refusal.reason))")
        }
        let left = probes.filter { probe in !refusals.contains { $0.probe == probe } }
        armed.count = Set(left.map(\.event)).count
        return armed
    }

    /// Each probe once, without those whose event's name another flow has for something else.
    private static func consistent(_ probes: [FunctionProbe], refused: inout [Armed.Refusal]) -> [FunctionProbe] {
        var kept: [FunctionProbe] = []
        for probe in probes where !kept.contains(probe) {
            if let other = kept.first(where: { $0.event == probe.event && !$0.isOfOneEvent(with: probe) }) {
                refused.append(
                    .init(name: probe.event, reason: "another flow has an event of the name at \(other.function.name)"))
            } else {
                kept.append(probe)
            }
        }
        return kept
    }

    /// - Returns: those that the kernel refused.
    private static func set(
        _ probes: [FunctionProbe], as form: FunctionProbe.Form, in list: String, state: inout TracefsState
    ) throws(CaptureError) -> [(probe: FunctionProbe, refusal: RefusedEntry)] {
        if probes.isEmpty { return [] }
        let refused = try state.addProbes(list, probes.map { ($0.event, $0.definition(form)) })
        return refused.compactMap { refusal in
            probes.first { $0.definition(form) == refusal.entry }.map { ($0, refusal) }
        }
    }

    static func findings(_ examination: Examination) -> [Finding] {
        [
            examination.probes(
                "kprobe", use: "for flows' own events and --stop-at", loss: "flows are recorded without their probes")
        ]
    }
}
