/// What a SCSI disk can be, as the kernel numbers it.
enum SCSIDeviceState: UInt32, CustomStringConvertible {
    case created = 1
    case running, cancelled, deleted, quiesced, offline, transportOffline, blocked, createdBlocked

    var description: String {
        switch self {
        case .created: "created"
        case .running: "running"
        case .cancelled: "cancel"
        case .deleted: "deleted"
        case .quiesced: "quiesce"
        case .offline: "offline"
        case .transportOffline: "transport-offline"
        case .blocked: "blocked"
        case .createdBlocked: "created-blocked"
        }
    }
}
