import GraphParser
import TestSupport
import Testing

@testable import Reports

@Suite struct TreePlacementTests {
    /// Only where an interrupt came between a call's begin and its entry does it not fit where it was written down.
    @Test(arguments: ["6.1/requests-graph.dat.xz", "6.12/requests-graph.dat.xz", "7.3/io.dat"])
    func fewCallsAreMoved(fixture: String) throws {
        var moves: [UInt64] = []
        let assembler = TreeAssembler(onTree: { tree in
            let placement = TreePlacement(tree, from: 0)
            for (node, place) in zip(tree.nodes, placement.places) {
                guard let start = node.call.start else { continue }
                moves.append(max(start, place.start) - min(start, place.start))
            }
        })
        try TraceFile.read(Fixtures.path(fixture), into: [assembler])
        #expect(moves.count > 100)
        #expect(moves.count { $0 > 0 } < moves.count / 50)
    }
}
