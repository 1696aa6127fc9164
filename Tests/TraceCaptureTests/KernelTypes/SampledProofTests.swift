import Testing

@testable import TraceCapture

/// What proves an offset and what does not, with samples of a test's own.
@Suite struct SampledProofTests {
    typealias Hit = (function: String, task: Int32, value: UInt64?)

    /// Gives the hits that it was made with, for points by their functions.
    struct Sampler: ProbeSampler {
        var hits: [Hit] = []
        var refused: Set<String> = []
        var error: CaptureError?

        func sample(
            _ points: [SamplePoint], until isEnough: ([ProbeHit]) -> Bool
        ) throws(CaptureError) -> ProbeSample {
            if let error { throw error }
            var sample = ProbeSample()
            for hit in hits {
                guard let point = points.first(where: { $0.function == hit.function }) else { continue }
                sample.hits.append(ProbeHit(point: point, task: hit.task, value: hit.value))
            }
            for point in points where refused.contains(point.function) { sample.refused[point] = "it was refused" }
            return sample
        }
    }

    private static let seen = "s.pointer 80 *t 5.10-5.10 x86_64 at uses $arg1 seen makes $arg2"
    private static let last = "s.number 28 s32 5.10-5.10 x86_64 at uses $arg1 last makes +16($arg2) &0x1fff"

    private func verdict(_ line: String, _ sampler: Sampler) throws -> OffsetVerdict? {
        let row = try #require(OffsetTable(text: line)?.rows.first)
        return SampledProof(sampler: sampler, types: BTFFixture.fields("5.10")).verdicts(on: [row])[row]
    }

    private func hits(_ function: String, _ values: [UInt64?]) -> [Hit] {
        values.map { (function, 1, $0) }
    }

    // MARK: Seen

    @Test(
        arguments: [
            // Also of what was queued before and completes after.
            ([0xa0, 0xb0, 0xc0], [0xa0, 0xb0, 0xa0], .proven),
            ([0xa0], [0xa0, 0, 0xa0, 0, 0xa0], .proven),
            // One in nine may have been missed.
            ([0xa0], [0xa0, 0xa0, 0xa0, 0xa0, 0xa0, 0xa0, 0xa0, 0xa0, 0xd0], .proven),
            ([0xa0], [0xa0, 0xa0, 0xa0, 0xa0, 0xa0, 0xa0, 0xa0, 0xd0], .unproven("7 values agreed and 1 did not")),
            ([0xa0], [0xa0, 0xa0], .proven), ([0xa0], [0xa0], .unproven("1 values agreed and 0 did not")),
            ([0xa0, 0xb0], [0xd0, 0xd0, 0xd0], .unproven("0 values agreed and 3 did not")),
            ([0xa0], [0xa0, 0xa0, nil, 0xa0], .unproven("3 values agreed and 1 did not")),
            ([0xa0], [0, 0, 0, 0], .unproven("0 values agreed and 0 did not")),
            ([0xa0], [], .unproven("uses was not called meanwhile")),
            ([], [0xa0, 0xa0, 0xa0], .unproven("makes was not called meanwhile")),
        ] as [([UInt64], [UInt64?], OffsetVerdict)])
    func pointersMustHaveBeenSeen(made: [UInt64], used: [UInt64?], expected: OffsetVerdict) throws {
        #expect(try verdict(Self.seen, Sampler(hits: hits("makes", made) + hits("uses", used))) == expected)
        #expect(try verdict(Self.seen, Sampler(hits: hits("uses", used) + hits("makes", made))) == expected)
    }

    // MARK: Last

    /// Task, what was made and what was used right behind.
    @Test(
        arguments: [
            ([(1, 0x1000_0005, 5), (2, 0x1000_0006, 6), (1, 7, 7)], .proven),
            // The same number again and again is no proof.
            ([(1, 5, 5), (1, 5, 5), (1, 5, 5), (2, 5, 5)], .unproven("4 values agreed and 0 did not")),
            ([(1, 5, 5), (1, 6, 6), (1, 7, 8)], .unproven("2 values agreed and 1 did not")),
        ] as [([(Int32, UInt64, UInt64)], OffsetVerdict)])
    func numbersMustBeTheLastOfTheTask(pairs: [(Int32, UInt64, UInt64)], expected: OffsetVerdict) throws {
        var inTurn: [Hit] = []
        for (task, made, used) in pairs {
            inTurn += [("makes", task, made), ("uses", task, used), ("uses", task, 0x99)]
        }
        #expect(try verdict(Self.last, Sampler(hits: inTurn)) == expected)
    }

    @Test func anotherTasksNumbersDoNotCount() throws {
        let hits: [Hit] = [
            ("makes", 1, 5), ("makes", 2, 6), ("uses", 1, 5), ("uses", 2, 6), ("makes", 1, 7), ("uses", 2, 9),
            ("uses", 1, 7),
        ]
        #expect(try verdict(Self.last, Sampler(hits: hits)) == .proven)
    }

    // MARK: Without hits

    @Test func whatKeepsProbesFromRecordingIsTheReason() throws {
        let refused = try verdict(Self.seen, Sampler(refused: ["makes"]))
        #expect(refused == .unproven("no probe at makes: it was refused"))
        let error = CaptureError(.probesMissing("kprobe"))
        #expect(try verdict(Self.seen, Sampler(error: error)) == .unproven("this kernel has no kprobe events"))
    }

    @Test func pathsToTheStructureAreOfTheKernelsTypes() throws {
        let path = "s.orig 16 *t 5.10-5.10 x86_64 at uses $arg1 request.end_io_data seen makes $arg2"
        let row = try #require(OffsetTable(text: path)?.rows.first)
        let sampler = Recorder()
        _ = SampledProof(sampler: sampler, types: BTFFixture.fields("5.10")).verdicts(on: [row])
        #expect(sampler.points.map(\.fetch) == ["$arg2:x64", "+16(+272($arg1)):x64"])
    }

    @Test func aPathThatIsNotThereIsTheReason() throws {
        let line = "s.orig 16 *t 5.10-5.10 x86_64 at uses $arg1 request.end_io_dat seen makes $arg2"
        let reason = "request.end_io_dat: struct request has no member end_io_dat; similar: end_io_data"
        #expect(try verdict(line, Sampler()) == .unproven(reason))
    }

    private final class Recorder: ProbeSampler {
        var points: [SamplePoint] = []
        func sample(_ points: [SamplePoint], until isEnough: ([ProbeHit]) -> Bool) -> ProbeSample {
            self.points = points
            return ProbeSample()
        }
    }
}
