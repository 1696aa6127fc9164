import TestSupport
import Testing

@testable import GraphParser

@Suite struct MergeOrderTests {
    /// Against picking the earliest one by looking at all.
    @Test(arguments: [1, 2, 3, 4, 7, 64, 257], [1, 4, 1000] as [UInt64])
    func isThatOfTheTimes(streams: Int, range: UInt64) {
        var random = SeededRandom(seed: UInt64(streams) &* 31 &+ range)
        var left = (0..<streams).map { _ in
            (0..<Int.random(in: 1...20, using: &random)).map { _ in UInt64.random(in: 0...range, using: &random) }
                .sorted()
        }
        var order = MergeOrder()
        for stream in (0..<streams).shuffled(using: &random) { order.add(stream, at: left[stream][0]) }
        var current: Int?
        while let stream = order.first {
            let time = left[stream][0]
            let waiting = left.indices.filter { !left[$0].isEmpty }
            #expect(waiting.allSatisfy { left[$0][0] >= time })
            // Equals: whose turn it is goes on, else the smaller number is first.
            let equals = waiting.filter { left[$0][0] == time }
            #expect(stream == (equals.contains { $0 == current } ? current : equals.first))
            #expect(order.nextTime == waiting.filter { $0 != stream }.map { left[$0][0] }.min() ?? .max)
            left[stream].removeFirst()
            current = stream
            if let next = left[stream].first { order.moveFirst(to: next) } else { order.removeFirst() }
        }
        #expect(left.allSatisfy { $0.isEmpty })
    }
}
