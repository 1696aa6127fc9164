/// A bound that captures have to keep, whatever a baseline says.
public struct Budget: Equatable, Sendable {
    /// What is bounded.
    public enum Bound: Equatable, Sendable {
        /// A figure of each row with such a name, in ns.
        case time(rows: RowPattern, figure: Figure, mostNs: Double)
        /// No call of such a function, or of one of a class, in the trees of or below another.
        case never(what: String, under: String)
        /// Calls of such a function, or of one of a class, for each request, or each call of a root.
        case calls(what: String, per: Per, most: Double)
        /// How much more tries the busiest path of a map gets than its paths on average.
        case imbalance(map: String, most: Double)
        /// Every request is joined, and none is ambiguous.
        case allJoined
        /// Nothing was lost.
        case nothingLost
    }

    /// Which rows a bound is of.
    public struct RowPattern: Equatable, Sendable {
        /// Names, with `*` and `?`; a row with any of them.
        public let names: [String]
        /// Only rows of this kind; nil for any.
        public let kind: Row.Kind?

        func matches(_ row: Row) -> Bool {
            (kind == nil || row.kind == kind) && names.contains { Glob.matches(row.name, $0) }
        }

        var text: String { names.joined(separator: " or ") }
    }

    /// For what calls are counted.
    public enum Per: Equatable, Sendable {
        /// For each request.
        case request
        /// For each call of such a root.
        case call(String)
    }

    /// Stable: tools that follow a budget over time know it by this.
    public let name: String
    /// Why it is there and whose it is; nil without.
    public let comment: String?
    /// The last day on which it is in force, `2027-06-30`; nil without.
    public let expires: String?
    /// What is bounded.
    public let bound: Bound
    /// Where it stands: `policy.yml:12`.
    public let place: String

    /// - Parameters:
    ///   - name: stable.
    ///   - bound: what is bounded.
    ///   - comment: why, and whose.
    ///   - expires: the last day on which it is in force, year, month, day.
    ///   - place: where it stands.
    public init(_ name: String, _ bound: Bound, comment: String? = nil, expires: String? = nil, place: String = "") {
        (self.name, self.bound, self.comment, self.expires, self.place) = (name, bound, comment, expires, place)
    }

    /// Whether it is of how often something happens: what was lost would have counted.
    var isOfCounts: Bool {
        switch bound {
        case .never, .calls, .imbalance, .allJoined: true
        case .time, .nothingLost: false
        }
    }
}
