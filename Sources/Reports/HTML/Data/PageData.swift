import GraphParser
import TraceFormat

/// All that the page shows, as the JSON that stands in it.
struct PageData {
    let results: OutputResults
    let trees: ExampleTrees
    let requests: ExampleRequests

    /// The form of the JSON. It is the page's own; programs read that of `--output json`.
    static let schema = "dmflow.page/1"

    func json() throws -> [UInt8] {
        let bounded = PageReport(results.report)
        var json: [UInt8] = []
        json.appendJSON(raw: "{\"schema\":")
        json.appendJSON(Self.schema)
        json.appendJSON(raw: ",\"report\":")
        try json.appendEncoded(bounded.report)
        json.appendJSON(raw: ",\"further\":")
        try json.appendEncoded(Further(bounded))
        json.appendJSON(raw: ",\"capture\":")
        try json.appendEncoded(Capture(results))
        let story = PageStory(results.report, results.summary.requests)
        json.appendJSON(raw: ",\"story\":")
        try json.appendEncoded(story.lines)
        json.appendJSON(raw: ",\"doubts\":")
        try json.appendEncoded(story.doubts)
        json.appendJSON(raw: story.isSure ? ",\"sure\":true" : ",\"sure\":false")
        json.appendJSON(raw: ",\"failoverNotes\":")
        try json.appendEncoded(story.failoverNotes)
        json.appendJSON(raw: ",\"colors\":")
        try json.appendEncoded(colors(bounded.report))
        json.appendJSON(raw: ",\"owners\":")
        try json.appendEncoded(
            Dictionary(uniqueKeysWithValues: StallOwner.allCases.map { ($0.rawValue, $0.layer) }))
        json.appendJSON(raw: ",\"distributions\":")
        PageDistributions(bounded.report, results.summary).write(to: &json)
        json.appendJSON(raw: ",\"requests\":")
        try json.appendEncoded(Requests(requests))
        writeTrees(to: &json)
        json.appendJSON(raw: "}")
        return json
    }

    private func writeTrees(to json: inout [UInt8]) {
        var pageTrees = PageTrees(PageNames(results.names, results.options.map))
        json.appendJSON(raw: ",\"merged\":")
        pageTrees.write(results.mergedTree, to: &json)
        json.appendJSON(raw: ",\"trees\":")
        pageTrees.write(trees, results.names, to: &json)
        json.appendJSON(raw: ",\"functions\":")
        pageTrees.writeNames(to: &json)
    }

    /// The colours of all layers that occur.
    private func colors(_ report: Report) -> [String: String] {
        var layers = Set(results.options.map.layers).union(report.layers.map(\.layer))
        layers.formUnion((report.requests?.stages ?? []).map(\.layer))
        layers.formUnion(report.paths?.flatMap { $0.stages.map(\.layer) } ?? [])
        layers.formUnion(report.failover?.incidents.flatMap { $0.events.map(\.layer) } ?? [])
        layers.formUnion(StallOwner.allCases.map(\.layer))
        return Dictionary(uniqueKeysWithValues: layers.map { ($0, results.options.map.rgb(of: $0).hex) })
    }

    private struct Further: Encodable {
        let roots: PageReport.Rest
        let functions: PageReport.Rest
        let incidents: Int
        let paths: Int

        init(_ bounded: PageReport) {
            (roots, functions) = (bounded.furtherRoots, bounded.furtherFunctions)
            (incidents, paths) = (bounded.furtherIncidents, bounded.furtherPaths)
        }
    }

    private struct Requests: Encodable {
        let slowest: [PageRequest]
        let typical: PageRequest?

        init(_ requests: ExampleRequests) {
            slowest = requests.examples.slowest.map { PageRequest($0.value, requests.names) }
            typical = requests.examples.typical.map { PageRequest($0.value, requests.names) }
        }
    }

    /// Which capture it is, and how it was recorded.
    private struct Capture: Encodable {
        let name: String
        let startsAt: String?
        let identity: TraceIdentity
        let scope: [String]?
        let kinds: [RecordingStats.KindCount]?
        let topology: String?

        init(_ results: OutputResults) {
            name = results.capture.capture
            identity = results.source.identity
            startsAt = identity.startNs.map { TimeOfDay($0).full }
            scope = results.source.recording?.scope.map { Array($0.prefix(100)) }
            kinds = results.source.recording?.kinds
            topology = results.topology.map { TopologyText($0, style: .plain).render() }
        }
    }
}
