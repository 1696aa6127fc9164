import CZlib

final class GzipEngine: DecompressionEngine {
    /// In a place of its own: the library holds on to it.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private let isReady: Bool
    private(set) var isComplete = false

    init() {
        stream.initialize(to: z_stream())
        // 32 KiB, the largest window there is; 16 for the header of gzip.
        isReady = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    func step(
        _ input: UnsafeRawBufferPointer, isLast: Bool, into room: UnsafeMutableRawBufferPointer
    ) throws(DecompressionError) -> StreamDecompressor.Step {
        guard isReady else { throw .needsMemory }
        var input = input
        var padding = 0
        if isComplete {
            // Tapes and block devices pad with zeros.
            while padding < input.count, input[padding] == 0 { padding += 1 }
            input = UnsafeRawBufferPointer(rebasing: input[padding...])
            if input.isEmpty { return (padding, 0) }
            inflateReset(stream)
            isComplete = false
        }
        let (compressed, compressedCount) = input.forLibrary
        let (decompressed, roomCount) = room.forLibrary
        (stream.pointee.next_in, stream.pointee.avail_in) = (compressed, UInt32(compressedCount))
        (stream.pointee.next_out, stream.pointee.avail_out) = (decompressed, UInt32(roomCount))
        switch inflate(stream, Z_NO_FLUSH) {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END: isComplete = true
        case Z_MEM_ERROR: throw .needsMemory
        default: throw .damaged
        }
        return (padding + compressedCount - Int(stream.pointee.avail_in), roomCount - Int(stream.pointee.avail_out))
    }
}
