import GraphParser
import TraceFormat

/// What devices are called: by the trace's topology, else by their numbers.
struct PathNames: Sendable {
    var topology: Topology?
    /// The SCSI address of a disk, as its commands told.
    var addresses: [BlockDevice: SCSIAddress] = [:]

    func map(_ device: BlockDevice?) -> String? {
        device.map { topology?.map(Self.number($0))?.name ?? Self.number($0) }
    }

    func disk(_ disk: BlockDevice) -> String { topology?.path(Self.number(disk))?.path.device ?? Self.number(disk) }

    /// Whether a name, device number or SCSI address is a device's.
    func isCalled(_ device: BlockDevice, _ name: String) -> Bool {
        let number = Self.number(device)
        if name == number || name == disk(device) || name == map(device) { return true }
        return name == hctl(device) || name == topology?.map(number)?.wwid || name == topology?.map(number)?.device
    }

    /// Whether the trace's topology has a map, or a path, of that name.
    func isKnown(map name: String) -> Bool {
        topology?.allMaps.contains { [$0.name, $0.device, $0.devno, $0.wwid].contains(name) } ?? false
    }

    /// See ``isKnown(map:)``.
    func isKnown(path name: String) -> Bool {
        let paths = (topology?.allMaps ?? []).flatMap(\.groups).flatMap(\.paths)
        return paths.contains { [$0.device, $0.devno, $0.hctl].contains(name) }
    }

    private func hctl(_ disk: BlockDevice) -> String? {
        topology?.path(Self.number(disk))?.path.hctl ?? addresses[disk]?.description
    }

    func facts(map: BlockDevice?, disk: BlockDevice?) -> PathFacts {
        var facts = PathFacts()
        facts.map = self.map(map)
        guard let disk else { return facts }
        facts.devno = Self.number(disk)
        facts.hctl = hctl(disk)
        guard let place = topology?.path(Self.number(disk)) else { return facts }
        (facts.group, facts.device) = (place.group, place.path.device)
        facts.session = (place.path.iscsi?.sid).map { String($0) } ?? place.path.fibreChannel?.name
        (facts.portal, facts.target) = (
            place.path.iscsi?.portal, place.path.iscsi?.target ?? place.path.fibreChannel?.portName
        )
        return facts
    }

    /// As sysfs has it: `8:0`.
    static func number(_ device: BlockDevice) -> String { "\(device.major):\(device.minor)" }
}
