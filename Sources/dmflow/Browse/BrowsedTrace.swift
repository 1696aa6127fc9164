import GraphParser
import Reports

/// The trace that is browsed: all its trees merged, and single ones of one root at a time, for which it is read again.
///
/// In memory are the merged tree, and of the root that was asked for last its slowest trees and the one nearest to the median, as
/// ``PickedTrees`` holds them.
final class BrowsedTrace {
    /// So many of the slowest trees of a root can be looked at.
    static let slowest = 20

    private let trace: TraceOptions
    private let filter: TreeFilter
    private let map: LayerMap
    private let survey: TreeSurvey
    private let names: TraceNames
    /// What the reading of the merged tree found.
    let reading: TraceReading
    let selected: SelectedTrees
    private var root = ""
    private var held: (slowest: [PickedTree], median: PickedTree?) = ([], nil)

    /// Reads the trace.
    init(_ trace: TraceOptions, _ filter: TreeFilter, _ map: LayerMap) throws {
        (self.trace, self.filter, self.map) = (trace, filter, map)
        var survey = TreeSurvey(TreeRanks(slowest: Self.slowest))
        selected = SelectedTrees(filter, map: map, onTree: { survey.add($0) })
        reading = try trace.read(into: [selected])
        (self.survey, names) = (survey, reading.names)
    }

    /// As it is shown at first.
    func model(order: TreeOrder) -> BrowseModel {
        let notes = TreeNotes(survey.merged)
        let outline = Outline(survey.merged, names, map)
        var roots: [Int: String] = [:]
        for (row, node) in survey.merged.nodes.enumerated() where node.parent < 0 {
            roots[row] = names[node.function].baseName
        }
        let doubts = notes.doubts + [TextReport.doubts(reading.counts)].compactMap { $0 }
        return BrowseModel(
            FoldedOutline(outline, title: notes.content, by: order), roots: roots,
            name: trace.name.split(separator: "/").last.map(String.init) ?? trace.name, notes: doubts)
    }

    /// A tree of a root; nil if there is none.
    ///
    /// - Parameter progress: called now and then with bytes that were read, and all of them.
    func single(of root: String, _ wanted: BrowseModel.Wanted, progress: @escaping (Int, Int) -> Void) throws
        -> FoldedOutline?
    {
        if root != self.root { try load(root, progress) }
        let picked: PickedTree?
        let pick: TreePick
        switch wanted {
        case .slowest(let rank): (picked, pick) = (held.slowest.first { $0.rank == rank }, .slowest(rank))
        case .median: (picked, pick) = (held.median, .median)
        }
        guard let picked else { return nil }
        return FoldedOutline(
            Outline(picked.tree, beside: survey.merged, map),
            title: TreeNotes.title(of: picked, pick, survey), by: .first)
    }

    private func load(_ root: String, _ progress: @escaping (Int, Int) -> Void) throws {
        var slowest = PickedTrees(.slowest(Self.slowest), of: survey, names, only: root)
        var median = PickedTrees(.median, of: survey, names, only: root)
        let trees = SelectedTrees(filter, map: map) { tree in
            slowest.add(tree)
            median.add(tree)
        }
        try TraceFile.read(trace.file, into: [trees], progress: progress)
        (self.root, held) = (root, (slowest.trees, median.trees.first))
    }
}
