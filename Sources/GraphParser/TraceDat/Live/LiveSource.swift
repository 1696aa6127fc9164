/// The events of a trace that is being recorded, round by round.
struct LiveSource<Feed: PageFeed>: EventSource {
    static var lossesAreMarked: Bool { true }

    let instances: [UInt16]
    private let trace: LiveTrace
    private let names: TraceNames
    private var feed: Feed
    private var merge: LiveMerge
    private var watermark: UInt64 = 0
    /// All events up to the watermark have been handed on.
    private var isComplete = true
    private var isOver = false

    /// - Parameters:
    ///   - names: gets the names of functions and tasks.
    ///   - types: of the events that are no calls, those that somebody wants.
    init(_ trace: LiveTrace, _ feed: Feed, names: TraceNames, types: EventTypes = .none) {
        (self.trace, self.feed, self.names) = (trace, feed, names)
        merge = LiveMerge(
            trace.description, cpus: trace.cpus, pageSize: trace.pageSize, names: names, types: types)
        instances = [UInt16](repeating: 0, count: trace.cpus.count)
    }

    var counts: TraceCounts { merge.counts }

    var source: TraceSource {
        TraceSource(
            path: trace.path, kind: .traceDat, identity: trace.identity, machineCPUs: (trace.cpus.max() ?? -1) + 1,
            cpusWithEvents: merge.cpusWithEvents, hasTimes: true, recording: trace.recording,
            notes: TimeConversion.notes(clock: trace.identity.clock) + lateNotes)
    }

    private var lateNotes: [String] {
        let late = merge.lateEvents
        guard late > 0 else { return [] }
        return ["\(late) event\(late == 1 ? "" : "s") came too late to stand in the order of time"]
    }

    mutating func read(into batch: inout EventBatch) throws(TraceError) -> Bool {
        if isComplete {
            if isOver { return false }
            try nextRound()
        }
        isComplete = try merge.move(upTo: watermark, to: &batch)
        if isComplete && !isOver { batch.watermark = watermark }
        batch.position = merge.bytesRead
        batch.lateEvents = merge.lateEvents
        return !(isComplete && isOver)
    }

    private mutating func nextRound() throws(TraceError) {
        var feed = feed
        defer { self.feed = feed }
        guard let round = try feed.next({ cpu, pages in merge.add(pages, cpu: cpu) }) else {
            merge.finish()
            (isOver, watermark) = (true, .max)
            return
        }
        watermark = max(watermark, round.watermark)
        if !round.commandLines.isEmpty { names.learn(CommandLines(round.commandLines).names) }
    }
}
