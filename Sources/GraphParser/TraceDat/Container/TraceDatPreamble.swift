import TraceFormat

/// The first bytes of a trace.dat, which say how to read the others.
struct TraceDatPreamble {
    /// 6 or 7.
    let version: Int
    /// Taken if the file has no header_page.
    let layout: PageLayout
    let pageSize: Int
    /// Version 7 only.
    let compression: Compression
    /// Version 7 only: where the first section with options stands.
    let optionsOffset: UInt64

    init(_ cursor: inout FileCursor) throws(TraceError) {
        let file = cursor.file
        let magic = TraceDatFormat.magic
        guard try cursor.bytes(magic.count, "magic") == magic else {
            throw .damaged(file, "no magic number")
        }
        switch try cursor.string("version", limit: 16) {
        case "6": version = 6
        case "7": version = 7
        case let other:
            throw .unsupported(
                file, "trace.dat version \(other)", remedy: "convert it: trace-cmd convert --file-version 7")
        }
        guard try cursor.bytes(1, "byte order") == [TraceDatFormat.littleEndian] else {
            throw .unsupported(file, "a big-endian trace", remedy: "use trace-cmd report and read its text")
        }
        switch try cursor.bytes(1, "word size") {
        case [8]: layout = .wide
        case [4]: layout = .narrow
        case let other: throw .damaged(file, "a word size of \(other[0])")
        }
        pageSize = try TraceBuffer.pageSize(try cursor.unsigned32("page size"), file)
        guard version == 7 else {
            (compression, optionsOffset) = (.none, 0)
            return
        }
        compression = try Self.compression(&cursor)
        optionsOffset = try cursor.unsigned64("place of the options")
        guard optionsOffset != 0 else { throw .damaged(file, "no options: the recorder did not finish it") }
    }

    /// The packer's name and version.
    private static func compression(_ cursor: inout FileCursor) throws(TraceError) -> Compression {
        let name = try cursor.string("compression", limit: 64)
        _ = try cursor.string("compression's version", limit: 64)
        guard let known = Compression(rawValue: name) else {
            throw .unsupported(
                cursor.file, "compression with '\(name)'", remedy: "convert it: trace-cmd convert --compression none")
        }
        return known
    }
}
