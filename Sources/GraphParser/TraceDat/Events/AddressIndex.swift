/// Finds the function of a recorded address: an open-addressing hash table, since every event asks it.
struct AddressIndex {
    private struct Entry {
        var address: UInt64 = 0
        /// 0, which is ``FunctionID/unknown``, marks a free entry.
        var function: Int32 = 0
    }

    private var entries = [Entry](repeating: Entry(), count: 1024)
    private var used = 0
    /// Odd. If it were known, a file could have thousands of addresses with the same place.
    private let factor = UInt64.random(in: 0 ... .max) | 1

    /// The number of the function at `address`; nil if it has not been added.
    @inline(__always)
    func function(at address: UInt64) -> Int32? {
        var index = slot(of: address)
        while entries[index].function != 0 {
            if entries[index].address == address { return entries[index].function }
            index = (index &+ 1) & (entries.count &- 1)
        }
        return nil
    }

    /// Beyond the limit nothing is added.
    mutating func add(_ address: UInt64, _ function: FunctionID) {
        guard used < Limits.functions else { return }
        if used * 2 >= entries.count { grow() }
        insert(Entry(address: address, function: function.index))
        used += 1
    }

    private mutating func insert(_ entry: Entry) {
        var index = slot(of: entry.address)
        while entries[index].function != 0 { index = (index + 1) & (entries.count - 1) }
        entries[index] = entry
    }

    private mutating func grow() {
        let old = entries
        entries = [Entry](repeating: Entry(), count: old.count * 2)
        for entry in old where entry.function != 0 { insert(entry) }
    }

    /// The upper half of a product mixes all bits of the address: functions are aligned.
    @inline(__always)
    private func slot(of address: UInt64) -> Int {
        Int(truncatingIfNeeded: (address &* factor) >> 32) & (entries.count &- 1)
    }
}
