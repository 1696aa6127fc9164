import FoundationEssentials
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

    // MARK: Merging

    /// Values of every magnitude in parts, which are merged in any order.
    @Test(arguments: 1...8 as ClosedRange<UInt64>) func partsMergeInAnyOrder(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var parts = [Histogram](repeating: Histogram(), count: 5)
        var whole = Histogram()
        for _ in 0..<300 {
            let value = UInt64.random(in: 0 ... .max, using: &random) >> UInt64.random(in: 0...63, using: &random)
            let times = Int.random(in: 1...3, using: &random)
            parts[Int.random(in: 0..<5, using: &random)].record(value, times: times)
            whole.record(value, times: times)
        }
        for _ in 0..<5 {
            var rest = parts.shuffled(using: &random)
            while rest.count > 1 {
                let other = rest.remove(at: Int.random(in: 0..<rest.count, using: &random))
                rest[Int.random(in: 0..<rest.count, using: &random)].merge(other)
            }
            #expect(rest[0] == whole)
        }
    }

    @Test func countsStickAndDoNotTrap() {
        var histogram = Histogram()
        for ns in [0, 5] as [UInt64] { for _ in 0..<3 { histogram.record(ns, times: .max) } }
        var other = histogram
        other.merge(histogram)
        #expect(other.count == .max && other.sum == .max && other.max == 5)
        #expect(other.percentiles([0.5, 1]) == [0, 5])
        #expect(Report.Latency(other).p99Ns <= 5)
    }

    // MARK: Coding

    /// Summaries are kept, and later versions read them.
    @Test func theFormIsAsDocumented() throws {
        var histogram = Histogram()
        for ns in [0, 0, 200, 264, 265, 268, 270, 273] as [UInt64] { histogram.record(ns) }
        let json =
            #"{"buckets":[[0,2],[200,1],[260,2],[262,1],[263,1],[264,1]],"count":8,"maxNs":273,"minNs":0,"sumNs":1540}"#
        #expect(try text(histogram) == json)
        #expect(try decode(json) == histogram)
        let empty = #"{"buckets":[],"count":0,"maxNs":0,"minNs":0,"sumNs":0}"#
        #expect(try text(Histogram()) == empty && decode(empty) == Histogram())
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>) func anyHistogramIsReadAsItWasWritten(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var histogram = Histogram()
        for _ in 0..<Int(seed * seed) {
            histogram.record(.random(in: 0 ... .max, using: &random) >> UInt64.random(in: 0...63, using: &random))
        }
        histogram.record(.max, times: Int(seed) / 8)
        var read = try decode(try text(histogram))
        #expect(read == histogram)
        // It goes on as the one that was written.
        read.record(12)
        histogram.record(12)
        #expect(read == histogram && read.percentiles([0.1, 0.5]) == histogram.percentiles([0.1, 0.5]))
    }

    /// What no values have.
    @Test(arguments: [
        (#"[[3,1]]"#, 2, 3, 3, 3), ("[[3,1]]", 1, 3, 3, 4), ("[[3,1]]", 1, 2, 3, 3), ("[[3,1]]", 1, 3, 4, 3),
        ("[[3,0]]", 0, 0, 0, 0), ("[[3,-1]]", -1, 3, 3, -3), ("[[-3,1]]", 1, 3, 3, 3), ("[[7424,1]]", 1, 3, 3, 3),
        ("[[4,1],[3,1]]", 2, 3, 4, 7), ("[[3,1],[3,1]]", 2, 3, 3, 6), ("[[3,1,1]]", 1, 3, 3, 3), ("[3,1]", 1, 3, 3, 3),
        ("[]", 0, 0, 0, 1), ("[]", 0, 1, 0, 0), ("[]", 1, 0, 0, 0), ("[[300,2]]", 2, 344, 345, 688),
        ("[[300,2]]", 2, 345, 344, 689),
        ("[[3,9223372036854775807],[4,1]]", 5, 3, 4, 7), ("[[3,1],[5,1]]", 2, 3, 5, 9),
    ]) func whatNoValuesHaveIsRefused(buckets: String, count: Int, min: Int, max: Int, sum: Int) throws {
        let json = #"{"buckets":\#(buckets),"count":\#(count),"maxNs":\#(max),"minNs":\#(min),"sumNs":\#(sum)}"#
        #expect(throws: DecodingError.self) { try decode(json) }
    }

    private func text(_ histogram: Histogram) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(histogram), as: UTF8.self)
    }

    private func decode(_ json: String) throws -> Histogram {
        try JSONDecoder().decode(Histogram.self, from: Data(json.utf8))
    }
}
