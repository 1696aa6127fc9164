import TestSupport
import Testing

@testable import Reports

/// A slow path is found, sized, and told from chance.
@Suite struct PathComparisonTests {
    /// Latencies of a shape that targets have: most alike, some much longer.
    private func latencies(_ count: Int, shift: UInt64, seed: UInt64, isSkewed: Bool = false) -> Histogram {
        var random = SeededRandom(seed: seed)
        var histogram = Histogram()
        for _ in 0..<count {
            let usual = UInt64.random(in: 900_000...1_100_000, using: &random)
            let stall: UInt64 = isSkewed && Int.random(in: 0..<20, using: &random) == 0 ? 50_000_000 : 0
            histogram.record(usual + stall + shift)
        }
        return histogram
    }

    @Test(arguments: [200_000, 500_000, 1_000_000, 5_000_000] as [UInt64], [true, false])
    func aKnownShiftIsFoundAndSized(shift: UInt64, isSkewed: Bool) throws {
        let siblings = latencies(4000, shift: 0, seed: 1, isSkewed: isSkewed)
        let slow = latencies(4000, shift: shift, seed: 2, isSkewed: isSkewed)
        let comparison = try #require(PathComparison(slow, siblings))
        // Within one percent of what is compared.
        let most = Double(1_000_000 + shift) / 100
        #expect(abs(Double(comparison.shiftNs) - Double(shift)) <= most, "\(comparison)")
        #expect(abs(Double(comparison.addedNs) - Double(shift)) <= most, "\(comparison)")
        #expect(comparison.isSlow(comparedTo: siblings, meanwhile: 100) && comparison.slowerInPercent > 90)
        // From the other side it is the faster one.
        let other = try #require(PathComparison(siblings, slow))
        #expect(other.shiftNs == -comparison.shiftNs && !other.isSlow(comparedTo: slow, meanwhile: 100))
        #expect(abs(other.slowerInPercent + comparison.slowerInPercent - 100) < 1e-6)
        #expect(abs(other.deviations + comparison.deviations) < 1e-6)
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>) func noDifferenceIsNone(seed: UInt64) throws {
        let (left, right) = (latencies(2000, shift: 0, seed: seed), latencies(500, shift: 0, seed: seed + 100))
        let comparison = try #require(PathComparison(left, right))
        #expect(abs(comparison.shiftNs) < 10_000 && (45...55).contains(comparison.slowerInPercent))
        #expect(abs(comparison.deviations) < 5 && !comparison.isSlow(comparedTo: right, meanwhile: 100))
        let same = try #require(PathComparison(left, left))
        #expect(same.shiftNs == 0 && same.slowerInPercent == 50 && same.deviations == 0)
    }

    /// A shift that is certain and small is no slow path.
    @Test func aTenthIsTheLeast() throws {
        let siblings = latencies(5000, shift: 0, seed: 1)
        let (below, above) = (latencies(5000, shift: 80_000, seed: 2), latencies(5000, shift: 130_000, seed: 2))
        #expect(try !#require(PathComparison(below, siblings)).isSlow(comparedTo: siblings, meanwhile: 100))
        #expect(try #require(PathComparison(above, siblings)).isSlow(comparedTo: siblings, meanwhile: 100))
    }

    @Test(arguments: [(4, 30, false), (5, 29, false), (5, 30, true), (0, 1000, false)])
    func fewTriesSayNothing(path: Int, siblings: Int, says: Bool) {
        let comparison = PathComparison(latencies(path, shift: 9, seed: 1), latencies(siblings, shift: 0, seed: 2))
        #expect((comparison != nil) == says && PathComparison.least == 5)
    }

    /// Single stalls are no slow path, though the mean is twice as long.
    @Test func stallsAreNoSlowPath() throws {
        var stalled = latencies(1000, shift: 0, seed: 3)
        stalled.record(500_000_000, times: 4)
        let siblings = latencies(1000, shift: 0, seed: 4)
        #expect(stalled.sum / UInt64(stalled.count) > 2 * siblings.sum / UInt64(siblings.count))
        #expect(try !#require(PathComparison(stalled, siblings)).isSlow(comparedTo: siblings, meanwhile: 100))
    }

