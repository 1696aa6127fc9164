import CZstd

final class ZstdEngine: DecompressionEngine {
    private let context: OpaquePointer?
    private(set) var isComplete = false

    init() { context = ZSTD_createDCtx() }

    deinit { ZSTD_freeDCtx(context) }

    func step(
        _ input: UnsafeRawBufferPointer, isLast: Bool, into room: UnsafeMutableRawBufferPointer
    ) throws(DecompressionError) -> StreamDecompressor.Step {
        guard let context else { throw .needsMemory }
        if input.isEmpty, isComplete { return (0, 0) }
        var compressed = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var decompressed = ZSTD_outBuffer(dst: room.baseAddress, size: room.count, pos: 0)
        let result = ZSTD_decompressStream(context, &decompressed, &compressed)
        if ZSTD_isError(result) != 0 {
            throw ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge ? .needsMemory : .damaged
        }
        // The end of a frame, with nothing left to come out.
        isComplete = result == 0
        return (compressed.pos, decompressed.pos)
    }
}
