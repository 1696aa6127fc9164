package import GraphParser

/// Single trees that are drawn for each root.
package enum TreePick: Equatable, Sendable {
    /// The one that is nearest to the median.
    case median
    /// So many, the slowest first.
    case slowest(Int)
    /// So many, the fastest first.
    case fastest(Int)
    /// The one of this number, from 1.
    case number(Int)

    /// At most so many of one root.
    package static let most = 100

    /// Reads `median`, `slowest`, `slowest:5`, `fastest:5` or `17`; nil for anything else.
    package init?(_ text: String) {
        if text == "median" {
            self = .median
            return
        }
        if let number = Int(text) {
            guard number > 0 else { return nil }
            self = .number(number)
            return
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard let word = parts.first, parts.count <= 2, let count = parts.count == 1 ? 1 : Int(parts[1]),
            (1...Self.most).contains(count)
        else { return nil }
        switch word {
        case "slowest": self = .slowest(count)
        case "fastest": self = .fastest(count)
        default: return nil
        }
    }
}

/// The extremes of each root's complete trees, which are numbered from 1 in the order in which they ended.
///
/// Keeps numbers and durations of as many trees as are asked for, for each root.
package struct TreeRanks {
    /// A tree of a root.
    package struct Place: Equatable, Sendable {
        /// Among the complete trees of the root, from 1.
        package let number: Int
        /// Of the root, in ns.
        package let ns: UInt64
    }

    /// A root's trees.
    package struct Root {
        /// How many.
        package internal(set) var count = 0
        /// Slowest first; of equal ones the earlier.
        package internal(set) var slowest: [Place] = []
        /// Fastest first.
        package internal(set) var fastest: [Place] = []
    }

    /// By the root's name in the source.
    package private(set) var roots: [String: Root] = [:]
    private let slowest: Int
    private let fastest: Int

    /// - Parameters:
    ///   - slowest: how many of each root are kept.
    ///   - fastest: likewise.
    package init(slowest: Int = 0, fastest: Int = 0) { (self.slowest, self.fastest) = (slowest, fastest) }

    mutating func add(_ duration: UInt64, of root: String) {
        roots[root, default: Root()].add(duration, slowest: slowest, fastest: fastest)
    }
}

extension TreeRanks.Root {
    fileprivate mutating func add(_ ns: UInt64, slowest most: Int, fastest least: Int) {
        count += 1
        let place = TreeRanks.Place(number: count, ns: ns)
        Self.insert(place, into: &slowest, atMost: most) { $0.ns > $1.ns }
        Self.insert(place, into: &fastest, atMost: least) { $0.ns < $1.ns }
    }

    private static func insert(
        _ place: TreeRanks.Place, into list: inout [TreeRanks.Place], atMost count: Int,
        isBefore: (TreeRanks.Place, TreeRanks.Place) -> Bool
    ) {
        if list.count >= count {
            guard let last = list.last, isBefore(place, last) else { return }
            list.removeLast()
        }
        list.insert(place, at: list.firstIndex { isBefore(place, $0) } ?? list.count)
    }
}

/// All complete trees as one, and the extremes of each root: what single trees are held against.
package struct TreeSurvey {
    /// All trees.
    package private(set) var merged = MergedTree()
    /// By root.
    package private(set) var ranks: TreeRanks
    private var names = RootNames()

    package init(_ ranks: TreeRanks = TreeRanks()) { self.ranks = ranks }

    package mutating func add(_ tree: CallTree) {
        merged.add(tree)
        if let root = names.name(of: tree) { ranks.add(tree.root.duration ?? 0, of: root) }
    }
}

/// The names in the source by which roots are known from one reading of a trace to the next, each made once.
struct RootNames {
    private var names: [FunctionID: String] = [:]

    /// Of a tree that is complete and no fragment; nil of others.
    mutating func name(of tree: CallTree) -> String? {
        guard tree.isComplete, !tree.root.isFragment else { return nil }
        if let known = names[tree.root.function] { return known }
        let name = tree.names[tree.root.function].baseName
        names[tree.root.function] = name
        return name
    }
}
