import FoundationEssentials
import GraphParser

extension Summary {
    /// The summary of all traces of both: as if all their trees had been summed up together.
    ///
    /// Associative and commutative, with ``init()`` as what changes nothing. Figures are put together by names, since functions have
    /// other numbers in each trace. A trace that is in both is listed once, and its figures are added: the two are then of different
    /// trees of it.
    public func merged(with other: Summary) -> Summary {
        Summary(
            sources: Self.union(sources, other.sources), counts: counts + other.counts,
            roots: Self.merge(roots, other.roots), layers: Self.merge(layers, other.layers),
            functions: Self.merge(functions, other.functions),
            requests: requests.flatMap { own in other.requests.map(own.merged) } ?? requests ?? other.requests,
            failover: failover.flatMap { own in other.failover.map(own.merged) } ?? failover ?? other.failover)
    }

    /// Both lists in their order, with what is in both added up.
    static func merge<Sum: NamedSum>(_ left: [Sum], _ right: [Sum]) -> [Sum] {
        var merged: [Sum] = []
        merged.reserveCapacity(max(left.count, right.count))
        var rest = right[...]
        for sum in left {
            while let next = rest.first, Sum.precedes(next, sum) {
                merged.append(next)
                rest.removeFirst()
            }
            merged.append(sum)
            if let next = rest.first, !Sum.precedes(sum, next) {
                merged[merged.count - 1].add(next)
                rest.removeFirst()
            }
        }
        return merged + rest
    }

    /// The same from any list, in which a name may stand more than once.
    static func merge<Sum: NamedSum>(_ sums: [Sum]) -> [Sum] {
        sums.sorted(by: Sum.precedes).reduce(into: []) { merged, sum in
            if let last = merged.indices.last, !Sum.precedes(merged[last], sum) {
                merged[last].add(sum)
            } else {
                merged.append(sum)
            }
        }
    }

    private static func union(_ left: [Source], _ right: [Source]) -> [Source] {
        if left == right { return left }
        return (left + right).sorted(by: Source.precedes).reduce(into: []) { if $0.last != $1 { $0.append($1) } }
    }
}

/// Figures that belong to a name, or to several.
protocol NamedSum {
    /// Whether the names of one come before those of the other in a list. Of the same names neither does.
    static func precedes(_ left: Self, _ right: Self) -> Bool

    /// Adds the figures of another with the same names.
    mutating func add(_ other: Self)
}

extension Summary.Root: NamedSum {
    static func precedes(_ left: Self, _ right: Self) -> Bool {
        // Step by step: most names differ, and a comparison of all parts as tuples takes ten times as long.
        if left.function != right.function { return left.function < right.function }
        if left.module != right.module { return left.module.precedes(right.module) }
        if left.fragment != right.fragment { return right.fragment }
        return left.rank < right.rank
    }

    private var rank: Int { askedFor.map { $0 ? 2 : 1 } ?? 0 }

    mutating func add(_ other: Self) {
        latency.merge(other.latency)
        partialCalls = partialCalls.addingSaturated(other.partialCalls)
        hollowCalls = hollowCalls.addingSaturated(other.hollowCalls)
        treeCalls = treeCalls.addingSaturated(other.treeCalls)
        kernelCallsBelow = kernelCallsBelow.addingSaturated(other.kernelCallsBelow)
        tracingNs = if let own = tracingNs, let theirs = other.tracingNs { own.addingSaturated(theirs) } else { nil }
        layers = Summary.merge(layers, other.layers)
    }
}

extension Summary.RootLayer: NamedSum {
    static func precedes(_ left: Self, _ right: Self) -> Bool { left.layer < right.layer }

    mutating func add(_ other: Self) { selfNs.merge(other.selfNs) }
}

extension Summary.Layer: NamedSum {
    static func precedes(_ left: Self, _ right: Self) -> Bool { left.layer < right.layer }

    mutating func add(_ other: Self) {
        calls = calls.addingSaturated(other.calls)
        selfNs = selfNs.addingSaturated(other.selfNs)
        totalNs = totalNs.addingSaturated(other.totalNs)
    }
}

extension Summary.FunctionTime: NamedSum {
    static func precedes(_ left: Self, _ right: Self) -> Bool {
        if left.function != right.function { return left.function < right.function }
        if left.module != right.module { return left.module.precedes(right.module) }
        return left.layer < right.layer
    }

    mutating func add(_ other: Self) {
        calls = calls.addingSaturated(other.calls)
        selfNs = selfNs.addingSaturated(other.selfNs)
        totalNs = totalNs.addingSaturated(other.totalNs)
    }
}

extension Summary.Source {
    /// By path, and whatever else tells two of them apart.
    static func precedes(_ left: Self, _ right: Self) -> Bool {
        left.path == right.path ? left.text < right.text : left.path < right.path
    }

    private var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}

extension String? {
    /// None comes first.
    fileprivate func precedes(_ other: String?) -> Bool {
        guard let other else { return false }
        return self.map { $0 < other } ?? true
    }
}
