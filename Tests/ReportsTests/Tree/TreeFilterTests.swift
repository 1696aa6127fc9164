import GraphParser
import TestSupport
import Testing

@testable import Reports

/// Which trees a filter admits, held against the trees of the whole trace.
@Suite struct TreeFilterTests {
    private func admitted(_ fixture: String, _ set: (inout TreeFilter) -> Void) throws -> [CallTree] {
        var filter = TreeFilter()
        set(&filter)
        var trees: [CallTree] = []
        let selected = SelectedTrees(filter, map: .builtin, onTree: { trees.append($0) })
        try TraceFile.read(Fixtures.path(fixture), into: [selected])
        #expect(selected.admitted == trees.count && selected.seen >= trees.count)
        return trees
    }

    private func expect(
        _ fixture: String, _ set: (inout TreeFilter) -> Void, admits: (CallTree) -> Bool,
        _ place: SourceLocation = #_sourceLocation
    ) throws {
        let expected = try Fixtures.reading(fixture).trees.filter(admits)
        let found = try admitted(fixture, set)
        #expect(found.map(outline) == expected.map(outline), sourceLocation: place)
        #expect(!expected.isEmpty, "shows nothing", sourceLocation: place)
    }

    private func outline(_ tree: CallTree) -> String {
        "\(tree.root.tid ?? -1) \(tree.root.start ?? 0) "
            + tree.nodes.map { "\(tree.names[$0.call.function]) \($0.level)" }.joined(separator: ",")
    }

    @Test func eachPartAdmitsWhatItSays() throws {
        let fixture = "5.10/create-load.dat"
        let trace = try Fixtures.reading(fixture)
        let first = trace.trees.compactMap(\.root.start).min()!
        func root(_ tree: CallTree) -> String { tree.names[tree.root.function].name }
        let names = Set(trace.trees.map(root))
        let one = names.sorted()[0]
        try expect(fixture, { $0.roots = [one] }, admits: { root($0) == one })
        try expect(fixture, { $0.roots = ["*"] }, admits: { _ in true })
        let glob = "\(one.prefix(3))*"
        try expect(fixture, { $0.roots = [glob, "none"] }, admits: { root($0).hasPrefix(one.prefix(3)) })
        let function = trace.trees.flatMap(\.nodes).map { trace.names[$0.call.function].name }.sorted().last!
        try expect(
            fixture, { $0.functions = [function] },
            admits: { tree in tree.nodes.contains { tree.names[$0.call.function].name == function } })
        try expect(
            fixture, { $0.layers = ["lock"] },
            admits: { tree in
                tree.nodes.contains {
                    LayerMap.builtin.layers[LayerMap.builtin.layer(of: tree.names[$0.call.function])] == "lock"
                }
            })
        let tid = trace.trees.compactMap(\.root.tid).first!
        try expect(fixture, { $0.tasks = ["\(tid)"] }, admits: { $0.root.tid == tid })
        let comm = trace.names.comm(of: tid)!
        try expect(
            fixture, { $0.tasks = ["\(comm.prefix(2))*"] },
            admits: { $0.root.tid.flatMap(trace.names.comm)?.hasPrefix(comm.prefix(2)) == true })
        try expect(fixture, { $0.tasks = ["\(comm)-\(tid)"] }, admits: { $0.root.tid == tid })
        let cpu = trace.trees[0].root.cpu
        try expect(fixture, { $0.cpus = [cpu] }, admits: { $0.root.cpu == cpu })
        let median = trace.trees.compactMap(\.root.duration).sorted()[trace.trees.count / 2]
        try expect(fixture, { $0.leastNs = median }, admits: { $0.root.duration ?? 0 >= median })
        let later = trace.trees.compactMap(\.root.start).sorted()[trace.trees.count / 2]
        try expect(fixture, { $0.startNs = (later - first)...UInt64.max }, admits: { $0.root.start! >= later })
        try expect(fixture, { $0.startNs = 0...(later - first) }, admits: { $0.root.start! <= later })
    }

    @Test func partsHoldTogether() throws {
        let all = try admitted("6.1/requests-graph.dat.xz") { _ in }
        let some = try admitted("6.1/requests-graph.dat.xz") {
            ($0.roots, $0.cpus, $0.leastNs) = (["dm_*"], [1], 200_000)
        }
        let expected = all.filter {
            $0.names[$0.root.function].name.hasPrefix("dm_") && $0.root.cpu == 1 && $0.root.duration ?? 0 >= 200_000
        }
        #expect(some.map(outline) == expected.map(outline) && !some.isEmpty && some.count < all.count)
    }

    @Test(arguments: [
        ("dm_*", "dm_mq_queue_rq", true), ("dm_*", "map_request", false), ("f", "f", true), ("f", "ff", false),
        ("?_*", "a_b", true), ("* [dm_mod]", "x [dm_mod]", true), ("* [dm_mod]", "x [dm_mop]", false),
        ("x [d]", "x d", false), ("a\\*", "a\\b", true), ("*", "", true),
    ]) func globsAreThoseOfAShellWithoutBrackets(pattern: String, name: String, matches: Bool) {
        #expect(isGlob(pattern, matching: name) == matches)
    }

    // MARK: Requests

    /// Of one request, the trees are those that ``RequestTrees`` finds for it.
    @Test(arguments: ["6.1", "6.12", "5.10"]) func treesOfARequestAreThoseThatAreDrawnOfIt(kernel: String) throws {
        let path = Fixtures.path("\(kernel)/requests-graph.dat.xz")
        var requests: [Request] = []
        let recorder = CallRecorder()
        try TraceFile.read(path, into: [recorder, RequestAnalyzer { requests.append($0) }])
        #expect(requests.count > 10)
        for request in requests.prefix(15) {
            let finder = RequestTrees(request)
            try TraceFile.read(path, into: [finder])
            var moments = RequestMoments()
            moments.add(request)
            moments.sort()
            let found = recorder.trees.filter { moments.isTheirs($0) }
            let ordered = found.sorted { ($0.root.start ?? 0) < ($1.root.start ?? 0) }
            #expect(ordered.map(outline) == finder.trees.map(outline), "request \(request.id)")
        }
    }

    @Test func treesOfAPathAreThoseOfItsRequests() throws {
        let path = Fixtures.path("6.1/requests-graph.dat.xz")
        let (one, other) = (PathMoments("sda"), PathMoments("sdb"))
        try TraceFile.read(path, into: [one, other])
        #expect(one.requests > 0 && other.requests > 0)
        let all = try Fixtures.reading("6.1/requests-graph.dat.xz").trees
        for finder in [one, other] {
            let found = try admitted("6.1/requests-graph.dat.xz") { $0.moments = finder.moments }
            #expect(!found.isEmpty && found.count < all.count)
        }
        #expect(PathMoments("nosuch").requests == 0)
    }
}
