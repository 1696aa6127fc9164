/// What the flows resolve to on this kernel, and why something is missing.
public struct FlowListing: Sendable {
    public struct Entry: Equatable, Sendable {
        public let flow: Flow
        /// Functions at which its trees begin, as `name [module]`.
        public let traced: [String]
        /// Roots that are not traced themselves, and why.
        public let missing: [Missing]
    }

    public struct Missing: Equatable, Sendable {
        public let function: String
        public let reason: String
    }

    public let entries: [Entry]

    /// - Throws: `.tracefsNotMounted`, `.notPermitted`.
    public init(_ catalogue: FlowCatalogue) throws(CaptureError) {
        let kallsyms = (try? readWholeFile("/proc/kallsyms")) ?? []
        try self.init(catalogue, files: try Tracefs(), kallsyms: kallsyms)
    }

    init(_ catalogue: FlowCatalogue, files: any TracingFiles, kallsyms: [UInt8]) throws(CaptureError) {
        let available: AvailableFunctions
        do { available = try AvailableFunctions(files) } catch {
            throw CaptureError(.notPermitted, path: files.path("available_filter_functions"), errno: error.errno)
        }
        let requests = catalogue.flows.map { ($0, RootResolution.Request($0, in: available)) }
        let symbols = Self.present(Set(requests.flatMap { $0.1.missing.map(\.function) }), in: kallsyms)
        entries = requests.map { flow, request in
            let user = flow.user.map { Self.user($0, flow: flow.name) }
            let replaced = request.replaced.map { Missing(function: $0.root, reason: "\($0.by) is traced instead") }
            let missing = request.missing.map { root in
                Missing(function: root.function, reason: Self.reason(root, available, symbols))
            }
            return Entry(
                flow: flow, traced: (user?.traced ?? []) + request.traced.map(\.description),
                missing: (user?.missing ?? []) + replaced + missing)
        }
    }

    private static func user(_ user: Flow.UserSide, flow: String) -> (traced: [String], missing: [Missing]) {
        do throws(CaptureError) {
            let probes = try UserProbes(user, flow: flow)
            let replaced = probes.replaced.map {
                Missing(function: $0.function.description, reason: "\($0.by) is traced instead")
            }
            let missing = probes.missing.map { Missing(function: $0.function.description, reason: $0.reason) }
            return (probes.probes.map { "\($0.function.description), in user space" }, replaced + missing)
        } catch {
            return ([], [Missing(function: "user space", reason: "\(error.fact)")])
        }
    }

    private static func reason(_ root: Flow.Root, _ available: AvailableFunctions, _ symbols: Set<String>) -> String {
        // A function of the name may be another one.
        if symbols.contains(root.function), available.functions(named: root.function).isEmpty {
            return "this kernel has it, but cannot trace it"
        }
        let kernels = root.kernels.map { " (\($0))" } ?? ""
        // A module that is built in has no functions of its own in the list; then others of its name tell nothing.
        if let module = root.module, !available.loadedModules.contains(module) {
            return "the module \(module) is not loaded, or built in without it" + kernels
        }
        return (root.kernels == nil ? "not in this kernel, or inlined" : "not in this kernel") + kernels
    }

    /// Those of `names` that are functions of the kernel.
    private static func present(_ names: Set<String>, in kallsyms: [UInt8]) -> Set<String> {
        var found: Set<String> = []
        let wanted = Set(names.map { Array($0.utf8)[...] })
        for line in kallsyms.split(separator: UInt8(ascii: "\n")) {
            // `address type name`, a module behind a tab.
            guard
                let name = line.split(separator: UInt8(ascii: " "), maxSplits: 2).last?
                    .prefix(while: { $0 != UInt8(ascii: "\t") }), wanted.contains(name)
            else { continue }
            found.insert(String(decoding: name, as: UTF8.self))
        }
        return found
    }
}
