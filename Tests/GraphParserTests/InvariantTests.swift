import TestSupport
import Testing

@testable import GraphParser

/// The invariants of the design, over every fixture and over invented traces.
@Suite struct InvariantTests {
    @Test func fixturesAreFound() {
        #expect(Fixtures.textTraces.count >= 7)
        #expect(Fixtures.datTraces.count >= 2)
        #expect(Fixtures.pairs.count >= 2)
    }

    // MARK: Over the fixtures

    @Test(arguments: Fixtures.traces) func selfTimesOfACompleteTreeAddUp(fixture: String) throws {
        let trace = try Fixtures.reading(fixture)
        // Printed without durations, a tree has nothing to add up.
        for tree in trace.trees where tree.isComplete && tree.root.duration != nil {
            try expectSelfTimesAddUp(tree, trace.source.kind)
        }
    }

    @Test(arguments: Fixtures.traces) func childrenLieInsideTheirParents(fixture: String) throws {
        let trace = try Fixtures.reading(fixture)
        #expect(!trace.calls.isEmpty)
        for tree in trace.trees { expectChildrenInside(tree) }
    }

    @Test(arguments: Fixtures.traces) func everythingReadIsAccountedFor(fixture: String) throws {
        let trace = try Fixtures.reading(fixture)
        expectAccounted(trace.counts)
        let bytes = try Fixtures.bytes(fixture)
        if fixture.hasSuffix(".txt") {
            #expect(trace.counts.records == bytes.split(separator: 0x0a, omittingEmptySubsequences: false).count - 1)
        }
    }

    @Test(arguments: Fixtures.pairs) func textAndTraceDatOfOneBufferGiveTheSameTrees(pair: String) throws {
        let text = try Fixtures.reading(pair + ".txt")
        let dat = try Fixtures.reading(pair + ".dat")
        #expect(!text.trees.isEmpty)
        #expect(text.outline() == dat.outline(cut: cutToTextPrecision, userDuration: betweenCutTimes))
        #expect(text.trees.map(\.root.tid) == dat.trees.map(\.root.tid))
    }

    @Test(arguments: Fixtures.textTraces, [1, 2, 7, 63, 64, 65, 4096])
    func chunksOfAnySizeGiveTheSameResult(fixture: String, size: Int) throws {
        let bytes = try Fixtures.bytes(fixture).prefix(16_000).asArray
        #expect(TextReading(bytes, chunk: size).lines == TextReading(bytes).lines)
    }

    // MARK: Over invented traces

    static let columns = [true, false].flatMap { time in
        [true, false].flatMap { task in
            [true, false].flatMap { tail in
                [true, false].map { SyntheticTrace.Columns(time: time, task: task, tail: tail, mergesLeaves: $0) }
            }
        }
    }

    @Test(arguments: Fixtures.textTraces) func theFastPathLeadsToTheSameCalls(fixture: String) throws {
        let bytes = try Fixtures.bytes(fixture)
        #expect(TextReading(bytes).lines == TextReading(bytes, slowPathOnly: true).lines)
    }

    @Test(arguments: Fixtures.datTraces) func theFastPathOfTraceDatLeadsToTheSameCalls(fixture: String) throws {
        let file = try InputFile(path: Fixtures.path(fixture))
        let names = TraceNames()
        var reader = TraceDatReader(file: file, header: try TraceDatHeader(file), names: names)
        var events: [GraphEvent] = []
        var isMore = true
        while isMore {
            var batch = EventBatch()
            isMore = try reader.read(into: &batch)
            events += batch.events
        }
        func calls(slowPathOnly: Bool) -> (counts: TraceCounts, calls: [String]) {
            var builder = StackBuilder(names: names, lossesAreMarked: true, instances: reader.instances)
            builder.take(events.span, slowPathOnly: slowPathOnly)
            builder.finish()
            var made = TraceBatch()
            builder.moveOutput(to: &made)
            let calls = made.calls.compactMap { if case .ended(let call) = $0 { call } else { nil } }
            return (
                builder.counts,
                calls.map {
                    "\($0.function) \($0.start ?? 0) \($0.duration ?? 0) \($0.childrenNs) \($0.confidence) \($0.isWhole)"
                }
            )
        }
        let (quick, careful) = (calls(slowPathOnly: false), calls(slowPathOnly: true))
        #expect(quick.counts == careful.counts && quick.calls == careful.calls && !quick.calls.isEmpty)
    }

