import TestSupport
import Testing

@testable import Reports

@Suite struct DistributionTests {
    private static func histogram(_ values: [UInt64]) -> Histogram {
        var histogram = Histogram()
        for value in values { histogram.record(value) }
        return histogram
    }

    /// Each value is in the step that says so, and in no other, however many steps there may be.
    @Test(arguments: 1...12) func stepsHaveAllValues(limit: Int) {
        var random = SeededRandom(seed: UInt64(limit))
        for _ in 0..<50 {
            let values = (0..<Int.random(in: 1...200, using: &random)).map { _ in
                UInt64.random(in: 0...UInt64.max, using: &random) >> UInt64.random(in: 0...63, using: &random)
            }
            let steps = Distribution(Self.histogram(values), limit: limit).steps
            #expect(steps.count <= limit && !steps.isEmpty)
            var below: UInt64?
            for step in steps {
                let own = values.filter { $0 <= step.upTo && (below == nil || $0 > below!) }
                #expect(step.count == own.count)
                let sum = own.reduce(0.0) { $0 + Double($1) }
                #expect(abs(step.sum - sum) <= sum * 0.005)
                below = step.upTo
            }
            #expect(steps.reduce(0) { $0 + $1.count } == values.count)
        }
    }

    @Test func stepsArePowersOfTwo() {
        let steps = Distribution(Self.histogram([0, 1, 3, 4, 255, 256, 1023, 1024]), limit: 20).steps
        #expect(steps.map(\.upTo) == [0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 1023, 2047])
        #expect(steps.map(\.count) == [1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1])
    }

    @Test func linesTellCountFromTime() {
        let lines = Distribution(Self.histogram([1_000_000, 1_000_000, 1_000_000, 9_000_000]), limit: 8)
            .lines(of: "requests", style: .plain)
        #expect(lines[0].contains("took up to") && lines[0].contains("requests") && lines[0].contains("their time"))
        #expect(lines[1].hasPrefix("  1.049 ms                3  ####") && lines[1].hasSuffix(" 25 %"))
        #expect(lines.last!.hasPrefix("  16.78 ms                1  ####") && lines.last!.hasSuffix(" 75 %"))
    }

    /// Nothing that the percentiles would not say.
    @Test(arguments: [[], [5], [1, 1_000, 100_000], [7, 7, 7, 7, 7]] as [[UInt64]])
    func fewValuesHaveNoHistogram(values: [UInt64]) {
        #expect(Distribution(Self.histogram(values), limit: 8).lines(of: "calls", style: .plain).isEmpty)
    }
}
