/// What a capture records: the flows and roots that were asked for, found on this kernel, by kind.
struct RecordingPlan {
    private let things: [any RecordedKind]
    private let kernel: TracedKernel

    /// Looks flows and single functions up.
    ///
    /// - Parameter roots: names, or patterns with * and ?.
    /// - Throws: `.unknownFlow`; `.flowNotOnKernel` when nothing of a flow exists; `.rootNotOnKernel`; `.processNotRunning`,
    ///   `.userFunctionsNotVisible`, `.probesMissing`.
    init(
        flows: [String], roots: [String], catalogue: FlowCatalogue, on kernel: TracedKernel
    ) throws(CaptureError) {
        self.kernel = kernel
        var things: [any RecordedKind] = []
        for flow in try catalogue.flows(named: flows) {
            let found = try Self.things(of: flow, on: kernel)
            if found.allSatisfy(\.recorded.isEmpty) {
                throw CaptureError(.flowNotOnKernel(flow.name, roots: found.flatMap(\.wanted)))
            }
            things += found
        }
        for root in roots { things.append(try GraphRoots(root: root, on: kernel)) }
        self.things = things
    }

    /// What a flow records on a kernel, a thing of each kind that it names.
    static func things(of flow: Flow, on kernel: TracedKernel) throws(CaptureError) -> [any RecordedKind] {
        var things: [any RecordedKind] = []
        for kind in recordedKinds { if let thing = try kind.init(flow, on: kernel) { things.append(thing) } }
        return things
    }

    /// Whether what was asked for needs function_graph, as far as the names tell; an unknown flow counts as one that does.
    static func needsGraph(flows: [String], roots: [String], catalogue: FlowCatalogue) -> Bool {
        guard roots.isEmpty, let found = try? catalogue.flows(named: flows) else { return true }
        return !found.allSatisfy(\.roots.isEmpty)
    }

    /// Whether trees of the kernel's calls are recorded.
    var hasGraph: Bool { !of(GraphRoots.self).isEmpty }

    /// The things of one kind, a flow's each.
    func of<Kind: RecordedKind>(_ kind: Kind.Type) -> [Kind] { things.compactMap { $0 as? Kind } }

    /// What is said of it all before a capture, kind by kind.
    var lines: [String] {
        recordedKinds.flatMap { kind in things.filter { type(of: $0) == kind }.flatMap(\.lines) }
    }

    /// The functions at which trees begin, each once.
    var treeRoots: [String] { Set(things.flatMap(\.treeRoots)).sorted() }

    /// Events that are recorded besides dmflow's own, each once.
    var events: [Flow.Tracepoint] { Tracepoints.merged(things.flatMap(\.events)) }

    /// Events of kernel probes, each once.
    var probeEvents: [String] { Set(of(KernelProbes.self).flatMap { $0.probes.map(\.event) }).sorted() }

    /// What the cost of tracing leaves out.
    var unmeasuredCosts: [String] {
        recordedKinds.filter { kind in things.contains { type(of: $0) == kind && !$0.recorded.isEmpty } }
            .compactMap { $0.unmeasuredCost }
    }

    func threadNames() -> [Int32: String] {
        things.reduce(into: [:]) { names, thing in names.merge(thing.threadNames()) { _, new in new } }
    }

    // MARK: Arming

    /// Sets up the recording of the graph, or of all other kinds.
    ///
    /// - Returns: what came of each kind that there is.
    func arm(graph: Bool, _ arming: borrowing Arming, state: inout TracefsState) throws(CaptureError) -> [Armed] {
        var armed: [Armed] = []
        for kind in recordedKinds where (kind == GraphRoots.self) == graph {
            if let one = try arm(kind, arming, state: &state) { armed.append(one) }
        }
        return armed
    }

    private func arm<Kind: RecordedKind>(
        _ kind: Kind.Type, _ arming: borrowing Arming, state: inout TracefsState
    ) throws(CaptureError) -> Armed? {
        let things = of(kind)
        if things.isEmpty { return nil }
        let armed = try Kind.arm(things, arming, state: &state)
        for refusal in armed.refused { arming.report("warning: \(refusal.name) is not recorded: \(refusal.reason)") }
        return armed
    }
}
