import Decompression
import TestSupport
import Testing

@testable import GraphParser

@Suite struct SpoolTests {
    /// At the limit and one byte beyond it.
    @Test(arguments: ["gzip", "xz", "zstd"]) func aCompressedTraceMayGrowToItsLimit(packer: String) throws {
        let trace = try Fixtures.bytes("6.1/io.dat")
        let compressed = try TemporaryFile(try Shell.output("cat | \(packer) -c", input: trace))
        let file = try InputFile(path: compressed.path, decompressedLimit: { _ in trace.count })
        #expect(file.size == trace.count)
        #expect(try file.read(at: 0, count: trace.count + 1) == trace)
        #expect(try file.read(at: 100_001, count: 7) == Array(trace[100_001..<100_008]))
        #expect { try InputFile(path: compressed.path, decompressedLimit: { _ in trace.count - 1 }) } throws: { error in
            (error as? TraceError)?.code == .unsupported && "\(error)".contains("decompresses to more than")
        }
    }

    @Test(arguments: [(0, 1 << 30), (10 << 20, 1 << 30), (11 << 20, 1100 << 20), (Int.max, 100 << 50)])
    func theLimitGrowsWithWhatIsCompressed(compressed: Int, limit: Int) {
        #expect(Spool.decompressedLimit(compressed: compressed) == limit)
    }

    /// Its beginning can be read again, the rest once; in pieces of any size.
    @Test(arguments: [1 << 10, 64 << 10, (64 << 10) + 1, 300_000]) func compressedTextComesInPieces(size: Int) throws {
        let text = try Fixtures.bytes("6.1/io.txt")
        let compressed = try TemporaryFile(try Shell.output("cat | gzip -c", input: text))
        let file = try InputFile(path: compressed.path)
        #expect(file.size == 0)
        #expect(try file.read(at: 0, count: 10) == Array(text[..<10]))
        #expect(try file.read(at: 65_000, count: 100) == Array(text[65_000..<65_100]))
        var (read, piece) = ([UInt8](), [UInt8]())
        while case let count = try file.read(at: read.count, into: &piece, count: size), count > 0 {
            read += piece[..<count]
        }
        #expect(read == text)
        #expect(throws: TraceError.self) { try file.read(at: 100_000, count: 10) }
    }
}
