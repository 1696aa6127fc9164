public import GraphParser
import TraceFormat

/// Puts requests together from a trace's events as it is read: dm's request, its tries on paths, their stages.
///
/// By the addresses that the flow `requests` records, where the trace has those; else by device and sector from the kernel's own
/// tracepoints. Where both can be done, the second is held against the first. Takes no calls. Its memory follows the requests that are
/// under way. Used on the thread that reads the trace.
public final class RequestAnalyzer: Analyzer {
    /// The events that requests are made of.
    public let interest = Interest(losses: true, events: RequestEvents.names)

    private var joins: RequestJoins?
    private let ends: RequestEnds

    /// - Parameter onRequest: gets each request that is joined, in the order in which they ended. What it throws ends the pass.
    public convenience init(onRequest: ((Request) throws -> Void)? = nil) {
        self.init(onNamedRequest: onRequest.map { take in { request, _ in try take(request) } })
    }

    /// - Parameter onNamedRequest: gets what the trace's devices are called, too, as far as that is known by then.
    init(onNamedRequest: ((Request, PathNames) throws -> Void)?) { ends = RequestEnds(onNamedRequest) }

    /// - Parameters:
    ///   - observe: sees what has been found of each request when it is over, or cut off, before anything is made of it;
    ///     and the number of the event, in its batch, that showed it.
    ///   - losses: sees losses, likewise.
    func observe(
        _ observe: @escaping (borrowing LiveRequest, _ place: Int) -> Void, losses: @escaping (_ place: Int) -> Void
    ) { (ends.observe, ends.observeLoss) = (observe, losses) }

    /// Looks the fields of the events up.
    public func begin(_ trace: TraceContext) {
        ends.names = trace.names
        ends.topology = trace.topology
        joins = RequestJoins(trace, ends)
    }

    /// Takes events in the order of time.
    public func take(_ batch: TraceBatch) throws -> Demand {
        try joins?.take(batch)
        return .more
    }

    /// Ends what was still under way.
    public func finish(_ end: TraceEnd) throws { try joins?.finish() }

    /// What the requests come to; nil if the trace has none.
    ///
    /// - Parameter source: what the reading found of the trace as a whole.
    public func summary(source: TraceSource) -> RequestSummary? {
        joins?.summary(pathNames, source: source.path)?.with(source.recording)
    }

    // MARK: Meanwhile

    /// What has ended since this was asked last, and begins anew. All of these together are the summary that a whole pass would have.
    ///
    /// - Parameter source: the trace, for messages.
    func takeSummary(source: String) -> RequestSummary {
        defer { joins?.renew() }
        return joins?.sums(pathNames, source: source) ?? RequestSummary()
    }

    /// What is under way now.
    var underWay: RequestsUnderWay { joins?.underWay ?? RequestsUnderWay() }

    /// Whether the trace has events that requests can be joined from.
    var isRecorded: Bool { joins?.isRecorded ?? false }

    /// Whether there is a summary: requests that were joined, or could not be.
    var hasRequests: Bool { joins?.summary(PathNames(), source: "") != nil }

    /// When the trace's first request began; nil before.
    var origin: UInt64? { ends.origin }

    /// When the first and the last event was that it was given.
    var time: ClosedRange<UInt64>? { ends.time }

    /// The first of them, with its number in its batch; nil before.
    var first: (place: Int, time: UInt64)? { ends.begin }

    /// Where disks are, as their commands have told by now.
    var addresses: [BlockDevice: SCSIAddress] { ends.addresses.all }

    /// What the trace's devices are called, as far as that is known by now.
    var pathNames: PathNames { ends.pathNames }
}
