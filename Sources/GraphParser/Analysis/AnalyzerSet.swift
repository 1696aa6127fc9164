/// The analyzers of one pass.
struct AnalyzerSet {
    private struct Member {
        let analyzer: any Analyzer
        let interest: Interest
        /// Which events it gets of those that the pass hands on; nil for all.
        let selection: EventSelection?
        var isDone = false
    }

    private var members: [Member] = []
    /// Names of the events that any of them wants.
    let events: Interest
    /// Whether any wants to know between which calls an event happened.
    let interleavesEvents: Bool

    init(_ analyzers: [any Analyzer]) {
        let interests = analyzers.map { ($0, $0.interest) }
        events = Interest(events: interests.flatMap(\.1.events))
        interleavesEvents = interests.contains { $0.1.calls && !$0.1.events.isEmpty }
        let areSeveral = interests.count { !$0.1.events.isEmpty } > 1
        for (analyzer, interest) in interests {
            members.append(
                Member(
                    analyzer: analyzer, interest: interest,
                    selection: areSeveral && !interest.events.isEmpty ? EventSelection(interest) : nil))
        }
    }

    func begin(_ trace: TraceContext) throws { for member in members { try member.analyzer.begin(trace) } }

    /// Hands the batch to all that want it.
    ///
    /// - Returns: whether any wants more.
    mutating func take(_ batch: TraceBatch) throws -> Demand {
        var demand = members.isEmpty ? Demand.more : .enough
        for index in members.indices where !members[index].isDone {
            // Who wants nothing is no reason to stop: it waits for the end.
            guard !members[index].interest.isEmpty else {
                demand = .more
                continue
            }
            let part = batch.reduced(to: members[index].interest, members[index].selection)
            if try !part.isEmpty && members[index].analyzer.take(part) == .enough {
                members[index].isDone = true
            } else {
                demand = .more
            }
        }
        return demand
    }

    func finish(_ end: TraceEnd) throws { for member in members { try member.analyzer.finish(end) } }
}
