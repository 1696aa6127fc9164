/// Something that happened to paths, from its first sign to the last request that it held up.
///
/// Times are nanoseconds of the trace clock where they are moments, and of time otherwise.
public struct Incident: Codable, Equatable, Sendable {
    /// What it was, by what was seen of it.
    public enum Kind: String, Codable, CaseIterable, Sendable {
        /// The map had no path left.
        case noPath = "no path left"
        /// A ping was not answered.
        case pingTimeout = "ping timeout"
        /// The target, or TCP, closed the connection.
        case connection = "connection lost"
        /// Somebody set the disk offline.
        case offline = "disk offline"
        /// A port group of an ALUA target changed its state, and commands had to wait for it.
        case alua = "ALUA transition"
        /// Commands went to SCSI's error handler, which stops the host while it aborts and resets.
        case errorHandler = "error handler"
        /// A command's timer ran out.
        case commandTimeout = "command timeout"
        /// multipathd failed a path, since its checker found a fault.
        case daemon = "failed by multipathd"
        /// dm failed a path since I/O on it failed, and nothing else was seen.
        case pathFailed = "I/O failed"
        /// A path group could not be initialised, or not soon.
        case pathGroup = "path group initialisation"
    }

    /// What happened, at one moment or several times on end.
    public struct Event: Codable, Equatable, Sendable {
        /// The first time.
        public var atNs: UInt64
        /// The last time.
        public var untilNs: UInt64
        /// How often.
        public var count: Int
        /// In which layer.
        public var layer: String
        /// The path's disk, or the map; nil for what is of none.
        @NullWhenAbsent public var path: String?
        /// In words.
        public var what: String
        /// Of an error, whether the kernel says anything of it in its log; nil of all else, and where its log is not in the trace.
        @NullWhenAbsent public var isLogged: Bool?
        /// What the path is from then on; nil where this changes nothing.
        @NullWhenAbsent public var state: PathState?
    }

    /// What a path can be.
    public enum PathState: String, Codable, Sendable {
        /// It does not answer, or takes no commands.
        case away
        /// It could be used again.
        case back
        /// dm does not use it.
        case failed
        /// dm uses it again.
        case used
    }

    /// A path that something happened to.
    public struct Path: Codable, Equatable, Sendable {
        /// `sda`, or `8:0` where the trace has no topology.
        public var name: String
        /// `127.0.0.2:3260`; nil if that is not known.
        @NullWhenAbsent public var portal: String?
        /// The last answer before it was in trouble; nil if none was seen.
        @NullWhenAbsent public var lastAnswerNs: UInt64?
        /// How often dm failed it.
        public var failures: Int
        /// When dm used it again, the last time; nil if it did not, or had not stopped.
        @NullWhenAbsent public var backNs: UInt64?
    }

    /// A timer that was running.
    public struct Timer: Codable, Equatable, Sendable {
        /// The path's disk, or the map.
        public var path: String
        /// Its setting: `recovery_tmo`.
        public var timer: String
        /// What it was set to, in ns, at the capture's start; nil if that is not known.
        @NullWhenAbsent public var predictedNs: UInt64?
        /// How long it ran.
        public var observedNs: UInt64
        /// Whether it ran out; else something else ended it.
        public var ranOut: Bool
        /// When it ended.
        public var atNs: UInt64
        /// What else there is to know.
        @NullWhenAbsent public var note: String?
    }

    /// A request that stood still.
    public struct Stall: Codable, Equatable, Sendable {
        /// Its number, as in all outputs.
        public var id: Int
        /// When it began.
        public var startNs: UInt64
        /// From then on to its end, or to the trace's.
        public var ns: UInt64
        /// Whether it went on at the trace's end.
        public var isUnfinished: Bool
        /// The disks that it was tried on, in their order.
        public var tries: [String]
        /// How it failed in the end; nil if it did not.
        @NullWhenAbsent public var error: String?
        /// What each owner had of it, in the order in which they had it first; they add up to `ns`.
        public var parts: [Part]
    }

    /// A part of a stall.
    public struct Part: Codable, Equatable, Sendable {
        /// Who.
        public var owner: StallOwner
        /// How long.
        public var ns: UInt64
    }

    /// What an owner had of all requests that stood still.
    public struct Owner: Codable, Equatable, Sendable {
        /// Who.
        public var owner: StallOwner
        /// Of the request that stood still longest.
        public var longestNs: UInt64
        /// Of all of them.
        public var sumNs: UInt64
        /// How many of them.
        public var requests: Int
    }

    /// How many requests ended on each path, over time.
    public struct Throughput: Codable, Equatable, Sendable {
        /// When the first interval begins.
        public var startNs: UInt64
        /// How long each is.
        public var intervalNs: UInt64
        /// By path; the lists are of one length.
        public var paths: [Row]

        /// A path.
        public struct Row: Codable, Equatable, Sendable {
            /// `sda`
            public var path: String
            /// In each interval.
            public var requests: [Int]
        }
    }

    /// A setting that would have made it shorter.
    public struct Advice: Codable, Equatable, Sendable {
        /// `fast_io_fail_tmo`
        public var setting: String
        /// What was in force.
        public var isNs: UInt64
        /// What it might be.
        public var mightBeNs: UInt64
        /// By how much the longest stall would have been shorter.
        public var savedNs: UInt64
        /// In words.
        public var text: String
    }

    /// From 1, in the order in which they began.
    public var id: Int
    /// The trace, as the user gave it.
    public var source: String
    /// What it was.
    public var kind: Kind
    /// In a sentence.
    public var sentence: String
    /// What it has besides: `flapping`, `went on when the recording ended`.
    public var remarks: [String]
    /// The first sign.
    public var startNs: UInt64
    /// When the last of it was over, or the trace.
    public var endNs: UInt64
    /// The first sign by the machine's real-time clock, in ns since 1970; nil where the trace does not tell.
    @NullWhenAbsent public var startTimeNs: UInt64?
    /// Whether it was there when the recording began.
    public var beganBefore: Bool
    /// Whether it was there when the recording ended.
    public var goesOn: Bool
    /// The maps by their names.
    public var maps: [String]
    /// The paths, in the order in which they were in trouble.
    public var paths: [Path]
    /// In the order of time.
    public var events: [Event]
    /// Events beyond those that are kept.
    public var furtherEvents: Int
    /// In the order in which they ended.
    public var timers: [Timer]
    /// How many requests stood still.
    public var stalled: Int
    /// How many of them were still at it at the trace's end.
    public var unfinished: Int
    /// How many failed in the end.
    public var failed: Int
    /// The longest of them, longest first.
    public var stalls: [Stall]
    /// The numbers of all of them, as far as they are kept, in the order in which they ended.
    public var stalledIDs: [Int]
    /// Who had them, most of the longest one first.
    public var owners: [Owner]
    /// nil where no request was seen.
    @NullWhenAbsent public var throughput: Throughput?
    /// Most saved first.
    public var advice: [Advice]
}
