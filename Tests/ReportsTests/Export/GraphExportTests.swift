import GraphParser
import TestSupport
import Testing

@testable import Reports

@Suite struct GraphExportTests {
    /// Four of a kind, and one of a fragment that is not in it.
    private static let small = """
         0)               |  root() {
         0)   2.000 us    |    left();
         0)               |    right() {
         0)   1.000 us    |      left();
         0)   3.000 us    |    }
         0)   9.000 us    |  }
         0)   5.000 us    |  root();

        """

    // MARK: Folded

    @Test func stacksHaveTheirSelfTimes() throws {
        let file = try ExportReading.text(Self.small)
        let lines = try ExportReading.outputs(["folded"], of: file.path)[0].split(separator: "\n")
        #expect(lines == ["root 9000", "root;left 2000", "root;right 2000", "root;right;left 1000"])
    }

    /// All lines together are the durations of the roots of complete trees. Where a text has not the duration of one, it is what was
    /// measured below.
    @Test(arguments: Fixtures.traces + ["6.12/requests-graph.dat.xz"]) func stacksAddUpToTheRoots(fixture: String)
        throws
    {
        var (roots, below): (UInt64, UInt64) = (0, 0)
        var others = 0
        try TraceFile.read(
            Fixtures.path(fixture),
            into: [
                TreeAssembler(onTree: { tree in
                    guard tree.isComplete && !tree.root.isFragment else {
                        others += 1
                        return
                    }
                    roots += tree.root.duration ?? 0
                    if tree.root.duration == nil { below += tree.nodes.reduce(0) { $0 + $1.call.selfNs } }
                })
            ])
        let folded = try ExportReading.outputs(["folded"], of: Fixtures.path(fixture))[0]
        #expect(Self.sum(ofFolded: folded) == roots + below)
        let tree = try ExportReading.merged(Fixtures.path(fixture)).tree
        #expect(tree.totalNs == roots + below && tree.treesInDoubt + tree.fragments == others)
    }

    private static func sum(ofFolded text: String) -> UInt64 {
        text.split(separator: "\n").reduce(0) { $0 + UInt64($1.split(separator: " ").last!)! }
    }

    @Test func whatSeparatesFramesIsEscaped() throws {
        let file = try ExportReading.text(" 0)   1.000 us    |  a;b c();\n 0)   2.000 us    |  plain();\n")
        let folded = try ExportReading.outputs(["folded"], of: file.path)[0]
        // What the reader takes for a name stands as one frame.
        let frames = folded.split(separator: "\n").map { $0.split(separator: " ") }
        #expect(frames.allSatisfy { $0.count == 2 && !$0[0].contains(";") } && frames.last?[0] == "plain")
    }

    // MARK: Graph

    @Test(arguments: ["6.1/io.dat", "6.12/requests-graph.dat.xz", "6.1/io-lossy.txt", "5.10/create-load.txt"])
    func aGraphOfAnySizeHasTheSumsOfTheWhole(fixture: String) throws {
        let (tree, names) = try ExportReading.merged(Fixtures.path(fixture))
        for count in [0, 1, 5, 30, 1000] {
            for edges in [0, 20, 100_000] {
                let graph = CallGraph(
                    tree, names: names, map: .builtin, limits: CallGraph.Limits(functions: count, edges: edges))
                expectWhole(graph, of: tree)
                #expect(graph.nodes.filter { $0.functions == 1 }.count <= max(count, tree.nodes.count))
            }
        }
    }

    private func expectWhole(_ graph: CallGraph, of tree: MergedTree) {
        #expect(graph.nodes.reduce(0) { $0 + $1.selfNs } == tree.totalNs)
        #expect(graph.nodes.reduce(0) { $0 + $1.calls } == tree.nodes.reduce(tree.leftOut) { $0 + $1.calls })
        #expect(graph.nodes.reduce(0) { $0 + $1.totalNs } >= graph.totalNs)
        for (place, node) in graph.nodes.enumerated() {
            #expect(graph.edges.filter { $0.to == place }.reduce(node.rootCalls) { $0 + $1.calls } == node.calls)
        }
        #expect(Set(graph.edges.map { [$0.from, $0.to] }).count == graph.edges.count)
    }

