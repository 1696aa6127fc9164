/// Bytes that are read by position: a file's own, or what a compressed part of it decompressed to.
struct ByteSource: Sendable {
    let file: InputFile
    private let decompressed: [UInt8]?

    init(_ file: InputFile) {
        self.file = file
        decompressed = nil
    }

    init(_ bytes: [UInt8], of file: InputFile) {
        self.file = file
        decompressed = bytes
    }

    var size: Int { decompressed?.count ?? file.size }

    /// All bytes if they are in memory anyway; nil for a file.
    var memory: [UInt8]? { decompressed }

    /// Up to `count` bytes at `offset`; fewer only at the end.
    func read(at offset: Int, count: Int) throws(TraceError) -> [UInt8] {
        guard let decompressed else { return try file.read(at: offset, count: count) }
        guard offset < decompressed.count else { return [] }
        return Array(decompressed[offset..<min(offset + count, decompressed.count)])
    }
}
