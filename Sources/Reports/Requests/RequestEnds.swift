import GraphParser
import TraceFormat

/// What the joins' requests go to when they are over: the sums, the comparison of the joins, and whoever wants each of them.
final class RequestEnds {
    private(set) var byPointer = RequestSums()
    private(set) var bySector = RequestSums()
    private(set) var comparison = JoinComparison()
    var names = TraceNames()
    var topology: Topology?
    /// Here, as the time below, since a join cannot be asked while it tells of an end.
    let addresses = DiskAddresses()
    /// Whether the trace has the addresses of requests: then those are what is told of.
    var hasPointers = false
    /// When the first request began.
    var origin: UInt64?
    /// The event that is looked at, among those of its batch; behind all of them at the end of one.
    var place = 0
    /// When the first and the last event was that was looked at.
    private(set) var time: ClosedRange<UInt64>?
    /// The first one, and its number in its batch.
    private(set) var begin: (place: Int, time: UInt64)?
    /// Requests that were under way when the last one ended.
    var depth = 0

    /// Disks whose commands went over iSCSI: each is known by the way that its commands took.
    private var iSCSI: Set<BlockDevice> = []
    private let onRequest: ((Request, PathNames) throws -> Void)?
    /// Sees that events were lost, and before which event of their batch.
    var observeLoss: ((_ place: Int) -> Void)?
    /// Sees all that ends, joined or not, and behind which event of its batch.
    var observe: ((borrowing LiveRequest, _ place: Int) -> Void)?

    init(_ onRequest: ((Request, PathNames) throws -> Void)?) { self.onRequest = onRequest }

    /// What the trace's devices are called, as far as that is known by now.
    var pathNames: PathNames { PathNames(topology: topology, addresses: addresses.all) }

    /// An event is looked at.
    func look(at time: UInt64, place: Int) {
        self.place = place
        guard let known = self.time else {
            begin = (place, time)
            self.time = time...time
            return
        }
        if time > known.upperBound { self.time = known.lowerBound...time }
    }

    /// Forgets what has been added up.
    func renew() {
        (byPointer, bySector) = (RequestSums(), RequestSums())
        comparison.renew()
    }

    func take(_ live: borrowing LiveRequest, _ kind: JoinKind) throws {
        if kind == .pointer || !hasPointers { observe?(live, place) }
        if let flaw = live.flaw { return add(unjoined: flaw, kind) }
        comparison.add(live, kind)
        if kind == .sector && hasPointers { return }
        learnWay(of: live)
        let live = copy live
        let isISCSI = live.steps.contains { $0.point.isOfISCSI }
        let timeline = RequestTimeline(live) { [iSCSI] disk in
            disk.map(iSCSI.contains) ?? (isISCSI || !iSCSI.isEmpty)
        }
        let request = { [names] in timeline.request(comm: names.comm(of:), joinedBy: kind) }
        if kind == .pointer {
            byPointer.add(live, timeline, depth: depth, request: request)
        } else {
            bySector.add(live, timeline, depth: depth, request: request)
        }
        if let onRequest { try onRequest(request(), pathNames) }
    }

    private func add(unjoined flaw: LiveRequest.Flaw, _ kind: JoinKind) {
        if kind == .pointer { byPointer.addUnjoined(flaw) } else { bySector.addUnjoined(flaw) }
    }

    private func learnWay(of live: borrowing LiveRequest) {
        for (number, one) in live.tries.enumerated() {
            guard let disk = one.disk, !iSCSI.contains(disk), iSCSI.count < 4096 else { continue }
            // A stage is before the point of its number and one.
            let end = number + 1 < live.tries.count ? live.tries[number + 1].firstStage + 1 : live.steps.count
            let own = live.steps[min(one.firstStage, end)..<min(end, live.steps.count)]
            if own.contains(where: { $0.point.isOfISCSI }) { iSCSI.insert(disk) }
        }
    }
}