    @Test func edgesAreBounded() throws {
        // Forty functions that all call each other.
        var text = ""
        for caller in 0..<40 {
            text += " 0)               |  f\(caller)() {\n"
            for callee in 0..<40 { text += " 0)   1.000 us    |    f\(callee)();\n" }
            text += " 0) 100.000 us    |  }\n"
        }
        let file = try ExportReading.text(text)
        let (tree, names) = try ExportReading.merged(file.path)
        let graph = CallGraph(tree, names: names, map: .builtin, limits: .init(functions: 60, edges: 300))
        #expect(graph.edges.count <= 300 && graph.edges.count > 1)
        expectWhole(graph, of: tree)
    }

    @Test(arguments: ["dot", "mermaid"]) func aGraphSaysWhatIsInIt(format: String) throws {
        let file = try ExportReading.text(Self.small)
        let text = try ExportReading.outputs([format], of: file.path)[0]
        #expect(text.contains("calls=2") && text.contains("self_ns=9000") || text.contains("calls=2 self_ns=9000"))
        #expect(text.contains(format == "dot" ? "n0 -> n1" : "n0 -->"))
        #expect(text.contains("14.00 us"))
    }

    /// Names that mean something to one of the formats: none is shown as it is.
    @Test(arguments: [
        #"a"];x[label="b"#, #"end\"#, "%%{init:{}}%%", "a&quot;b", "<script>", "`**a**`", "subgraph", "a#35;b", "x-->y",
    ]) func hostileNamesStayInTheirQuotes(name: String) throws {
        let file = try ExportReading.text(" 0)   1.000 us    |  \(name)();\n 0)   2.000 us    |  plain();\n")
        let written = try ExportReading.outputs(["dot", "mermaid"], of: file.path)
        let dot = written[0].split(separator: "\n")
        #expect(dot.allSatisfy { $0.filter { $0 == "\"" }.count.isMultiple(of: 2) || $0.contains(#"\""#) })
        for line in written[1].split(separator: "\n") where line.contains("[\"") {
            let label = line[line.firstIndex(of: "\"")!...line.lastIndex(of: "\"")!].dropFirst().dropLast()
            let shown = label.replacing("<br/>", with: "").replacing(/#[0-9]+;/, with: "")
            #expect(!shown.contains { "\"<>`%{}[]#&\\".contains($0) }, "\(line)")
        }
    }

    // MARK: Calls without room

    /// The time of calls beyond the nodes that there may be stays at their callers.
    @Test func callsWithoutRoomKeepTheirTime() throws {
        var text = " 0)               |  root() {\n"
        let count = MergedTree.maxNodes + 10
        for number in 0..<count { text += " 0)   1.000 us    |    f\(number)();\n" }
        text += " 0) 99999.000 us |  }\n 0)   7.000 us    |  late();\n"
        let file = try ExportReading.text(text)
        let (tree, names) = try ExportReading.merged(file.path)
        #expect(tree.nodes.count == MergedTree.maxNodes && tree.leftOut == 12)
        #expect(tree.nodes[0].further == .init(11, 11_000) && tree.further == .init(1, 7000))
        #expect(tree.totalNs == 99_999_000 + 7000)
        let folded = try ExportReading.outputs(["folded"], of: file.path)[0]
        #expect(Self.sum(ofFolded: folded) == tree.totalNs)
        #expect(
            folded.contains("\nroot;(further\\x20calls) 11000\n") && folded.hasSuffix("\n(further\\x20calls) 7000\n"))
        let graph = CallGraph(tree, names: names, map: .builtin, limits: .init(functions: 60, edges: 300))
        expectWhole(graph, of: tree)
        #expect(tree.omissions.count == 1)
    }
}

extension MergedTree.Further {
    fileprivate init(_ calls: Int, _ selfNs: UInt64) {
        self.init()
        (self.calls, self.selfNs) = (calls, selfNs)
    }
}
