/// Functions at which trees of calls begin, found on this kernel: those of one flow, or one that was asked for by itself.
struct GraphRoots: RecordedKind {
    static let noun = "graph root"

    let flow: String
    let wanted: [String]
    let traced: [AvailableFunctions.Function]
    /// Functions that stand in for another one of the flow.
    private(set) var replaced: [(root: String, by: String)] = []
    /// Roots of the flow that this kernel does not have, nor anything instead.
    private(set) var missing: [Flow.Root] = []

    init?(_ flow: Flow, on kernel: TracedKernel) throws(CaptureError) {
        if flow.roots.isEmpty { return nil }
        let available = try kernel.functions()
        var traced: [AvailableFunctions.Function] = []
        for root in flow.roots {
            let found = available.entryPoints(of: root.function, module: root.module)
            // All of them: which of two the kernel takes is not known here.
            let others = (root.instead ?? []).map { ($0, available.entryPoints(of: $0, module: root.module)) }
                .filter { !$0.1.isEmpty }
            if !found.isEmpty {
                traced += found
            } else if !others.isEmpty {
                traced += others.flatMap(\.1)
                replaced.append((root.function, others.map(\.0).joined(separator: ", ")))
            } else {
                missing.append(root)
            }
        }
        (self.flow, self.traced, wanted) = (flow.name, traced, flow.roots.map(\.function))
    }

    /// A root that was asked for by itself.
    ///
    /// - Parameter name: or a pattern with * and ?.
    /// - Throws: `.rootNotOnKernel`.
    init(root name: String, on kernel: TracedKernel) throws(CaptureError) {
        let available = try kernel.functions()
        let found = available.entryPoints(of: name)
        if found.isEmpty {
            throw CaptureError(.rootNotOnKernel(name, similar: available.namesSimilar(to: name)))
        }
        (flow, wanted, traced) = (name, [name], found)
    }

    var recorded: [String] { traced.map(\.description) }
    var treeRoots: [String] { [self].graphLines }

    func unrecorded(on kernel: TracedKernel) -> [Unrecorded] {
        replaced.map { Unrecorded(name: $0.root, cause: .replaced(by: $0.by)) }
            + missing.map { root in
                Unrecorded(
                    name: root.function,
                    cause: kernel.absence(ofFunction: root.function, module: root.module, kernels: root.kernels))
            }
    }

    /// `io: tracing dm_mq_queue_rq [dm_mod]; not on this kernel: dm_request_fn`.
    var lines: [String] {
        var parts = traced.isEmpty ? [] : ["tracing \(traced.map(\.description).joined(separator: ", "))"]
        parts += replaced.map { "\($0.by) instead of \($0.root), which cannot be traced here" }
        parts += sharedNames.map { "'\($0)' is the name of several functions, and trees begin at each" }
        if !missing.isEmpty {
            parts.append("not on this kernel: \(missing.map(\.function).joined(separator: ", "))")
        }
        return ["\(flow): \(parts.joined(separator: "; "))"]
    }

    /// The kernel begins trees by name.
    private var sharedNames: [String] {
        Dictionary(grouping: traced, by: \.name).filter { $0.value.count > 1 }.keys.sorted()
    }

    static func arm(
        _ things: [GraphRoots], _ arming: borrowing Arming, state: inout TracefsState
    ) throws(CaptureError) -> Armed {
        let settings = GraphSettings(
            options: arming.options, roots: things, interrupts: arming.interrupts,
            besides: arming.costFunction.map { [$0] } ?? [], available: try arming.kernel.functions(),
            files: arming.kernel.files)
        let functions = try settings.apply(to: &state, report: arming.report)
        return Armed(noun: noun, count: things.functions.count, functions: functions)
    }

    static func findings(_ examination: Examination) -> [Finding] { [examination.graphTracer] }
}

extension [GraphRoots] {
    /// The functions of all, each once, in the order of the kernel's list.
    var functions: [AvailableFunctions.Function] {
        var seen: Set<Int> = []
        return flatMap(\.traced).filter { seen.insert($0.index).inserted }.sorted { $0.index < $1.index }
    }

    /// The lines for `set_graph_function`: it takes names only, and begins trees at *every* function of a name.
    var graphLines: [String] {
        var seen: Set<String> = []
        return functions.map(\.name).filter { seen.insert($0).inserted }
    }
}

extension AvailableFunctions.Function {
    /// `name [module]`.
    var description: String { module.map { "\(name) [\($0)]" } ?? name }
}
