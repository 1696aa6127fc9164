/// Who had a request while it stood still, or while it went its normal way.
public enum StallOwner: String, Codable, CaseIterable, Sendable {
    /// The target did not answer, until the ping that asks for a sign of life was given up.
    case pingWait = "ping timeout"
    /// TCP sent again what nobody acknowledged, until the connection was given up.
    case tcp = "TCP"
    /// The session was away: commands wait until it is back, or recovery_tmo is over.
    case session = "blocked session"
    /// Out on a path for a tenth of a second or longer, and then it failed, or was put back.
    case unanswered = "no answer"
    /// SCSI had put the command back.
    case retry = "SCSI retry"
    /// The command was out, until its timer ran out.
    case commandTimer = "command timer"
    /// SCSI's error handler: aborts, resets, and the host that stands still meanwhile.
    case errorHandler = "error handler"
    /// The map had no path.
    case noPath = "no path"
    /// The hardware handler was initialising the path group (pg_init), which dm waits for.
    case groupInit = "path group init"
    /// A path was there again, and multipathd had not looked yet.
    case checker = "checker interval"
    /// multipathd could not look, since its thread stood still itself.
    case daemon = "multipathd blocked"
    /// dm had put the request back.
    case requeue = "dm requeue"
    /// Other requests had all the room.
    case queue = "queued behind others"
    /// The way that every request takes.
    case path = "on its way"

    /// Whether a request that it had went on as usual.
    var isNormal: Bool { self == .path }

    /// The layer of the layer map that it belongs to, for its colour, or a word of its own.
    public var layer: String {
        switch self {
        case .tcp: "net"
        case .unanswered: "target"
        case .pingWait, .session: "libiscsi"
        case .retry, .commandTimer, .errorHandler: "scsi"
        case .noPath, .requeue, .groupInit: "dm"
        case .checker, .daemon: "multipathd"
        case .queue: "block"
        case .path: "target"
        }
    }

    /// What a sentence says of it behind its time: `4.3 s until the ping timeout`.
    var phrase: String {
        switch self {
        case .pingWait: "until the ping timeout"
        case .tcp: "until TCP's connection was given up"
        case .session: "with the session blocked"
        case .unanswered: "without an answer"
        case .retry: "until SCSI tried again"
        case .commandTimer: "until the command's timer ran out"
        case .errorHandler: "in SCSI's error handler"
        case .noPath: "without a path"
        case .groupInit: "until the path group was initialised"
        case .checker: "until multipathd looked"
        case .daemon: "with multipathd blocked"
        case .requeue: "in dm's requeue"
        case .queue: "behind other requests"
        case .path: "on its way"
        }
    }
}
