import GraphParser

/// Requests that are under way by where they are on their devices, for events that tell no more than that.
struct PlaceIndex {
    private var slots: [SectorJoin.Place: [Int]] = [:]
    /// The devices that requests are of.
    private(set) var devices: Set<BlockDevice> = []

    private static let maxDevices = 4096
    /// Among so many at one place none is told from the others.
    private static let maxAtPlace = 256

    mutating func add(_ slot: Int, _ device: BlockDevice?, _ sector: UInt64) {
        guard let device else { return }
        if devices.count < Self.maxDevices { devices.insert(device) }
        let place = SectorJoin.Place(device: device, sector: sector)
        if slots[place]?.count ?? 0 < Self.maxAtPlace { slots[place, default: []].append(slot) }
    }

    mutating func remove(_ slot: Int, _ device: BlockDevice?, _ sector: UInt64) {
        guard let device, let index = slots.index(forKey: .init(device: device, sector: sector)) else { return }
        slots.values[index].removeAll { $0 == slot }
        if slots.values[index].isEmpty { slots.remove(at: index) }
    }

    func at(_ device: BlockDevice, _ sector: UInt64) -> [Int] { slots[.init(device: device, sector: sector)] ?? [] }

    /// Those on any device, of whose command a block can be the first, whatever the size of blocks on the path, up to 4 KiB.
    func begin(at block: UInt64) -> [Int] {
        devices.count > 64
            ? []
            : devices.sorted { $0.number < $1.number }.flatMap { device in (0...3).flatMap { at(device, block << $0) } }
    }
}
