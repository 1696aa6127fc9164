import TraceFormat

/// What the requests of one trace or of many come to. Merges, as ``Summary`` does; all times are latencies of I/O, in integer ns.
public struct RequestSummary: Codable, Equatable, Sendable {
    /// How many of something, by its name.
    public struct Count: Codable, Equatable, Sendable {
        /// What is counted.
        public let name: String
        /// How many.
        public internal(set) var count: Int
    }

    /// A stage of all requests, or of all tries on a path.
    public struct Stage: Codable, Equatable, Sendable {
        /// Its name.
        public let stage: String
        /// Who had the request.
        public let layer: String
        /// In which order stages are listed.
        public let order: Int
        /// How long it took, each time.
        public internal(set) var ns: Histogram
    }

    /// What a layer had of all requests.
    public struct Layer: Codable, Equatable, Sendable {
        /// Its name; `target` is what lies behind the host.
        public let layer: String
        /// How long it had each request that it had for any time.
        public internal(set) var ns: Histogram
    }

    /// Requests that have something in common.
    public struct Group: Codable, Equatable, Sendable {
        /// What they have in common: an operation, or the device number of a map.
        public let name: String
        /// Of their data.
        public internal(set) var bytes: UInt64
        /// From beginning to end.
        public internal(set) var latency: Histogram
    }

    /// Requests of a size.
    public struct Size: Codable, Equatable, Sendable {
        /// The power of two that they have at most; 0 for those without data.
        public let upToBytes: UInt64
        /// From beginning to end.
        public internal(set) var latency: Histogram
    }

    /// The tries on a path.
    public struct Path: Codable, Equatable, Sendable {
        /// Which path it is.
        public internal(set) var facts: PathFacts
        /// Clones that it took.
        public internal(set) var tries: Int
        /// Those of them that failed.
        public internal(set) var failed: Int
        /// Clones that it did not take.
        public internal(set) var rejected: Int
        /// SCSI submissions beyond one a try.
        public internal(set) var retries: Int
        /// Of their data.
        public internal(set) var bytes: UInt64
        /// From the clone to dm's verdict, of those that did not fail.
        public internal(set) var latency: Histogram
        /// What those were made of, in the order of stages.
        public internal(set) var stages: [Stage]
        /// The same tries by when they ended, without depths; nil in summaries of older versions.
        @NullWhenAbsent public internal(set) var overTime: RequestRates?
    }

    /// Requests that were seen, joined or not.
    public internal(set) var seen = 0
    /// Joined by the addresses of objects.
    public internal(set) var byPointer = 0
    /// Joined by device and sector.
    public internal(set) var bySector = 0
    /// Those of which nothing sure can be said, by the reason.
    public internal(set) var unjoined: [Count] = []
    /// Choices between several that the trace does not tell apart.
    public internal(set) var ambiguous = 0
    /// Requests of which the two joins, where both could be made, say different things.
    public internal(set) var disagreed = 0
    /// Requests that ended with an error.
    public internal(set) var failed = 0
    /// Requests with more than one try on a path that took it.
    public internal(set) var retried = 0
    /// Dispatches in vain: no path had room.
    public internal(set) var busyDispatches = 0
    /// Commands over iSCSI of which no clone is known, such as the checker's.
    public internal(set) var otherCommands = 0
    /// Points that were not seen in requests that are joined all the same.
    public internal(set) var stoodIn: [Count] = []
    /// Reads and writes that the kernel counted meanwhile and that are not in the trace, where that is more than what began before it or
    /// ended behind it may be.
    public internal(set) var unseen = 0
    /// Calls that kernel probes were passed over for.
    public internal(set) var missedByProbes = 0
    /// From beginning to end.
    public internal(set) var latency = Histogram()
    /// From beginning to complete data.
    public internal(set) var untilData = Histogram()
    /// In the order of stages.
    public internal(set) var stages: [Stage] = []
    /// In the order of their names.
    public internal(set) var layers: [Layer] = []
    /// In the order of their names.
    public internal(set) var operations: [Group] = []
    /// In the order of their sizes.
    public internal(set) var sizes: [Size] = []
    /// By device number, in their order.
    public internal(set) var maps: [Group] = []
    /// In the order of their maps and names.
    public internal(set) var paths: [Path] = []
    /// Requests by when they ended.
    public internal(set) var overTime = RequestRates()
    /// Longest first.
    public internal(set) var slowest: [SlowRequest] = []

    /// How many of the slowest are kept.
    public static let slowestCount = 10

    /// Of no request.
    public init() {}

    /// Whether anything of them is not sure, beyond what the recording cut off at its beginning and end.
    public var isInDoubt: Bool {
        ambiguous > 0 || disagreed > 0 || !stoodIn.isEmpty || unjoinedInside > 0 || unseen > 0 || missedByProbes > 0
    }

    /// The same with what the recorder knew of what is missing.
    func with(_ recording: RecordingStats?) -> RequestSummary {
        var summary = self
        let counted = Int(clamping: recording?.multipathRequests ?? 0)
        // The kernel counts from a little before the recording to a little behind it, so that a few more are no difference.
        if counted > seen, counted - seen > min(64, max(8, counted / 10)) { summary.unseen = counted - seen }
        summary.missedByProbes = (recording?.missedByProbes ?? [:]).values.reduce(0) {
            $0.addingSaturated(Int(clamping: $1))
        }
        return summary
    }

    /// Those that are not joined for another reason than that the recording began, or ended, while they were under way.
    package var unjoinedInside: Int {
        unjoined.filter { !LiveRequest.Flaw.isCutOff($0.name) }.reduce(0) { $0.addingSaturated($1.count) }
    }

    /// Of all requests that are joined.
    public var joined: Int { byPointer.addingSaturated(bySector) }
}

/// Which path it is. What the trace does not tell is nil.
public struct PathFacts: Codable, Equatable, Sendable {
    /// The map's name, else its device number.
    @NullWhenAbsent public internal(set) var map: String?
    /// The number of its priority group, from 1.
    @NullWhenAbsent public internal(set) var group: Int?
    /// The disk's name.
    @NullWhenAbsent public internal(set) var device: String?
    /// The disk's device number, `8:0`.
    @NullWhenAbsent public internal(set) var devno: String?
    /// Host, channel, target and LUN.
    @NullWhenAbsent public internal(set) var hctl: String?
    /// The iSCSI session.
    @NullWhenAbsent public internal(set) var session: String?
    /// Its portal.
    @NullWhenAbsent public internal(set) var portal: String?
    /// Its target.
    @NullWhenAbsent public internal(set) var target: String?

    /// How people call it.
    public var name: String { device ?? devno ?? hctl ?? "(unknown path)" }
}
