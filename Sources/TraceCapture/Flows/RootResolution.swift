/// What was asked for, found on this kernel: the functions at which trees will begin.
struct RootResolution: Equatable {
    /// One flow, or one root that was named itself.
    struct Request: Equatable {
        let name: String
        let traced: [AvailableFunctions.Function]
        /// Roots of the flow that this kernel does not have.
        let missing: [String]

        /// `io: tracing dm_mq_queue_rq [dm_mod]; not on this kernel: dm_request_fn`.
        var description: String {
            let found = traced.map { function in
                function.module.map { "\(function.name) [\($0)]" } ?? function.name
            }
            let absent = missing.isEmpty ? "" : "; not on this kernel: \(missing.joined(separator: ", "))"
            return "\(name): tracing \(found.joined(separator: ", "))\(absent)"
        }
    }

    let requests: [Request]

    /// Looks flows and single functions up.
    ///
    /// - Throws: `.unknownFlow`; `.flowNotOnKernel` when nothing of a flow exists; `.rootNotOnKernel`.
    init(
        flows: [String], roots: [String], catalogue: FlowCatalogue, available: AvailableFunctions
    ) throws(CaptureError) {
        var requests: [Request] = []
        for name in flows {
            requests.append(try Self.request(for: try catalogue.flow(named: name), in: available))
        }
        for root in roots {
            let found = available.entryPoints(of: root)
            if found.isEmpty {
                throw CaptureError(.rootNotOnKernel(root, similar: available.namesSimilar(to: root)))
            }
            requests.append(Request(name: root, traced: found, missing: []))
        }
        self.requests = requests
    }

    private static func request(for flow: Flow, in available: AvailableFunctions) throws(CaptureError) -> Request {
        var traced: [AvailableFunctions.Function] = []
        var missing: [String] = []
        for root in flow.roots {
            let found = available.entryPoints(of: root)
            traced += found
            if found.isEmpty { missing.append(root) }
        }
        if traced.isEmpty { throw CaptureError(.flowNotOnKernel(flow.name, roots: flow.roots)) }
        return Request(name: flow.name, traced: traced, missing: missing)
    }

    /// The functions of all requests, each once, in the order of the kernel's list.
    var functions: [AvailableFunctions.Function] {
        var seen: Set<Int> = []
        return requests.flatMap(\.traced).filter { seen.insert($0.index).inserted }.sorted { $0.index < $1.index }
    }

    /// The lines for `set_graph_function`: it takes names only, and begins trees at *every* function of a name.
    var graphLines: [String] {
        var seen: Set<String> = []
        return functions.map(\.name).filter { seen.insert($0).inserted }
    }
}
