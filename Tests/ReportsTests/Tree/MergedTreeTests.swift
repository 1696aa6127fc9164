import GraphParser
import TestSupport
import Testing

@testable import Reports

/// All calls as one tree, their callers and what they call: every sum is the report's.
@Suite struct MergedTreeTests {
    private struct Sum: Equatable {
        var calls = 0
        var totalNs: UInt64 = 0
        var selfNs: UInt64 = 0
    }

    // MARK: Against the report

    /// What is in no tree that is whole is told by root, so that together they are the report's.
    @Test(arguments: Fixtures.traces) func rootsAreThoseOfTheReport(fixture: String) throws {
        let trace = try Fixtures.reading(fixture)
        // What has no duration has no latency.
        let trees = trace.trees.filter { $0.root.duration != nil || $0.root.confidence != .complete }
        var tree = MergedTree()
        for one in trees { tree.add(one) }
        var sums: [String: Sum] = [:]
        for node in tree.nodes where node.parent < 0 {
            sums[trace.names[node.function].baseName] = Sum(calls: node.calls, totalNs: node.durations.sum)
        }
        for (root, doubt) in tree.rootsInDoubt {
            sums[trace.names[root].baseName, default: Sum()].calls += doubt.calls
            sums[trace.names[root].baseName, default: Sum()].totalNs += doubt.ns
        }
        var expected: [String: Sum] = [:]
        for root in try makeReport(Fixtures.path(fixture)).roots where !root.fragment {
            expected[baseName(root.function), default: Sum()].calls += root.calls
            expected[baseName(root.function), default: Sum()].totalNs += root.latency.sumNs
        }
        #expect(sums == expected)
        let whole = trees.count { $0.isComplete && !$0.root.isFragment }
        #expect(whole + tree.treesInDoubt + tree.fragments == trees.count)
    }

    @Test(arguments: Fixtures.traces) func callersOfEachFunctionHaveItsSums(fixture: String) throws {
        let trace = try Fixtures.reading(fixture)
        var tree = CallerTree(FunctionPatterns(["*"]))
        for one in trace.trees { tree.add(one) }
        var sums: [String: Sum] = [:]
        for node in tree.merged.nodes where node.parent < 0 {
            sums[trace.names[node.function].baseName] = Sum(
                calls: node.calls, totalNs: node.durations.sum, selfNs: node.selves.sum)
        }
        #expect(sums == (try functions(fixture)))
        #expect(tree.inDoubt == trace.calls.count { $0.confidence != .complete })
        addUp(Outline(tree, trace.names, .builtin))
    }

