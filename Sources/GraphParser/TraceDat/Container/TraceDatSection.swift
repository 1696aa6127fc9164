/// A section of a trace.dat of version 7.
struct TraceDatSection {
    let id: UInt16
    let isCompressed: Bool
    /// Where its content begins, and where the section ends in the file.
    private let start: Int
    let end: Int
    private let source: ByteSource

    /// Expanded sections are held in memory. Symbols are the largest, with 20 MB for a large kernel.
    private static let maxSize = 64 << 20

    init(_ source: ByteSource, at offset: Int) throws(TraceError) {
        self.source = source
        var cursor = FileCursor(source, offset..<source.size)
        id = try cursor.unsigned16("header of a section")
        isCompressed = try cursor.unsigned16("header of a section") & 1 != 0
        // Its name, a place in a table that is not needed.
        _ = try cursor.unsigned32("header of a section")
        let size = try cursor.size64("section \(id)")
        start = cursor.offset
        end = start + size
    }

    /// A cursor over the content, decompressed if it is compressed.
    func content(_ decompressor: BlockDecompressor) throws(TraceError) -> FileCursor {
        var cursor = FileCursor(source, start..<end)
        guard isCompressed else { return cursor }
        let compressedSize = Int(try cursor.unsigned32("compressed size of section \(id)"))
        let size = Int(try cursor.unsigned32("size of section \(id)"))
        guard size <= Self.maxSize else {
            throw .unsupported(
                source.file, "a section of \(size >> 20) MiB",
                remedy: "convert it: trace-cmd convert --compression none")
        }
        let compressed = try cursor.bytes(compressedSize, "section \(id)")
        guard let bytes = decompressor.decompress(compressed, limit: size), bytes.count == size else {
            throw .damaged(source.file, "section \(id) cannot be decompressed (byte \(start))")
        }
        return FileCursor(ByteSource(bytes, of: source.file))
    }
}
