import GraphParser
import TraceFormat

/// Where a SCSI device is: host, channel, target, LUN.
struct SCSIAddress: Hashable, Sendable, CustomStringConvertible {
    let host: Int64
    let channel: Int64
    let target: Int64
    let lun: Int64

    /// `2:0:0:1`
    var description: String { "\(host):\(channel):\(target):\(lun)" }
}

extension SCSIAddress {
    /// - Returns: nil for what is no address.
    init?(_ text: String) {
        let numbers = text.split(separator: ":", omittingEmptySubsequences: false).map { Int64($0) }
        guard numbers.count == 4, let host = numbers[0], let channel = numbers[1], let target = numbers[2],
            let lun = numbers[3]
        else { return nil }
        self.init(host: host, channel: channel, target: target, lun: lun)
    }

    /// Those that a topology has.
    static func ofDisks(_ topology: Topology?) -> [BlockDevice: SCSIAddress] {
        let paths = (topology?.allMaps ?? []).flatMap(\.groups).flatMap(\.paths)
        let known = paths.compactMap { path -> (BlockDevice, SCSIAddress)? in
            guard let disk = BlockDevice(sysfs: path.devno), let address = path.hctl.flatMap(SCSIAddress.init) else {
                return nil
            }
            return (disk, address)
        }
        return Dictionary(known) { first, _ in first }
    }
}

extension BlockDevice {
    /// - Parameter text: as sysfs has it: `8:0`.
    /// - Returns: nil for what is no device.
    init?(sysfs text: String) {
        let numbers = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 2, let major = numbers[0], let minor = numbers[1] else { return nil }
        self.init(major: major, minor: minor)
    }
}
