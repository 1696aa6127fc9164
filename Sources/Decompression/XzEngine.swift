import CLzma

final class XzEngine: DecompressionEngine {
    /// In a place of its own: the library holds on to it.
    private let stream = UnsafeMutablePointer<lzma_stream>.allocate(capacity: 1)
    private let isReady: Bool
    private(set) var isComplete = false

    init() {
        stream.initialize(to: lzma_stream())
        isReady =
            lzma_stream_decoder(stream, UInt64(StreamDecompressor.memoryLimit), dmflow_lzma_concatenated) == LZMA_OK
    }

    deinit {
        lzma_end(stream)
        stream.deallocate()
    }

    func step(
        _ input: UnsafeRawBufferPointer, isLast: Bool, into room: UnsafeMutableRawBufferPointer
    ) throws(DecompressionError) -> StreamDecompressor.Step {
        guard isReady else { throw .needsMemory }
        if isComplete { return (0, 0) }
        let (compressed, compressedCount) = input.forLibrary
        let (decompressed, roomCount) = room.forLibrary
        (stream.pointee.next_in, stream.pointee.avail_in) = (UnsafePointer(compressed), compressedCount)
        (stream.pointee.next_out, stream.pointee.avail_out) = (decompressed, roomCount)
        let isAll = isLast && compressedCount == input.count
        switch lzma_code(stream, isAll ? LZMA_FINISH : LZMA_RUN) {
        case LZMA_OK, LZMA_BUF_ERROR: break
        case LZMA_STREAM_END: isComplete = true
        case LZMA_MEMLIMIT_ERROR, LZMA_MEM_ERROR: throw .needsMemory
        default: throw .damaged
        }
        return (compressedCount - stream.pointee.avail_in, roomCount - stream.pointee.avail_out)
    }
}
