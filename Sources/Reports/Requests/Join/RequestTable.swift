import GraphParser

/// The requests that are under way, each in a place of its own, which is used again when it is over. A join finds them by what it
/// knows; here they begin and end.
struct RequestTable {
    private let capacity: Int
    private(set) var slots: [LiveRequest] = []
    private var free: [Int] = []
    private var lastID = 0
    /// What is told of those that are over.
    private(set) var isUsed: [Bool] = []

    /// - Parameter capacity: so many at once are followed: more than kernels have outstanding.
    init(capacity: Int = 1 << 18) { self.capacity = capacity }

    /// Those under way.
    var count: Int { slots.count - free.count }

    /// Whether another one can begin.
    var hasRoom: Bool { !free.isEmpty || slots.count < capacity }

    subscript(slot: Int) -> LiveRequest {
        _read { yield slots[slot] }
        _modify { yield &slots[slot] }
    }

    /// - Returns: nil where there is no room.
    mutating func begin(address: UInt64) -> Int? {
        lastID += 1
        let slot: Int
        if let known = free.popLast() {
            slot = known
        } else {
            guard slots.count < capacity else { return nil }
            slots.append(LiveRequest())
            isUsed.append(false)
            slot = slots.count - 1
        }
        isUsed[slot] = true
        slots[slot].begin(address: address, id: lastID)
        return slot
    }

    mutating func end(_ slot: Int) {
        isUsed[slot] = false
        free.append(slot)
    }

    /// Forgets all, and gives the memory back.
    mutating func removeAll() { (slots, free, isUsed) = ([], [], []) }

    /// Those under way, in the order in which they were seen first.
    var used: [Int] { slots.indices.filter { isUsed[$0] }.sorted { slots[$0].id < slots[$1].id } }
}
