/// What stands on a text's lines between the time and the duration – CPU and task with their spaces and bars, flags – and
/// which CPU and task that tells.
///
/// All prefixes have one length, since their columns have; one of another length begins the table anew. A small
/// open-addressing hash table: a task's lines come in runs, but two CPUs' take turns.
struct PrefixTable: Sendable {
    struct Entry {
        let task: TaskKey
        let cpu: UInt16
        let ring: UInt16
    }

    /// Bytes; 0 if no prefix is known.
    private(set) var length = 0
    private var used = 0
    /// For each place the prefix's eight words; the last ones filled up with zeros.
    private var words: [UInt64] = []
    private var entries: [Entry?] = []

    /// More are not kept: then the table begins anew.
    private static let limit = 64
    private static let places = 256
    static let longest = 63

    var isEmpty: Bool { used == 0 }

    mutating func removeAll() {
        (length, used) = (0, 0)
        words = [UInt64](repeating: 0, count: Self.places * 8)
        entries = [Entry?](repeating: nil, count: Self.places)
    }

    /// - Parameter range: of a prefix's bytes in `line`, at most `longest`.
    mutating func add(_ line: Span<UInt8>, _ range: Range<Int>, _ entry: Entry) {
        if range.count != length { removeAll() }
        length = range.count
        var prefix = [UInt64](repeating: 0, count: 8)
        for (offset, index) in range.enumerated() {
            prefix[offset / 8] |= UInt64(line[index]) << UInt64(offset % 8 * 8)
        }
        var place = Self.place(prefix[0...(length / 8)].reduce(0) { NameIndex.mix($0, $1) })
        while entries[place] != nil {
            if words[(place * 8)..<(place * 8 + 8)].elementsEqual(prefix) {
                entries[place] = entry
                return
            }
            place = (place + 1) & (Self.places - 1)
        }
        guard used < Self.limit else {
            removeAll()
            return add(line, range, entry)
        }
        words.replaceSubrange((place * 8)..<(place * 8 + 8), with: prefix)
        entries[place] = entry
        used += 1
    }

    /// What the prefix at `start` tells; nil if it is not known.
    @inline(__always)
    func entry(_ bytes: RawSpan, _ start: Int) -> Entry? {
        let (whole, rest) = (length &>> 3, length & 7)
        var hash: UInt64 = 0
        for word in 0..<whole { hash = NameIndex.mix(hash, bytes.word(start &+ 8 &* word)) }
        hash = NameIndex.mix(hash, NameIndex.head(bytes.word(start &+ 8 &* whole), rest))
        var place = Self.place(hash)
        while let entry = entries[place] {
            if isEqual(bytes, start, place &* 8, whole, rest) { return entry }
            place = (place &+ 1) & (Self.places &- 1)
        }
        return nil
    }

    @inline(__always)
    private func isEqual(_ bytes: RawSpan, _ start: Int, _ first: Int, _ whole: Int, _ rest: Int) -> Bool {
        for word in 0..<whole where words[first &+ word] != bytes.word(start &+ 8 &* word) { return false }
        return words[first &+ whole] == NameIndex.head(bytes.word(start &+ 8 &* whole), rest)
    }

    @inline(__always)
    private static func place(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash &>> 32) & (places &- 1) }
}
