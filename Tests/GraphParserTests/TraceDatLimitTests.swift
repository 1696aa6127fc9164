import TestSupport
import Testing
import TraceFormat

@testable import GraphParser

/// Both sides of every limit that the trace.dat readers have.
@Suite struct TraceDatLimitTests {
    private static let events = SyntheticTrace(
        seed: 3, tasks: 1, cpus: 1, steps: 3, interrupts: false, userCalls: false
    ).events
    private static let page = TraceDatImage.page(events, size: 512)

    /// A file of one CPU with small pages.
    private static func small(_ pages: [[UInt8]] = [page]) -> TraceDatImage {
        var image = TraceDatImage(pages: pages)
        image.pageSize = 512
        return image
    }

    // MARK: Buffers

    /// Version 7 may have no top-level buffer, which gets a number all the same.
    @Test(arguments: [(255, true), (256, true), (257, false)], Decompression.allCases)
    func namedBuffersWithoutATopOne(limit: (count: Int, isRead: Bool), packing: Decompression) throws {
        var image = Self.small()
        image.instances = (0..<limit.count).map { ("i\($0)", [Self.page]) }
        try expect(image.version7(packing, hasTop: false), isRead: limit.isRead, calls: 3 * limit.count)
    }

    @Test(arguments: [(255, true), (256, false)])
    func buffersWithATopOne(count: Int, isRead: Bool) throws {
        var image = Self.small()
        image.instances = (0..<count).map { ("i\($0)", [Self.page]) }
        try expect(image.bytes(), isRead: isRead, calls: 3 * (count + 1))
        try expect(image.version7(hasTop: true), isRead: isRead, calls: 3 * (count + 1))
    }

    @Test(arguments: [(255, true), (256, false)])
    func namesOfInstances(length: Int, isRead: Bool) throws {
        var image = Self.small()
        image.instances = [(String(repeating: "n", count: length), [Self.page])]
        try expect(image.bytes(), isRead: isRead, calls: 6)
        try expect(image.version7(), isRead: isRead, calls: 6)
    }

    // MARK: CPUs

    @Test(arguments: [(8191, true), (8192, false)]) func cpusThatTheHeaderClaims(count: Int, isRead: Bool) throws {
        let none = [[UInt8]](repeating: [], count: count - 1)
        try expect(Self.small([Self.page] + none).bytes(), isRead: isRead, calls: 3)
        var image = Self.small()
        image.options = [(id: 8, content: little(UInt32(count)))]
        try expect(image.version7(), isRead: isRead, calls: 3)
    }

    @Test(arguments: [(8191, true), (8192, false)]) func numbersOfCPUs(number: Int, isRead: Bool) throws {
        let none = [[UInt8]](repeating: [], count: number)
        try expect(Self.small(none + [Self.page]).version7(), isRead: isRead, calls: 3)
    }

    /// For all buffers together: each takes memory.
    @Test(arguments: [(8192, true), (8193, false)]) func cpusWithData(count: Int, isRead: Bool) throws {
        var image = Self.small(.init(repeating: Self.page, count: count - 4000))
        image.instances = [("other", .init(repeating: Self.page, count: 4000))]
        try expect(image.version7(), isRead: isRead, calls: nil)
    }

    // MARK: Sizes

    @Test(arguments: [(256, false), (512, true), (1 << 20, true), (1 << 21, false), (4097, false)])
    func sizesOfPages(size: Int, isRead: Bool) throws {
        var image = TraceDatImage(pages: [TraceDatImage.page(Self.events, size: size)])
        image.pageSize = size
        try expect(image.bytes(), isRead: isRead, calls: 3)
        try expect(image.version7(), isRead: isRead, calls: 3)
    }

