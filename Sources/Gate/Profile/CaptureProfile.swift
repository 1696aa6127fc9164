public import TraceFormat

/// What a gate keeps of one capture: where it is from, what it lost, how its calls go, and how long things took.
public struct CaptureProfile: Equatable, Sendable {
    /// What was lost of it, or is in doubt.
    public struct Losses: Codable, Equatable, Sendable {
        /// Events that the kernel says it lost.
        public var events = 0
        /// Losses for which it gave no number.
        public var uncounted = 0
        /// Calls that are not complete: open, orphans, lossy.
        public var calls = 0
        /// Records that were not understood.
        public var records = 0
        /// Calls that kernel probes were passed over for.
        public var missedByProbes = 0
        /// Calls beyond the ways of calling that are told apart.
        public var unplaced = 0
        /// Trees with calls in doubt, which are not in the shape.
        public var trees = 0

        /// Of nothing.
        public init() {}

        /// Whether something is missing that would have been counted. What a recording cuts off at its beginning and end is not.
        public var isCountInDoubt: Bool { events + uncounted + records + missedByProbes + unplaced > 0 }
    }

    /// What became of its requests.
    public struct Requests: Codable, Equatable, Sendable {
        /// Seen, joined or not.
        public var seen = 0
        /// Those that are joined.
        public var joined = 0
        /// Those that are not, but for what the recording cut off at its beginning and end.
        public var unjoined = 0
        /// Choices between several that the trace does not tell apart, and what two ways of joining disagree on.
        public var ambiguous = 0
        /// Ended with an error.
        public var failed = 0
        /// With more than one try.
        public var retried = 0

        /// Of none.
        public init() {}
    }

    /// What the user called it.
    public var name: String
    /// Which recording it is of.
    public var identity: TraceIdentity
    /// Whether interrupts were recorded; nil where the capture does not tell.
    public var interrupts: Bool?
    /// What could be recorded at all: the kinds of functions, as `dmflow capture` chose them; nil where the capture does not tell.
    public var scope: [String]?
    /// How much of each kind of things was recorded.
    public var armed: [String: Int]
    /// What was lost of it.
    public var losses: Losses
    /// What became of its requests; nil without any.
    public var requests: Requests?
    /// The multipath maps and their paths, a line each.
    public var topology: [String]
    /// How long things took.
    public var times: [Row: Distribution]
    /// How its calls go: roots in the order of their names, with all they call, a caller before its calls.
    public var calls: [CallNode]

    init(name: String, identity: TraceIdentity = TraceIdentity()) {
        (self.name, self.identity, self.interrupts, self.scope) = (name, identity, nil, nil)
        (armed, losses, requests) = ([:], Losses(), nil)
        (topology, times, calls) = ([], [:], [])
    }

    /// Whether two are of one recording. Where they do not tell: whether all calls and times are equal, as no two recordings' are.
    func isSame(as other: CaptureProfile) -> Bool {
        guard identity.boot != nil, identity.startNs != nil else {
            return calls == other.calls && times.mapValues(\.p50Ns) == other.times.mapValues(\.p50Ns)
        }
        return identity.boot == other.identity.boot && identity.startNs == other.identity.startNs
            && identity.host == other.identity.host
    }
}
