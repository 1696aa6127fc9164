/// Distributions beside the rows of the report that they are of, as ``Histogram/bins``.
struct PageDistributions {
    private let report: Report
    private let summary: Summary

    init(_ report: Report, _ summary: Summary) { (self.report, self.summary) = (report, summary) }

    /// Writes an object with a list for each list of the report, in its order.
    func write(to json: inout [UInt8]) {
        json.appendJSON(raw: "{\"roots\":[")
        writeRoots(to: &json)
        json.appendJSON(raw: "]")
        if let requests = summary.requests {
            json.appendJSON(raw: ",\"requests\":")
            write(requests, to: &json)
        }
        json.appendJSON(raw: "}")
    }

    private struct RootKey: Hashable {
        let function: String
        let module: String?
        let fragment: Bool
        let askedFor: Bool?
    }

    private func writeRoots(to json: inout [UInt8]) {
        let keys = summary.roots.map {
            RootKey(
                function: PageText.cut($0.function), module: $0.module.map { PageText.cut($0) }, fragment: $0.fragment,
                askedFor: $0.askedFor)
        }
        // Of several whose names are cut to one, each its own: in the same order of time as the report has them.
        let byTime = zip(keys, summary.roots).sorted { $0.1.latency.sum > $1.1.latency.sum }
        var places = Dictionary(grouping: byTime, by: \.0).mapValues { $0.map(\.1)[...] }
        json.appendList(report.roots) { json, root in
            let key = RootKey(
                function: root.function, module: root.module, fragment: root.fragment, askedFor: root.askedFor)
            guard let whole = places[key]?.popFirst() else { return json.appendJSON(raw: "null") }
            json.appendJSON(raw: "{\"latency\":")
            json.appendBins(whole.latency)
            json.appendJSON(raw: ",\"layers\":[")
            json.appendList(root.layers) { json, layer in
                let own = whole.layers.first { $0.layer == layer.layer }
                json.appendBins(own?.selfNs ?? Histogram())
            }
            json.appendJSON(raw: "]}")
        }
    }

    private func write(_ requests: RequestSummary, to json: inout [UInt8]) {
        json.appendJSON(raw: "{\"latency\":")
        json.appendBins(requests.latency)
        json.appendJSON(raw: ",\"untilData\":")
        json.appendBins(requests.untilData)
        json.appendJSON(raw: ",\"stages\":[")
        json.appendList(requests.stages) { $0.appendBins($1.ns) }
        json.appendJSON(raw: "],\"layers\":[")
        json.appendList(report.requests?.layers ?? []) { json, layer in
            json.appendBins(requests.layers.first { $0.layer == layer.layer }?.ns ?? Histogram())
        }
        json.appendJSON(raw: "],\"paths\":[")
        json.appendList(requests.paths.prefix(PageReport.maxPaths)) { $0.appendBins($1.latency) }
        json.appendJSON(raw: "]}")
    }
}
