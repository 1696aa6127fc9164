import Testing

@testable import Gate

/// Calls of several captures as one forest.
@Suite struct CallForestTests {
    @Test func aWayOfCallingIsOneNodeWithASideForEachCapture() {
        let one = [call("root", 10), call("a", 10, depth: 1), call("b", 20, depth: 1, each: 2)]
        let other = [call("root", 5), call("b", 10, depth: 1, each: 2), call("c", 5, depth: 1)]
        let forest = CallForest(trees: [one, other])
        #expect(forest.nodes.map(\.function) == ["root", "a", "b", "c"])
        #expect(forest.nodes.map { $0.sides.map { $0?.calls } } == [[10, 5], [10, nil], [20, 10], [nil, 5]])
        #expect(forest.nodes.map(\.parent) == [nil, 0, 0, 0])
        #expect(forest.way(to: 2) == ["root", "b"])
    }

    @Test func theSameNameElsewhereIsAnotherNode() {
        let calls = [
            call("root", 1), call("a", 1, depth: 1), call("x", 1, depth: 2), call("b", 1, depth: 1),
            call("x", 1, depth: 2),
        ]
        #expect(CallForest(trees: [calls]).nodes.map(\.function) == ["root", "a", "x", "b", "x"])
    }

    @Test func anyOrderOfCallsIsTheSameForest() {
        let sorted = [call("root", 1), call("a", 1, depth: 1), call("b", 1, depth: 1)]
        let other = [call("root", 1), call("b", 1, depth: 1), call("a", 1, depth: 1)]
        #expect(CallForest(trees: [sorted]).nodes.map(\.function) == CallForest(trees: [other]).nodes.map(\.function))
    }
}

/// Calls of which each of the caller makes as many.
func call(_ function: String, _ calls: Int, depth: Int = 0, each: Int = 1, layer: String = "dm", selfNs: Double = 100)
    -> CallNode
{
    CallNode(
        depth: depth, function: function, layer: layer, calls: calls, callersWith: calls / each, fewest: each,
        most: each, selfNs: selfNs)
}