    @Test(arguments: columns, [1, 2, 3] as [UInt64])
    func inventedTreesComeBackFromText(columns: SyntheticTrace.Columns, seed: UInt64) throws {
        // Without times nothing tells that an interrupt came when a call was over.
        let trace = SyntheticTrace(
            seed: seed, tasks: 4, cpus: 3, steps: 400, userCalls: columns.time, lateInterrupts: columns.time)
        let text = try RecordedTrace(text: trace.text(columns))
        #expect(text.counts.calls == trace.entryCount)
        #expect(!text.counts.isInDoubt)
        expectAccounted(text.counts)
        let dat = try datReading(of: trace)
        #expect(text.outline() == dat.outline(cut: cutToTextPrecision, userDuration: betweenCutTimes))
    }

    /// Interrupts while entries and exits are recorded, as three generations of kernels have them.
    @Test(arguments: SyntheticTrace.Order.allCases, 1...12 as ClosedRange<UInt64>)
    func interruptsBelongToWhomTheyHit(order: SyntheticTrace.Order, seed: UInt64) throws {
        let trace = SyntheticTrace(seed: seed, tasks: 4, cpus: 1, steps: 400, order: order)
        let dat = try datReading(of: trace)
        let text = try RecordedTrace(text: trace.text(.init(time: true, task: true, tail: true, mergesLeaves: true)))
        for reading in [dat, text] {
            #expect(reading.counts.calls == trace.entryCount && !reading.counts.isInDoubt)
            for tree in reading.trees { expectChildrenInside(tree) }
        }
        for tree in dat.trees { expectInsideByTheKernelsTimes(tree) }
        #expect(dat.trees.contains { $0.nodes.contains { $0.call.hasOutsideCalls } })
        let ofText = text.outline()
        let ofDat = dat.outline(cut: cutToTextPrecision, userDuration: betweenCutTimes)
        guard order == .recordsFirst else {
            #expect(ofText == ofDat)
            return
        }
        // Where a call calls nothing, text does not tell whether an interrupt came before, after or inside.
        func plain(_ outline: [[String]]) -> [String] {
            outline.joined().map { String($0.drop { $0 == " " }) }.sorted()
        }
        #expect(plain(ofText) == plain(ofDat))
        #expect(zip(ofText, ofDat).count { $0 == $1 } * 2 > ofDat.count)
    }

    @Test(arguments: Fixtures.datTraces) func childrenLieInsideByTheKernelsTimes(fixture: String) throws {
        let trace = try Fixtures.reading(fixture)
        for tree in trace.trees { expectInsideByTheKernelsTimes(tree) }
    }

