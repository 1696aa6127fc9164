/// Something of a flow that is not recorded as it stands there, and why.
public struct Unrecorded: Equatable, Sendable {
    /// As the flow names it.
    public let name: String
    let cause: Cause

    /// Why, in a few words.
    public var reason: String { cause.description }

    enum Cause: Equatable, CustomStringConvertible {
        case replaced(by: String)
        case untraceable
        case moduleNotLoaded(String, kernels: String?)
        /// The kernel has no module of the name, neither built in nor to be loaded.
        case noModule(String, kernels: String?)
        case notInKernel(kernels: String?)
        case noEvent(kernels: String?)
        /// Something else, in words.
        case other(String, isLoss: Bool)

        var description: String {
            switch self {
            case .replaced(let functions): "traced instead: \(functions)"
            case .other(let reason, _): reason
            case .untraceable: "this kernel has it, but cannot trace it"
            case .moduleNotLoaded(let module, let kernels):
                "the module \(module) is not loaded" + Self.suffix(kernels)
            case .noModule(let module, let kernels): "this kernel has no module \(module)" + Self.suffix(kernels)
            case .notInKernel(let kernels):
                (kernels == nil ? "not in this kernel, or inlined" : "not in this kernel") + Self.suffix(kernels)
            case .noEvent(let kernels): "this kernel has no such event" + Self.suffix(kernels)
            }
        }

        private static func suffix(_ kernels: String?) -> String { kernels.map { " (\($0))" } ?? "" }

        /// Whether something that happens on this kernel is not seen. What other kernels have is no loss.
        var isLoss: Bool {
            switch self {
            case .replaced: false
            case .untraceable: true
            case .other(_, let isLoss): isLoss
            case .moduleNotLoaded(_, let kernels), .noModule(_, let kernels), .notInKernel(let kernels),
                .noEvent(let kernels):
                kernels == nil
            }
        }

        /// The module that may have to be loaded.
        var module: String? { if case .moduleNotLoaded(let module, _) = self { module } else { nil } }
    }
}
