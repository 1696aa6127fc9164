/// What a distribution of times is of. It has the same name in every capture of the same stack: paths are named by what they lead to, not by
/// the letters that disks happened to get.
public struct Row: Hashable, Sendable {
    /// What kind of time it is.
    public enum Kind: String, Codable, CaseIterable, Sendable {
        /// Time in a root, with all that it calls.
        case root
        /// Self time of a layer in each call of a root in which it occurred.
        case layer
        /// A request's latency.
        case requests
        /// A request's time until its data was complete.
        case untilData
        /// A stage of requests.
        case stage
        /// A try on a path.
        case path
        /// A stage of the tries on a path.
        case pathStage
    }

    /// What kind of time it is.
    public let kind: Kind
    /// The root's function or the path's name; empty where the kind says all.
    public let of: String
    /// The layer or the stage; empty for the whole.
    public let part: String

    /// - Parameters:
    ///   - kind: what kind of time it is.
    ///   - of: the root's function or the path's name.
    ///   - part: the layer or the stage.
    public init(_ kind: Kind, of: String = "", part: String = "") { (self.kind, self.of, self.part) = (kind, of, part) }

    /// As people and policies call it.
    public var name: String {
        switch kind {
        case .root: "root \(of)"
        case .layer: "root \(of), layer \(part)"
        case .requests: "requests"
        case .untilData: "requests until data"
        case .stage: "stage \(part)"
        case .path: "path \(of)"
        case .pathStage: "path \(of), stage \(part)"
        }
    }

    /// Whether it is time inside functions, with the tracer's cost in it; else it is the latency of I/O.
    public var isFunctionTime: Bool { kind == .root || kind == .layer }
}

extension Row: Comparable {
    /// By kind, and then by name.
    public static func < (left: Row, right: Row) -> Bool {
        (left.rank, left.of, left.part) < (right.rank, right.of, right.part)
    }

    private var rank: Int { Kind.allCases.firstIndex(of: kind)! }
}
