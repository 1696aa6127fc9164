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
        let cause: Cause

        public var reason: String { cause.description }
    }

    /// Why a root is not traced itself.
    enum Cause: Equatable, CustomStringConvertible {
        case replaced(by: String)
        case untraceable
        case moduleNotLoaded(String, kernels: String?)
        /// The kernel has no module of the name, neither built in nor to be loaded.
        case noModule(String, kernels: String?)
        case notInKernel(kernels: String?)
        case inUserSpace(String, isLoss: Bool)

        var description: String {
            switch self {
            case .replaced(let functions): "traced instead: \(functions)"
            case .inUserSpace(let reason, _): reason
            case .untraceable: "this kernel has it, but cannot trace it"
            case .moduleNotLoaded(let module, let kernels):
                "the module \(module) is not loaded" + Self.suffix(kernels)
            case .noModule(let module, let kernels): "this kernel has no module \(module)" + Self.suffix(kernels)
            case .notInKernel(let kernels):
                (kernels == nil ? "not in this kernel, or inlined" : "not in this kernel") + Self.suffix(kernels)
            }
        }

        private static func suffix(_ kernels: String?) -> String { kernels.map { " (\($0))" } ?? "" }

        /// Whether something that happens on this kernel is not seen. What other kernels have is no loss.
        var isLoss: Bool {
            switch self {
            case .replaced: false
            case .untraceable: true
            case .inUserSpace(_, let isLoss): isLoss
            case .moduleNotLoaded(_, let kernels), .noModule(_, let kernels), .notInKernel(let kernels): kernels == nil
            }
        }

        /// The module that may have to be loaded.
        var module: String? { if case .moduleNotLoaded(let module, _) = self { module } else { nil } }
    }

    public let entries: [Entry]

    /// - Throws: `.tracefsNotMounted`, `.notPermitted`.
    public init(_ catalogue: FlowCatalogue) throws(CaptureError) {
        let kallsyms = (try? readWholeFile("/proc/kallsyms")) ?? []
        try self.init(catalogue, files: try Tracefs(), kallsyms: kallsyms)
    }

    init(
        _ catalogue: FlowCatalogue, files: any TracingFiles, kallsyms: [UInt8], modules: KernelModules = KernelModules()
    ) throws(CaptureError) {
        let available: AvailableFunctions
        do { available = try AvailableFunctions(files) } catch {
            // A kernel without the tracer has no such list.
            let forbidden = CaptureError(
                .notPermitted, path: files.path("available_filter_functions"), errno: error.errno)
            throw Preflight(files: files).obstacles().first ?? forbidden
        }
        self.init(catalogue, available: available, kallsyms: kallsyms, modules: modules)
    }

    init(
        _ catalogue: FlowCatalogue, available: AvailableFunctions, kallsyms: [UInt8], modules: KernelModules,
        proc: String = "/proc"
    ) {
        let requests = catalogue.flows.map { ($0, RootResolution.Request($0, in: available)) }
        let symbols = Self.present(Set(requests.flatMap { $0.1.missing.map(\.function) }), in: kallsyms)
        entries = requests.map { flow, request in
            let user = flow.user.map { Self.user($0, flow: flow.name, proc: proc) }
            let replaced = request.replaced.map { Missing(function: $0.root, cause: .replaced(by: $0.by)) }
            let missing = request.missing.map { root in
                Missing(function: root.function, cause: Self.cause(root, available, symbols, modules))
            }
            return Entry(
                flow: flow, traced: (user?.traced ?? []) + request.traced.map(\.description),
                missing: (user?.missing ?? []) + replaced + missing)
        }
    }

    private static func user(
        _ user: Flow.UserSide, flow: String, proc: String
    ) -> (traced: [String], missing: [Missing]) {
        do throws(CaptureError) {
            let probes = try UserProbes(user, flow: flow, proc: proc)
            let replaced = probes.replaced.map {
                Missing(function: $0.function.description, cause: .replaced(by: $0.by))
            }
            let missing = probes.missing.map {
                Missing(function: $0.function.description, cause: .inUserSpace($0.reason, isLoss: !$0.isOfOtherVersion))
            }
            return (probes.probes.map { "\($0.function.description), in user space" }, replaced + missing)
        } catch {
            return ([], [Missing(function: "user space", cause: .inUserSpace(error.fact, isLoss: true))])
        }
    }

    private static func cause(
        _ root: Flow.Root, _ available: AvailableFunctions, _ symbols: Set<String>, _ modules: KernelModules
    ) -> Cause {
        // A function of the name may be another one.
        if symbols.contains(root.function), available.functions(named: root.function).isEmpty { return .untraceable }
        guard let module = root.module, !available.loadedModules.contains(module) else {
            return .notInKernel(kernels: root.kernels)
        }
        switch modules.state(of: module) {
        case .notLoaded, .notInstalled: return .moduleNotLoaded(module, kernels: root.kernels)
        case .absent: return .noModule(module, kernels: root.kernels)
        // One that is built in has no functions under its name; they are among the kernel's own.
        case .loaded, .builtIn: return .notInKernel(kernels: root.kernels)
        }
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
