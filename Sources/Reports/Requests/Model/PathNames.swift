import GraphParser
import TraceFormat

/// What devices are called: by the trace's topology, else by their numbers.
struct PathNames: Sendable {
    /// The SCSI address of a disk, as its commands told.
    var addresses: [BlockDevice: SCSIAddress] = [:]

    func map(_ device: BlockDevice?) -> String? { device.map(Self.number) }

    func disk(_ disk: BlockDevice) -> String { Self.number(disk) }

    /// Whether a name, device number or SCSI address is a device's.
    func isCalled(_ device: BlockDevice, _ name: String) -> Bool {
        name == Self.number(device) || name == disk(device) || name == map(device)
            || name == addresses[device]?.description
    }

    func facts(map: BlockDevice?, disk: BlockDevice?) -> PathFacts {
        var facts = PathFacts()
        facts.map = self.map(map)
        facts.devno = disk.map(Self.number)
        facts.hctl = disk.flatMap { addresses[$0] }?.description
        return facts
    }

    /// As sysfs has it: `8:0`.
    static func number(_ device: BlockDevice) -> String { "\(device.major):\(device.minor)" }
}
