/// What was asked for, found on this kernel: the functions at which trees will begin.
struct RootResolution: Equatable {
    /// One flow, or one root that was named itself.
    struct Request: Equatable {
        let name: String
        let traced: [AvailableFunctions.Function]
        /// Functions that stand in for another one of the flow.
        var replaced: [(root: String, by: String)] = []
        /// Roots of the flow that this kernel does not have, nor anything instead.
        var missing: [Flow.Root] = []

        /// `io: tracing dm_mq_queue_rq [dm_mod]; not on this kernel: dm_request_fn`.
        var description: String {
            var parts = ["\(name): tracing \(traced.map(\.description).joined(separator: ", "))"]
            parts += replaced.map { "\($0.by) instead of \($0.root), which cannot be traced here" }
            parts += sharedNames.map { "'\($0)' is the name of several functions, and trees begin at each" }
            if !missing.isEmpty {
                parts.append("not on this kernel: \(missing.map(\.function).joined(separator: ", "))")
            }
            return parts.joined(separator: "; ")
        }

        /// The kernel begins trees by name.
        private var sharedNames: [String] {
            Dictionary(grouping: traced, by: \.name).filter { $0.value.count > 1 }.keys.sorted()
        }

        static func == (left: Request, right: Request) -> Bool { left.description == right.description }
    }

    let requests: [Request]

    /// Looks flows and single functions up.
    ///
    /// - Parameter roots: names, or patterns with * and ?.
    /// - Throws: `.unknownFlow`; `.flowNotOnKernel` when nothing of a flow exists; `.rootNotOnKernel`.
    init(
        flows: [String], roots: [String], catalogue: FlowCatalogue, available: AvailableFunctions
    ) throws(CaptureError) {
        var requests: [Request] = []
        for name in flows {
            let flow = try catalogue.flow(named: name)
            let request = Request(flow, in: available)
            if request.traced.isEmpty {
                throw CaptureError(.flowNotOnKernel(flow.name, roots: flow.roots.map(\.function)))
            }
            requests.append(request)
        }
        for root in roots {
            let found = available.entryPoints(of: root)
            if found.isEmpty {
                throw CaptureError(.rootNotOnKernel(root, similar: available.namesSimilar(to: root)))
            }
            requests.append(Request(name: root, traced: found))
        }
        self.requests = requests
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

extension RootResolution.Request {
    /// What a flow resolves to; nothing is traced if the kernel has none of it.
    init(_ flow: Flow, in available: AvailableFunctions) {
        var traced: [AvailableFunctions.Function] = []
        var replaced: [(root: String, by: String)] = []
        var missing: [Flow.Root] = []
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
        self.init(name: flow.name, traced: traced, replaced: replaced, missing: missing)
    }
}

extension AvailableFunctions.Function {
    /// `name [module]`.
    var description: String { module.map { "\(name) [\($0)]" } ?? name }
}
