/// Bios on their way to a request: when they came, and from whom.
struct BioTable {
    struct Bio {
        var time: UInt64?
        var cpu = 0
        var tid: Int32?
        /// Of the request that it is the first of; 0 if nobody counted.
        var count = 0
    }

    /// More than can be under way; beyond, the request's own time of beginning counts.
    private static let capacity = 1 << 18

    private var places = PointerMap()
    private var bios: [Bio] = []
    private var addresses: [UInt64] = []
    private var free: [Int] = []
    /// By request, how many bios were merged into it.
    private var merged = PointerMap()

    mutating func add(_ bio: UInt64, _ moment: PointerJoin.Moment) {
        let new = Bio(time: moment.time, cpu: moment.cpu, tid: moment.tid, count: 1)
        if let known = places[bio] {
            bios[known] = new
        } else if let place = free.popLast() {
            (bios[place], addresses[place]) = (new, bio)
            places.set(bio, place)
        } else if bios.count < Self.capacity {
            bios.append(new)
            addresses.append(bio)
            places.set(bio, bios.count - 1)
        }
    }

    mutating func merge(into request: UInt64) {
        if merged.count < Self.capacity || merged[request] != nil { merged.set(request, (merged[request] ?? 0) + 1) }
    }

    /// The first bio of a request that dm is given.
    mutating func take(of request: UInt64, first bio: UInt64) -> Bio {
        let others = merged.remove(request) ?? 0
        guard let place = places[bio] else { return Bio() }
        var found = bios[place]
        found.count += others
        return found
    }

    mutating func remove(_ bio: UInt64) {
        if let place = places.remove(bio) { free.append(place) }
    }
}