    /// What holds up most tries and not all is told from a delay that all have.
    @Test func whatOnlySomeTriesHaveIsNoDelayOfAll() throws {
        let siblings = latencies(4000, shift: 0, seed: 1)
        var path = latencies(1000, shift: 0, seed: 2)
        path.merge(latencies(3000, shift: 900_000, seed: 3))
        let comparison = try #require(PathComparison(path, siblings))
        #expect(comparison.isSlow(comparedTo: siblings, meanwhile: 100) && abs(comparison.shiftNs - 900_000) < 100_000)
        #expect(comparison.addedNs < 100_000)
    }

    @Test func extremesNeitherTrapNorWrap() throws {
        var (least, most) = (Histogram(), Histogram())
        least.record(0, times: .max)
        most.record(.max, times: .max)
        let comparison = try #require(PathComparison(most, least))
        #expect(comparison.shiftNs == .max && comparison.slowerInPercent == 100 && comparison.deviations.isFinite)
        #expect(try #require(PathComparison(least, most)).shiftNs == -.max)
    }

    // MARK: At the same time

    /// A try in each of some milliseconds.
    private static func rates(_ milliseconds: Range<UInt64>, latencyNs: UInt64) -> RequestRates {
        var rates = RequestRates()
        for number in milliseconds { rates.add(end: number * 1_000_000, bytes: 0, latencyNs: latencyNs) }
        return rates
    }

    /// A path that was in use before its siblings had the load alone, and that then was lighter, is as fast as they are.
    @Test func whatIsSlowOnlySinceTheWorseMomentsFellToItIsNot() throws {
        let own = Self.rates(0..<1000, latencyNs: 9_000_000)
        let same = Self.rates(0..<1000, latencyNs: 9_000_000).merged(
            with: Self.rates(1000..<9000, latencyNs: 1_000_000))
        #expect(Meanwhile.slowerInPercent(own, same) == 50)
        let faster = Self.rates(0..<1000, latencyNs: 8_999_999).merged(
            with: Self.rates(1000..<9000, latencyNs: 9_000_000))
        #expect(Meanwhile.slowerInPercent(own, faster) == 100)
        #expect(Meanwhile.slowerInPercent(faster, own) == 0)
    }

    /// One after the other tells nothing of the two.
    @Test(arguments: [(1, nil), (1_000, 100.0), (10_000, nil)] as [(UInt64, Double?)])
    func triesFarApartAreNotCompared(apart: UInt64, expected: Double?) {
        let own = Self.rates(0..<20, latencyNs: 9_000_000)
        let other = Self.rates(apart..<apart + (apart == 1 ? 4 : 20), latencyNs: 1_000_000)
        #expect(Meanwhile.slowerInPercent(own, other) == expected)
    }

    @Test(arguments: [
        "6.1/failover-cut-short", "6.12/failover-cut-short", "6.1/failover-cut-long", "6.12/failover-cut-long",
    ])
    func aPathThatWasAwayIsNotSlow(fixture: String) throws {
        let report = try RequestFixtureTests.read(fixture + ".dat.xz").report
        let compared = (report.paths ?? []).compactMap(\.comparison)
        #expect(compared.count >= 2 && !compared.contains { $0.isSlow })
        #expect(compared.contains { $0.slowerInPercent >= 65 })
    }

    /// Where nobody has written down when tries were, nothing is called slow.
    @Test func withoutTimesNothingIsCalledSlow() throws {
        var summary = RequestSummary()
        summary.paths = [path(0), path(16, shift: 700_000)]
        #expect(summary.verdict(on: summary.paths[1])?.isSlow == true)
        summary.paths[0].overTime = nil
        #expect(summary.verdict(on: summary.paths[1])?.isSlow == false)
    }

    // MARK: Paths of a map