    @Test(arguments: Fixtures.traces) func whatFunctionsCallIsOfAllTheirCalls(fixture: String) throws {
        let trace = try Fixtures.reading(fixture)
        var tree = CalleeTree(FunctionPatterns(["*"]))
        for one in trace.trees { tree.add(one) }
        var sums: [String: Sum] = [:]
        for node in tree.merged.nodes where node.parent < 0 {
            sums[trace.names[node.function].baseName] = Sum(
                calls: node.calls, totalNs: node.durations.sum, selfNs: node.selves.sum)
        }
        var expected: [String: Sum] = [:]
        for call in trace.calls where call.isWhole {
            let name = trace.names[call.function].baseName
            expected[name, default: Sum()].calls += 1
            expected[name, default: Sum()].totalNs += call.duration ?? 0
            expected[name, default: Sum()].selfNs += call.selfNs
        }
        #expect(sums == expected)
        #expect(tree.inDoubt == trace.calls.count { !$0.isWhole })
        if tree.inDoubt == 0 { #expect(sums == (try functions(fixture))) }
    }

    private func functions(_ fixture: String) throws -> [String: Sum] {
        var sums: [String: Sum] = [:]
        for function in try makeReport(Fixtures.path(fixture)).functions {
            sums[baseName(function.function), default: Sum()].calls += function.calls
            sums[baseName(function.function), default: Sum()].totalNs += function.totalNs
            sums[baseName(function.function), default: Sum()].selfNs += function.selfNs
        }
        return sums
    }

    private func baseName(_ name: String) -> String { Function(name: name, module: nil).baseName }

    private func makeReport(_ path: String) throws -> Report {
        let builder = SummaryBuilder(map: .builtin)
        let reading = try TraceFile.read(path, into: [builder])
        return Report(builder.summary(source: reading.source, counts: reading.counts))
    }

    // MARK: Sums

    /// Of a trace.dat, whose times are not rounded: what calls spent in themselves and below is their time.
    @Test(arguments: Fixtures.datTraces) func timesOfEachRowAddUp(fixture: String) throws {
        let trace = try Fixtures.reading(fixture)
        var tree = MergedTree()
        for one in trace.trees { tree.add(one) }
        addUp(Outline(tree, trace.names, .builtin))
    }

    /// With room for few ways only, what is left out is a row, and sums stay what they are.
    @Test(arguments: [1, 2, 3, 10, 40]) func whatThereIsNoRoomForIsARow(limit: Int) throws {
        let trace = try Fixtures.reading("6.1/io.dat")
        var (tree, callers) = (MergedTree(limit: limit), CallerTree(FunctionPatterns(["*"]), limit: limit))
        for one in trace.trees {
            tree.add(one)
            callers.add(one)
        }
        let outline = Outline(tree, trace.names, .builtin)
        #expect(tree.nodes.count == limit && tree.leftOut > 0)
        #expect(tree.nodes.reduce(0) { $0 + $1.calls } + tree.leftOut == trace.trees.reduce(0) { $0 + $1.nodes.count })
        addUp(outline)
        #expect(outline.rows.contains { outline.labels[$0.label].text == "(ways for which there was no room)" })
        #expect(TreeNotes(tree).doubts.contains { $0.hasPrefix("more than ") })
        addUp(Outline(callers, trace.names, .builtin))
        // Each call is in a row on the left, or has been left out.
        let calls = callers.merged.nodes.filter { $0.parent < 0 }.reduce(0) { $0 + $1.calls }
        #expect(calls <= trace.calls.count && callers.merged.leftOut > 0)
    }

    /// Rows below one have its sums: of callers all of them, else its time without its own.
    private func addUp(_ outline: Outline) {
        for (index, row) in outline.rows.enumerated() where outline.hasRows(below: index) {
            let below = outline.rows(below: index).map { outline.rows[$0] }
            let sum = below.reduce(0 as UInt64) { $0 + $1.totalNs }
            switch outline.kind {
            case .callers:
                #expect(below.reduce(0) { $0 + $1.calls } == row.calls)
                #expect(sum == row.totalNs && below.reduce(0 as UInt64) { $0 + $1.selfNs } == row.selfNs)
            case .merged, .single: #expect(sum + row.selfNs == row.totalNs)
            }
        }
    }

    /// Recursion: a call is on the left and below the one that it is in, and told.
    @Test func aFunctionThatCallsItselfIsThereTwice() throws {
        let trace = try RecordedTrace(
            text: """
                 0)   t-1    |               |  f() {
                 0)   t-1    |               |    g() {
                 0)   t-1    |   1.000 us    |      f();
                 0)   t-1    |   3.000 us    |    }
                 0)   t-1    |   7.000 us    |  }

                """)
        var (callers, callees) = (CallerTree(FunctionPatterns(["f"])), CalleeTree(FunctionPatterns(["f"])))
        for tree in trace.trees {
            callers.add(tree)
            callees.add(tree)
        }
        #expect(
            draw(Outline(callees.merged, trace.names, .builtin)) == [
                "2 8.000 us f", "1 3.000 us   g", "1 1.000 us     f",
            ])
        #expect(callees.nested == 1)
        #expect(
            draw(Outline(callers, trace.names, .builtin)) == [
                "2 8.000 us f", "1 1.000 us   g", "1 1.000 us     f", "1 7.000 us   (no caller recorded)",
            ])
    }

    private func draw(_ outline: Outline) -> [String] {
        var text: [UInt8] = []
        OutlineText(outline, style: .plain).render(by: .first, into: &text)
        return String(decoding: text, as: UTF8.self).split(separator: "\n").dropFirst().map { line in
            let fields = line.split(separator: " ")
            return "\(fields[0]) \(fields[1]) \(fields[2]) \(line.dropFirst(47))"
        }
    }

    // MARK: Folding

    /// What depth and threshold hide is a line with its sums: each level has the calls and the time that it has without them.
    @Test(arguments: [nil, 1, 2, 3], [0, 20_000, 500_000, .max] as [UInt64])
    func whatIsFoldedKeepsTheSums(depth: Int?, threshold: UInt64) throws {
        let trace = try Fixtures.reading("6.12/io.dat")
        var tree = MergedTree()
        for one in trace.trees { tree.add(one) }
        let outline = Outline(tree, trace.names, .builtin)
        let text = OutlineText(outline, style: .plain)
        var drawn: [UInt8] = []
        text.render(.init(depth: depth, thresholdNs: threshold), by: .total, into: &drawn)
        let lines = String(decoding: drawn, as: UTF8.self).split(separator: "\n").dropFirst()
        // A line's calls, by where its name begins.
        func sum(level: Int, in lines: some Sequence<Substring>) -> Int {
            lines.filter { $0.dropFirst(47).prefix { $0 == " " }.count == 2 * level }.reduce(0) {
                $0 + (Int($1.prefix(9).replacing(",", with: "").drop { $0 == " " }) ?? 0)
            }
        }
        #expect(sum(level: 0, in: lines) == outline.rows(below: -1).reduce(0) { $0 + outline.rows[$1].calls })
        guard threshold < .max else {
            #expect(lines.count == 1 && lines.first?.contains("smaller: ") == true)
            return
        }
        let below = outline.rows(below: -1).flatMap { outline.rows(below: $0) }
        #expect(sum(level: 1, in: lines) == below.reduce(0) { $0 + outline.rows[$1].calls })
        #expect(lines.contains { $0.contains("below: ") } == (depth != nil))
    }
}
