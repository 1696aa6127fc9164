import FoundationEssentials

/// A named thing to watch, and the functions with which it begins on one kernel or another.
public struct Flow: Codable, Equatable, Sendable {
    /// A function that begins the flow on some kernels.
    public struct Root: Codable, Equatable, Sendable {
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
    public struct UserSide: Codable, Equatable, Sendable {
        /// A function whose calls are the parents of the kernel's.
        public struct Function: Codable, Equatable, Sendable {
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
        public struct Thread: Codable, Equatable, Sendable {
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

    enum CodingKeys: String, CodingKey {
        case name, summary, roots, user
        case isDefault = "default"
    }
}

extension Flow.UserSide {
    /// A name that cannot be one of an event: they are made of letters, digits and _, and parted by two of the last.
    fileprivate var unusableName: String? {
        functions.lazy.compactMap { function -> String? in
            for name in [function.object, function.function] + (function.instead ?? []) {
                let isPlain = name.utf8.allSatisfy { byte in
                    let character = Character(UnicodeScalar(byte))
                    return character.isASCII && (character.isLetter || character.isNumber || character == "_")
                }
                if name.isEmpty || !isPlain { return name }
            }
            return function.object.contains("__") ? function.object : nil
        }.first
    }
}

/// The flows that can be asked for by name: a data file, of the schema that `Documentation/flows.schema.json` has.
public struct FlowCatalogue: Sendable {
    public private(set) var flows: [Flow]

    private struct File: Codable {
        let schema: String
        let flows: [Flow]
    }

    private static let schema = "dmflow.flows/1"

    /// `builtin.flows.json`.
    public static let builtin = try! FlowCatalogue(
        json: PackageResources.builtin_flows_json, path: "builtin.flows.json")

    init(flows: [Flow]) { self.flows = flows }

    /// Reads a file of flows.
    ///
    /// - Throws: `.flowsNotUsable`, with what is wrong.
    public init(json: [UInt8], path: String) throws(CaptureError) {
        let file: File
        do { file = try JSONDecoder().decode(File.self, from: Data(json)) } catch {
            throw CaptureError(.flowsNotUsable(Self.describe(error)), path: path)
        }
        guard file.schema == Self.schema else {
            throw CaptureError(.flowsNotUsable("its schema is '\(file.schema)', not '\(Self.schema)'"), path: path)
        }
        for flow in file.flows {
            let isNamed = !flow.name.isEmpty && flow.name.allSatisfy { $0.isLetter || $0.isNumber || "-_".contains($0) }
            guard isNamed else {
                throw CaptureError(.flowsNotUsable("'\(flow.name)' is no name of letters, digits, - and _"), path: path)
            }
            guard !flow.roots.isEmpty, flow.roots.allSatisfy({ !$0.function.isEmpty }) else {
                throw CaptureError(.flowsNotUsable("the flow '\(flow.name)' has no roots"), path: path)
            }
            if let name = flow.user?.unusableName {
                throw CaptureError(.flowsNotUsable("the flow '\(flow.name)': '\(name)' is no name of C"), path: path)
            }
        }
        flows = file.flows
    }

    private static func describe(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "it is no JSON" }
        func place(_ context: DecodingError.Context) -> String {
            context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
        }
        switch error {
        case .keyNotFound(let key, let context): return "'\(key.stringValue)' is missing in '\(place(context))'"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return "'\(place(context))' has the wrong type"
        default: return "it is no JSON"
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
