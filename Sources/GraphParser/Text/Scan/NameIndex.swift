/// Finds the function of a name's bytes without making a string of them: a text names the same few functions on millions
/// of lines. An open-addressing hash table over the names' bytes, eight at a time, the last ones filled up with zeros.
struct NameIndex: Sendable {
    private struct Slot {
        var hash: UInt64 = 0
        /// Where the name's words begin.
        var start: Int32 = 0
        var length: Int32 = 0
        /// 0, which is ``FunctionID/unknown``, marks a free slot.
        var id: Int32 = 0
    }

    private var words: [UInt64] = []
    private var slots = [Slot](repeating: Slot(), count: 1024)
    private var used = 0
    /// Random, so that no text can have thousands of names with the same place in the table.
    let seed = UInt64.random(in: 0 ... .max)

    /// The function whose name stands in `range` of `line`, added to `names` when it is new.
    mutating func function(_ line: Span<UInt8>, _ range: Range<Int>, in names: TraceNames) -> FunctionID {
        function(line, range) { names.intern(Function(text: range.map { line[$0] })) }
    }

    /// The function whose name stands in `range` of `line`, or the one that is made for it when it is new.
    mutating func function(_ line: Span<UInt8>, _ range: Range<Int>, new: () -> FunctionID) -> FunctionID {
        let name = Self.words(line, range)
        let hash = name.reduce(seed) { Self.mix($0, $1) }
        var index = Int(truncatingIfNeeded: hash >> 32) & (slots.count - 1)
        while slots[index].id != 0 {
            let slot = slots[index]
            if slot.hash == hash, slot.length == range.count,
                words[Int(slot.start)..<(Int(slot.start) + name.count)].elementsEqual(name)
            {
                return FunctionID(index: slot.id)
            }
            index = (index + 1) & (slots.count - 1)
        }
        let id = new()
        // Other spellings of the same names could go on for ever.
        guard used < Limits.functions, 8 * (words.count + name.count) <= Limits.nameBytes else { return id }
        slots[index] = Slot(hash: hash, start: Int32(words.count), length: Int32(range.count), id: id.index)
        words += name
        used += 1
        if used * 2 > slots.count { grow() }
        return id
    }

    /// The number of what has its name in `range` of `line`, or the one that is made for it when the name is new; nil if it has
    /// none.
    mutating func number(_ line: Span<UInt8>, _ range: Range<Int>, new: () -> Int32?) -> Int32? {
        // 0 marks a free slot.
        let id = function(line, range) { FunctionID(index: new().map { $0 + 1 } ?? .max) }
        return value(id.index)
    }

    /// What ``number(_:_:new:)`` gives for what has this number in the index.
    @inline(__always)
    func value(_ id: Int32) -> Int32? { id == .max ? nil : id - 1 }

    /// The number of the function whose name of `length` bytes stands at `start`; 0 if it has not been added.
    ///
    /// - Parameter hash: of the name's words, each in turn taken into it with ``mix(_:_:)``.
    @inline(__always)
    func known(_ bytes: RawSpan, at start: Int, length: Int, hash: UInt64) -> Int32 {
        var index = Int(truncatingIfNeeded: hash >> 32) & (slots.count &- 1)
        while slots[index].id != 0 {
            let slot = slots[index]
            if slot.hash == hash, slot.length == length, equal(slot, bytes, start) { return slot.id }
            index = (index &+ 1) & (slots.count &- 1)
        }
        return 0
    }

    @inline(__always)
    private func equal(_ slot: Slot, _ bytes: RawSpan, _ start: Int) -> Bool {
        var offset = 0
        var word = Int(slot.start)
        while offset &+ 8 <= Int(slot.length) {
            if words[word] != bytes.word(start &+ offset) { return false }
            offset &+= 8
            word &+= 1
        }
        let rest = Int(slot.length) &- offset
        return words[word] == Self.head(bytes.word(start &+ offset), rest)
    }

    @inline(__always)
    static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = (hash ^ word) &* 0x9e37_79b9_7f4a_7c15
        return product ^ (product >> 29)
    }

    /// The first `count` bytes of a word, fewer than eight, the others zero.
    @inline(__always)
    static func head(_ word: UInt64, _ count: Int) -> UInt64 { word & ((1 << UInt64(8 &* count)) &- 1) }

    /// A name's words; the last one has fewer than eight bytes of it.
    private static func words(_ line: Span<UInt8>, _ range: Range<Int>) -> [UInt64] {
        var words = [UInt64](repeating: 0, count: range.count / 8 + 1)
        for (offset, index) in range.enumerated() {
            words[offset / 8] |= UInt64(line[index]) << UInt64(offset % 8 * 8)
        }
        return words
    }

    private mutating func grow() {
        let old = slots
        slots = [Slot](repeating: Slot(), count: old.count * 2)
        for slot in old where slot.id != 0 {
            var index = Int(truncatingIfNeeded: slot.hash >> 32) & (slots.count - 1)
            while slots[index].id != 0 { index = (index + 1) & (slots.count - 1) }
            slots[index] = slot
        }
    }
}
