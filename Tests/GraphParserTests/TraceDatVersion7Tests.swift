import TestSupport
import Testing

@testable import GraphParser

@Suite struct TraceDatVersion7Tests {
    static var trace: SyntheticTrace { SyntheticTrace(seed: 11, tasks: 2, cpus: 2, steps: 12) }
    /// Small, so that each of its bytes can be changed.
    static var image: TraceDatImage {
        var image = TraceDatImage(pages: [[], []])
        image.commandLines = "100 first\n101 second\n"
        image.options = [
            (4, Array("local [boot] mono\0".utf8)), (5, Array("Linux host 6.1.0 x86_64\0".utf8)), (99, [1]),
        ]
        image.systems.append(("block", [EventCatalogueTests.issue]))
        return image
    }

    @Test(arguments: [
        ("6.1/io.dat", "6.1/io.v7-zstd.dat"), ("6.1/io-lossy-record.dat", "6.1/io-lossy-record.v7-none.dat"),
    ]) func whatTraceCmdConvertedIsReadAsTheOriginal(files: (old: String, new: String)) throws {
        let old = try TraceDatHeader(InputFile(path: Fixtures.path(files.old)))
        let new = try TraceDatHeader(InputFile(path: Fixtures.path(files.new)))
        #expect(new.identity == old.identity && new.description.comms == old.description.comms)
        #expect(
            new.cpuCount == old.cpuCount && new.description.layout == old.description.layout && new.notes == old.notes)
        #expect(
            new.description.symbols.count == old.description.symbols.count
                && new.description.events.count == old.description.events.count)
        #expect(new.top.pageSize == old.top.pageSize && new.buffers.count == 1)
        let (oldTrace, newTrace) =
            (try Fixtures.reading(files.old), try Fixtures.reading(files.new))
        #expect(newTrace.outline() == oldTrace.outline())
        #expect(newTrace.counts == oldTrace.counts)
    }

    @Test(arguments: Decompression.allCases, [true, false])
    func inventedTracesComeBack(packing: Decompression, pageSizes: Bool) throws {
        let trace = SyntheticTrace(seed: 5, tasks: 4, cpus: 3, steps: 400)
        let image = TraceDatImage(trace, eventsPerPage: 7)
        let old = try RecordedTrace(bytes: image.bytes())
        let new = try RecordedTrace(bytes: image.version7(packing, pageSizes: pageSizes))
        #expect(new.counts.calls == trace.entryCount)
        #expect(new.outline() == old.outline())
    }

    @Test(arguments: Decompression.allCases) func optionsAndNamesAreRead(packing: Decompression) throws {
        let header = try open(Self.image.version7(packing))
        #expect(header.identity.kernel == "6.1.0")
        #expect(header.identity.clock == "boot")
        #expect(header.description.comms == [100: "first", 101: "second"])
        #expect(header.description.symbols.count == SyntheticTrace.functions.count)
        #expect(header.description.events.event(id: 1222)?.name == "block_rq_issue")
    }

    @Test(arguments: Decompression.allCases) func instancesAreListed(packing: Decompression) throws {
        var image = Self.image
        let page = TraceDatImage.page(Self.trace.events, size: 4096)
        image.instances = [("net", [[], page, page]), ("disk", [page])]
        for bytes in [image.version7(packing), image.bytes()] {
            let header = try open(bytes)
            #expect(header.buffers.map(\.name) == ["", "net", "disk"])
            #expect(header.buffers.map { $0.cpus.map(\.cpu) } == [[], [1, 2], [0]])
            #expect(header.cpuCount == 3)
        }
    }

    /// Two instances that recorded the same calls of the same tasks.
    @Test(arguments: Decompression.allCases) func eachInstanceHasItsOwnCalls(packing: Decompression) throws {
        var image = Self.image
        let page = TraceDatImage.page(Self.trace.events, size: 4096)
        image.instances = [("net", [page]), ("disk", [page])]
        for bytes in [image.version7(packing), image.bytes()] {
            let trace = try RecordedTrace(bytes: bytes)
            #expect(trace.counts.calls == 2 * Self.trace.entryCount)
            #expect(trace.counts.orphans + trace.counts.open == 0)
        }
    }

    /// A buffer of zero bytes at the place of an instance is not read over and over.
    @Test func buffersThatOverlapAreRefused() throws {
        var image = Self.image
        let page = TraceDatImage.page(Self.trace.events, size: 4096)
        image.instances = [("a", [page])]
        var bytes = image.bytes()
        let (header, size) = (try open(bytes), little(UInt64(4096)))
        let data = header.buffers[1].cpus[0]
        let place = try #require(
            bytes.indices.first { Array(bytes[$0...].prefix(16)) == little(UInt64(data.offset)) + size })
        bytes.replaceSubrange((place + 8)..<(place + 16), with: little(UInt64(bytes.count)))
        expectDamaged(bytes)
    }

    // MARK: Damage

    @Test(arguments: Decompression.allCases) func aFileCutAnywhereIsAnErrorOrItsBegin(packing: Decompression) throws {
        let whole = Self.image.version7(packing)
        for end in 0..<whole.count {
            #expect { try open(Array(whole[..<end])) } throws: {
                ($0 as? TraceError)?.code == .damaged && !"\($0)".contains("\n")
            }
        }
    }

    @Test(arguments: Decompression.allCases, [0xff] as [UInt8])
    func anyChangedByteIsAnErrorOrAResult(packing: Decompression, mask: UInt8) throws {
        let whole = Self.image.version7(packing)
        let temporary = try TemporaryFile(whole)
        for index in whole.indices {
            var bytes = whole
            bytes[index] ^= mask
            try temporary.write(bytes)
            do {
                _ = try TraceDatHeader(InputFile(path: temporary.path))
            } catch {
                #expect(!error.description.contains("\n"))
            }
        }
    }

    @Test(arguments: Decompression.allCases, 1...15 as ClosedRange<UInt64>)
    func changedBytesNeverCrash(packing: Decompression, seed: UInt64) throws {
        try expectNoCrash(TraceDatImage(Self.trace, eventsPerPage: 3).version7(packing), seed: seed)
    }

    /// Options that lead back to themselves, or before themselves, would be read for ever.
    @Test(arguments: [0, 1, 16, 40]) func optionsThatLeadBackAreDamaged(back: Int) throws {
        var bytes = Array("\u{17}\u{8}Dtracing7\0".utf8) + [0, 8] + little(UInt32(4096)) + Array("none\0\0".utf8)
        bytes += little(UInt64(bytes.count + 48))
        bytes += [UInt8](repeating: 0, count: 40)
        let options = Self.image.option(0, little(UInt64(bytes.count - back)))
        expectDamaged(bytes + Self.image.section(0, options, isCompressed: false))
    }

    /// 4 GiB and more are refused before memory is taken.
    @Test(arguments: [UInt32.max, 1 << 31, 65 << 20], [0, 16, 1000])
    func largeClaimsAreRefused(claim: UInt32, compressedSize: Int) throws {
        let compressed = [UInt8](repeating: 0x28, count: compressedSize)
        let content = little(UInt32(compressed.count)) + little(claim) + compressed
        var bytes = Array("\u{17}\u{8}Dtracing7\0".utf8) + [0, 8] + little(UInt32(4096)) + Array("zstd\0\0".utf8)
        bytes += little(UInt64(bytes.count + 8))
        #expect { try open(bytes + Self.image.section(0, content, isCompressed: true)) } throws: {
            [.damaged, .unsupported].contains(($0 as? TraceError)?.code)
        }
    }

    /// A section whose frame decompresses to 32 MiB though it claims a page.
    @Test func aBombInASectionIsDamaged() throws {
        let bomb = Decompression.zstd.pack([UInt8](repeating: 0, count: 32 << 20))
        var bytes = Array("\u{17}\u{8}Dtracing7\0".utf8) + [0, 8] + little(UInt32(4096)) + Array("zstd\0\0".utf8)
        bytes += little(UInt64(bytes.count + 8))
        let content = little(UInt32(bomb.count)) + little(UInt32(4096)) + bomb
        expectDamaged(bytes + Self.image.section(0, content, isCompressed: true))
    }

    @Test func otherPackersAreNamed() throws {
        let bytes =
            Array("\u{17}\u{8}Dtracing7\0".utf8) + [0, 8] + little(UInt32(4096)) + Array("lz4\u{1b}[m\0001\0".utf8)
        #expect { try open(bytes + little(UInt64(64))) } throws: {
            ($0 as? TraceError)?.code == .unsupported && "\($0)".contains(#"lz4\x1b[m"#)
        }
    }

    // MARK: Helpers

    private func open(_ bytes: [UInt8]) throws -> TraceDatHeader {
        let temporary = try TemporaryFile(bytes)
        return try TraceDatHeader(InputFile(path: temporary.path))
    }

    private func expectDamaged(_ bytes: [UInt8]) {
        #expect { try open(bytes) } throws: { ($0 as? TraceError)?.code == .damaged }
    }
}
