/// Bytes that are read by position: a file's own, or what a compressed part of it expanded to.
struct ByteSource: Sendable {
    let file: InputFile
    private let expanded: [UInt8]?

    init(_ file: InputFile) {
        self.file = file
        expanded = nil
    }

    init(_ bytes: [UInt8], of file: InputFile) {
        self.file = file
        expanded = bytes
    }

    var size: Int { expanded?.count ?? file.size }

    /// All bytes if they are in memory anyway; nil for a file.
    var memory: [UInt8]? { expanded }

    /// Up to `count` bytes at `offset`; fewer only at the end.
    func read(at offset: Int, count: Int) throws(TraceError) -> [UInt8] {
        guard let expanded else { return try file.read(at: offset, count: count) }
        guard offset < expanded.count else { return [] }
        return Array(expanded[offset..<min(offset + count, expanded.count)])
    }
}
