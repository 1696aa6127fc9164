import Reports

@testable import GraphParser

/// Makes calls of `events` both ways that the builder of stacks has, and trees and reports of the calls; all must agree.
///
/// - Parameters:
///   - readCounts: what the reader counted.
///   - thorough: whether to render, with the built-in layers, what was made; that takes longer than all the rest.
///   - payload, types: of those of `events` that are no calls.
func checkStacks(
    _ events: [GraphEvent], payload: [UInt8], _ types: EventTypes, _ readCounts: TraceCounts, of source: TraceSource,
    names: TraceNames,
    lossesAreMarked: Bool, instances: [UInt16], thorough: Bool
) {
    func build(slowPathOnly: Bool) -> (batch: TraceBatch, counts: TraceCounts) {
        var builder = StackBuilder(
            names: names, lossesAreMarked: lossesAreMarked, instances: instances, types: types, interleavesEvents: true)
        builder.take(events.span, payload: payload, slowPathOnly: slowPathOnly)
        builder.finish()
        var batch = TraceBatch()
        builder.moveOutput(to: &batch, payload: payload)
        return (batch, readCounts + builder.counts)
    }
    let quick = build(slowPathOnly: false)
    let careful = build(slowPathOnly: true)
    expect(quick.counts == careful.counts, "the fast path counts \(quick.counts), the slow path \(careful.counts)")
    expectSame(quick.batch, careful.batch)

    let counts = quick.counts
    let begun = counts.entries + counts.inferredEntries + counts.leaves
    let ended = counts.exits + counts.leaves
    expect(begun == counts.calls + counts.lossy + counts.open, "entries get lost: \(counts)")
    expect(ended == counts.calls + counts.lossy + counts.orphans, "exits get lost: \(counts)")

    expectSame(events, quick.batch, lossesAreMarked, instances, names)

    let precision = source.kind == .text ? GraphEvent.Precision.microsecond.rounding : 0
    let (trees, outside) = trees(
        of: quick.batch, TraceContext(path: source.path, kind: source.kind, names: names, types: types))
    let inside = trees.reduce(0) { $0 + $1.events.count }
    expect(inside + outside == events.count { $0.kind == .event }, "events get lost on the way to trees")
    expect(trees.reduce(0) { $0 + $1.nodes.count } == endings(quick.batch).count, "calls get lost on the way to trees")
    for tree in trees { check(tree, precision: precision) }

    let map = thorough ? LayerMap.builtin : fewLayers
    let report = report(quick.batch, counts, source, names, map)
    expect(report == FuzzChecks.report(careful.batch, counts, source, names, map), "the slow path has another report")
    check(report, endings(quick.batch), precision: precision)
    if thorough { render(report, trees, names, map) }
}

// MARK: Events that are no calls

/// Those who ask for events must get the same calls.
private func expectSame(
    _ events: [GraphEvent], _ batch: TraceBatch, _ lossesAreMarked: Bool, _ instances: [UInt16], _ names: TraceNames
) {
    let calls = events.filter { $0.kind != .event }
    guard calls.count < events.count else { return }
    var builder = StackBuilder(names: names, lossesAreMarked: lossesAreMarked, instances: instances)
    builder.take(calls.span)
    builder.finish()
    var alone = TraceBatch()
    builder.moveOutput(to: &alone)
    expectSame(batch, alone)
}

// MARK: Calls

private func endings(_ batch: TraceBatch) -> [Call] {
    batch.calls.compactMap { if case .ended(let call) = $0 { call } else { nil } }
}

/// Leaves are two events on the slow path, and open calls have other numbers.
private func expectSame(_ quick: TraceBatch, _ careful: TraceBatch) {
    let (left, right) = (endings(quick), endings(careful))
    expect(left.count == right.count, "the fast path makes \(left.count) calls, the slow path \(right.count)")
    for (left, right) in zip(left, right) {
        expect(left.isSame(as: right), "on the fast path \(left), on the slow path \(right)")
    }
}

extension Call {
    fileprivate func isSame(as other: Call) -> Bool {
        function == other.function && start == other.start && duration == other.duration
            && childrenNs == other.childrenNs && depth == other.depth && task == other.task && tid == other.tid
            && cpu == other.cpu && exitCPU == other.exitCPU && confidence == other.confidence
            && isRoot == other.isRoot && isWhole == other.isWhole
    }
}

// MARK: Trees

private func trees(of batch: TraceBatch, _ context: TraceContext) -> (trees: [CallTree], outside: Int) {
    var trees: [CallTree] = []
    let assembler = TreeAssembler(events: ["*"]) { trees.append($0) }
    assembler.begin(context)
    do { try assembler.take(batch) } catch { fatalError("no trees: \(error)") }
    return (trees, assembler.eventsOutside)
}

