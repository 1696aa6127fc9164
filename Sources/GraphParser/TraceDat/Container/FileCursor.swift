import TraceFormat

/// Reads the metadata of a trace.dat front to back. A size that the file claims is held against what is there before any
/// memory is taken for it.
struct FileCursor {
    let source: ByteSource
    private(set) var offset: Int
    /// Where this part of the source ends.
    let end: Int

    /// What was read ahead, so that a number does not cost a system call; starts at `windowStart` in the source.
    private var window: [UInt8]
    private var windowStart = 0
    private static let windowSize = 16 << 10
    private static let pieceSize = 256 << 10

    var file: InputFile { source.file }
    var isAtEnd: Bool { offset == end }

    init(_ source: ByteSource) { self.init(source, 0..<source.size) }

    /// - Parameter range: of the source; must lie inside it.
    init(_ source: ByteSource, _ range: Range<Int>) {
        self.source = source
        offset = range.lowerBound
        end = range.upperBound
        window = source.memory ?? []
    }

    // MARK: Bytes

    mutating func bytes(_ count: Int, _ what: String) throws(TraceError) -> [UInt8] {
        guard count <= end - offset else { throw cut(what) }
        let bytes = try source.read(at: offset, count: count)
        guard bytes.count == count else { throw cut(what) }
        offset += count
        return bytes
    }

    /// The next bytes, which are not passed over: `count` of them, fewer at the end. For small numbers of bytes.
    mutating func peek(_ count: Int) throws(TraceError) -> ArraySlice<UInt8> {
        let count = min(count, end - offset)
        if offset < windowStart || offset + count > windowStart + window.count {
            window = try source.read(at: offset, count: min(max(Self.windowSize, count), end - offset))
            windowStart = offset
        }
        let first = offset - windowStart
        return window[first..<min(first + count, window.count)]
    }

    mutating func skip(_ count: Int, _ what: String) throws(TraceError) {
        guard count >= 0, count <= end - offset else { throw cut(what) }
        offset += count
    }

    /// Hands on `count` bytes in pieces, for what may be too large to be held whole.
    mutating func pieces(_ count: Int, _ what: String, _ body: (Span<UInt8>) -> Void) throws(TraceError) {
        guard count <= end - offset else { throw cut(what) }
        if let memory = source.memory {
            body(memory.span.extracting(offset..<(offset + count)))
            offset += count
            return
        }
        var piece: [UInt8] = []
        var left = count
        while left > 0 {
            let got = try file.read(at: offset, into: &piece, count: min(Self.pieceSize, left))
            guard got > 0 else { throw cut(what) }
            body(piece.span.extracting(0..<got))
            offset += got
            left -= got
        }
    }

    // MARK: Numbers and strings

    mutating func unsigned16(_ what: String) throws(TraceError) -> UInt16 {
        UInt16(truncatingIfNeeded: try integer(2, what))
    }

    mutating func unsigned32(_ what: String) throws(TraceError) -> UInt32 {
        UInt32(truncatingIfNeeded: try integer(4, what))
    }

    mutating func unsigned64(_ what: String) throws(TraceError) -> UInt64 { try integer(8, what) }

    /// A 32-bit size, of something that follows.
    mutating func size32(_ what: String) throws(TraceError) -> Int {
        let size = Int(try unsigned32(what))
        guard size <= end - offset else { throw cut(what) }
        return size
    }

    /// A 64-bit size, of something that follows.
    mutating func size64(_ what: String) throws(TraceError) -> Int {
        let size = try unsigned64(what)
        guard size <= UInt64(end - offset) else { throw cut(what) }
        return Int(size)
    }

    /// A string that ends with NUL within `limit` bytes.
    mutating func string(_ what: String, limit: Int) throws(TraceError) -> String {
        let bytes = try peek(limit)
        guard let terminator = bytes.firstIndex(of: 0) else { throw cut(what) }
        offset += terminator - bytes.startIndex + 1
        return printable(bytes[..<terminator])
    }

    /// Passes over a text that must stand here, with the NUL that ends it.
    mutating func literal(_ text: String) throws(TraceError) {
        let expected = Array(text.utf8) + [0]
        guard try bytes(expected.count, text) == expected else {
            throw .damaged(file, "no '\(text)' at byte \(offset - expected.count)")
        }
    }

    private mutating func integer(_ count: Int, _ what: String) throws(TraceError) -> UInt64 {
        let bytes = try peek(count)
        guard let number = bytes.span.bytes.number(at: 0, size: count) else { throw cut(what) }
        offset += count
        return number
    }

    private func cut(_ what: String) -> TraceError {
        let part = source.memory == nil ? (end == file.size ? "it" : "a section") : "what a section decompresses to"
        return .damaged(file, "\(part) ends within \(what) (byte \(offset) of \(end))")
    }
}
