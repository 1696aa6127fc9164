import TestSupport
import Testing

@testable import GraphParser

@Suite struct DecompressorTests {
    static let packings: [(Packing, Compression)] = [(.none, .none), (.zlib, .zlib), (.zstd, .zstd)]

    @Test(arguments: packings, [0, 1, 4096, 1_000_000])
    func whatWasPackedComesBack(packing: (Packing, Compression), count: Int) {
        var random = SeededRandom(seed: 1)
        let bytes = (0..<count).map { _ in UInt8.random(in: 0...3, using: &random) }
        #expect(Decompressor(packing.1).expand(packing.0.pack(bytes), limit: count) == bytes)
    }

    /// 32 MiB of zeros are some kilobytes. What comes out is held against the limit, whatever the frame says of itself.
    @Test(arguments: packings.dropFirst()) func aBombStopsAtTheLimit(packing: (Packing, Compression)) {
        let bomb = packing.0.pack([UInt8](repeating: 0, count: 32 << 20))
        #expect(bomb.count < 1 << 20)
        #expect(Decompressor(packing.1).expand(bomb, limit: 1 << 20) == nil)
        var room = [UInt8](repeating: 7, count: 8192)
        let outcome = room.withUnsafeMutableBytes { room in
            bomb.withUnsafeBytes {
                Decompressor(packing.1).expand($0, into: UnsafeMutableRawBufferPointer(rebasing: room[..<4096]))
            }
        }
        #expect(outcome == .tooLarge)
        #expect(room[4096...].allSatisfy { $0 == 7 })
    }

    @Test(arguments: packings.dropFirst(), 0..<64)
    func damageIsSeenOrGivesOtherBytes(packing: (Packing, Compression), at position: Int) {
        var packed = packing.0.pack((0..<2000).map { UInt8($0 % 7) })
        packed[position % packed.count] ^= 0xff
        let bytes = Decompressor(packing.1).expand(packed, limit: 2000)
        #expect(bytes == nil || bytes!.count <= 2000)
        #expect(
            Decompressor(packing.1).expand(Array(packed.dropLast(packed.count / 2)), limit: 2000)?.count ?? 0 <= 2000)
    }
}
