/// Bios on their way to a request: when they came, and from whom.
struct BioTable {
    /// More than can be under way; beyond, the request's own time of beginning counts.
    private static let capacity = 1 << 18

    private var places = PointerMap()
    private var bios: [PointerJoin.Moment] = []
    private var addresses: [UInt64] = []
    private var free: [Int] = []
    /// By request, how many bios were merged into it.
    private var merged = PointerMap()

    mutating func add(_ bio: UInt64, _ new: PointerJoin.Moment) {
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

    /// When the first bio of a request came that dm is given, and of how many the request is; nil if that was not seen.
    mutating func take(of request: UInt64, first bio: UInt64) -> (moment: PointerJoin.Moment, count: Int)? {
        let others = merged.remove(request) ?? 0
        return places[bio].map { (bios[$0], 1 + others) }
    }

    mutating func remove(_ bio: UInt64) {
        if let place = places.remove(bio) { free.append(place) }
    }
}
