import Testing

@testable import Reports

@Suite struct ExamplesTests {
    @Test(arguments: [1, 4, 5, 6, 1000]) func theSlowestAreKept(count: Int) {
        var source = SystemlessRandom(UInt64(count))
        let times = (0..<count).map { _ in source.next(500) }
        var examples = Examples<Int>(slowest: 5)
        for (number, ns) in times.enumerated() { examples.add(ns) { number } }
        // Of equal ones those that came first.
        let expected = times.enumerated().sorted { ($1.element, $0.offset) < ($0.element, $1.offset) }.prefix(5)
        #expect(examples.slowest.map(\.value) == expected.map(\.offset))
        #expect(examples.times.count == count)
    }

    @Test func oneIsTypical() throws {
        var source = SystemlessRandom(7)
        var examples = Examples<UInt64>(slowest: 5)
        for _ in 0..<20_000 {
            let ns = 1000 + source.next(100) * source.next(100)
            examples.add(ns) { ns }
        }
        let median = examples.times.percentiles([0.5])[0]
        let typical = try #require(examples.typical)
        #expect(typical.value == typical.ns)
        #expect(Double(typical.ns) > Double(median) * 0.98 && Double(typical.ns) < Double(median) * 1.02)
    }

    /// What is slower from then on becomes typical.
    @Test func itFollowsTheMedian() throws {
        var examples = Examples<UInt64>(slowest: 1)
        for ns in Array(repeating: 10 as UInt64, count: 100) + Array(repeating: 1_000_000, count: 1000) {
            examples.add(ns) { ns }
        }
        #expect(examples.typical?.ns == 1_000_000)
    }

    @Test func ofNoneThereIsNone() {
        let examples = Examples<Int>(slowest: 5)
        #expect(examples.slowest.isEmpty && examples.typical == nil)
    }

    /// What is made of them is made for few.
    @Test func fewAreMade() {
        var made = 0
        var examples = Examples<Int>(slowest: 5)
        var source = SystemlessRandom(3)
        for _ in 0..<100_000 {
            examples.add(source.next(1_000_000)) {
                made += 1
                return 0
            }
        }
        #expect(made < 1000)
    }
}
