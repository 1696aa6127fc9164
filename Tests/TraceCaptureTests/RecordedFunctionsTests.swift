import Glibc
import Testing

@testable import TraceCapture

/// Which functions occur in recorded pages, and when nobody can say.
@Suite struct RecordedFunctionsTests {
    private let directory = TemporaryDirectory()
    private let formats = [
        fixture("debian-6.1/funcgraph_entry.format"), fixture("debian-6.1/funcgraph_exit.format"),
    ]
    private static let probe = Array(
        "name: stop_1_0\nID: 1500\nformat:\n\tfield:unsigned short common_type;\toffset:0;\tsize:2;\n".utf8)

    private func find(
        _ pages: [[UInt8]], pageSize: Int = 4096, start: Int = 0, probes: [[UInt8]] = []
    ) throws -> Set<UInt64>? {
        let file = try Descriptor.unnamedFile(in: directory.opened)
        let content = pages.flatMap { $0 }
        _ = content.withUnsafeBytes { writeAll($0, to: file.number) }
        let lane = RingBufferRecording.Pages(cpu: 0, file: file, start: start, bytes: content.count)
        return try #require(RecordedFunctions(graph: formats, others: probes)).addresses(in: [lane], pageSize: pageSize)
    }

    /// A page of these words behind its header.
    private func page(_ words: [UInt32], used: Int? = nil, size: Int = 4096) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 8)
        withUnsafeBytes(of: UInt64(used ?? words.count * 4)) { bytes += $0 }
        for word in words { withUnsafeBytes(of: word) { bytes += $0 } }
        return bytes + [UInt8](repeating: 0, count: size - bytes.count)
    }

    /// An entry of a function as words: its type and flags, its task, the address, the depth.
    private func entry(_ function: UInt32, type: UInt32 = 11) -> [UInt32] { [5, type, 42, function, 0xffff_ffff, 0] }

    private let dispatch: UInt64 = 0xffff_ffff_8100_0000
    private let start: UInt64 = 0xffff_ffff_8100_0100

    @Test func thoseOfEntriesAndExitsAreFound() throws {
        #expect(try find([SyntheticPage.oneTree(at: 1)]) == [dispatch, start])
        #expect(
            try find([SyntheticPage.oneTree(at: 1, missed: true), page(entry(0x8100_0200))])
                == [dispatch, start, 0xffff_ffff_8100_0200])
        #expect(try find([]) == [] && find([page([])]) == [])
    }

    /// For a capture that keeps its end only.
    @Test func whatIsCutOffDoesNotCount() throws {
        #expect(
            try find([SyntheticPage.oneTree(at: 1), page(entry(0x8100_0200))], start: 4096) == [0xffff_ffff_8100_0200])
    }

    @Test func timesPaddingAndProbesHaveNoNames() throws {
        let extended: [UInt32] = [30 | 7 << 5, 1, 31 | 7 << 5, 1]
        let padding: [UInt32] = [29 | 1 << 5, 8, 0]
        let long: [UInt32] = [0, 12, 1500, 42]
        let rest: [UInt32] = [29, 0xdead]
        #expect(
            try find([page(extended + padding + long + entry(0x8100_0200) + rest)], probes: [Self.probe])
                == [0xffff_ffff_8100_0200])
    }

    /// A stack trace, a print, anything whose readers may want other names.
    @Test func anyOtherEventMeansThatNobodyKnows() throws {
        #expect(try find([SyntheticPage.oneTree(at: 1), page(entry(0x8100_0200, type: 4))]) == nil)
        #expect(try find([page([0, 12, 1500, 42])]) == nil)
    }

    @Test(
        arguments: [
            // Longer than the page says, in every form; shorter than an event; without room for the address.
            [5, 11, 42], [0, 0xffff_ffff, 11], [0, 3, 11], [0, 16, 11], [29 | 1 << 5, 0xffff_ffff], [30], [1, 11],
            [3, 11, 42, 0], [0],
        ] as [[UInt32]]) func aDamagedPageMeansThatNobodyKnows(words: [UInt32]) throws
    {
        #expect(try find([page(words)]) == nil)
    }

    @Test func aPageThatClaimsMoreThanItHasIsDamaged() throws {
        let full = Array(repeating: entry(0x8100_0200), count: 170).flatMap { $0 }
        #expect(try find([page(full, used: 4080)]) == [0xffff_ffff_8100_0200])
        #expect(try find([page(full, used: 4081)]) == nil)
        #expect(try find([page([], used: 0x3fff_ffff)]) == nil)
    }

    @Test func aRecordingThatIsLargeIsNotLookedThrough() throws {
        let file = try Descriptor.unnamedFile(in: directory.opened)
        ftruncate(file.number, off_t(RecordedFunctions.maxSearch) + 4096)
        let recorded = try #require(RecordedFunctions(graph: formats, others: []))
        func find(_ bytes: Int) -> Set<UInt64>? {
            recorded.addresses(in: [.init(cpu: 0, file: file, bytes: bytes)], pageSize: 4096)
        }
        #expect(find(RecordedFunctions.maxSearch) == [])
        #expect(find(RecordedFunctions.maxSearch + 4096) == nil)
    }

    @Test func formatsThatAreNotKnownAreNotGuessed() {
        #expect(RecordedFunctions(graph: [formats[0]], others: []) == nil)
        #expect(RecordedFunctions(graph: formats, others: [Array("name: x\n".utf8)]) == nil)
        let narrow = formats.map { format in
            String(decoding: format, as: UTF8.self).split(separator: "size:8").joined(separator: "size:4")
        }
        #expect(RecordedFunctions(graph: narrow.map { Array($0.utf8) }, others: []) == nil)
    }
}
