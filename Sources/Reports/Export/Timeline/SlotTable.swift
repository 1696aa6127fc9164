/// Which of several tracks is free at a time: so many as things overlap, and no more than needed.
struct SlotTable {
    /// A track that nothing is on from a time on.
    struct Slot {
        /// From 0.
        let number: Int
        /// When the last thing on it ended.
        let freeFrom: UInt64
    }

    /// By the times from which on they are free.
    private var free: [Slot] = []
    /// How many there are.
    private(set) var count = 0

    /// A slot that is free at `time`, of these the one that was used last; a new one if none is. Nobody else gets it until it is given back.
    mutating func take(at time: UInt64) -> Slot {
        let place = self.place(behind: time)
        if place > 0 { return free.remove(at: place - 1) }
        defer { count += 1 }
        return Slot(number: count, freeFrom: 0)
    }

    /// Gives a slot back that is free again from `time` on.
    mutating func give(_ slot: Slot, freeFrom time: UInt64) {
        free.insert(Slot(number: slot.number, freeFrom: time), at: place(behind: time))
    }

    /// The number of those that are free at `time`.
    private func place(behind time: UInt64) -> Int {
        var (low, high) = (0, free.count)
        while low < high {
            let middle = (low + high) / 2
            if free[middle].freeFrom <= time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
