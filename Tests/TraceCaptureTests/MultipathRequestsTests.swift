import Testing

@testable import TraceCapture

@Suite struct MultipathRequestsTests {
    private let directory = TemporaryDirectory()

    /// Counts of devices `dm-N`: their UUIDs, reads and writes.
    private func counts(_ devices: [(uuid: String, reads: Int, writes: Int)]) throws -> MultipathRequests {
        for (number, device) in devices.enumerated() { directory.write("dm-\(number)/dm/uuid", "\(device.uuid)\n") }
        let lines = devices.enumerated().map { " 253 \($0) dm-\($0) \($1.reads) 0 8 1 \($1.writes) 0 0 0 0 0 0\n" }
        directory.write("diskstats", "   8 0 sda 900 0 8 1 900 0 0 0 0 0 0\nnonsense\n" + lines.joined())
        return try #require(MultipathRequests(diskstats: "\(directory.path)/diskstats", blockDevices: directory.path))
    }

    @Test func onlyMultipathMapsCount() throws {
        let before = try counts([("mpath-a", 10, 1), ("LVM-b", 5, 5), ("mpath-c", 1, 0)])
        let after = try counts([("mpath-a", 14, 2), ("LVM-b", 500, 5), ("mpath-c", 1, 3)])
        #expect(after.since(before) == 8)
    }

    /// Once, the rest of 2^64 was told.
    @Test func aMapThatCameBackBeganAnew() throws {
        let before = try counts([("mpath-a", 1000, 0)])
        #expect(try counts([("other", 0, 0), ("mpath-a", 7, 0)]).since(before) == 7)
        #expect(try counts([("other", 0, 0), ("gone", 7, 0)]).since(before) == 0)
    }

    @Test func withoutAMapThereIsNoCount() throws {
        #expect(try counts([]).since(try counts([])) == nil)
        #expect(MultipathRequests(diskstats: "\(directory.path)/nowhere") == nil)
    }
}
