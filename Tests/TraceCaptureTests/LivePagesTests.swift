import Glibc
import Testing
import TraceFormat

@testable import TraceCapture

@Suite struct LivePagesTests {
    private let directory = TemporaryDirectory()

    /// Pages that begin at these times.
    private func pages(_ times: [UInt64]) -> [UInt8] { times.flatMap { SyntheticPage.oneTree(at: $0) } }

    private func open(_ kernel: FakeKernel, clock: String = "mono") throws -> LivePages {
        try LivePages(kernel, cpus: kernel.cpus(), pageSize: 4096, clock: clock)
    }

    @Test func eachCPUIsReadUntilItHasNoMore() throws {
        let kernel = FakeKernel(directory: directory.path, cpus: [0, 3, 5])
        kernel.pages = [0: pages([1000, 2000, 3000]), 5: pages([1500])]
        var live = try open(kernel)
        var taken: [Int: [UInt8]] = [:]
        let before = monotonicNanoseconds()
        let watermark = try live.round { cpu, page in page.withUnsafeBufferPointer { taken[cpu, default: []] += $0 } }
        #expect(taken == kernel.pages)
        #expect(watermark >= before && watermark <= monotonicNanoseconds())
        // Nobody has anything now.
        _ = try live.round { _, _ in Issue.record("a page that has been taken already") }
    }

    /// A CPU that is written to faster than it is read must not keep the others waiting.
    @Test func aBusyCPUIsLeftOnceItsPagesAreLaterThanTheLook() throws {
        let kernel = FakeKernel(directory: directory.path, cpus: [0, 1])
        let later = UInt64.max >> 2
        kernel.pages = [0: pages([1000, later, later + 1]), 1: pages([2000])]
        var live = try open(kernel)
        var taken: [Int] = []
        _ = try live.round { cpu, _ in taken.append(cpu) }
        #expect(taken == [0, 0, 1])
        _ = try live.round { cpu, _ in taken.append(cpu) }
        #expect(taken == [0, 0, 1, 0])
    }

    /// Clocks that only the kernel can read.
    @Test(
        arguments: [
            ("entries: 0\nnow ts: 00053.256478\n", 53_256_478_000), ("now ts:   5.000001\n", 5_000_001_000),
            ("now ts: 123456\n", 123_456), ("entries: 3\n", 0), ("now ts: soon\n", 0), ("now ts: 1.5\n", 0),
            ("now ts: 99999999999999.000000\n", 0),
        ] as [(String, UInt64)])
    func theKernelTellsItsOwnClock(statistics: String, time: UInt64) throws {
        let kernel = FakeKernel(directory: directory.path)
        kernel.values["per_cpu/cpu0/stats"] = statistics
        var live = try open(kernel, clock: "global")
        #expect(try live.round { _, _ in } == time)
    }
}
