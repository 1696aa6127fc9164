import GraphParser

/// Keeps single trees to look at: of each root function the slowest, and one that took about as long as half of them do.
///
/// Two trees for each root function, since any may be large; only whole ones, fragments not among them.
struct TypicalTrees {
    /// Of one root function.
    struct Root {
        let function: FunctionID
        fileprivate(set) var examples = Examples<(tree: CallTree, number: Int)>(slowest: 1, near: 1)
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
        roots[function, default: Root(function: function)].examples.add(duration) { (tree, number) }
    }

    /// Those with the most time, most first.
    func main(_ count: Int) -> [Root] {
        let order = roots.values.sorted {
            ($1.examples.times.sum, $0.function.index) < ($0.examples.times.sum, $1.function.index)
        }
        return Array(order.prefix(count))
    }
}
