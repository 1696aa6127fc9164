import GraphParser
import TestSupport
import Testing

@testable import Reports

/// A tree cut down is the same sums, however little of it is shown.
@Suite struct PrunedTreeTests {
    private static func random(_ count: Int, _ source: inout SystemlessRandom) -> [PrunedTree.Node] {
        (0..<count).map { index in
            let parent = index == 0 || source.next(10) == 0 ? -1 : Int(source.next(UInt64(index)))
            return PrunedTree.Node(
                parent: parent, function: FunctionID(index: Int32(source.next(12) + 1)), calls: Int(source.next(5)),
                totalNs: source.next(100), selfNs: source.next(4) == 0 ? source.next(1_000_000) : source.next(40))
        }
    }

    private static func selves(_ nodes: [PrunedTree.Node]) -> UInt64 { nodes.reduce(0) { $0 + $1.selfNs } }
    private static func calls(_ nodes: [PrunedTree.Node]) -> Int { nodes.reduce(0) { $0 + $1.calls + $1.callsBelow } }

    @Test(arguments: [(1, 1), (2, 1), (40, 5), (400, 20), (400, 399), (400, 400), (3000, 50)])
    func sumsStayExact(count: Int, limit: Int) {
        for seed in 0..<20 as Range<UInt64> {
            var source = SystemlessRandom(seed)
            let whole = Self.random(count, &source)
            let pruned = PrunedTree(whole, PrunedTree.Limits(nodes: limit, members: 3))
            let nodes = pruned.nodes
            #expect(Self.selves(nodes) == Self.selves(whole))
            #expect(Self.calls(nodes) == Self.calls(whole))
            // Each caller can have one group, with its members, beside what is shown; and a root's.
            #expect(nodes.count <= limit + (limit + 1) * 5)
            // A caller stands before its calls, and members below what they are members of.
            for (index, node) in nodes.enumerated() {
                #expect(node.parent < index)
                if node.kind == .member || node.kind == .others { #expect(nodes[node.parent].kind == .smaller) }
                if node.kind == .call, node.parent >= 0 { #expect(nodes[node.parent].kind == .call) }
            }
            #expect(pruned.wholeCount == count)
            if limit >= count { #expect(nodes.count == whole.count) }
        }
    }

    /// Nothing that is one node has more time than what has a node of its own beside it.
    @Test func theLargestAreShown() {
        var source = SystemlessRandom(11)
        var whole = [PrunedTree.Node(parent: -1, function: FunctionID(index: 1), calls: 1, totalNs: 0, selfNs: 0)]
        for index in 1..<100 as Range<Int32> {
            let ns = source.next(1_000_000)
            whole.append(
                PrunedTree.Node(parent: 0, function: FunctionID(index: index), calls: 1, totalNs: ns, selfNs: ns))
        }
        let pruned = PrunedTree(whole, PrunedTree.Limits(nodes: 11, members: 4))
        func times(_ kind: PrunedTree.Kind) -> [UInt64] {
            pruned.nodes.filter { $0.kind == kind && $0.parent >= 0 }.map { $0.selfNs }
        }
        let (shown, members) = (times(.call), times(.member))
        #expect(shown.count == 10 && members.count == 4)
        #expect(shown.min()! >= members.max()! && members == members.sorted(by: >))
        let others = pruned.nodes.first { $0.kind == PrunedTree.Kind.others }
        #expect(others?.parts == 85)
    }

    @Test(arguments: ["6.1/requests-graph.dat.xz", "6.1/io.dat", "5.10/stacks.dat", "7.3/create-load.dat"])
    func ofRealTreesToo(fixture: String) throws {
        let merger = TreeMerger()
        var singles = 0
        let check = TreeAssembler(onTree: { tree in
            let pruned = PrunedTree(tree)
            #expect(Self.calls(pruned.nodes) == tree.nodes.count)
            if tree.isComplete {
                #expect(Self.selves(pruned.nodes) == tree.root.duration)
                singles += 1
            }
        })
        try TraceFile.read(Fixtures.path(fixture), into: [merger, check])
        let nodes = PrunedTree(merger.tree).nodes
        let whole = merger.tree.nodes
        let selves = whole.reduce(0 as UInt64) { $0 + $1.selves.sum }
        let roots = whole.filter { $0.parent < 0 }.reduce(0 as UInt64) { $0 + $1.durations.sum }
        #expect(Self.selves(nodes) == selves && selves == roots)
        #expect(singles > 0)
    }
}

/// The same numbers each time.
struct SystemlessRandom {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

    mutating func next(_ limit: UInt64) -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state % limit
    }
}
