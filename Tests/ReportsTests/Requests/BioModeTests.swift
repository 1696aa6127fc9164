import GraphParser
import TestSupport
import Testing

@testable import Reports

/// Bios that a map of `queue_mode bio` hands on as they are, told event by event. The lab's capture has those that go well.
@Suite struct BioModeTests {
    private typealias Moment = PointerJoin.Moment

    private final class Taken {
        var requests: [Request] = []
        var flaws: [LiveRequest.Flaw] = []
    }

    private static let disk = (first: BlockDevice(major: 8, minor: 0), second: BlockDevice(major: 8, minor: 16))

    private func join(_ steps: (inout PointerJoin) throws -> Void) throws -> Taken {
        let taken = Taken()
        var join = PointerJoin { live in
            if let flaw = live.flaw { return taken.flaws.append(flaw) }
            let timeline = RequestTimeline(copy live) { _ in false }
            taken.requests.append(timeline.request(comm: { _ in nil }, joinedBy: .pointer))
        }
        try steps(&join)
        try join.finish()
        return taken
    }

    private func at(_ time: UInt64) -> Moment { Moment(time: time, cpu: 0, tid: 7) }

    private func bio(_ address: UInt64, sector: UInt64 = 8) -> PointerJoin.Dispatch {
        .init(
            request: address, device: BlockDevice(major: 253, minor: 1), sector: sector, bytes: 4096, flags: 0, made: 0)
    }

    @Test func aBioIsARequestAndNamesItsPathAtItsEnd() throws {
        let taken = try join { join in
            try join.mapped(bio(0x100), at(10))
            try join.unmapped(bio: 0x100, disk: Self.disk.first, error: 0, at(60))
        }
        #expect(taken.requests.map(\.outline) == ["1 read at 8 | 8:0: path, transport and target 50"])
        #expect(taken.requests[0].untilDataNs == 50 && taken.requests[0].device?.minor == 1)
    }

    /// The path's request carries it, as a capture with all points tells.
    @Test func thePathsRequestTellsItsStages() throws {
        let taken = try join { join in
            join.requestSize = 0x80
            try join.mapped(bio(0x100), at(10))
            join.started(0x1000, bio: 0x100, at(15))
            join.commanded(command: 0x1080, at(20))
            join.scsiDone(command: 0x1080, result: 0, at(50))
            join.completed(0x1000, at(55))
            try join.unmapped(bio: 0x100, disk: Self.disk.first, error: 0, at(60))
        }
        #expect(
            taken.requests.map(\.outline) == [
                "1 read at 8 | 8:0: path choice + path issue 5, scsi dispatch 5, transport and target 30, scsi softirq 5, "
                    + "scsi completion + clone end + dm softirq + dm completion 5"
            ])
    }

    /// One that failed goes another way, and its second end is its own.
    @Test func aFailedBioGoesAnotherWay() throws {
        let taken = try join { join in
            try join.mapped(bio(0x100), at(10))
            try join.unmapped(bio: 0x100, disk: Self.disk.first, error: 10, at(60))
            try join.unmapped(bio: 0x100, disk: Self.disk.second, error: 0, at(90))
        }
        #expect(taken.requests.count == 1 && taken.requests[0].latencyNs == 80 && taken.requests[0].error == nil)
        #expect(taken.requests[0].tries.map(\.disk) == [Self.disk.first, Self.disk.second])
        #expect(taken.requests[0].tries.map(\.error) == ["I/O error", nil])
        #expect(taken.requests[0].stages.map(\.ns) == [50, 30])
    }

    /// Its address is another bio's: then it ended with its error.
    @Test func aBioThatComesToNothingEndsWithItsError() throws {
        let taken = try join { join in
            try join.mapped(bio(0x100), at(10))
            try join.unmapped(bio: 0x100, disk: Self.disk.first, error: 10, at(60))
            try join.mapped(bio(0x100, sector: 16), at(100))
            try join.unmapped(bio: 0x100, disk: Self.disk.second, error: 0, at(130))
        }
        #expect(taken.requests.map(\.latencyNs) == [50, 30] && taken.requests.map(\.error) == ["I/O error", nil])
    }

    @Test func anEndWithoutABeginningIsCounted() throws {
        var unknown: [LiveRequest.Flaw: Int] = [:]
        let taken = try join { join in
            try join.unmapped(bio: 0x100, disk: Self.disk.first, error: 0, at(60))
            try join.mapped(bio(0x200), at(70))
            unknown = join.unknown
        }
        #expect(taken.requests.isEmpty && taken.flaws == [.inFlightAtEnd] && unknown == [.inFlightAtStart: 1])
    }
}

/// Two ways to join that agree, or do not.
@Suite struct JoinComparisonTests {
    private func live(disk: Int, dispatched: UInt64, cloned: UInt64, done: UInt64) -> LiveRequest {
        var live = LiveRequest()
        live.begin(address: 1, id: 1)
        (live.device, live.sector, live.dataDone) = (BlockDevice(major: 253, minor: 0), 8, done)
        for (point, time) in [(RequestPoint.dispatched, dispatched), (.cloned, cloned), (.dataDone, done)] {
            live.pass(point, time, cpu: 0, tid: 1)
        }
        live.tries = [.init(clone: 1, disk: BlockDevice(major: 8, minor: disk), start: cloned, firstStage: 0)]
        return live
    }

    @Test(
        arguments: [
            (0, 12, 0), (16, 12, 1), (0, 30, 1), (0, 5, 1),
        ] as [(Int, UInt64, Int)]) func whatDiffersIsCounted(disk: Int, dispatched: UInt64, disagreed: Int)
    {
        for order in [[JoinKind.pointer, .sector], [.sector, .pointer]] {
            var comparison = JoinComparison()
            for kind in order {
                comparison.add(
                    kind == .pointer
                        ? live(disk: 0, dispatched: 10, cloned: 20, done: 50)
                        : live(disk: disk, dispatched: dispatched, cloned: max(dispatched, 21), done: 50), kind)
            }
            #expect(comparison.compared == 1 && comparison.disagreed == disagreed)
        }
    }

    @Test func anotherCompletionIsAnotherRequest() {
        var comparison = JoinComparison()
        comparison.add(live(disk: 0, dispatched: 10, cloned: 20, done: 50), .pointer)
        comparison.add(live(disk: 0, dispatched: 10, cloned: 20, done: 51), .sector)
        #expect(comparison.compared == 0 && comparison.disagreed == 0)
    }
}
