/// Finds the function of a name's bytes without making a string of them: a text names the same few functions on millions
/// of lines. An open-addressing hash table over one array of all name bytes.
struct NameIndex {
    private struct Slot {
        var hash: UInt64 = 0
        var start = 0
        var length = 0
        /// 0, which is ``FunctionID/unknown``, marks a free slot.
        var id: Int32 = 0
    }

    private var bytes: [UInt8] = []
    private var slots = [Slot](repeating: Slot(), count: 1024)
    private var used = 0

    /// The function whose name stands in `range` of `line`, added to `names` when it is new.
    mutating func function(_ line: Span<UInt8>, _ range: Range<Int>, in names: TraceNames) -> FunctionID {
        let hash = Self.hash(line, range)
        var index = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[index].id != 0 {
            if slots[index].hash == hash, equal(slots[index], line, range) {
                return FunctionID(index: slots[index].id)
            }
            index = (index + 1) & (slots.count - 1)
        }
        let name = range.map { line[$0] }
        let id = names.intern(Function(text: name))
        slots[index] = Slot(hash: hash, start: bytes.count, length: name.count, id: id.index)
        bytes += name
        used += 1
        if used * 2 > slots.count { grow() }
        return id
    }

    private func equal(_ slot: Slot, _ line: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard slot.length == range.count else { return false }
        for offset in 0..<slot.length where bytes[slot.start + offset] != line[range.lowerBound + offset] {
            return false
        }
        return true
    }

    private mutating func grow() {
        let old = slots
        slots = [Slot](repeating: Slot(), count: old.count * 2)
        for slot in old where slot.id != 0 {
            var index = Int(truncatingIfNeeded: slot.hash) & (slots.count - 1)
            while slots[index].id != 0 { index = (index + 1) & (slots.count - 1) }
            slots[index] = slot
        }
    }

    /// FNV-1a with a last mix, because the table uses the low bits.
    private static func hash(_ line: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for index in range { hash = (hash ^ UInt64(line[index])) &* 0x100_0000_01b3 }
        return hash ^ (hash >> 32)
    }
}
