import TraceFormat

/// Reads compressed trace data: a number of chunks, then each one's compressed size, size and compressed bytes.
struct ChunkReader: Sendable {
    private struct Chunk {
        let compressedSize: Int
        let size: Int
    }

    private let file: InputFile
    private let pageSize: Int
    private let end: Int
    private let decompressor: BlockDecompressor
    /// Where in the file the next chunk begins.
    private(set) var offset: Int
    private var left: UInt32
    /// The chunk that starts at `offset`, if its sizes were read.
    private var chunk: Chunk?
    /// Bytes that a chunk may hold.
    private let maxSize: Int

    /// - Parameter maxSize: bytes that a chunk may hold: every CPU has one in memory.
    init(file: InputFile, data: CPUData, pageSize: Int, maxSize: Int) throws(TraceError) {
        self.file = file
        self.pageSize = pageSize
        self.maxSize = maxSize
        // The size that recorders write counts the chunks, without their number in front.
        end = min(data.offset + 4 + data.size, file.size)
        decompressor = BlockDecompressor(data.compression)
        var cursor = FileCursor(ByteSource(file), data.offset..<end)
        left = try cursor.unsigned32("number of chunks")
        offset = cursor.offset
    }

    /// How many bytes the next chunk expands to; nil at the end.
    mutating func nextSize() throws(TraceError) -> Int? {
        if let chunk { return chunk.size }
        guard left > 0 else { return nil }
        guard end - offset >= 8, case let head = try file.read(at: offset, count: 8),
            let next = Self.sizes(head.span.bytes)
        else {
            throw .damaged(file, "the chunks of trace data end too early (byte \(offset))")
        }
        guard next.compressedSize <= end - offset - 8 else {
            throw .damaged(file, "a chunk would end behind its buffer's end (byte \(offset))")
        }
        // The last chunk may end within a page, as the data of a recorder that was killed does.
        guard next.size > 0, next.size <= maxSize, left == 1 || next.size % pageSize == 0 else {
            throw .damaged(file, "a chunk that claims to hold \(next.size) bytes (byte \(offset))")
        }
        // What cannot be made smaller is a little larger when it is compressed.
        guard next.compressedSize <= next.size + next.size / 8 + 1024 else {
            throw .damaged(
                file, "a chunk of \(next.size) bytes that has \(next.compressedSize) compressed (byte \(offset))")
        }
        chunk = next
        return next.size
    }

    /// Puts the chunk of which `nextSize` told into `buffer`, behind its first `start` bytes.
    mutating func decompress(into buffer: inout [UInt8], at start: Int) throws(TraceError) {
        guard let chunk else { return }
        let compressed = try file.read(at: offset + 8, count: chunk.compressedSize)
        if buffer.count < start + chunk.size {
            buffer.append(contentsOf: repeatElement(0, count: start + chunk.size - buffer.count))
        }
        let outcome = compressed.withUnsafeBytes { compressed in
            buffer.withUnsafeMutableBytes { room in
                decompressor.decompress(
                    compressed,
                    into: UnsafeMutableRawBufferPointer(rebasing: room[start..<(start + chunk.size)]))
            }
        }
        guard outcome == .decompressed(chunk.size) else {
            throw .damaged(file, "a chunk of trace data cannot be decompressed (byte \(offset))")
        }
        offset += 8 + chunk.compressedSize
        left -= 1
        self.chunk = nil
    }

    private static func sizes(_ head: RawSpan) -> Chunk? {
        guard let compressed = head.number(at: 0, as: UInt32.self), let size = head.number(at: 4, as: UInt32.self)
        else { return nil }
        return Chunk(compressedSize: Int(compressed), size: Int(size))
    }
}
