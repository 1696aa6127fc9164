import CZlib
import CZstd
import Synchronization

/// How the sections and pages of a trace.dat are compressed. trace-cmd uses zstd, or zlib where it was built without.
enum Compression: String, Sendable {
    case none
    case zlib
    case zstd
}

/// Expands what was compressed, never into more memory than it is given, whatever the compressed bytes say.
///
/// Its working memory is used again from call to call; calls from several threads wait for each other.
final class BlockDecompressor: Sendable {
    enum Outcome: Equatable {
        /// The number of bytes that came out.
        case decompressed(Int)
        /// More would come out than there is room for.
        case tooLarge
        case damaged
    }

    private let compression: Compression
    /// Used under the lock only.
    nonisolated(unsafe) private let zstd: OpaquePointer?
    private let lock = Mutex(())

    init(_ compression: Compression) {
        self.compression = compression
        zstd = compression == .zstd ? ZSTD_createDCtx() : nil
    }

    deinit { ZSTD_freeDCtx(zstd) }

    func decompress(_ compressed: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer) -> Outcome {
        switch compression {
        case .none:
            guard compressed.count <= room.count else { return .tooLarge }
            room.copyMemory(from: compressed)
            return .decompressed(compressed.count)
        case .zlib: return Self.decompressZlib(compressed, into: room)
        case .zstd: return lock.withLock { _ in decompressZstd(compressed, into: room) }
        }
    }

    /// All that comes out of `compressed`. Memory is taken as data comes, starting from a multiple of the compressed size: what the
    /// file claims takes none.
    ///
    /// - Returns: nil if the bytes are damaged, or if more comes out than `limit`.
    func decompress(_ compressed: [UInt8], limit: Int) -> [UInt8]? {
        var room = min(limit, compressed.count * 8 + 4096)
        while true {
            var outcome = Outcome.damaged
            let bytes = [UInt8](unsafeUninitializedCapacity: room) { buffer, filled in
                outcome = compressed.withUnsafeBytes { decompress($0, into: UnsafeMutableRawBufferPointer(buffer)) }
                if case .decompressed(let count) = outcome { filled = count }
            }
            switch outcome {
            case .decompressed: return bytes
            case .tooLarge where room < limit: room = min(limit, room * 2)
            case .tooLarge, .damaged: return nil
            }
        }
    }

    private func decompressZstd(
        _ compressed: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer
    ) -> Outcome {
        guard let zstd else { return .damaged }
        let result = ZSTD_decompressDCtx(zstd, room.baseAddress, room.count, compressed.baseAddress, compressed.count)
        if ZSTD_isError(result) == 0 { return .decompressed(result) }
        return ZSTD_getErrorCode(result) == ZSTD_error_dstSize_tooSmall ? .tooLarge : .damaged
    }

    private static func decompressZlib(
        _ compressed: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer
    ) -> Outcome {
        var count = uLongf(room.count)
        let bytes = (compressed.assumingMemoryBound(to: Bytef.self), room.assumingMemoryBound(to: Bytef.self))
        switch uncompress(bytes.1.baseAddress, &count, bytes.0.baseAddress, uLong(compressed.count)) {
        case Z_OK: return .decompressed(Int(count))
        case Z_BUF_ERROR: return .tooLarge
        default: return .damaged
        }
    }
}
