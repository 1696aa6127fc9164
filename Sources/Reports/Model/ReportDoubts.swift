import TraceFormat

/// What of a report's figures is in doubt: the text, the page and `--strict` tell the same.
extension Report {
    /// Whether events were lost, or calls, requests or failovers are in doubt. That calls have no durations is a note of the source.
    public var isInDoubt: Bool {
        let lost = [
            counts.open, counts.orphans, counts.lossy, counts.lostEvents, counts.uncountedLosses, counts.unparsedLines,
        ]
        return lost.contains { $0 > 0 } || !doubts.isEmpty
    }

    /// A phrase for each, beside what was lost.
    var doubts: [String] {
        let unplaced = failover?.summary.unplaced ?? 0
        let failures =
            unplaced > 0 ? ["\(Figures.plural(unplaced, "failure")) of sessions that no path is known of"] : []
        return doubtsOfTrees + (requests.map(doubts) ?? []) + failures
    }

    private var doubtsOfTrees: [String] {
        let hollow = roots.reduce(0) { $0.addingSaturated($1.hollowCalls) }
        let partial = roots.reduce(0) { $0.addingSaturated($1.partialCalls) } - hollow
        var doubts: [String] = []
        if hollow > 0 {
            doubts.append(
                "\(Figures.plural(hollow, "hollow call")) of roots, where an interrupt at the entry kept the kernel from recording what "
                    + "was called: their time is in no layer")
        }
        if partial > 0 {
            doubts.append(
                "\(Figures.plural(partial, "call")) of roots with calls below that are in doubt: their layers may not add up to their "
                    + "time, and they are not in the merged tree")
        }
        return doubts
    }

    private func doubts(_ requests: Requests) -> [String] {
        var doubts: [String] = []
        let unjoined = requests.unjoinedInside
        if unjoined > 0 { doubts.append("\(Figures.plural(unjoined, "request")) in no figure") }
        if requests.ambiguous > 0 {
            doubts.append("\(Figures.plural(requests.ambiguous, "choice")) between requests that look the same")
        }
        if requests.disagreed > 0 {
            doubts.append("\(Figures.plural(requests.disagreed, "request")) that two ways of joining tell differently")
        }
        doubts += RequestFacts.missedPoints(requests.stoodIn.map { ($0.reason, $0.count) })
        return doubts
            + [RequestFacts.unseen(requests.unseen), RequestFacts.missed(requests.missedByProbes)].compactMap(\.self)
    }
}

extension Report.Requests {
    /// Those that were in flight when the recording began or ended: that is no doubt.
    var cutOff: Int { unjoined(isCutOff: true) }

    /// All others.
    fileprivate var unjoinedInside: Int { unjoined(isCutOff: false) }

    private func unjoined(isCutOff: Bool) -> Int {
        unjoined.filter { LiveRequest.Flaw.isCutOff($0.reason) == isCutOff }.reduce(0) { $0.addingSaturated($1.count) }
    }
}
