/// Several traces as one: each is summed up by itself, one after the other, and the summaries are merged.
public struct MergedTraces {
    /// Of all of them.
    public private(set) var summary = Summary()
    private var seen: [(path: String, summary: Summary)] = []

    /// Without any.
    public init() {}

    /// What one trace is read into. Sums up what a report needs; finish it, and add its summary.
    public static func pass(map: LayerMap) -> (pass: OutputPass, summary: () -> Summary) {
        let kept = Kept()
        let output = OutputPass.Output(kept, to: OutputSink(to: { _ in }))
        return (OutputPass([output], map: map), { kept.box.summary })
    }

    /// Keeps the summary of a pass.
    private struct Kept: OutputFormat {
        final class Box: @unchecked Sendable { var summary = Summary() }

        let name = "kept"
        let help = ""
        let box = Box()

        func render(_ results: OutputResults, to sink: OutputSink) throws { box.summary = results.summary }
    }

    /// Adds a trace, or traces that were merged before.
    ///
    /// - Parameters:
    ///   - new: its summary.
    ///   - path: for a message.
    /// - Returns: with what it has a capture in common, by its path: then it is not added, or its calls would count twice. Else nil.
    public mutating func add(_ new: Summary, path: String) -> String? {
        if let twin = seen.first(where: { $0.summary.isOfTheSame(as: new) }) { return twin.path }
        seen.append((path, new))
        summary = summary.merged(with: new)
        return nil
    }

    /// Writes all outputs, and flushes their sinks.
    ///
    /// - Parameters:
    ///   - report: of the merged summary.
    ///   - outputs: of formats that take several traces.
    /// - Throws: what a sink throws.
    public func write(_ report: Report, to outputs: [OutputPass.Output]) throws {
        for output in outputs {
            if let format = output.format as? any SummaryFormat {
                try format.render(summary, report, output.options, to: output.sink)
            }
            try output.sink.flush()
        }
    }
}

extension Summary {
    /// Whether both have a capture in common: one that was recorded in the same boot at the same moment; or, where traces do not tell,
    /// whether all their figures are the same.
    fileprivate func isOfTheSame(as other: Summary) -> Bool {
        let known = Set(sources.compactMap(\.recordingID))
        if other.sources.contains(where: { $0.recordingID.map(known.contains) ?? false }) { return true }
        if (sources + other.sources).allSatisfy({ $0.recordingID != nil }) { return false }
        let hasTimes = !functions.isEmpty || (requests?.latency.count ?? 0) > 0
        return hasTimes && counts == other.counts && roots == other.roots && functions == other.functions
            && requests?.latency == other.requests?.latency
    }
}

extension Summary.Source {
    /// nil where the trace does not tell.
    fileprivate var recordingID: String? {
        guard let boot = identity.boot, let start = identity.startNs ?? identity.startOnClockNs else { return nil }
        return "\(boot) \(start)"
    }
}