    private func path(_ minor: Int, map: String = "253:0", shift: UInt64 = 0, count: Int = 500) -> RequestSummary.Path {
        var facts = PathFacts()
        (facts.map, facts.devno) = (map, "8:\(minor)")
        let wire = latencies(count, shift: shift, seed: UInt64(minor) + 1)
        let rates = Self.rates(0..<UInt64(count), latencyNs: 1_000_000 + shift)
        return .init(
            facts: facts, tries: count, failed: 0, rejected: 0, retries: 0, bytes: 0, latency: wire,
            stages: [
                .init(stage: "path issue", layer: "block", order: 1, ns: latencies(count, shift: 0, seed: 9)),
                .init(stage: "wire and target", layer: "target", order: 2, ns: wire),
            ], overTime: rates)
    }

    @Test func theSlowOneOfAMapIsNamedWithItsStage() throws {
        var summary = RequestSummary()
        summary.paths = [path(0), path(16, shift: 700_000), path(32), path(48, map: "253:1", shift: 9_000_000)]
        let verdict = try #require(summary.verdict(on: summary.paths[1]))
        #expect(verdict.isSlow && verdict.siblings.map(\.facts.devno) == ["8:0", "8:32"])
        #expect(verdict.stage?.name == "wire and target" && abs(verdict.stage!.comparison.shiftNs - 700_000) < 20_000)
        #expect(verdict.siblingLatency.count == 1000)
        #expect(summary.verdict(on: summary.paths[0])?.isSlow == false)
        // Alone in its map there is nothing to compare it with.
        #expect(summary.verdict(on: summary.paths[3]) == nil)
    }

    // MARK: What is said of it

    /// Each: what was changed in a summary of two paths, and the sentences that come of it.
    @Test func findingsAreWhatAPersonWouldSay() {
        var summary = RequestSummary()
        #expect(RequestFindings(summary: summary).sentences.isEmpty)
        summary.paths = [path(0, count: 40), path(16, count: 40)]
        (summary.seen, summary.byPointer) = (80, 80)
        summary.latency = Histogram()
        summary.latency.record(2_000_000, times: 80)
        var target = Histogram()
        target.record(1_000_000, times: 80)
        summary.layers = [.init(layer: "target", ns: target)]
        let usual =
            "Half of 80 requests took 2.000 ms or less; 50.0 % of all their time went by in "
            + "the target and on the way to it."
        #expect(RequestFindings(summary: summary).sentences == [usual])

        summary.failed = 1
        summary.paths[1].failed = 3
        summary.paths[1].retries = 1200
        #expect(
            RequestFindings(summary: summary).sentences == [
                "1 request of 80 ended with an error.", "Tries failed on 8:16 3 of 40 times.",
                "SCSI sent commands again: 8:16 1,200.",
                usual.replacing("80 requests took", with: "80 requests, those that failed included, took"),
            ])
        summary.retried = 2
        #expect(
            RequestFindings(summary: summary).sentences[1]
                == "Tries failed on 8:16 3 of 40 times; 2 requests went on another way.")

        summary.failed = 0
        summary.paths = [path(0), path(16, shift: 700_000)]
        let slow = RequestFindings(summary: summary).sentences[0]
        #expect(slow.hasPrefix("8:16 is slow: half of its tries took 1."))
        #expect(
            slow.contains(" ms or more, of 8:0 ")
                && slow.contains(", is in wire and target (longer in 100 of 100 pairs"))
        summary.paths.append(path(32))
        #expect(RequestFindings(summary: summary).sentences[0].contains(" or more, of its 2 siblings "))
    }

    @Test func theSlowestIsNamedWithItsLongestStage() {
        var summary = RequestSummary()
        (summary.seen, summary.byPointer) = (1, 1)
        summary.latency.record(900)
        let one = SlowRequest.Try(
            path: "8:0", error: nil, rounds: 1,
            stages: [.init(stage: "a", layer: "dm", ns: 100), .init(stage: "b", layer: "net", ns: 800)])
        summary.slowest = [
            .init(
                id: 4, source: "x", map: nil, startNs: 1, latencyNs: 900, operation: "read", sector: nil, bytes: 0,
                error: nil, tries: [one])
        ]
        #expect(
            RequestFindings(summary: summary).sentences.last
                == "The slowest, number 4, took 900 ns, 800 ns of it in b on 8:0.")
    }
}
