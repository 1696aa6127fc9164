import Foundation
import TestSupport
import Testing

@testable import Decompression

@Suite struct DecompressionTests {
    /// What packs at a command line, several levels and members.
    typealias Packer = (form: CompressedFormat, command: String)

    static let packers: [Packer] = [
        (.gzip, "gzip"), (.gzip, "gzip -9"), (.xz, "xz"), (.xz, "xz -0 --check=crc32"), (.xz, "xz --block-size=10000"),
        (.zstd, "zstd"), (.zstd, "zstd -19 --no-check"),
    ]

    private static func text(_ lines: Int) -> [UInt8] {
        Array((0..<lines).map { "\($0 * 7919) line \($0)\n" }.joined().utf8)
    }

    @Test(arguments: packers, [0, 1, 20_000]) func whatIsCompressedComesBack(packer: Packer, lines: Int) throws {
        let text = Self.text(lines)
        let compressed = try pack(text, packer.1)
        #expect(CompressedFormat(compressed) == packer.0)
        #expect(packer.0.decompress(compressed, limit: text.count) == text)
        // Whether the limit is one byte short.
        #expect(text.isEmpty || packer.0.decompress(compressed, limit: text.count - 1) == nil)
    }

    /// As `cat a.gz b.gz` gives them.
    @Test(arguments: packers) func filesOneBehindTheOtherAreOne(packer: Packer) throws {
        let compressed = try pack(Self.text(1000), packer.1) + pack([], packer.1) + pack(Self.text(10), packer.1)
        #expect(packer.0.decompress(compressed, limit: 1 << 20) == Self.text(1000) + Self.text(10))
    }

    @Test func paddingOfGzipIsNothing() throws {
        let compressed = try pack(Self.text(10), "gzip")
        #expect(CompressedFormat.gzip.decompress(compressed + [0, 0, 0], limit: 1 << 20) == Self.text(10))
        #expect(
            CompressedFormat.gzip.decompress(compressed + [0, 0, 0] + compressed, limit: 1 << 20) == Self.text(10)
                + Self.text(10))
    }

    /// Input and output in pieces of any size.
    @Test(arguments: packers, [1, 7, 4096]) func piecesMakeNoDifference(packer: Packer, size: Int) throws {
        let text = Self.text(2000)
        let compressed = try pack(text, packer.1)
        let decompressor = StreamDecompressor(packer.0)
        var (done, decompressed) = (0, [UInt8]())
        var room = [UInt8](repeating: 0, count: size)
        while true {
            let end = min(done + size, compressed.count)
            let step = try compressed.withUnsafeBytes { bytes in
                try room.withUnsafeMutableBytes { room in
                    try decompressor.decompress(
                        UnsafeRawBufferPointer(rebasing: bytes[done..<end]), isLast: end == compressed.count, into: room
                    )
                }
            }
            done += step.consumed
            decompressed += room[..<step.produced]
            if done == compressed.count, step.consumed == 0, step.produced == 0 { break }
        }
        #expect(decompressed == text)
    }

    // MARK: What is wrong with it

    /// Cut at any byte, it is never taken for whole.
    @Test(arguments: packers) func aCutFileIsNoticedWhereverItIsCut(packer: Packer) throws {
        let compressed = try pack(Self.text(50), packer.1)
        for count in 0..<compressed.count {
            #expect(throws: DecompressionError.cut) { try Self.drain(packer.0, Array(compressed[..<count])) }
        }
    }

    @Test(arguments: packers) func whatFollowsIsDamage(packer: Packer) throws {
        let compressed =
            try pack(Self.text(50), packer.1) + Array("and something else, which is no compressed file".utf8)
        #expect(throws: DecompressionError.damaged) { try Self.drain(packer.0, compressed) }
    }

    /// A byte that is another is found, or makes no difference.
    @Test(arguments: packers.filter { !$0.1.contains("no-check") }) func damageIsNoticed(packer: Packer)
        throws
    {
        let text = Self.text(50)
        let compressed = try pack(text, packer.1)
        var found = 0
        for place in compressed.indices {
            var damaged = compressed
            damaged[place] ^= 0x21
            let result = packer.0.decompress(damaged, limit: 1 << 20)
            #expect(result == nil || result == text, "byte \(place)")
            if result == nil { found += 1 }
        }
        #expect(found > compressed.count * 9 / 10)
    }

    /// Memory is taken by what the compressed bytes say; there is a limit to that.
    @Test(arguments: [
        ("xz --lzma2=dict=96MiB", false), ("xz --lzma2=dict=192MiB", true), ("zstd --long=27", false),
        ("zstd --long=28", true),
    ])
    func whoAsksForMuchMemoryGetsNone(packer: String, isRefused: Bool) throws {
        let packing: CompressedFormat = packer.hasPrefix("xz") ? .xz : .zstd
        // zstd makes the window no larger than its input, if it knows that: through a pipe it does not.
        let compressed = try pack(Self.text(10), packer)
        if isRefused {
            #expect(throws: DecompressionError.needsMemory) { try Self.drain(packing, compressed) }
        } else {
            #expect(try Self.drain(packing, compressed) == Self.text(10).count)
        }
    }

    @Test(arguments: ["", "\u{1f}", "(\u{b5}", "plain text", "BZh91AY"]) func otherFilesAreNotTaken(beginning: String) {
        #expect(CompressedFormat(Array(beginning.unicodeScalars.map { UInt8($0.value) })) == nil)
    }

    // MARK: Helpers

    /// - Returns: the number of bytes that come out.
    @discardableResult private static func drain(_ packing: CompressedFormat, _ compressed: [UInt8]) throws -> Int {
        var rest = compressed[...]
        var stream = DecompressedStream(packing) { room in
            let piece = rest.prefix(room.count)
            rest = rest.dropFirst(room.count)
            piece.withUnsafeBytes { room.copyMemory(from: $0) }
            return piece.count
        }
        var piece = [UInt8](repeating: 0, count: 100_000)
        var total = 0
        while true {
            let count = try piece.withUnsafeMutableBytes { try stream.read(into: $0) }
            total += count
            if count < piece.count { return total }
        }
    }

    private func pack(_ text: [UInt8], _ packer: String) throws -> [UInt8] {
        try Shell.output("cat | \(packer) -c", input: text)
    }
}
