import Reports
import TestSupport
import Testing

/// What is left of trees whose upper part was overwritten, lost or cut off.
@Suite struct FragmentTests {
    /// A ring buffer that wrapped: the first pages of each CPU are missing.
    @Test(arguments: ["6.1/io.dat", "5.10/io.dat", "6.12/io.dat", "7.3/io.dat"], [1, 2, 3])
    func whatAWrappedBufferLeftIsNoRoot(fixture: String, pages: Int) throws {
        let whole = try makeReport(fixture)
        let bytes = try withoutFirstPages(pages, try Fixtures.bytes(fixture))
        let cut = try report(bytes)
        try expectRootsAreWhole(cut, whole)
        #expect(cut.roots.contains { $0.fragment })
    }

    /// Text from any line on.
    @Test(arguments: ["6.1/io.txt", "6.1/io.default.txt", "el9-5.14.0-362/io16.txt"], [20, 31, 77, 150, 333])
    func whatIsLeftOfCutTextIsNoRoot(fixture: String, lines: Int) throws {
        let whole = try makeReport(fixture)
        let kept = try Fixtures.bytes(fixture).split(separator: 0x0a, omittingEmptySubsequences: false).dropFirst(lines)
        try expectRootsAreWhole(try report(Array(kept.joined(separator: [0x0a]))), whole)
    }

    @Test func fragmentsAreKeptApart() throws {
        let report = try makeReport(
            text: """
                 0)   one-1    |   7.000 us    |    blk_b();
                 0)   one-1    | + 90.000 us   |  } /* dm_a [dm_mod] */
                 0)   one-1    |               |  dm_a [dm_mod]() {
                 0)   one-1    |   1.000 us    |    blk_b();
                 0)   one-1    |   5.000 us    |  }
                 0)   one-1    |   2.000 us    |  blk_b();

                """)
        #expect(report.roots.map(\.function) == ["dm_a", "blk_b", "blk_b"])
        #expect(report.roots.map(\.fragment) == [false, false, true])
        #expect(report.roots.map(\.latency.sumNs) == [5000, 2000, 7000])
        let text = TextReport(report, style: .plain, rootLimit: 9, functionLimit: 0).render()
        #expect(text.contains("\n\nfragments: calls whose callers were cut off"))
        #expect(text.contains("          1   7.000 us   7.000 us   7.000 us  blk_b\n"))
    }

    /// A thread's calls in user space are roots, whatever is missing above the kernel's calls in them.
    @Test func callsInUserSpaceAreNoFragments() throws {
        let report = try makeReport("6.1/daemon.dat")
        #expect(!report.roots.isEmpty && report.roots.allSatisfy { !$0.fragment })
    }

    // MARK: Helpers

    private func report(_ bytes: [UInt8]) throws -> Report {
        let file = try TemporaryFile(bytes)
        return try makeReport(path: file.path)
    }

    /// The roots of the cut trace are among those of the whole one; all else is fragments.
    private func expectRootsAreWhole(_ cut: Report, _ whole: Report) throws {
        for root in cut.roots where !root.fragment {
            let same = try #require(whole.roots.first { $0.function == root.function && !$0.fragment })
            #expect(root.calls <= same.calls && root.latency.sumNs <= same.latency.sumNs)
            #expect(root.latency.minNs >= same.latency.minNs && root.latency.maxNs <= same.latency.maxNs)
        }
    }

    /// A file of version 6 without the first pages of each CPU that has more.
    private func withoutFirstPages(_ count: Int, _ file: [UInt8]) throws -> [UInt8] {
        var file = file
        let mark = Array("flyrecord\0".utf8)
        let table = try #require(file.indices.first { file[$0...].starts(with: mark) }) + mark.count
        for place in [table, table + 16] {
            let (offset, size) = (number(file, place), number(file, place + 8))
            let left = min(count * 4096, max(0, size - 4096))
            file.replaceSubrange(
                place..<(place + 16), with: little(UInt64(offset + left)) + little(UInt64(size - left)))
        }
        return file
    }

    private func number(_ bytes: [UInt8], _ place: Int) -> Int {
        (0..<8).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
    }
}
