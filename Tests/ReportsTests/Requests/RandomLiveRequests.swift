import GraphParser
import TestSupport

@testable import Reports

/// Invented requests as a join leaves them, by any points in any order, for what comes behind the join.
struct RandomLiveRequests {
    private var random: SeededRandom
    private var last = 0
    private var time: UInt64 = 1 << 40

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    private mutating func chance(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &random) == 0 }

    mutating func next() -> LiveRequest {
        last += 1
        var live = LiveRequest()
        live.begin(address: UInt64(last), id: last)
        live.device = chance(9) ? nil : BlockDevice(major: 253, minor: .random(in: 0...2, using: &random))
        live.sector = chance(9) ? .max : .random(in: 0...1000, using: &random)
        live.bytes = [0, 1, 512, 513, 4096, 1 << 20, .max].randomElement(using: &random)!
        live.flags = .random(in: 0...12, using: &random)
        live.submitter = chance(3) ? nil : 7
        live.error = chance(20) ? .random(in: 0...20, using: &random) : 0
        // Few latencies, so that some are the same.
        time += 1000 * UInt64.random(in: 0...3000, using: &random)
        var now = time
        for _ in 0..<Int.random(in: 1...12, using: &random) {
            live.pass(RequestPoint.allCases.randomElement(using: &random)!, now, cpu: 1, tid: 5)
            if chance(4) { addTry(&live, now) }
            if chance(6) { live.beginRoundIfOver() }
            now += UInt64.random(in: 0...3, using: &random) * (chance(10) ? 1_000_000 : 100)
        }
        if chance(2) { live.dataDone = live.steps.randomElement(using: &random)!.time }
        live.busyDispatches = chance(9) ? 3 : 0
        live.stoodIn = chance(9) ? [.cloned, .requeued] : []
        return live
    }

    private mutating func addTry(_ live: inout LiveRequest, _ now: UInt64) {
        let first = live.tries.isEmpty ? 0 : max(live.stageCount, live.tries.last!.firstStage + 1)
        live.tries.append(
            .init(
                clone: 1, disk: chance(5) ? nil : BlockDevice(major: 8, minor: .random(in: 0...3, using: &random)),
                start: now, firstStage: first, error: chance(5) ? 10 : 0, isRejected: chance(6)))
    }
}
