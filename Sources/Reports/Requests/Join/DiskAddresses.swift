import GraphParser

/// Where disks are, as the commands to them tell. Can be asked while a join tells of an end.
final class DiskAddresses {
    private static let capacity = 4096

    private(set) var all: [BlockDevice: SCSIAddress] = [:]

    /// A command went to a disk at an address.
    func learn(_ disk: BlockDevice?, _ address: SCSIAddress?) {
        // Written only where it is new: whoever has a copy keeps it without another one being made.
        guard let disk, let address, all.count < Self.capacity, all[disk] != address else { return }
        all[disk] = address
    }
}
