import TestSupport
import Testing

@testable import GraphParser

@Suite struct DecompressorTests {
    static let packings: [(Decompression, Compression)] = [(.none, .none), (.zlib, .zlib), (.zstd, .zstd)]

    @Test(arguments: packings, [0, 1, 4096, 1_000_000])
    func whatWasCompressedComesBack(packing: (Decompression, Compression), count: Int) {
        var random = SeededRandom(seed: 1)
        let bytes = (0..<count).map { _ in UInt8.random(in: 0...3, using: &random) }
        #expect(BlockDecompressor(packing.1).decompress(packing.0.pack(bytes), limit: count) == bytes)
    }

    /// 32 MiB of zeros are some kilobytes. What comes out is held against the limit, whatever the frame says of itself.
    @Test(arguments: packings.dropFirst()) func aBombStopsAtTheLimit(packing: (Decompression, Compression)) {
        let bomb = packing.0.pack([UInt8](repeating: 0, count: 32 << 20))
        #expect(bomb.count < 1 << 20)
        #expect(BlockDecompressor(packing.1).decompress(bomb, limit: 1 << 20) == nil)
        var room = [UInt8](repeating: 7, count: 8192)
        let outcome = room.withUnsafeMutableBytes { room in
            bomb.withUnsafeBytes {
                BlockDecompressor(packing.1).decompress(
                    $0, into: UnsafeMutableRawBufferPointer(rebasing: room[..<4096]))
            }
        }
        #expect(outcome == .tooLarge)
        #expect(room[4096...].allSatisfy { $0 == 7 })
    }

    @Test(arguments: packings.dropFirst(), 0..<64)
    func damageIsSeenOrGivesOtherBytes(packing: (Decompression, Compression), at position: Int) {
        var compressed = packing.0.pack((0..<2000).map { UInt8($0 % 7) })
        compressed[position % compressed.count] ^= 0xff
        let bytes = BlockDecompressor(packing.1).decompress(compressed, limit: 2000)
        #expect(bytes == nil || bytes!.count <= 2000)
        #expect(
            BlockDecompressor(packing.1).decompress(Array(compressed.dropLast(compressed.count / 2)), limit: 2000)?
                .count ?? 0 <= 2000)
    }
}
