/// The lines that say with which task a CPU goes on, as they were read before: a machine's tasks take turns again and again.
struct SwitchLines: Sendable {
    private var lines = NameIndex()
    /// By the line's number, from 1 on.
    private var changes: [TextTasks.Change] = []

    /// More different ones are forgotten, and learnt anew.
    private static let limit = 1 << 14
    /// Bytes; the kernel's are shorter, whatever tasks they name.
    static let maxSize = 64

    /// Notes what a line says that was understood.
    mutating func learn(_ line: Span<UInt8>, _ change: TextTasks.Change) {
        guard line.count < Self.maxSize else { return }
        if changes.count == Self.limit { removeAll() }
        let number = Int32(changes.count + 1)
        if lines.function(line, 0..<line.count, new: { FunctionID(index: number) }).index == number {
            changes.append(change)
        }
    }

    mutating func removeAll() {
        if !changes.isEmpty { self = SwitchLines() }
    }

    /// What the line at `start` says, and where the next one begins; nil if no such line has been learnt.
    @inline(__always)
    func known(_ bytes: RawSpan, at start: Int) -> (change: TextTasks.Change, next: Int)? {
        guard !changes.isEmpty,
            let line = bytes.hashed(from: start, upTo: 0x0a, within: Self.maxSize, seed: lines.seed)
        else { return nil }
        let number = lines.known(bytes, at: start, length: line.end &- start, hash: line.hash)
        return number == 0 ? nil : (changes[Int(number) - 1], line.end &+ 1)
    }
}

extension RawSpan {
    /// The hash that ``NameIndex`` has for the bytes up to the first `byte` from `start` on, and where that is; nil if it is not
    /// within so many bytes.
    @inline(__always)
    func hashed(from start: Int, upTo byte: UInt8, within limit: Int, seed: UInt64) -> (hash: UInt64, end: Int)? {
        var hash = seed
        var index = start
        var word = self.word(index)
        var hit = positions(of: byte, in: word)
        while hit == 0 {
            hash = NameIndex.mix(hash, word)
            index &+= 8
            guard index &- start < limit else { return nil }
            word = self.word(index)
            hit = positions(of: byte, in: word)
        }
        let rest = hit.trailingZeroBitCount >> 3
        return (NameIndex.mix(hash, NameIndex.head(word, rest)), index &+ rest)
    }
}
