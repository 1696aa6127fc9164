/// A moment in the life of a request, in the order in which requests come by. What lies between two of them is a stage.
enum RequestPoint: UInt8, CaseIterable, Comparable, Sendable {
    /// Its first bio came.
    case arrived
    /// The kernel made the request.
    case queued
    /// dm was given it.
    case dispatched
    /// dm has chosen a path and cloned the request for it.
    case cloned
    /// SCSI was given the clone.
    case issued
    /// The driver of the transport was given the command.
    case commanded
    /// The session's worker began to send it; once more for each burst of data that the target asked for.
    case transmit
    /// It was handed to TCP.
    case sent
    /// TCP sent the segment that it begins in.
    case out
    /// TCP received the segment with the answer.
    case received
    /// The header of what the target sent was read.
    case header
    /// The initiator's task ended.
    case taskDone
    /// The driver told SCSI that the command was done.
    case scsiDone
    /// SCSI went on with it, in a softirq, or on the CPU that it came from.
    case completed
    /// The data was complete: here the application can go on.
    case dataDone
    /// dm heard of the clone's end.
    case cloneEnded
    /// dm went on with the request, in a softirq.
    case dmDone
    /// The multipath target has looked at the result.
    case verdict
    /// The request was over.
    case ended

    /// SCSI put the command back, to try it again with a new task.
    case retried
    /// dm put the request back, to try it again with a new clone.
    case requeued

    static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// Whether it can be the next point behind another: later on the way, or back where something is tried or sent again.
    func mayFollow(_ last: RequestPoint) -> Bool {
        switch self {
        case .dispatched, .cloned: return true
        case .issued, .commanded, .transmit:
            // A bio that failed is mapped again where nobody sees it.
            if self == .issued && last == .verdict { return true }
            return last < self || (.issued ... .completed) ~= last || last == .retried
        case .verdict: return last <= self || last == .retried
        // A request that is put back may be ended where it waits.
        case .ended: return last < self || last == .retried || last == .requeued
        default: return last < self || last == .retried
        }
    }

    /// What goes on from here until the next point, where all points are recorded.
    var part: StageKind.Part {
        switch self {
        case .arrived: part("wait for a request", "block")
        case .queued: part("dm queue", "block")
        case .dispatched: part("path choice", "dm")
        case .cloned: part("path issue", "block")
        case .issued: part("scsi dispatch", "scsi")
        case .commanded: part("libiscsi queue", "libiscsi")
        case .transmit: part("transmit", "net")
        case .sent: part("wire and target", "target")
        case .out: RequestPoint.sent.part
        case .received: part("receive", "net")
        case .header: part("response", "libiscsi")
        case .taskDone: part("task end", "libiscsi")
        case .scsiDone: part("scsi softirq", "irq")
        case .completed: part("scsi completion", "scsi")
        case .dataDone: part("clone end", "dm")
        case .cloneEnded: part("dm softirq", "irq")
        case .dmDone: part("dm completion", "dm")
        case .verdict: part("dm end", "dm")
        case .ended: RequestPoint.verdict.part
        case .retried: .init("scsi retry", "scsi", from: .completed, isExtra: true)
        case .requeued: .init("dm requeue", "dm", from: .verdict, isExtra: true)
        }
    }

    private func part(_ name: String, _ layer: String) -> StageKind.Part { .init(name, layer, from: self) }

    /// Whether only commands that go over iSCSI come by.
    var isOfISCSI: Bool { (.transmit)...(.taskDone) ~= self }
}
