/// Which functions of several kernels are one, and which are not looked at since a compiler may put them into their callers.
public struct Aliases: Equatable, Sendable {
    /// By a name: what it stands for.
    private var names: [String: String] = [:]
    private var inlined: Set<String> = []

    /// Those that dmflow brings.
    public static let builtin = try! Aliases(
        text: String(decoding: PackageResources.builtin_aliases, as: UTF8.self), path: "builtin.aliases")

    /// None.
    public init() {}

    /// - Parameters:
    ///   - text: lines `same OLD NEW …` and `inlined NAME …`.
    ///   - path: where they come from, for the error.
    /// - Throws: ``GateError`` for a line that is neither.
    public init(text: String, path: String) throws(GateError) {
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).map(String.init)
            switch words.first {
            case nil: continue
            case "same" where words.count > 2: for name in words.dropFirst(2) { names[name] = words[1] }
            case "inlined" where words.count > 1: inlined.formUnion(words.dropFirst())
            default:
                throw GateError(
                    "\(path):\(number + 1)", "is neither 'same OLD NEW' nor 'inlined NAME'; see dmflow-policy(5)")
            }
        }
    }

    /// These, and those of another, which come first where both name a function.
    public func merged(with other: Aliases) -> Aliases {
        var merged = self
        merged.names.merge(other.names) { _, theirs in theirs }
        merged.inlined.formUnion(other.inlined)
        return merged
    }

    /// What makes two trees one that call the same function by other names, or one in place of its caller.
    enum Line: Hashable {
        case same(String, String)
        case inlined(String)

        /// As a file of aliases has it.
        var text: String {
            switch self {
            case .same(let old, let new): "same \(old) \(new)"
            case .inlined(let name): "inlined \(name)"
            }
        }
    }

    mutating func add(_ line: Line) {
        switch line {
        case .same(let old, let new): names[new] = old
        case .inlined(let name): inlined.insert(name)
        }
    }

    /// What a function is called for comparing.
    func name(_ function: String) -> String {
        // A name may stand for one that stands for another; a circle ends where it began.
        var (name, seen) = (function, Set([function]))
        while let next = names[name], seen.insert(next).inserted { name = next }
        return name
    }

    /// The calls as they are compared: under one name each, and without those that are inlined, whose calls are their callers'.
    func applied(to calls: [CallNode]) -> [CallNode] {
        var result: [CallNode] = []
        // By depth in `calls`: the depth in the result, and how often the nearest that is kept makes what is called there.
        var open: [(depth: Int, fewest: Int, most: Int, callers: Int)] = []
        for call in calls {
            open.removeLast(max(0, open.count - call.depth))
            let caller = open.last ?? (-1, 1, 1, call.callersWith)
            if inlined.contains(name(call.function)), call.depth > 0 {
                let isAlways = call.callersWith >= caller.callers
                open.append(
                    (
                        caller.depth, isAlways ? caller.fewest * call.fewest : 0, Self.product(caller.most, call.most),
                        call.calls
                    ))
                continue
            }
            let kept = CallNode(
                depth: caller.depth + 1, function: name(call.function), layer: call.layer, calls: call.calls,
                callersWith: call.callersWith, fewest: max(1, Self.product(caller.fewest, call.fewest)),
                most: Self.product(caller.most, call.most), selfNs: call.selfNs)
            result.append(kept)
            open.append((kept.depth, 1, 1, call.calls))
        }
        return Self.merged(result)
    }

    private static func product(_ left: Int, _ right: Int) -> Int {
        let (product, overflow) = left.multipliedReportingOverflow(by: right)
        return overflow ? .max >> 8 : product
    }

    /// With what has become one way of calling as one.
    private static func merged(_ calls: [CallNode]) -> [CallNode] {
        CallForest(trees: [calls]).nodes.compactMap { node in
            node.sides[0].map {
                CallNode(
                    depth: node.depth, function: node.function, layer: $0.layer, calls: $0.calls,
                    callersWith: $0.callersWith,
                    fewest: $0.fewest, most: $0.most, selfNs: $0.selfNs)
            }
        }
    }
}
