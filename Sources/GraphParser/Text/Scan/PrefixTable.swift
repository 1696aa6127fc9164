/// What stands on a text's lines between the time and the duration – CPU and task with their spaces and bars, flags – and
/// which CPU and task that tells.
///
/// All prefixes have one length, since their columns have; one of another length begins the table anew. A small
/// open-addressing hash table, since any number of CPUs and tasks may take turns: it grows with them up to a limit, from which
/// on a new prefix takes an old one's place.
struct PrefixTable: Sendable {
    struct Entry: Equatable {
        let task: TaskKey
        let cpu: UInt16
        let ring: UInt16
        /// False as long as only events that are no calls had the prefix: the first call's line has more to tell.
        var isOfCalls = true
    }

    /// Bytes; 0 if no prefix is known.
    private(set) var length = 0
    private(set) var used = 0
    /// For each place the entry in a word, 0 where there is none, and the words of its prefix, the last one filled up with zeros.
    private var words: [UInt64] = []
    private var places = 0
    /// Random, so that no text can have thousands of prefixes with the same place in the table.
    private let seed = UInt64.random(in: 0 ... .max)

    /// At most 9 MB.
    static let limit = 1 << 16
    private static let fewestPlaces = 64
    static let maxSize = 63

    var isEmpty: Bool { used == 0 }

    /// Words of a place.
    @inline(__always)
    private var stride: Int { length &>> 3 &+ 2 }

    mutating func removeAll() { begin(length: 0) }

    private mutating func begin(length: Int) {
        (self.length, used, places) = (length, 0, Self.fewestPlaces)
        words = [UInt64](repeating: 0, count: places * stride)
    }

    /// - Parameter range: of a prefix's bytes in `line`, at most `longest`.
    mutating func add(_ line: Span<UInt8>, _ range: Range<Int>, _ entry: Entry) {
        if range.count != length { begin(length: range.count) }
        if used * 2 >= places, used < Self.limit { grow() }
        var prefix = [UInt64](repeating: 0, count: length / 8 + 1)
        for (offset, index) in range.enumerated() {
            prefix[offset / 8] |= UInt64(line[index]) << UInt64(offset % 8 * 8)
        }
        put([entry.word] + prefix[...])
    }

    /// - Parameter content: of a place.
    private mutating func put(_ content: [UInt64]) {
        let home = self.home(of: content[...])
        if let known = find(content, from: home) {
            words[known * stride] = content[0]
            return
        }
        if used == Self.limit { removeFirst(from: home) }
        var place = home
        while isTaken(place) { place = next(place) }
        store(content[...], in: place)
        used += 1
    }

    private func find(_ content: [UInt64], from home: Int) -> Int? {
        var place = home
        while isTaken(place) {
            let prefix = words[(place * stride + 1)..<(place * stride + stride)]
            if prefix.elementsEqual(content.dropFirst()) { return place }
            place = next(place)
        }
        return nil
    }

    /// Makes room: removes the first entry from a place on. Those behind it move up, so that they are still found.
    private mutating func removeFirst(from home: Int) {
        var hole = home
        while !isTaken(hole) { hole = next(hole) }
        var place = next(hole)
        while isTaken(place) {
            // A copy: a slice would keep the table, which then would be copied with each change.
            let content = Array(words[(place * stride)..<(place * stride + stride)])
            let (from, to) = (distance(self.home(of: content[...]), place), distance(hole, place))
            if from >= to {
                store(content[...], in: hole)
                hole = place
            }
            place = next(place)
        }
        words[hole * stride] = 0
        used -= 1
    }

    private func isTaken(_ place: Int) -> Bool { words[place * stride] != 0 }

    private func next(_ place: Int) -> Int { (place + 1) & (places - 1) }

    private func distance(_ from: Int, _ to: Int) -> Int { (to - from) & (places - 1) }

    private func home(of content: ArraySlice<UInt64>) -> Int {
        place(content.dropFirst().reduce(seed) { NameIndex.mix($0, $1) })
    }

    private mutating func store(_ content: ArraySlice<UInt64>, in place: Int) {
        words.replaceSubrange((place * stride)..<(place * stride + stride), with: content)
    }

    private mutating func grow() {
        let old = words
        places *= 2
        used = 0
        words = [UInt64](repeating: 0, count: places * stride)
        for start in Swift.stride(from: 0, to: old.count, by: stride) where old[start] != 0 {
            put(Array(old[start..<(start + stride)]))
        }
    }

    /// What the prefix at `start` tells; nil if it is not known.
    @inline(__always)
    func entry(_ bytes: RawSpan, _ start: Int) -> Entry? {
        let (whole, rest) = (length &>> 3, length & 7)
        var hash = seed
        for word in 0..<whole { hash = NameIndex.mix(hash, bytes.word(start &+ 8 &* word)) }
        hash = NameIndex.mix(hash, NameIndex.head(bytes.word(start &+ 8 &* whole), rest))
        var place = place(hash)
        while true {
            let first = place &* stride
            if words[first] == 0 { return nil }
            if isEqual(bytes, start, first &+ 1, whole, rest) { return Entry(word: words[first]) }
            place = (place &+ 1) & (places &- 1)
        }
    }

    @inline(__always)
    private func isEqual(_ bytes: RawSpan, _ start: Int, _ first: Int, _ whole: Int, _ rest: Int) -> Bool {
        for word in 0..<whole where words[first &+ word] != bytes.word(start &+ 8 &* word) { return false }
        return words[first &+ whole] == NameIndex.head(bytes.word(start &+ 8 &* whole), rest)
    }

    @inline(__always)
    private func place(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash &>> 32) & (places &- 1) }
}

extension PrefixTable.Entry {
    /// Never 0: no CPU has a number that needs the two highest bits.
    fileprivate var word: UInt64 {
        UInt64(UInt32(bitPattern: task.raw)) | UInt64(ring) << 32 | UInt64(cpu | 0x8000 | (isOfCalls ? 0 : 0x4000))
            << 48
    }

    @inline(__always)
    fileprivate init(word: UInt64) {
        self.init(
            task: TaskKey(raw: Int32(bitPattern: UInt32(truncatingIfNeeded: word))),
            cpu: UInt16(truncatingIfNeeded: word &>> 48) & 0x3fff, ring: UInt16(truncatingIfNeeded: word &>> 32),
            isOfCalls: word & 0x4000 << 48 == 0)
    }
}
