import GraphParser
import TraceFormat

/// Which disks a session, a host, a portal or a word of the kernel's is about: by the trace's topology, and what its requests told.
struct PathBook {
    private(set) var topology: Topology?
    private var hctls: [BlockDevice: SCSIAddress] = [:]
    private var disks: [SCSIAddress: BlockDevice] = [:]
    private var byHost: [Int64: [BlockDevice]] = [:]
    private var bySession: [UInt32: [BlockDevice]] = [:]
    private var byPortal: [String: [BlockDevice]] = [:]
    private var sessions: [BlockDevice: UInt32] = [:]
    private var maps: [BlockDevice: BlockDevice] = [:]
    private var facts: [BlockDevice: Topology.Path] = [:]

    /// More disks than a host has; what comes beyond has no incidents.
    private static let maxDisks = 4096

    init(_ topology: Topology? = nil) {
        self.topology = topology
        // A number that had one disk at the start and another at the end is that of the start.
        for map in (topology?.maps ?? []) + (topology?.mapsAtEnd ?? []) {
            for path in map.groups.flatMap(\.paths) {
                guard let disk = BlockDevice(sysfs: path.devno), facts[disk] == nil else { continue }
                facts[disk] = path
                if let device = BlockDevice(sysfs: map.devno) { maps[disk] = device }
                if let address = path.hctl.flatMap(SCSIAddress.init) { learn(disk, at: address) }
                if let sid = path.iscsi?.sid, let number = UInt32(exactly: sid) {
                    bySession[number, default: []].append(disk)
                    sessions[disk] = number
                }
                if let portal = path.iscsi?.portal { byPortal[portal, default: []].append(disk) }
            }
        }
    }

    // MARK: What requests tell

    mutating func learn(_ disk: BlockDevice, at address: SCSIAddress) {
        guard hctls.count < Self.maxDisks || hctls[disk] != nil else { return }
        if let old = hctls[disk] { byHost[old.host]?.removeAll { $0 == disk } }
        (hctls[disk], disks[address]) = (address, disk)
        byHost[address.host, default: []].append(disk)
    }

    /// A number that another map uses is another disk's: nothing is known of that.
    mutating func learn(_ disk: BlockDevice, of map: BlockDevice) {
        if maps[disk] == nil {
            guard maps.count < Self.maxDisks else { return }
        } else {
            facts[disk] = nil
            if let sid = sessions.removeValue(forKey: disk) { bySession[sid]?.removeAll { $0 == disk } }
            for portal in byPortal.keys { byPortal[portal]?.removeAll { $0 == disk } }
        }
        maps[disk] = map
    }

    // MARK: Looking up

    func session(of disk: BlockDevice) -> UInt32? { sessions[disk] }
    func address(of disk: BlockDevice) -> SCSIAddress? { hctls[disk] }
    func host(of disk: BlockDevice) -> Int64? { hctls[disk]?.host }
    func map(of disk: BlockDevice) -> BlockDevice? { maps[disk] }
    func topology(of disk: BlockDevice) -> Topology.Path? { facts[disk] }

    func disk(at address: SCSIAddress?) -> BlockDevice? { address.flatMap { disks[$0] } }
    func disks(ofSession sid: UInt32) -> [BlockDevice] { bySession[sid] ?? [] }
    func disks(ofHost host: Int64) -> [BlockDevice] { byHost[host] ?? [] }
    func disks(ofMap map: BlockDevice) -> [BlockDevice] { maps.filter { $0.value == map }.keys.sorted() }

    /// `127.0.0.2:3260`
    func disks(atPortal portal: String) -> [BlockDevice] { byPortal[portal] ?? [] }

    /// What a topology calls a disk.
    func disk(named name: some StringProtocol) -> BlockDevice? {
        facts.first { $0.value.device.elementsEqual(name) }?.key
    }

    func map(_ map: BlockDevice) -> Topology.Map? { topology?.map(PathNames.number(map)) }
}

extension Collection<BlockDevice> {
    /// By their numbers.
    func sorted() -> [BlockDevice] { sorted { ($0.major, $0.minor) < ($1.major, $1.minor) } }
}
