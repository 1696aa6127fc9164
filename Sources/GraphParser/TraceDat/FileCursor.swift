/// Reads a trace.dat's header front to back. A size that the file claims is held against the file's own before any memory
/// is taken for it.
struct FileCursor {
    private let file: InputFile
    private(set) var offset = 0

    init(_ file: InputFile) { self.file = file }

    mutating func bytes(_ count: Int, _ what: String) throws(TraceError) -> [UInt8] {
        guard count <= file.size - offset else { throw cut(what) }
        let bytes = try file.read(at: offset, count: count)
        guard bytes.count == count else { throw cut(what) }
        offset += count
        return bytes
    }

    mutating func unsigned16(_ what: String) throws(TraceError) -> UInt16 {
        UInt16(truncatingIfNeeded: try integer(2, what))
    }

    mutating func unsigned32(_ what: String) throws(TraceError) -> UInt32 {
        UInt32(truncatingIfNeeded: try integer(4, what))
    }

    mutating func unsigned64(_ what: String) throws(TraceError) -> UInt64 { try integer(8, what) }

    /// A 32-bit size and that many bytes.
    mutating func sized32(_ what: String) throws(TraceError) -> [UInt8] {
        try bytes(Int(try unsigned32(what)), what)
    }

    /// A 64-bit size and that many bytes.
    mutating func sized64(_ what: String) throws(TraceError) -> [UInt8] {
        try bytes(try size64(what), what)
    }

    mutating func skip64(_ what: String) throws(TraceError) {
        let size = try size64(what)
        guard size <= file.size - offset else { throw cut(what) }
        offset += size
    }

    /// A string that ends with NUL within `limit` bytes.
    mutating func string(_ what: String, limit: Int) throws(TraceError) -> String {
        let bytes = try file.read(at: offset, count: min(limit, file.size - offset))
        guard let end = bytes.firstIndex(of: 0) else { throw cut(what) }
        offset += end + 1
        return printable(bytes[..<end])
    }

    mutating func literal(_ text: StaticString) throws(TraceError) {
        let expected = text.withUTF8Buffer { Array($0) }
        let what = printable(expected.filter { $0 != 0 })
        guard try bytes(expected.count, what) == expected else {
            throw TraceError(
                .damaged, path: file.path, "damaged trace.dat: no '\(what)' at byte \(offset - expected.count)",
                remedy: "copy or record it again")
        }
    }

    private mutating func integer(_ count: Int, _ what: String) throws(TraceError) -> UInt64 {
        try bytes(count, what).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func size64(_ what: String) throws(TraceError) -> Int {
        guard let size = Int(exactly: try unsigned64(what)) else { throw cut(what) }
        return size
    }

    private func cut(_ what: String) -> TraceError {
        TraceError(
            .damaged, path: file.path, "damaged trace.dat: it ends within \(what) (byte \(offset) of \(file.size))",
            remedy: "copy or record it again")
    }
}
