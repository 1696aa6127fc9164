/// A named thing to watch, and the functions with which it begins on one kernel or another.
public struct Flow: Equatable, Sendable {
    /// A function that begins the flow on some kernels.
    public struct Root: Equatable, Sendable {
        /// The name in the source, without compiler suffixes, or a pattern with * and ?.
        public var function: String
        /// The module that it is in where it is not built in.
        public var module: String?
        /// Which kernels have it, for people.
        public var kernels: String?
        /// What is traced where this cannot be: those of them that can. They are below this or around it; what may exist beside it
        /// is a root of its own.
        public var instead: [String]?

        public init(function: String, module: String? = nil, kernels: String? = nil, instead: [String]? = nil) {
            (self.function, self.module, self.kernels, self.instead) = (function, module, kernels, instead)
        }
    }

    /// What the flow is in user space.
    public struct UserSide: Equatable, Sendable {
        /// A function whose calls are the parents of the kernel's.
        public struct Function: Equatable, Sendable {
            /// The file that it is in: its base name up to `.so`.
            public var object: String
            /// The name in the source, without compiler suffixes.
            public var function: String
            /// Which versions have it, for people.
            public var versions: String?
            /// What is traced where this cannot be: the first of these that can.
            public var instead: [String]?
        }

        /// A thread, known by functions that no other thread is ever in.
        public struct Thread: Equatable, Sendable {
            public var name: String
            public var functions: [String]
        }

        /// The base name of the program, which has to run.
        public var process: String
        public var functions: [Function]
        public var threads: [Thread]?
    }

    public var name: String
    /// What a user sees it as.
    public var summary: String
    /// Whether it is recorded when none is asked for.
    public var isDefault: Bool?
    public var roots: [Root]
    public var user: UserSide?
}

/// The flows that can be asked for by name: a data file, of the schema that `Documentation/flows.schema.json` has.
public struct FlowCatalogue: Sendable {
    public private(set) var flows: [Flow]

    /// `builtin.flows.json`.
    public static let builtin = try! FlowCatalogue(
        json: PackageResources.builtin_flows_json, path: "builtin.flows.json")

    init(flows: [Flow]) { self.flows = flows }

    /// Reads a file of flows.
    ///
    /// - Throws: `.flowsNotUsable`, with what is wrong and at which line and column.
    public init(json: [UInt8], path: String) throws(CaptureError) {
        do throws(FlowFile.Mistake) {
            flows = try FlowFile(json).flows
        } catch {
            throw CaptureError(.flowsNotUsable(error.problem), path: "\(path):\(error.place(in: json))")
        }
    }

    /// These flows and those of `other`, which count where both have one of a name.
    public func merged(with other: FlowCatalogue) -> FlowCatalogue {
        let new = Set(other.flows.map(\.name))
        return FlowCatalogue(flows: flows.filter { !new.contains($0.name) } + other.flows)
    }

    public var names: [String] { flows.map(\.name) }
    /// Recorded when none is asked for.
    public var defaults: [String] { flows.filter { $0.isDefault == true }.map(\.name) }

    /// - Throws: `.unknownFlow`.
    public func flow(named name: String) throws(CaptureError) -> Flow {
        guard let flow = flows.first(where: { $0.name == name }) else {
            throw CaptureError(.unknownFlow(name, known: names))
        }
        return flow
    }
}