    @Test(arguments: [1, 2, 5, 40], [1, 2, 3] as [UInt64])
    func inventedTreesComeBackFromTraceDat(eventsPerPage: Int, seed: UInt64) throws {
        let trace = SyntheticTrace(
            seed: seed, tasks: 5, cpus: 4, steps: 500, order: SyntheticTrace.Order.allCases[Int(seed) % 3])
        let dat = try RecordedTrace(bytes: TraceDatImage(trace, eventsPerPage: eventsPerPage).bytes())
        #expect(dat.counts.calls == trace.entryCount)
        #expect(!dat.counts.isInDoubt)
        expectAccounted(dat.counts)
        let complete = dat.trees.filter(\.isComplete)
        #expect(complete.count * 10 >= dat.trees.count * 9)
        for tree in complete { try expectSelfTimesAddUp(tree, .traceDat) }
        #expect(dat.outline() == (try datReading(of: trace)).outline())
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func damageNeverYieldsImpossibleTrees(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let whole = SyntheticTrace(seed: seed, tasks: 4, cpus: 3, steps: 300)
        let kept = whole.events.map { _ in Int.random(in: 0..<10, using: &random) > 0 }
        let damaged = whole.filtered { kept[$0] }
        let columns = SyntheticTrace.Columns(
            time: true, task: true, tail: Bool.random(using: &random), mergesLeaves: true)
        for trace in [try datReading(of: damaged), try RecordedTrace(text: damaged.text(columns))] {
            expectAccounted(trace.counts)
            for tree in trace.trees {
                expectChildrenInside(tree)
                let selfTimes = tree.nodes.filter { $0.call.confidence != .open }.reduce(0) { $0 + $1.call.selfNs }
                if let duration = tree.root.duration, tree.root.confidence == .complete {
                    #expect(selfTimes <= duration + tree.rounding + tree.skippedLevelNs, "time is counted twice")
                }
            }
        }
    }

    // MARK: Helpers

    private func datReading(of trace: SyntheticTrace) throws -> RecordedTrace {
        try RecordedTrace(bytes: TraceDatImage(trace).bytes())
    }
}

func expectAccounted(_ counts: TraceCounts) {
    #expect(counts.entries + counts.inferredEntries + counts.leaves == counts.calls + counts.lossy + counts.open)
    #expect(counts.exits + counts.leaves == counts.calls + counts.lossy + counts.orphans)
    let understood = counts.entries + counts.exits + counts.leaves + counts.comments + counts.structureLines
    #expect(understood + counts.unparsedLines == counts.records)
}

private func expectSelfTimesAddUp(_ tree: CallTree, _ kind: TraceSource.Kind) throws {
    let duration = try #require(tree.root.duration)
    let sum = tree.nodes.reduce(0) { $0 + $1.call.selfNs }
    let rounding = kind == .text ? tree.rounding : 0
    #expect(sum >= duration && sum <= duration + rounding)
}

private func expectChildrenInside(_ tree: CallTree) {
    let rounding = tree.rounding
    var parents: [CallTree.Node] = []
    for node in tree.nodes {
        parents.removeAll { $0.level >= node.level }
        #expect(node.level == parents.count, "a call stands directly below its caller")
        if let parent = parents.last {
            // An interrupt that hits the end of a call has the depth of that call.
            #expect(node.call.task == parent.call.task && node.call.depth >= parent.call.depth)
            if let inner = node.call.duration, let outer = parent.call.duration, node.call.confidence != .orphan {
                #expect(inner <= outer + rounding)
            }
            if let inner = node.call.start, let outer = parent.call.start { #expect(inner >= outer) }
        }
        parents.append(node)
    }
}

/// A call began and ended inside of its caller, as the kernel measured both: exactly, since it is one clock on one CPU.
private func expectInsideByTheKernelsTimes(_ tree: CallTree) {
    var callers: [CallTree.Node] = []
    for node in tree.nodes {
        callers.removeAll { $0.level >= node.level }
        defer { callers.append(node) }
        guard let caller = callers.last?.call, caller.confidence == .complete, node.call.confidence == .complete,
            node.call.end != GraphEvent.noTime, caller.end != GraphEvent.noTime, node.call.cpu == caller.cpu,
            node.call.exitCPU == caller.cpu, caller.exitCPU == caller.cpu
        else { continue }
        let (own, outer) = (node.call.end - node.call.duration!, caller.end - caller.duration!)
        #expect(own >= outer && node.call.end <= caller.end, "a call is not inside of its caller")
    }
}

extension CallTree {
    /// What text may have cut off the durations of the tree, in ns: its last digits, for each call; in user space, of the times.
    fileprivate var rounding: UInt64 {
        nodes.reduce(0) { $0 + ($1.call.isUser ? 999 : cutError($1.call.duration ?? 0)) }
    }

    /// Time in ns of calls below a level that was not recorded, which may be part of the call that follows.
    fileprivate var skippedLevelNs: UInt64 {
        var parents: [Node] = []
        return nodes.reduce(0) { sum, node in
            parents.removeAll { $0.level >= node.level }
            defer { parents.append(node) }
            let isBelowGap = parents.last.map { node.call.depth > $0.call.depth + 1 } ?? false
            return isBelowGap ? sum + (node.call.duration ?? node.call.childrenNs) : sum
        }
    }

    private func cutError(_ ns: UInt64) -> UInt64 { ns < 10_000_000 ? 0 : ns < 1_000_000_000 ? 99 : 999 }
}

extension ArraySlice {
    fileprivate var asArray: [Element] { Array(self) }
}
