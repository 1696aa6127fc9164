/// How often one side's calls of a function make calls of another: over all captures of the side.
struct CallCounts: Equatable {
    /// Calls.
    var calls = 0
    /// Calls of the caller.
    var callers = 0
    /// The fewest that a call of the caller makes.
    var fewest = Int.max
    /// The most that one makes.
    var most = 0

    /// - Parameters:
    ///   - node: what is called.
    ///   - caller: what calls it.
    ///   - captures: the side's, by their numbers.
    init(_ node: CallForest.Node, of caller: CallForest.Node, in captures: Range<Int>) {
        for capture in captures {
            guard let around = caller.sides[capture] else { continue }
            callers += around.calls
            let here = node.sides[capture]
            calls += here?.calls ?? 0
            fewest = min(fewest, here.map { $0.callersWith < around.calls ? 0 : $0.fewest } ?? 0)
            most = max(most, here?.most ?? 0)
        }
    }

    /// Calls of one call of the caller.
    var rate: Double { callers > 0 ? Double(calls) / Double(callers) : 0 }

    /// Whether every call of the caller makes another number of calls than any of the other side does.
    func differsAlways(from other: CallCounts) -> Bool { most < other.fewest || other.most < fewest }

    /// `1`, `0 to 2`, `mostly 1, up to 3`
    var text: String {
        if fewest == most { return "\(most)" }
        return "\(fewest) to \(most), \((rate * 1000).rounded() / 1000) on average"
    }
}
