import TraceFormat

/// Which requests are listed, and in which order.
public struct RequestFilter: Sendable {
    /// The order of a list.
    public enum Order: String, CaseIterable, Sendable {
        /// As they ended, without waiting for the trace's end.
        case end
        /// Longest first.
        case latency
        /// As they began.
        case start
        /// Largest first.
        case size
        /// By their place on the device.
        case sector
    }

    /// A map's name or device number; nil for all.
    public var map: String?
    /// A path's disk, device number or SCSI address; nil for all. Any of the tries counts.
    public var path: String?
    /// `read`, `write`, …; nil for all.
    public var operation: String?
    /// In bytes, both included.
    public var bytes: ClosedRange<Int> = 0...Int.max
    /// In ns, both included.
    public var latencyNs: ClosedRange<UInt64> = 0...UInt64.max
    /// In ns from the trace's first request on: when requests began, both included.
    public var startNs: ClosedRange<UInt64> = 0...UInt64.max
    /// The number or name of the thread that the first bio came from; nil for all.
    public var task: String?
    /// Only this request.
    public var id: Int?
    /// Only these; nil for all.
    public var ids: Set<Int>?
    /// Only such as failed, were tried or submitted more than once.
    public var onlyTroubled = false
    /// In which order.
    public var order = Order.end
    /// At most so many; nil for all.
    public var limit: Int?

    /// All requests.
    public init() {}

    /// What is asked for by its name or number. That none is called so is another answer than that none is so long.
    public enum Name: CaseIterable, Sendable {
        /// See ``RequestFilter/id``.
        case id
        /// See ``RequestFilter/map``.
        case map
        /// See ``RequestFilter/path``.
        case path
        /// See ``RequestFilter/task``.
        case task
    }

    func admits(_ request: Request, _ names: PathNames, origin: UInt64) -> Bool {
        guard Name.allCases.allSatisfy({ admits(request, names, by: $0) }) else { return false }
        if let ids, !ids.contains(request.id) { return false }
        if let operation, request.operation != operation { return false }
        guard bytes.contains(request.bytes), latencyNs.contains(request.latencyNs),
            startNs.contains(request.startNs - min(origin, request.startNs))
        else { return false }
        return !onlyTroubled || request.isTroubled
    }

    /// Whether it is the one, or of the one, that is asked for by a name; also where none is asked for.
    func admits(_ request: Request, _ names: PathNames, by name: Name) -> Bool {
        switch name {
        case .id: id.map { request.id == $0 } ?? true
        case .map: map.map { name in request.device.map { names.isCalled($0, name) } ?? false } ?? true
        case .path:
            path.map { name in request.tries.contains { $0.disk.map { names.isCalled($0, name) } ?? false } } ?? true
        case .task: task.map { name in request.task.map { name == String($0.tid) || name == $0.name } ?? false } ?? true
        }
    }

    /// nil for the order in which they come.
    var comesBefore: ((Request, Request) -> Bool)? {
        switch order {
        case .end: nil
        case .latency: { ($1.latencyNs, $0.id) < ($0.latencyNs, $1.id) }
        case .start: { ($0.startNs, $0.id) < ($1.startNs, $1.id) }
        case .size: { ($1.bytes, $0.id) < ($0.bytes, $1.id) }
        case .sector: { ($0.sector ?? .max, $0.id) < ($1.sector ?? .max, $1.id) }
        }
    }
}

extension Request {
    /// Whether it did not go straight through.
    var isTroubled: Bool {
        error != nil || tries.count > 1 || tries.contains { $0.error != nil || $0.rounds.count > 1 }
    }
}
