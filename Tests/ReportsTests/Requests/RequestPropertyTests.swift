import TestSupport
import Testing

@testable import Reports

/// What holds of any load, on loads that are invented at random.
@Suite struct RequestPropertyTests {
    @Test(arguments: 1...6 as ClosedRange<UInt64>, [true, false])
    func allOfARandomLoadIsJoinedAsItWas(seed: UInt64, isDetailed: Bool) throws {
        let load = RandomRequests(seed: seed, count: 300, depth: 12, isDetailed: isDetailed)
        let reading = try RequestReading(load.script)
        #expect(reading.areWhole && reading.unjoined.isEmpty && reading.requests.count == 300)
        for request in reading.requests {
            let truth = try #require(load.truths[request.sector!])
            #expect(request.startNs == truth.start && request.startNs + request.latencyNs == truth.end)
            #expect(request.tries.map { $0.disk?.minor } == truth.disks, "\(request.outline)")
            #expect(request.tries.map(\.isRejected) == truth.rejected, "\(request.outline)")
            #expect(request.tries.map { $0.error != nil && !$0.isRejected } == truth.failed, "\(request.outline)")
            #expect(request.tries.map(\.rounds.count) == truth.rounds, "\(request.outline)")
            #expect(request.operation == truth.operation && request.stoodIn.isEmpty && request.error == nil)
        }
        try check(reading.requests, load)
        let summary = try #require(reading.summary)
        let truths = load.truths.values
        #expect(summary.busyDispatches == truths.reduce(0) { $0 + $1.busyDispatches })
        #expect(summary.paths.reduce(0) { $0 + $1.rejected } == truths.reduce(0) { $0 + $1.rejected.count { $0 } })
        #expect(summary.paths.reduce(0) { $0 + $1.failed } == truths.reduce(0) { $0 + $1.failed.count { $0 } })
        let extra = truths.reduce(0) { $0 + zip($1.rounds, $1.rejected).reduce(0) { $0 + ($1.1 ? 0 : $1.0 - 1) } }
        #expect(summary.paths.reduce(0) { $0 + $1.retries } == extra)
        #expect(summary.stages.reduce(0) { $0 + $1.ns.sum } == summary.latency.sum)
        #expect(summary.layers.reduce(0) { $0 + $1.ns.sum } == summary.latency.sum)
        #expect(summary.otherCommands == 0 && summary.ambiguous == 0 && summary.isSound)
    }

    /// Whatever is missed, a request is made of its own events alone, and nothing is dropped silently.
    @Test(arguments: 1...10 as ClosedRange<UInt64>, [true, false])
    func missedEventsMixNothingUp(seed: UInt64, isDetailed: Bool) throws {
        let load = RandomRequests(seed: seed, count: 300, depth: 12, isDetailed: isDetailed, missing: 300)
        let reading = try RequestReading(load.script)
        #expect(reading.areWhole && reading.summary?.isSound == true)
        try check(reading.requests, load)
        let whole = Set(load.truths.filter(\.value.missed.isEmpty).keys)
        // Those of which nothing was missed are all there, but for such as share an address with one whose end was.
        let missing = whole.subtracting(reading.requests.compactMap(\.sector))
        #expect(missing.isEmpty, "\(missing)")
        // One event of one request in some twenty, each of which costs two requests at most.
        #expect(abs((reading.summary?.seen ?? 0) - 300) <= load.truths.count { !$0.value.missed.isEmpty })
    }

    private func check(_ requests: [Request], _ load: RandomRequests) throws {
        for request in requests {
            let truth = try #require(load.truths[request.sector ?? .max])
            let others = request.stages.map(\.startNs).filter { !truth.times.contains($0) }
            #expect(
                others.isEmpty && truth.times.contains(request.startNs + request.latencyNs),
                "missed \(truth.missed), others at \(others) \(load.owners(of: others)): \(request.outline)")
            // Tries and rounds lie inside and in order: those of `isWhole`, and the clones' times.
            #expect(zip(request.tries, request.tries.dropFirst()).allSatisfy { $0.startNs < $1.startNs })
            #expect(request.tries.allSatisfy { $0.disk == nil || truth.disks.contains($0.disk!.minor) })
        }
    }

    @Test(arguments: [1, 2, 7, 100, 5000]) func batchesOfAnySizeGiveTheSame(size: Int) throws {
        for isDetailed in [true, false] {
            let load = RandomRequests(seed: 77, count: 150, depth: 9, isDetailed: isDetailed, missing: 200)
            let whole = try RequestReading(load.script)
            let pieces = try RequestReading(load.script.text, batch: size)
            #expect(
                pieces.requests == whole.requests && pieces.summary?.with(source: "") == whole.summary?.with(source: "")
            )
        }
    }

    /// A loss in the middle costs what was under way, and nothing else.
    @Test(arguments: 1...4 as ClosedRange<UInt64>) func aLossCostsWhatWasUnderWay(seed: UInt64) throws {
        let load = RandomRequests(seed: seed, count: 100, depth: 6, isDetailed: false)
        var lines = load.script.text.split(separator: "\n").map(String.init)
        let place = lines.count / 2
        let cut = load.script.events[place].time
        lines.insert("CPU:1 [LOST 7 EVENTS]", at: place + 2)
        let reading = try RequestReading(lines.joined(separator: "\n") + "\n")
        let before = load.truths.filter { $0.value.end <= cut }.keys
        let after = load.truths.filter { $0.value.start > cut }.keys
        #expect(reading.areWhole && Set(reading.requests.map(\.sector!)) == Set(before).union(after))
        #expect(reading.unjoined["events were lost meanwhile"] ?? 0 == 100 - before.count - after.count)
        try check(reading.requests, load)
    }
}

extension RequestSummary {
    /// The same, of a trace of that name.
    func with(source: String) -> RequestSummary {
        var copy = self
        copy.slowest = slowest.map { slow in
            SlowRequest(
                id: slow.id, source: source, map: slow.map, startNs: slow.startNs, latencyNs: slow.latencyNs,
                operation: slow.operation, sector: slow.sector, bytes: slow.bytes, error: slow.error, tries: slow.tries)
        }
        return copy
    }
}
