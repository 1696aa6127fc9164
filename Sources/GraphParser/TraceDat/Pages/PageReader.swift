/// Reads the pages of one CPU's buffer in their order, as they stand in the file or out of compressed chunks.
///
/// Has all its state in itself, so that each CPU's pages can be read in a thread of its own. Memory is that of the caller's
/// buffer; for compressed data also a compressed chunk, and one that is larger than what the caller asks for.
struct PageReader: PageSource {
    private let file: InputFile
    private let data: CPUData
    private let pageSize: Int
    private var offset: Int
    private var chunks: ChunkReader?
    private let maxChunkSize: Int

    /// A chunk that did not fit the caller's buffer, and how much of it was handed on.
    private var kept: [UInt8] = []
    private var keptCount = 0
    private var keptStart = 0

    /// - Parameter maxChunkSize: bytes that a compressed chunk may hold.
    init(file: InputFile, data: CPUData, pageSize: Int, maxChunkSize: Int) {
        self.maxChunkSize = maxChunkSize
        self.file = file
        self.data = data
        self.pageSize = pageSize
        offset = data.offset
    }

    /// A file has no more than it has.
    var isOver: Bool { true }

    /// Bytes of the file that have been read so far.
    var bytesRead: Int { (chunks?.offset ?? offset) - data.offset }

    /// Puts the next whole pages at the begin of `buffer`, which grows once if it is too small.
    ///
    /// - Parameter atMost: bytes, at least a page's.
    /// - Returns: the bytes that are valid in `buffer`: a multiple of the page size, unless the data ends within a page;
    ///   0 at the end.
    /// - Throws: if the file cannot be read or a compressed chunk is damaged.
    mutating func next(into buffer: inout [UInt8], atMost: Int) throws(TraceError) -> Int {
        let room = max(atMost / pageSize, 1) * pageSize
        guard data.compression != .none else { return try nextPlain(&buffer, room) }
        if let count = try nextKept(&buffer, room) { return count }
        return try nextChunks(&buffer, room)
    }

    private mutating func nextPlain(_ buffer: inout [UInt8], _ room: Int) throws(TraceError) -> Int {
        let count = min(room, data.offset + data.size - offset)
        guard count > 0 else { return 0 }
        let got = try file.read(at: offset, into: &buffer, count: count)
        offset += got
        return got
    }

    /// As many chunks as fit; the first one that does not is kept.
    private mutating func nextChunks(_ buffer: inout [UInt8], _ room: Int) throws(TraceError) -> Int {
        if chunks == nil { chunks = try ChunkReader(file: file, data: data, pageSize: pageSize, maxSize: maxChunkSize) }
        var filled = 0
        while let size = try chunks?.nextSize() {
            guard filled + size <= room else {
                if filled > 0 { return filled }
                try chunks?.decompress(into: &kept, at: 0)
                (keptStart, keptCount) = (0, size)
                return try nextKept(&buffer, room) ?? 0
            }
            try chunks?.decompress(into: &buffer, at: filled)
            filled += size
            // What is cut ends the data.
            if size % pageSize != 0 { break }
        }
        return filled
    }

    private mutating func nextKept(_ buffer: inout [UInt8], _ room: Int) throws(TraceError) -> Int? {
        let count = min(room, keptCount - keptStart)
        guard count > 0 else { return nil }
        if buffer.count < count { buffer.append(contentsOf: repeatElement(0, count: count - buffer.count)) }
        buffer.replaceSubrange(0..<count, with: kept[keptStart..<(keptStart + count)])
        keptStart += count
        return count
    }
}
