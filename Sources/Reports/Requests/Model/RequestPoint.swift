/// A moment in the life of a request, in the order in which requests come by. What lies between two of them is a stage.
enum RequestPoint: UInt8, CaseIterable, Comparable, Sendable {
    /// The kernel made the request, of the first bio that came.
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

    /// What goes on from here until the next point, where all points are recorded.
    var part: StageKind.Part {
        switch self {
        case .queued: .init("dm queue", "block")
        case .dispatched: .init("path choice", "dm")
        case .cloned: .init("path issue", "block")
        case .issued: .init("scsi dispatch", "scsi")
        case .commanded: .init("libiscsi queue", "libiscsi")
        case .transmit: .init("transmit", "net")
        case .sent: .init("wire and target", "target")
        case .header: .init("response", "libiscsi")
        case .taskDone: .init("task end", "libiscsi")
        case .scsiDone: .init("scsi softirq", "irq")
        case .completed: .init("scsi completion", "scsi")
        case .dataDone: .init("clone end", "dm")
        case .cloneEnded: .init("dm softirq", "irq")
        case .dmDone: .init("dm completion", "dm")
        case .verdict, .ended: .init("dm end", "dm")
        case .retried: .init("scsi retry", "scsi")
        case .requeued: .init("dm requeue", "dm")
        }
    }

    /// Whether only commands that go over iSCSI come by.
    var isOfISCSI: Bool { (.transmit)...(.taskDone) ~= self }
}
