import GraphParser

/// Bios that have come, and are not in a request yet, by their places.
struct BioArrivals {
    private struct Bio {
        var sector: UInt64
        var sectors: UInt64
        let moment: PointerJoin.Moment
    }

    /// More than a device has waiting. The oldest go first: of them nobody knows what became.
    private static let maxWaiting = 1024
    private static let maxDevices = 4096

    private var waiting: [BlockDevice: [Bio]] = [:]

    mutating func add(_ place: SectorJoin.Place, sectors: UInt64, _ moment: PointerJoin.Moment) {
        if waiting[place.device] == nil, waiting.count >= Self.maxDevices { waiting.removeAll() }
        waiting[place.device, default: []].append(Bio(sector: place.sector, sectors: sectors, moment: moment))
        if waiting[place.device]!.count > Self.maxWaiting { waiting[place.device]!.removeFirst(Self.maxWaiting / 2) }
    }

    /// Takes the bios that a request is made of, and leaves what is left of one that was split.
    ///
    /// - Returns: when the first of them came, and whether no other could be meant; nil if none was seen.
    mutating func take(
        _ place: SectorJoin.Place, sectors: UInt64
    ) -> (moment: PointerJoin.Moment, isCertain: Bool, count: Int)? {
        guard var bios = waiting.removeValue(forKey: place.device) else { return nil }
        defer { if !bios.isEmpty { waiting[place.device] = bios } }
        var first: PointerJoin.Moment?
        var (isCertain, count) = (true, 0)
        var (sector, left) = (place.sector, sectors)
        repeat {
            guard let index = bios.firstIndex(where: { $0.sector == sector }) else { break }
            if bios[(index + 1)...].contains(where: { $0.sector == sector }) { isCertain = false }
            count += 1
            if first.map({ $0.time > bios[index].moment.time }) ?? true { first = bios[index].moment }
            let taken = min(bios[index].sectors, left)
            if taken < bios[index].sectors, taken > 0 {
                bios[index].sector &+= taken
                bios[index].sectors -= taken
            } else {
                bios.remove(at: index)
            }
            (sector, left) = (sector &+ taken, left - taken)
        } while left > 0
        return first.map { ($0, isCertain, count) }
    }
}