    /// 64 MiB of pages at a time: 64 CPUs with the largest.
    @Test(arguments: [(64, true), (65, false)]) func pagesInMemory(cpus: Int, isRead: Bool) throws {
        var image = TraceDatImage(pages: .init(repeating: TraceDatImage.page(Self.events, size: 512), count: cpus))
        image.pageSize = 1 << 20
        let file = try TemporaryFile(image.bytes())
        do {
            _ = try TraceDatHeader(InputFile(path: file.path))
            #expect(isRead)
        } catch {
            #expect(!isRead && error.code == .unsupported)
        }
    }

    @Test(arguments: [(16 << 10, true), ((16 << 10) + 1, false)]) func textsOfThePagesHeader(size: Int, isRead: Bool)
        throws
    {
        var image = Self.small()
        image.headerPage = String(repeating: " ", count: size)
        try expect(image.bytes(), isRead: isRead, calls: 3)
        try expect(image.version7(), isRead: isRead, calls: 3)
    }

    /// Larger options are passed over: this one would set the clock.
    @Test(arguments: [(TraceDatOptions.maxSize, "boot"), (TraceDatOptions.maxSize + 1, nil as String?)])
    func sizesOfOptions(size: Int, clock: String?) throws {
        var image = Self.small()
        image.options = [(id: 4, content: Array("[boot]".utf8) + [UInt8](repeating: 0, count: size - 6))]
        let file = try TemporaryFile(image.bytes())
        #expect(try TraceDatHeader(InputFile(path: file.path)).identity.clock == clock)
    }

    /// One that is larger is passed over, too, and that is said.
    @Test(arguments: [(Topology.maxSize, true), (Topology.maxSize + 1, false)])
    func sizesOfTopologies(size: Int, isRead: Bool) throws {
        var image = Self.small()
        let topology = Topology(maps: [.init(name: "mpatha", device: "dm-0", devno: "253:0", sectors: 8)])
        let json = try #require(topology.option)
        image.options = [
            (id: TraceDatOption.topology, content: json + [UInt8](repeating: 0x20, count: size - json.count))
        ]
        for bytes in [image.bytes(), image.version7()] {
            let file = try TemporaryFile(bytes)
            let header = try TraceDatHeader(InputFile(path: file.path))
            #expect(header.topology == (isRead ? topology : nil))
            #expect(header.notes.contains { $0.hasSuffix("it is larger than 8 MiB") } == !isRead)
        }
    }

    /// Up to 64 pages are compressed together, whatever a page's size.
    @Test(arguments: [(64, true), (65, false)], [Decompression.zlib, .zstd])
    func sizesOfChunks(limit: (pages: Int, isRead: Bool), packing: Decompression) throws {
        let events = SyntheticTrace(seed: 3, tasks: 1, cpus: 1, steps: 1000, interrupts: false, userCalls: false).events
        let pages = (0..<130).flatMap { TraceDatImage.page(Array(events[($0 * 5)..<($0 * 5 + 5)]), size: 512) }
        let bytes = Self.small([pages]).version7(packing, pagesPerChunk: limit.pages)
        try expect(bytes, isRead: limit.isRead, calls: nil)
    }

    @Test(arguments: [(1 << 16, 1 << 16), ((1 << 16) + 1, 1 << 16)]) func namesOfTasks(count: Int, kept: Int) throws {
        var image = Self.small()
        image.commandLines = (1...count).map { "\($0) n\n" }.joined()
        let file = try TemporaryFile(image.bytes())
        #expect(try TraceDatHeader(InputFile(path: file.path)).description.comms.count == kept)
    }

    // MARK: Helpers

    /// - Parameter calls: nil where their number does not matter.
    private func expect(_ bytes: [UInt8], isRead: Bool, calls: Int?) throws {
        do {
            let counts = try RecordedTrace(bytes: bytes).counts
            #expect(isRead, "beyond the limit")
            if let calls { #expect(counts.calls == calls) }
        } catch let error as TraceError {
            #expect(!isRead && error.code == .damaged && !error.description.contains("\n"), "\(error)")
        }
    }
}
