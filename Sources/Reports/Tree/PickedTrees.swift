package import GraphParser

/// A tree that was picked out of all of its root.
package struct PickedTree {
    package let tree: CallTree
    /// The root's name in the source.
    package let root: String
    /// Among the root's complete trees, from 1.
    package let number: Int
    /// Its place among those that were picked of the root, from 1.
    package internal(set) var rank = 1
}

/// Picks trees, on a second pass over the trace that a ``TreeSurvey`` is of, with the same filter.
///
/// The trees that it picks are held in memory, up to ``maxCalls`` calls.
package struct PickedTrees {
    /// More calls than these are not held in all: the trees that have them are counted in ``leftOut``.
    package static let maxCalls = 1_000_000

    private let pick: TreePick
    private let survey: TreeSurvey
    /// Only these roots; nil for all.
    private let only: String?
    private var names = RootNames()
    private var counts: [String: Int] = [:]
    private var held: [String: [PickedTree]] = [:]
    private var calls = 0
    /// Those with the most time first.
    private var roots: [String] = []
    private var medians: [String: UInt64] = [:]
    /// Trees that were to be picked, and for which there was no room.
    package private(set) var leftOut = 0

    /// - Parameters:
    ///   - survey: of a first pass.
    ///   - names: those of the survey's functions.
    ///   - only: a root whose trees are picked; nil for all.
    package init(_ pick: TreePick, of survey: TreeSurvey, _ names: TraceNames, only: String? = nil) {
        (self.pick, self.survey, self.only) = (pick, survey, only)
        let tops = survey.merged.nodes.filter { $0.parent < 0 }.sorted { $0.durations.sum > $1.durations.sum }
        for top in tops {
            let root = names[top.function].baseName
            roots.append(root)
            if pick == .median { medians[root] = top.durations.percentiles([0.5])[0] }
        }
    }

    package mutating func add(_ tree: CallTree) {
        guard let root = names.name(of: tree), only == nil || root == only else { return }
        let number = (counts[root] ?? 0) + 1
        counts[root] = number
        var picked = PickedTree(tree: tree, root: root, number: number)
        switch pick {
        case .number(let wanted): if number == wanted { hold(picked) }
        case .slowest: rank(&picked, among: survey.ranks.roots[root]?.slowest)
        case .fastest: rank(&picked, among: survey.ranks.roots[root]?.fastest)
        case .median:
            guard distance(tree, root) < held[root].map({ distance($0[0].tree, root) }) ?? .max else { return }
            calls -= held.removeValue(forKey: root)?[0].tree.nodes.count ?? 0
            hold(picked)
        }
    }

    private mutating func rank(_ picked: inout PickedTree, among places: [TreeRanks.Place]?) {
        guard let place = places?.firstIndex(where: { $0.number == picked.number }) else { return }
        picked.rank = place + 1
        hold(picked)
    }

    private mutating func hold(_ picked: PickedTree) {
        guard calls + picked.tree.nodes.count <= Self.maxCalls else {
            leftOut += 1
            return
        }
        calls += picked.tree.nodes.count
        held[picked.root, default: []].append(picked)
    }

    private func distance(_ tree: CallTree, _ root: String) -> UInt64 {
        let (duration, median) = (tree.root.duration ?? 0, medians[root] ?? 0)
        return max(duration, median) - min(duration, median)
    }

    /// Root after root, those with the most time first; of each in the order of the ranks.
    package var trees: [PickedTree] {
        roots.flatMap { (held[$0] ?? []).sorted { $0.rank < $1.rank } }
    }
}
