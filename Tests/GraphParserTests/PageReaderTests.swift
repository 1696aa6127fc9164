import TestSupport
import Testing

@testable import GraphParser

@Suite struct PageReaderTests {
    /// The pages that the file of version 6 has, in what trace-cmd made of it.
    @Test(
        arguments: [
            ("6.1/io.dat", "6.1/io.v7-zstd.dat"), ("6.1/io-lossy-record.dat", "6.1/io-lossy-record.v7-none.dat"),
        ], [1, 4096, 12288, 40960, 1 << 20])
    func bothVersionsHoldTheSamePages(files: (old: String, new: String), atMost: Int) throws {
        let old = try Fixtures.bytes(files.old)
        let file = try InputFile(path: Fixtures.path(files.new))
        let (top, before) = (try TraceDatHeader(file).top, try header(files.old).top)
        #expect(top.cpus.map(\.cpu) == before.cpus.map(\.cpu))
        for (data, original) in zip(top.cpus, before.cpus) {
            let pages = try read(file, data, atMost: atMost)
            #expect(pages == Array(old[original.offset..<(original.offset + original.size)]))
        }
    }

    @Test(arguments: Decompression.allCases, [1, 2, 7]) func pagesComeBackWhateverTheChunks(
        packing: Decompression, perChunk: Int
    )
        throws
    {
        let pages = (0..<5).flatMap { [UInt8](repeating: UInt8($0), count: 4096) } + [UInt8](repeating: 9, count: 100)
        let image = TraceDatImage(pages: [pages, [], pages.reversed()]).version7(packing, pagesPerChunk: perChunk)
        let temporary = try TemporaryFile(image)
        let file = try InputFile(path: temporary.path)
        let cpus = try TraceDatHeader(file).top.cpus
        #expect(cpus.map(\.cpu) == [0, 2])
        for atMost in [1, 4096, 8192, 12288, 1 << 20] {
            #expect(try read(file, cpus[0], atMost: atMost) == pages)
            #expect(try read(file, cpus[1], atMost: atMost) == pages.reversed())
        }
    }

    @Test(
        arguments: [
            // number of chunks, then each one's sizes
            [1, 0, 4096], [1, 0xffff_ffff, 4096], [1, 4, 0], [2, 4, 100], [1, 4, 0xffff_f000], [1, 4, 65 * 4096],
            [0xffff_ffff, 4, 4096],
        ] as [[UInt32]]) func chunksThatCannotBeAreDamaged(words: [UInt32]) throws
    {
        let bytes: [UInt8] = words.flatMap { little($0) } + [1, 2, 3, 4]
        let temporary = try TemporaryFile(bytes)
        let file = try InputFile(path: temporary.path)
        let data = CPUData(cpu: 0, offset: 0, size: bytes.count, compression: .zstd)
        #expect { try read(file, data, atMost: 1 << 20) } throws: { ($0 as? TraceError)?.code == .damaged }
    }

    /// Fewer bytes than a chunk claims would shift all pages behind it.
    @Test(arguments: [4095, 8192, 1 << 24]) func aChunkMustHoldWhatItClaims(size: Int) throws {
        let compressed = Decompression.zstd.pack([UInt8](repeating: 0, count: size))
        let bytes = little(UInt32(1)) + little(UInt32(compressed.count)) + little(UInt32(4096)) + compressed
        let temporary = try TemporaryFile(bytes)
        let file = try InputFile(path: temporary.path)
        let data = CPUData(cpu: 0, offset: 0, size: bytes.count, compression: .zstd)
        #expect { try read(file, data, atMost: 4096) } throws: { ($0 as? TraceError)?.code == .damaged }
    }

    /// A page that claims to have a gigabyte compressed would be read into memory.
    @Test func aChunkHasNoMoreCompressedThanItsPagesCanBe() throws {
        let bytes = little(UInt32(1)) + little(UInt32(6000)) + little(UInt32(4096)) + [UInt8](repeating: 0, count: 6000)
        let temporary = try TemporaryFile(bytes)
        let file = try InputFile(path: temporary.path)
        let data = CPUData(cpu: 0, offset: 0, size: bytes.count, compression: .zstd)
        #expect { try read(file, data, atMost: 4096) } throws: {
            "\($0)".contains("4096 bytes that has 6000 compressed")
        }
    }

    private func header(_ fixture: String) throws -> TraceDatHeader {
        try TraceDatHeader(InputFile(path: Fixtures.path(fixture)))
    }

    private func read(_ file: InputFile, _ data: CPUData, atMost: Int) throws -> [UInt8] {
        var reader = PageReader(file: file, data: data, pageSize: 4096, maxChunkSize: 64 * 4096)
        var buffer: [UInt8] = []
        var pages: [UInt8] = []
        while true {
            let count = try reader.next(into: &buffer, atMost: atMost)
            if count == 0 { return pages }
            #expect(count <= max(atMost, 4096))
            pages += buffer[..<count]
        }
    }
}
