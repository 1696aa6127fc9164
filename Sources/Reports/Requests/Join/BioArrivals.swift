import GraphParser

/// Bios that have come, and are not in a request yet, by their places. Where another one could be meant, that is said.
struct BioArrivals {
    private struct Bio {
        let sector: UInt64
        let sectors: UInt64
        let moment: PointerJoin.Moment
        /// Whether it waited together with another one at its place.
        var isDoubtful: Bool
    }

    /// More than a device has waiting. Then all go: of them nobody knows what became.
    private static let maxWaiting = 1024
    private static let maxDevices = 4096

    /// One that is older than this, in ns, has become something that nobody saw, rather than waited for a request.
    private var maxAge: UInt64 = 1_000_000_000
    private var waiting: [BlockDevice: [Bio]] = [:]

    /// A request took so long, in ns: another may have waited for its end, and behind one that did.
    mutating func noteLatency(_ latency: UInt64) { maxAge = max(maxAge, latency.multipliedSaturated(by: 2)) }

    mutating func add(_ place: SectorJoin.Place, sectors: UInt64, _ moment: PointerJoin.Moment) {
        // A flush that has nothing to write is no request's first bio.
        if sectors == 0 { return }
        if waiting[place.device] == nil, waiting.count >= Self.maxDevices { waiting.removeAll() }
        var bios = waiting.removeValue(forKey: place.device) ?? []
        if bios.count >= Self.maxWaiting { bios.removeAll() }
        var isDoubtful = false
        for index in bios.indices where bios[index].sector == place.sector {
            bios[index].isDoubtful = true
            isDoubtful = true
        }
        bios.append(Bio(sector: place.sector, sectors: sectors, moment: moment, isDoubtful: isDoubtful))
        waiting[place.device] = bios
    }

    /// Takes the bios that a request is made of.
    ///
    /// - Parameter now: when dm is given the request, in ns.
    /// - Returns: what is known of them, and whether no others could be meant; nil if none was seen.
    mutating func take(
        _ place: SectorJoin.Place, sectors: UInt64, now: UInt64
    ) -> (bios: PointerJoin.Bios, isCertain: Bool)? {
        guard var bios = waiting.removeValue(forKey: place.device) else { return nil }
        defer { if !bios.isEmpty { waiting[place.device] = bios } }
        bios.removeAll { now > $0.moment.time && now - $0.moment.time > maxAge }
        var first: PointerJoin.Moment?
        var (isCertain, count) = (true, 0)
        var (sector, left) = (place.sector, sectors)
        while left > 0, let index = bios.firstIndex(where: { $0.sector == sector }) {
            let bio = bios.remove(at: index)
            count += 1
            if first.map({ $0.time > bio.moment.time }) ?? true { first = bio.moment }
            // A bio that was split is several requests', and which is dispatched first is not told.
            if bio.isDoubtful || bio.sectors > left { isCertain = false }
            if bio.sectors > left { break }
            (sector, left) = (sector &+ bio.sectors, left - bio.sectors)
        }
        return first.map { (.init(moment: $0, count: count, isWhole: left == 0), isCertain) }
    }
}
