import GraphParser

/// Bios that have come, and are not in a request yet, by their places. Where another one could be meant, that is said.
struct BioArrivals {
    /// One, or what is left of one that the kernel has split: the first part is in a request, and the rest came when all of it did.
    private struct Bio {
        var sector: UInt64
        var sectors: UInt64
        let moment: PointerJoin.Moment
        /// Whether it might as well be another one that was taken, or waits.
        var isDoubtful = false

        func contains(_ place: UInt64) -> Bool { place >= sector && place - sector < sectors }

        func part(from start: UInt64, sectors: UInt64) -> Bio {
            Bio(sector: start, sectors: sectors, moment: moment, isDoubtful: isDoubtful)
        }
    }

    /// More than a device has waiting, parts among them. Then all go: of them nobody knows what became.
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
        if bios.count >= Self.maxWaiting { bios.removeAll(keepingCapacity: true) }
        bios.append(Bio(sector: place.sector, sectors: sectors, moment: moment))
        waiting[place.device] = bios
    }

    /// Takes the bios, or parts of them, that a request is made of.
    ///
    /// - Parameter now: when dm is given the request, in ns.
    /// - Returns: what is known of them, and whether no others could be meant; nil if none was seen.
    mutating func take(
        _ place: SectorJoin.Place, sectors: UInt64, now: UInt64
    ) -> (bios: PointerJoin.Bios, isCertain: Bool)? {
        guard var bios = waiting.removeValue(forKey: place.device) else { return nil }
        defer { if !bios.isEmpty, bios.count <= Self.maxWaiting { waiting[place.device] = bios } }
        bios.removeAll { now > $0.moment.time && now - $0.moment.time > maxAge }
        var first: PointerJoin.Moment?
        var (isCertain, count) = (true, 0)
        var (sector, left) = (place.sector, sectors)
        while left > 0, let (index, isOnlyOne) = Self.find(sector, in: &bios) {
            // What is left of it is as doubtful.
            if !isOnlyOne { bios[index].isDoubtful = true }
            let bio = bios[index]
            if bio.isDoubtful { isCertain = false }
            if first.map({ $0.time > bio.moment.time }) ?? true { first = bio.moment }
            count += 1
            let taken = min(left, bio.sectors - (sector - bio.sector))
            Self.cut(sector, taken, from: index, of: &bios)
            (sector, left) = (sector &+ taken, left - taken)
        }
        return first.map { (.init(moment: $0, count: count, isWhole: left == 0), isCertain) }
    }

    /// The first that begins at the sector; else the first that has it in its middle, which is split, and whose parts come in any order.
    private static func find(_ sector: UInt64, in bios: inout [Bio]) -> (index: Int, isOnlyOne: Bool)? {
        var isOnlyOne = true
        func first(where matches: (Bio) -> Bool) -> Int? {
            guard let index = bios.firstIndex(where: matches) else { return nil }
            for other in bios.indices[(index + 1)...] where matches(bios[other]) {
                bios[other].isDoubtful = true
                isOnlyOne = false
            }
            return index
        }
        let index = first { $0.sector == sector } ?? first { $0.contains(sector) }
        return index.map { ($0, isOnlyOne) }
    }

    /// Leaves of the bio what lies before and behind the sectors.
    private static func cut(_ sector: UInt64, _ sectors: UInt64, from index: Int, of bios: inout [Bio]) {
        let bio = bios[index]
        let before = sector - bio.sector
        let behind = bio.sectors - before - sectors
        if before == 0, behind == 0 {
            bios.remove(at: index)
        } else if before == 0 {
            bios[index] = bio.part(from: sector &+ sectors, sectors: behind)
        } else {
            bios[index] = bio.part(from: bio.sector, sectors: before)
            if behind > 0 { bios.insert(bio.part(from: sector &+ sectors, sectors: behind), at: index + 1) }
        }
    }
}
