public import GraphParser
import TraceFormat

/// Finds what happened to the paths of a trace's multipath maps, and who owned the time of each request that stood still meanwhile.
///
/// Takes no calls. It learns of requests from a ``RequestAnalyzer`` of the same pass, before which it has to come: what a batch has of both
/// is put into one order before the next. While nothing is the matter, a request costs it a look-up or two. Its memory follows what
/// happens, up to a limit. Used on the thread that reads the trace.
public final class FailoverAnalyzer: Analyzer {
    /// The rare events that tell of failures.
    public let interest = Interest(events: EventTable<FailoverEvent>.names)

    private let requests: RequestAnalyzer
    private var events: EventTable<FailoverEvent>?
    private var watch = FailoverWatch(TraceNames(), nil)
    /// Of the last batch.
    private var signs: [(kind: FailoverEvent, event: TraceEvent)] = []
    private var ends: [End] = []

    /// What the requests of the same batch tell.
    private enum End {
        case request(RequestEnd)
        case loss(place: Int)

        var place: Int {
            switch self {
            case .request(let end): end.place
            case .loss(let place): place
            }
        }
    }

    private var identity = TraceIdentity()
    /// A text may have any event; those that it has tell.
    private var isText = false
    /// Without any of these a trace that shows no failure is no proof that there was none.
    private static let telling: [FailoverEvent] = [.pathEvent, .pathFailed, .connectionFailed, .deviceState]

    /// - Parameter requests: finds the requests of the same pass; it is to take part in it behind this one.
    public init(_ requests: RequestAnalyzer) {
        self.requests = requests
        requests.observe { [unowned self] in
            ends.append(.request(RequestEnd($0, at: $1, isWhole: isInQuestion($0))))
        } losses: { [unowned self] in
            ends.append(.loss(place: $0))
        }
    }

    /// Whether it may have stood still.
    private func isInQuestion(_ live: borrowing LiveRequest) -> Bool {
        !signs.isEmpty || watch.tracks.troubleUntil >= live.startNs || live.flaw != nil || live.isInTrouble
    }

    /// Looks the fields of the events up.
    public func begin(_ trace: TraceContext) {
        events = EventTable(trace)
        (identity, isText) = (trace.identity, trace.kind == .text)
        watch = FailoverWatch(trace.names, trace.topology, isWindow: trace.recording?.keptNs != nil)
    }

    /// Takes events in the order of time.
    public func take(_ batch: TraceBatch) throws -> Demand {
        catchUp()
        for event in batch.events where event.time != nil {
            // They are few, and kept until it is known which requests ended before them.
            if let kind = events?.kind(of: event) { signs.append((kind, event.kept)) }
        }
        return .more
    }

    /// Of the first batch that has anything, which event was the first; and the last one so far.
    private func see() {
        let own = signs.first.map { (place: $0.event.place, time: $0.event.time ?? 0) }
        let other = requests.first
        if let first = [own, other].compactMap(\.self).min(by: { $0.place < $1.place }) {
            watch.see(first.time...first.time)
        }
        if let time = requests.time { watch.see(time) }
    }

    /// Hands on what there is of the last batch, in the order in which it happened.
    private func catchUp() {
        guard let events else { return }
        watch.learn(requests.addresses)
        see()
        var next = 0
        for (kind, event) in signs {
            while next < ends.count, ends[next].place < event.place {
                take(ends[next])
                next += 1
            }
            watch.take(kind, events.reading(event, kind), event.time ?? 0, tid: event.tid)
        }
        for end in ends[next...] { take(end) }
        signs.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }

    private func take(_ end: End) {
        switch end {
        case .request(let end): watch.ended(end)
        case .loss: watch.lostEvents()
        }
    }

    /// What is the matter now that all up to a time has been taken; nil where nothing is recorded that would tell.
    func troubles(at time: UInt64) -> [LiveTrouble]? {
        catchUp()
        guard isRecorded else { return nil }
        watch.see(time...time)
        return LiveTroubles(watch, at: time).all
    }

    private var isRecorded: Bool {
        events.map { events in Self.telling.contains { events.has($0, field: 0) } } ?? false
    }

    /// What there is to tell; call behind the pass. nil where nothing was recorded that would tell of a failure.
    ///
    /// - Parameter source: what the reading found of the trace as a whole.
    public func summary(source: TraceSource) -> FailoverSummary? {
        catchUp()
        guard isRecorded && !isText || watch.hasSigns else { return nil }
        return FailoverSummary(watch, WallClock(identity), source: source)
    }
}
