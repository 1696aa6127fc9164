import Testing

@testable import Gate

/// What is told from chance, and what is not.
@Suite struct RankTestTests {
    private static func design(_ base: Int, _ head: Int) -> Design {
        Design(
            blocks: [.init(base: Array(0..<base), head: Array(base..<(base + head)))],
            replicates: (0..<(base + head)).map { [$0] },
            unit: "capture")
    }

    private static func noise(_ count: Int, _ random: inout SeededRandom) -> Double {
        // Heavy-tailed: now and then a capture is far off.
        let usual = (0..<6).reduce(0.0) { sum, _ in sum + Double.random(in: -1...1, using: &random) } * 0.01
        return Int.random(in: 0..<24, using: &random) == 0 ? usual + 0.5 : usual
    }

    @Test func aShiftOfAllIsSeenAndItsSizeTold() throws {
        var random = SeededRandom(seed: 1)
        let rows = (0..<20).map { row in
            (0..<24).map { Self.noise($0, &random) + (row == 3 && $0 >= 12 ? 0.1 : 0) }
        }
        let results = RankTest(design: Self.design(12, 12), errorBound: 0.005, exchanges: 1_999).results(rows)
        #expect(results[3].low > 0 && results[3].pAbove <= 0.005)
        #expect(results[3].low < 0.1 && results[3].high > 0.1)
        #expect(abs(results[3].estimate - 0.1) < 0.03)
        for (row, result) in results.enumerated() where row != 3 {
            #expect(result.low <= 0 && result.high >= 0, "row \(row)")
        }
    }

    @Test func fewerReplicatesThanAnyOrderOfThemIsRareInSayNothing() {
        for side in 1...4 {
            let row: [Double] = (0..<(2 * side)).map { number in
                number >= side ? 1 + Double(number) : Double(number) / 10
            }
            let result = RankTest(design: Self.design(side, side), errorBound: 0.005).results([row])[0]
            #expect(result.low == -.infinity && result.high == .infinity && result.pAbove > 0.005)
        }
    }

    @Test func withFiveOfEachASingleRowCanBeTold() {
        let row: [Double] = (0..<10).map { number in Double(number) / 100 + (number >= 5 ? 1 : 0) }
        let result = RankTest(design: Self.design(5, 5), errorBound: 0.005).results([row])[0]
        #expect(result.low > 0.9 && result.pAbove == 1.0 / 252)
    }

    @Test func whatIsEqualDiffersByNothing() {
        let result = RankTest(design: Self.design(8, 8), errorBound: 0.005).results([Array(repeating: 1.0, count: 16)])[
            0]
        #expect(result.pAbove == 1 && result.pBelow == 1)
        #expect(result.low <= 0 && result.high >= 0)
    }

    /// The bound holds for all rows of a check together: that is what it is for.
    @Test func falseAlarmsAreWithinTheBound() {
        var random = SeededRandom(seed: 7)
        var alarms = 0
        for round in 0..<200 {
            // Rows that depend on each other, as a capture's do.
            let common = (0..<16).map { _ in Double.random(in: -0.2...0.2, using: &random) }
            let rows = (0..<10).map { _ in (0..<16).map { common[$0] + Self.noise($0, &random) } }
            var test = RankTest(design: Self.design(8, 8), errorBound: 0.05, exchanges: 399)
            test.seed = UInt64(round)
            if test.results(rows).contains(where: { $0.pAbove <= 0.05 }) { alarms += 1 }
        }
        // 10 are to be expected; 25 happen once in a hundred thousand.
        #expect(alarms > 0 && alarms < 25)
    }

    @Test func blocksOfDifferentLevelsAreComparedWithinThem() {
        var random = SeededRandom(seed: 3)
        // Two boots, one twice as slow: within each, head is a tenth above.
        let design = Design(
            blocks: [
                .init(base: Array(0..<6), head: Array(12..<18)), .init(base: Array(6..<12), head: Array(18..<24)),
            ],
            replicates: (0..<24).map { [$0] }, unit: "capture")
        let slow = Set(6..<12).union(18..<24)
        let row = (0..<24).map { number in
            (slow.contains(number) ? 0.7 : 0) + (number >= 12 ? 0.1 : 0)
                + Double.random(in: -0.01...0.01, using: &random)
        }
        let result = RankTest(design: design, errorBound: 0.005, exchanges: 1_999).results([row])[0]
        #expect(result.low > 0.05 && result.high < 0.15)
    }

    @Test func pairsAreExchangedWithinPairs() {
        var random = SeededRandom(seed: 4)
        let design = Design(
            blocks: (0..<10).map { .init(base: [$0], head: [$0 + 10]) }, replicates: (0..<20).map { [$0] }, unit: "pair"
        )
        #expect(design.arrangements(limit: 9_999) == 1_024)
        let row = (0..<20).map { number in
            // Each pair at a level of its own.
            Double(number % 10) + (number >= 10 ? 0.1 : 0) + Double.random(in: -0.01...0.01, using: &random)
        }
        let result = RankTest(design: design, errorBound: 0.005).results([row])[0]
        #expect(result.low > 0.05 && result.high < 0.15)
    }
}
