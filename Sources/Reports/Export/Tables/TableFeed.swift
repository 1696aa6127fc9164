import GraphParser

/// Makes the rows of an export: those of requests and calls while a trace is read, all others when that is over.
final class TableFeed {
    /// Takes the rows.
    let writer: any TableWriter
    private let map: LayerMap
    private var calls: CallRows?
    private var requests: RequestRows?

    init(_ writer: any TableWriter, map: LayerMap) { (self.writer, self.map) = (writer, map) }

    /// Takes part in the pass, and is given trees and requests only if rows are made of them.
    var analyzer: any Analyzer {
        let wantsRequests = [Table.requests, .tries, .rounds, .stages].contains(where: writer.wants)
        switch (writer.wants(.calls), wantsRequests) {
        case (true, true): return OfBoth(self)
        case (true, false): return OfTrees(self)
        case (false, true): return OfRequests(self)
        case (false, false): return OfNeither(self)
        }
    }

    /// What is known when the pass is over.
    func finish(_ results: OutputResults) throws {
        try CaptureRows(results: results, writer: writer).write()
        try CallSumRows(report: results.report, writer: writer).write()
        let incidents = IncidentRows(writer: writer)
        for incident in results.report.failover?.incidents ?? [] { try incidents.write(incident) }
    }

    fileprivate func begin(_ trace: TraceContext) throws {
        calls = CallRows(writer, map, trace.names)
        requests = RequestRows(writer, trace.identity)
        try writer.begin(CaptureName(trace))
    }

    fileprivate func take(_ tree: CallTree, number: Int) throws { try calls?.write(tree, number: number) }
    fileprivate func take(_ request: Request, _ names: PathNames) throws { try requests?.write(request, names) }
}

extension OutputResults {
    /// What made the rows of this output's tables during the pass.
    var tableFeed: TableFeed? { (analyzer as? OfNeither)?.feed }
}

/// A part in the pass that wants no batch itself.
private class OfNeither: Analyzer {
    let feed: TableFeed
    let interest = Interest()

    init(_ feed: TableFeed) { self.feed = feed }

    func begin(_ trace: TraceContext) throws { try feed.begin(trace) }
    func take(_ batch: TraceBatch) -> Demand { .more }
}

private final class OfTrees: OfNeither, TreeTaker {
    func take(_ tree: CallTree, number: Int) throws { try feed.take(tree, number: number) }
}

private final class OfRequests: OfNeither, RequestTaker {
    func take(_ request: Request, _ names: PathNames) throws { try feed.take(request, names) }
}

private final class OfBoth: OfNeither, TreeTaker, RequestTaker {
    func take(_ tree: CallTree, number: Int) throws { try feed.take(tree, number: number) }
    func take(_ request: Request, _ names: PathNames) throws { try feed.take(request, names) }
}
