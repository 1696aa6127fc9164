public import GraphParser

/// One I/O to a multipath device, from its first bio to its end.
///
/// Times are integer nanoseconds of the trace clock. The stages of all rounds of all tries, one after the other, are the whole of its
/// latency: what led up to a try or a round is its first stage.
public struct Request: Equatable, Sendable {
    /// What went on between two points that were seen.
    public struct Stage: Equatable, Sendable {
        /// Its name in ``stage``'s words, such as `wire and target`.
        public var stage: String
        /// Who had the request.
        public var layer: String
        /// When it began.
        public var startNs: UInt64
        /// How long it took.
        public var ns: UInt64
        /// The CPU on which it began.
        public var cpu: Int
        /// The thread in which it began; nil where that is not known.
        public var tid: Int32?
    }

    /// A SCSI submission of a try.
    public struct Round: Equatable, Sendable {
        /// When its first stage began.
        public var startNs: UInt64
        /// One at least.
        public var stages: [Stage]
    }

    /// A clone of the request on a path.
    public struct Try: Equatable, Sendable {
        /// The path's disk; nil where it is not known.
        public var disk: BlockDevice?
        /// When the clone was made.
        public var startNs: UInt64
        /// One at least.
        public var rounds: [Round]
        /// Why it failed; nil if it did not.
        public var error: String?
        /// Whether the path did not take it, so that the request waited.
        public var isRejected: Bool
        /// How often SCSI's timer ran out.
        public var timeouts: Int
        /// How often TCP sent the beginning of a command again.
        public var retransmits: Int
    }

    /// The same in every output: requests are numbered from 1 as they are seen first.
    public var id: Int
    /// The multipath device; nil where it is not known.
    public var device: BlockDevice?
    /// When it began.
    public var startNs: UInt64
    /// From then on to its end.
    public var latencyNs: UInt64
    /// From its beginning to when its data was complete and the application could go on; nil without data, and where it was not seen.
    public var untilDataNs: UInt64?
    /// `read`, `write`, `flush`, …
    public var operation: String
    /// In units of 512 bytes; nil for what has no place, such as a flush.
    public var sector: UInt64?
    /// Of its data.
    public var bytes: Int
    /// Number and name of the thread that its first bio came from; nil where that was not seen.
    public var task: (tid: Int32, name: String?)?
    /// One at least, unless no path was tried.
    public var tries: [Try]
    /// Why it failed; nil if it did not.
    public var error: String?
    /// Points that were not seen, by the names of their events, and that others stand for.
    public var stoodIn: [String]
    /// Whether another request could be meant with some of it.
    public var isAmbiguous = false
    /// How it was joined.
    public var joinedBy: JoinKind

    /// Thread in which it ended; nil where that is not known.
    public var endTid: Int32?

    /// All stages, one after the other.
    public var stages: [Stage] { tries.flatMap { $0.rounds.flatMap(\.stages) } }

    public static func == (left: Request, right: Request) -> Bool {
        left.id == right.id && left.device == right.device && left.startNs == right.startNs
            && left.latencyNs == right.latencyNs && left.untilDataNs == right.untilDataNs
            && left.operation == right.operation && left.sector == right.sector && left.bytes == right.bytes
            && left.task?.tid == right.task?.tid && left.task?.name == right.task?.name && left.tries == right.tries
            && left.error == right.error && left.stoodIn == right.stoodIn && left.joinedBy == right.joinedBy
            && left.endTid == right.endTid
            && left.isAmbiguous == right.isAmbiguous
    }
}

/// How the events of a request were put together.
public enum JoinKind: String, Codable, Sendable {
    /// By the addresses of live objects: certain.
    case pointer
    /// By device and sector, as far as that goes: of several requests to one block, the order decides.
    case sector
}
