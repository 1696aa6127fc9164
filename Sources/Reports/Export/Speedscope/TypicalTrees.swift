import GraphParser

/// Keeps single trees to look at: of each root function the slowest, and one that took about as long as half of them do.
///
/// Two trees for each root function; only whole ones, fragments not among them.
struct TypicalTrees {
    /// Of one root function.
    struct Root {
        let function: FunctionID
        fileprivate(set) var slowest: (tree: CallTree, number: Int)
        /// As close to the median as any that came since that was known well enough.
        fileprivate(set) var typical: (tree: CallTree, number: Int)
        /// Of all of them.
        fileprivate(set) var durations = Histogram()
        fileprivate var medianNs: UInt64
        /// At how many the median is looked at again.
        fileprivate var nextLook = 1
    }

    /// Root functions beyond are not looked at.
    static let maxRoots = 256

    private var roots: [FunctionID: Root] = [:]
    /// Trees of root functions that are not looked at.
    private(set) var leftOut = 0

    mutating func add(_ tree: CallTree, number: Int) {
        guard tree.isComplete, !tree.root.isFragment, let duration = tree.root.duration else { return }
        let function = tree.root.function
        guard roots[function] != nil || roots.count < Self.maxRoots else {
            leftOut += 1
            return
        }
        let new = Root(function: function, slowest: (tree, number), typical: (tree, number), medianNs: duration)
        roots[function, default: new].add(tree, number, duration)
    }

    /// Those with the most time, most first.
    func main(_ count: Int) -> [Root] {
        let order = roots.values.sorted {
            ($1.durations.sum, $0.function.index) < ($0.durations.sum, $1.function.index)
        }
        return Array(order.prefix(count))
    }
}

extension TypicalTrees.Root {
    fileprivate mutating func add(_ tree: CallTree, _ number: Int, _ duration: UInt64) {
        durations.record(duration)
        if duration > slowest.tree.root.duration ?? 0 { slowest = (tree, number) }
        if durations.count >= nextLook {
            // It moves less and less; looking each time would cost more than all else.
            medianNs = durations.percentiles([0.5])[0]
            nextLook = durations.count + durations.count / 8 + 1
        }
        func distance(_ ns: UInt64) -> UInt64 { ns > medianNs ? ns - medianNs : medianNs - ns }
        if distance(duration) < distance(typical.tree.root.duration ?? 0) { typical = (tree, number) }
    }
}
