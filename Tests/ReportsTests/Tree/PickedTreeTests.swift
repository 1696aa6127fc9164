import Foundation
import GraphParser
import TestSupport
import Testing

@testable import Reports

/// Single trees of each root, and what is said of them beside what is usual.
@Suite struct PickedTreeTests {
    @Test(
        arguments: [
            ("median", TreePick.median), ("slowest", .slowest(1)), ("slowest:5", .slowest(5)),
            ("fastest:100", .fastest(100)),
            ("17", .number(17)), ("slowest:101", nil), ("slowest:0", nil), ("0", nil), ("-1", nil), ("slowest:", nil),
            ("slowest:1:2", nil), ("median:1", nil), ("", nil), ("Slowest", nil),
        ] as [(String, TreePick?)]) func picksAreReadAsTheyAreWritten(text: String, pick: TreePick?)
    {
        #expect(TreePick(text) == pick)
    }

    private static let fixture = "6.1/requests-graph.dat.xz"

    /// By root: its complete trees in the order of their ends.
    private func roots() throws -> [String: [CallTree]] {
        Dictionary(grouping: try Fixtures.reading(Self.fixture).trees.filter { $0.isComplete && !$0.root.isFragment }) {
            $0.names[$0.root.function].baseName
        }
    }

    private func pick(_ pick: TreePick) throws -> [PickedTree] {
        let trace = try Fixtures.reading(Self.fixture)
        var survey = TreeSurvey(TreeRanks(pick))
        for one in trace.trees { survey.add(one) }
        var picked = PickedTrees(pick, of: survey, trace.names)
        for one in trace.trees { picked.add(one) }
        #expect(picked.leftOut == 0)
        return picked.trees
    }

    @Test func theSlowestAndFastestAreThoseOfEachRoot() throws {
        let roots = try roots()
        let (slowest, fastest) = (try pick(.slowest(5)), try pick(.fastest(3)))
        for (root, trees) in roots {
            let sorted = trees.compactMap(\.root.duration).sorted()
            let own = slowest.filter { $0.root == root }
            #expect(own.compactMap(\.tree.root.duration) == Array(sorted.reversed().prefix(5)))
            #expect(own.map(\.rank) == Array(1...min(5, trees.count)))
            #expect(own.allSatisfy { trees[$0.number - 1].root.start == $0.tree.root.start })
            #expect(fastest.filter { $0.root == root }.compactMap(\.tree.root.duration) == Array(sorted.prefix(3)))
        }
        #expect(roots.count == 5 && slowest.count == roots.values.reduce(0) { $0 + min(5, $1.count) })
    }

    @Test func theMedianIsNearIt() throws {
        let roots = try roots()
        for picked in try pick(.median) {
            let sorted = roots[picked.root]!.compactMap(\.root.duration).sorted()
            let (median, duration) = (sorted[(sorted.count - 1) / 2], picked.tree.root.duration!)
            #expect(Double(max(median, duration) - min(median, duration)) <= Double(median) / 100)
        }
    }

    @Test func aNumberIsThatOfEachRoot() throws {
        let roots = try roots()
        let picked = try pick(.number(17))
        #expect(picked.count == roots.count)
        for one in picked { #expect(roots[one.root]![16].root.start == one.tree.root.start) }
        #expect(try pick(.number(1_000_000)).isEmpty)
    }

    // MARK: Beside the usual

    @Test func whatTookLongerThanUsuallyIsMarkedAndWhatIsSeldomToo() throws {
        func tree(_ slow: Bool) -> String {
            """
             0)   t-1    |               |  f() {
             0)   t-1    |   \(slow ? 90 : 1).000 us    |    g();
             0)   t-1    |   1.000 us    |    h();
            \(slow ? " 0)   t-1    |   30.000 us   |    rare();\n" : "")\
             0)   t-1    |   \(slow ? 130 : 4).000 us    |  }

            """
        }
        let text = String(repeating: tree(false), count: 20) + tree(true)
        let trace = try RecordedTrace(text: text)
        var merged = MergedTree()
        for one in trace.trees { merged.add(one) }
        let outline = Outline(trace.trees[20], beside: merged, .builtin)
        #expect(outline.rows.map(\.factor) == ["32x", "89x", "", ""])
        #expect(outline.rows.map(\.note) == ["", "", "", "seldom: 1 of 21"])
        // Percentiles are within a percent.
        for (typical, usual) in zip(outline.rows.map(\.typicalNs), [4000, 1000, 1000, 30_000] as [Double]) {
            #expect(abs(Double(typical ?? 0) - usual) <= usual / 100)
        }
        let usual = Outline(trace.trees[3], beside: merged, .builtin)
        #expect(usual.rows.allSatisfy { $0.factor.isEmpty && $0.note.isEmpty })
    }

    // MARK: Golden

    /// A golden file that is missing is written, and the test fails: read it before you commit it.
    @Test func looksAsGolden() throws {
        let trace = try Fixtures.reading(Self.fixture)
        var text: [UInt8] = []
        func add(_ title: String, _ outline: Outline, _ limits: OutlineText.Limits, _ order: TreeOrder) {
            text += Array("# \(title)\n".utf8)
            OutlineText(outline, style: .plain).render(limits, by: order, into: &text)
        }
        var (survey, callers) = (TreeSurvey(TreeRanks(slowest: 2)), CallerTree(FunctionPatterns(["try_to_wake_up"])))
        var callees = CalleeTree(FunctionPatterns(["scsi_queue_rq"]))
        for tree in trace.trees {
            survey.add(tree)
            callers.add(tree)
            callees.add(tree)
        }
        let limits = OutlineText.Limits(depth: 6, thresholdNs: 100_000)
        add(
            TreeNotes(survey.merged).lines.joined(separator: "\n# "), Outline(survey.merged, trace.names, .builtin),
            limits, .total)
        add(
            TreeNotes(callers).lines.joined(separator: "\n# "), Outline(callers, trace.names, .builtin), .init(), .total
        )
        add(
            TreeNotes(callees).lines.joined(separator: "\n# "), Outline(callees.merged, trace.names, .builtin),
            .init(depth: 3), .own)
        var picked = PickedTrees(.slowest(2), of: survey, trace.names)
        for one in trace.trees { picked.add(one) }
        for one in picked.trees.prefix(2) {
            let outline = Outline(one.tree, beside: survey.merged, .builtin)
            add(TreeNotes.title(of: one, .slowest(2), survey), outline, .init(thresholdNs: 5000), .first)
        }
        let url = Fixtures.directory.appending(path: Self.fixture + ".merged.golden")
        let drawn = String(decoding: text, as: UTF8.self)
        guard let golden = try? String(contentsOf: url, encoding: .utf8) else {
            try Data(drawn.utf8).write(to: url)
            Issue.record("\(url.lastPathComponent) was missing and has been recorded; read it")
            return
        }
        #expect(drawn == golden, "differs; if the change is meant, remove the golden file and run again")
    }
}
