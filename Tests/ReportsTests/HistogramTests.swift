import TestSupport
import Testing

@testable import Reports

@Suite struct HistogramTests {
    /// Against sorting, over ranges from single nanoseconds to hours.
    @Test(arguments: [10, 300, 100_000, 50_000_000, 10_000_000_000_000] as [UInt64])
    func percentilesAreWithinOnePercent(range: UInt64) {
        var random = SeededRandom(seed: range)
        let values = (0..<5000).map { _ in UInt64.random(in: 0...range, using: &random) }.sorted()
        var histogram = Histogram()
        for value in values.shuffled(using: &random) { histogram.record(value) }
        for fraction in [0.001, 0.5, 0.9, 0.99, 1] {
            let exact = values[max(0, Int((fraction * 5000).rounded(.up)) - 1)]
            let read = histogram.percentiles([fraction])[0]
            #expect(read.distance(to: exact).magnitude <= exact / 100)
        }
        #expect(histogram.min == values.first && histogram.max == values.last)
        #expect(histogram.sum == values.reduce(0, +))
    }

    /// A handful of values far apart takes no more memory than a handful of values.
    @Test func valuesFarApartTakeLittleMemory() {
        var histogram = Histogram()
        for shift in 0..<64 { histogram.record(1 << UInt64(shift)) }
        #expect(histogram.percentiles([0.5])[0].distance(to: 1 << 31).magnitude < 1 << 24)
        #expect(histogram.byteCount < 12_000)
    }

    @Test func mergingIsAsRecordingAll() {
        var (first, second, all) = (Histogram(), Histogram(), Histogram())
        for value in [0, 1, 255, 256, 257, 1 << 20, 1 << 40] as [UInt64] {
            first.record(value)
            second.record(value * 3, times: 2)
            all.record(value)
            all.record(value * 3, times: 2)
        }
        first.merge(second)
        #expect(first == all)
    }

    @Test func extremesNeitherTrapNorWrap() {
        var histogram = Histogram()
        histogram.record(.max, times: 3)
        histogram.record(0)
        #expect(histogram.sum == .max)
        #expect(histogram.percentiles([0, 1]) == [0, .max])
        #expect(histogram.percentiles([0.5])[0] >= .max / 100 * 99)
        #expect(Histogram().percentiles([0.5]) == [0])
    }
}
