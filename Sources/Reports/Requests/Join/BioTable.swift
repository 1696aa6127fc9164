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

    /// What is known of the bios of a request that dm is given; nil if its first one was not seen.
    mutating func take(of dispatch: PointerJoin.Dispatch) -> PointerJoin.Bios? {
        let others = merged.remove(dispatch.request) ?? 0
        let isWhole = others > 0 ? false : dispatch.lastBio == 0 ? nil : dispatch.firstBio == dispatch.lastBio
        return places[dispatch.firstBio].map { .init(moment: bios[$0], count: 1 + others, isWhole: isWhole) }
    }

    mutating func remove(_ bio: UInt64) {
        if let place = places.remove(bio) { free.append(place) }
    }
}
