/// Where a SCSI device is: host, channel, target, LUN.
struct SCSIAddress: Hashable, Sendable, CustomStringConvertible {
    let host: Int64
    let channel: Int64
    let target: Int64
    let lun: Int64

    /// `2:0:0:1`
    var description: String { "\(host):\(channel):\(target):\(lun)" }
}
