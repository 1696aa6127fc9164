import TestSupport
import Testing

@testable import Reports

@Suite struct FiguresTests {
    /// Durations of every magnitude, and around each place where one begins.
    private static let durations: [UInt64] = {
        var random = SeededRandom(seed: 9)
        var values: [UInt64] = [0, .max]
        var power: UInt64 = 1
        for _ in 0..<20 {
            for step in -60...60 as ClosedRange<Int64> {
                // Half of the last digit that is shown, and beside it.
                for unit in [1, power / 100_000, power / 20_000] where unit > 0 {
                    let (distance, overflow) = Int64(clamping: unit).multipliedReportingOverflow(by: step)
                    if overflow { continue }
                    let value = Int64(clamping: power).addingReportingOverflow(distance)
                    if !value.overflow && value.partialValue >= 0 { values.append(UInt64(value.partialValue)) }
                }
            }
            values += (0..<200).map { _ in UInt64.random(in: 0...power, using: &random) }
            let (next, overflow) = power.multipliedReportingOverflow(by: 10)
            power = overflow ? .max : next
        }
        return values
    }()

    @Test func durationsHaveFourDigitsOfTheirUnit() throws {
        for ns in Self.durations {
            let text = Figures.duration(ns)
            let parts = text.split(separator: " ")
            try #require(parts.count == 2, "\(ns): \(text)")
            let unit = try #require(["ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9][String(parts[1])] as Double?)
            let value = try #require(Double(parts[0]))
            let digits = parts[0].filter(\.isNumber).count
            if unit == 1 {
                #expect(ns < 1000 && text == "\(ns) ns")
            } else {
                #expect(digits == 4 || unit == 1e9 && !parts[0].contains("."), "\(ns): \(text)")
                #expect(value >= 1 && (value < 1000 || unit == 1e9), "\(ns): \(text)")
                // Half of the last digit, and what a Double cannot hold.
                let last = unit / [1, 10, 100, 1000][parts[0].split(separator: ".").dropFirst().first?.count ?? 0]
                #expect(abs(value * unit - Double(ns)) <= last / 2 + Double(ns) / 1e14, "\(ns): \(text)")
            }
        }
    }

    /// What is longer is not shown as shorter.
    @Test func durationsAreInOrder() throws {
        let sorted = Self.durations.sorted().map(nanoseconds)
        #expect(zip(sorted, sorted.dropFirst()).allSatisfy { $0 <= $1 })
    }

    private func nanoseconds(_ ns: UInt64) -> Double {
        let parts = Figures.duration(ns).split(separator: " ")
        return Double(parts[0])! * ["ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9][String(parts[1])]!
    }

    @Test(arguments: [(0, "0 calls"), (1, "1 call"), (2, "2 calls"), (1234, "1,234 calls")])
    func oneIsNotPlural(number: Int, text: String) { #expect(Figures.plural(number, "call") == text) }
}
