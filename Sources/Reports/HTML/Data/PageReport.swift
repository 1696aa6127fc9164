import GraphParser

/// The report as the page has it: with as much of its lists as a page can hold, and the sums of what is left out of them.
struct PageReport {
    /// What a list has beyond the rows that are shown.
    struct Rest: Encodable, Equatable {
        /// Rows that are left out.
        var rows = 0
        /// Their calls.
        var calls = 0
        /// Their self times; 0 for roots.
        var selfNs: UInt64 = 0
        /// Their durations.
        var totalNs: UInt64 = 0
    }

    static let maxRoots = 60
    static let maxFunctions = 400
    static let maxIncidents = 30
    static let maxPaths = 256
    /// Events of one incident.
    static let maxEvents = 160

    let report: Report
    private(set) var furtherRoots = Rest()
    private(set) var furtherFunctions = Rest()
    /// Incidents, and paths, that are left out.
    let furtherIncidents: Int
    let furtherPaths: Int

    init(_ whole: Report) {
        for root in whole.roots.dropFirst(Self.maxRoots) {
            furtherRoots.rows += 1
            furtherRoots.calls += root.calls
            furtherRoots.totalNs = furtherRoots.totalNs.addingSaturated(root.latency.sumNs)
        }
        for function in whole.functions.dropFirst(Self.maxFunctions) {
            furtherFunctions.rows += 1
            furtherFunctions.calls += function.calls
            furtherFunctions.selfNs = furtherFunctions.selfNs.addingSaturated(function.selfNs)
            furtherFunctions.totalNs = furtherFunctions.totalNs.addingSaturated(function.totalNs)
        }
        furtherIncidents = max(0, (whole.failover?.incidents.count ?? 0) - Self.maxIncidents)
        furtherPaths = max(0, (whole.paths?.count ?? 0) - Self.maxPaths)
        report = Report(
            schema: whole.schema, source: whole.source, counts: whole.counts,
            roots: whole.roots.prefix(Self.maxRoots).map(\.cut), layers: whole.layers,
            functions: whole.functions.prefix(Self.maxFunctions).map(\.cut), requests: whole.requests,
            paths: whole.paths.map { Array($0.prefix(Self.maxPaths)) }, failover: whole.failover.map(Self.cut))
    }

    private static func cut(_ failover: Report.Failover) -> Report.Failover {
        var summary = failover.summary
        summary.incidents = summary.incidents.prefix(maxIncidents).map { incident in
            var cut = incident
            cut.events = Array(incident.events.prefix(maxEvents))
            cut.furtherEvents += incident.events.count - cut.events.count
            for index in cut.events.indices { cut.events[index].what = PageText.cut(cut.events[index].what) }
            // Lists of requests have these; the page shows the longest.
            cut.stalledIDs = []
            return cut
        }
        return Report.Failover(summary)
    }
}

extension Report.Root {
    /// With names of which the page shows all.
    fileprivate var cut: Self {
        Self(
            function: PageText.cut(function), module: module.map { PageText.cut($0) }, askedFor: askedFor,
            fragment: fragment, calls: calls, partialCalls: partialCalls, hollowCalls: hollowCalls,
            treeCalls: treeCalls, tracingNs: tracingNs, latency: latency, layers: layers,
            unattributedNs: unattributedNs)
    }
}

extension Report.FunctionTime {
    fileprivate var cut: Self {
        Self(
            function: PageText.cut(function), module: module.map { PageText.cut($0) }, layer: layer, calls: calls,
            selfNs: selfNs, totalNs: totalNs)
    }
}