private func check(_ tree: CallTree, precision: UInt64) {
    var callers: [CallTree.Node] = []
    for node in tree.nodes {
        callers.removeAll { $0.level >= node.level }
        expect(node.level == callers.count, "a call stands not directly below its caller: \(tree)")
        if let caller = callers.last {
            expect(node.call.task == caller.call.task, "a tree mixes tasks: \(tree)")
            // An interrupt that hits the end of a call has the depth of that call.
            expect(node.call.depth >= caller.call.depth, "a call is less deep than its caller: \(tree)")
            if caller.call.isWhole { expect(node.call.isWhole, "a whole call has a part that is not: \(tree)") }
        }
        callers.append(node)
    }
    for other in tree.events {
        expect(other.call < other.before && other.before <= tree.nodes.count, "an event in no call: \(tree)")
        expect(tree.nodes.indices.contains(other.call), "an event in no call: \(tree)")
    }
    guard tree.isComplete, let duration = tree.root.duration, tree.nodes.allSatisfy(\.call.isPlausible) else { return }
    for node in tree.nodes where node.call.duration != nil {
        expect(node.call.childrenNs <= node.call.duration! + precision, "more time below a call than in it: \(tree)")
    }
    let own = tree.nodes.reduce(0) { $0 + $1.call.selfNs }
    expect(own >= duration, "self times add up to \(own) of \(duration): \(tree)")
    expect(own - duration <= precision * UInt64(tree.nodes.count), "self times are \(own) of \(duration): \(tree)")
}

extension Call {
    /// Less than three days: sums of longer ones stick or wrap.
    fileprivate var isPlausible: Bool { (duration ?? 0) < 1 << 48 && childrenNs < 1 << 60 }
}

// MARK: Reports

private let fewLayers = try! LayerMap(
    text: "only\ndm [dm_*] dm_*\nscsi [scsi_mod] [sd_mod] scsi_*\nblock blk_*\nirq *irq*", path: "few.layers")

private func report(
    _ batch: TraceBatch, _ counts: TraceCounts, _ source: TraceSource, _ names: TraceNames, _ map: LayerMap
) -> Report {
    let builder = SummaryBuilder(map: map)
    builder.begin(TraceContext(path: source.path, kind: source.kind, names: names, types: .none))
    builder.take(batch)
    return Report(builder.summary(source: source, counts: counts))
}

private func check(_ report: Report, _ calls: [Call], precision: UInt64) {
    let complete = calls.filter { $0.confidence == .complete }
    expect(report.counts.calls == complete.count, "\(complete.count) complete calls, \(report.counts.calls) counted")
    expect(report.functions.reduce(0) { $0 + $1.calls } == complete.count, "functions' calls do not add up")
    expect(report.layers.reduce(0) { $0 + $1.calls } == complete.count, "layers' calls do not add up")
    for latency in report.roots.map(\.latency) + report.roots.flatMap(\.layers).map(\.latency) { check(latency) }
    guard calls.allSatisfy(\.isPlausible) else { return }
    let ofFunctions = report.functions.reduce(0) { $0 + $1.selfNs }
    expect(report.layers.reduce(0) { $0 + $1.selfNs } == ofFunctions, "layers' and functions' self times differ")
    for root in report.roots where root.partialCalls == 0 {
        let own = root.layers.reduce(0) { $0 + $1.selfNs }
        expect(own >= root.latency.sumNs, "layers have \(own) of \(root)")
        expect(own - root.latency.sumNs <= precision * UInt64(calls.count), "layers have \(own) of \(root)")
        expect(root.unattributedNs == 0, "a whole root has time that belongs to no layer: \(root)")
    }
}

private func check(_ latency: Report.Latency) {
    let order = [latency.minNs, latency.p50Ns, latency.p90Ns, latency.p99Ns, latency.maxNs]
    expect(order == order.sorted(), "not in order: \(latency)")
    expect((latency.minNs...latency.maxNs).contains(latency.meanNs) || latency.sumNs == .max, "a mean of \(latency)")
}

private func render(_ report: Report, _ trees: [CallTree], _ names: TraceNames, _ map: LayerMap) {
    let text = TextReport(report, style: Style(color: true, unicode: true), rootLimit: 3, functionLimit: 3).render()
    expect(!text.isEmpty, "no text")
    do {
        expect(try report.json().utf8.first == UInt8(ascii: "{"), "no JSON")
    } catch {
        fatalError("no JSON: \(error)")
    }
    for limits in [TreeRenderer.Limits(), TreeRenderer.Limits(depth: 2, thresholdNs: 1000)] {
        var renderer = TreeRenderer(map: map, style: .plain, limits: limits)
        var text: [UInt8] = []
        for tree in trees {
            let before = text.count
            renderer.render(tree, into: &text)
            expect(text.count > before, "no tree")
        }
    }
}
