import TestSupport
import Testing

@testable import Reports

/// Traces that have the kernel's own tracepoints alone: joined by device and sector, and what that cannot tell is counted.
@Suite struct SectorJoinTests {
    /// A request's events, light or not, from a time on, at known distances.
    private func add(
        _ script: inout RequestScript, sector: Int, from start: UInt64, worker: Int32 = 55, irq: Int32 = 21,
        tag: Int? = 1,
        until: Int = 9
    ) {
        let command =
            "host_no=2 channel=0 id=0 lun=1\(tag.map { " driver_tag=\($0)" } ?? "") cmnd=(READ_10 lba=\(sector) txlen=8 raw=28 00)"
        let events: [(UInt64, String, String, Int32)] = [
            (0, "block_bio_queue", "253,0 R \(sector) + 8 [fio]", 359),
            (30, "block_rq_issue", "253,0 R 4096 () \(sector) + 8 [kworker]", worker),
            (40, "block_rq_remap", "8,16 R \(sector) + 8 <- (253,0) \(sector) 1", worker),
            (55, "block_rq_issue", "8,16 R 4096 () \(sector) + 8 [kworker]", worker),
            (60, "scsi_dispatch_cmd_start", command, worker),
            (900, "scsi_dispatch_cmd_done", command + " result=0", irq),
            (930, "block_rq_complete", "8,16 R () \(sector) + 8 [0]", irq),
            (950, "block_rq_complete", "253,0 R () \(sector) + 8 [0]", irq),
            (990, "block_rq_complete", "253,0 R () \(sector) + 0 [0]", irq),
        ]
        for (time, name, text, tid) in events.prefix(until) { script.add(name, text, at: start + time, tid: tid) }
    }

    @Test func oneRequestIsJoinedByItsPlace() throws {
        var script = RequestScript()
        add(&script, sector: 8, from: 0)
        let reading = try RequestReading(script, requestSize: nil)
        #expect(reading.areWhole && reading.summary?.bySector == 1 && reading.summary?.ambiguous == 0)
        let request = try #require(reading.requests.first)
        #expect(request.latencyNs == 990 && request.untilDataNs == 950 && request.joinedBy == .sector)
        #expect(request.operation == "read" && request.bytes == 4096 && request.sector == 8)
        #expect(request.tries.map { $0.disk?.description } == ["8,16"])
        #expect(request.stages.map(\.ns) == [30, 10, 15, 5, 840, 30, 20, 40])
    }

    /// Requests at once to different places are told apart, also by threads that take turns.
    @Test func placesTellRequestsApart() throws {
        var script = RequestScript()
        for number in 0..<20 {
            add(
                &script, sector: 8 * number, from: UInt64(100 * number), worker: 55 + Int32(number % 3),
                irq: 21 + Int32(number % 2), tag: number)
        }
        let reading = try RequestReading(script, requestSize: nil)
        #expect(reading.areWhole && Set(reading.requests.map(\.latencyNs)) == [990] && reading.requests.count == 20)
        #expect(reading.summary?.ambiguous == 0)
    }

    /// Two at once to one block: the oldest is taken, and that is said. Which it was, the sum does not depend on.
    @Test func oneBlockTwiceIsAmbiguous() throws {
        var script = RequestScript()
        add(&script, sector: 8, from: 0, tag: nil)
        add(&script, sector: 8, from: 100, worker: 56, tag: nil)
        let reading = try RequestReading(script, requestSize: nil)
        #expect(reading.areWhole && reading.requests.count == 2 && reading.summary?.ambiguous ?? 0 > 0)
        #expect(reading.requests.reduce(0) { $0 + $1.latencyNs } == 1980)
    }

    /// Where a bio was missed, or a part of what the request is made of, it begins when dm was given it, and that is told.
    @Test(arguments: ["253,0 R 800 + 8 [fio]", "253,0 R 8 + 4 [fio]"]) func aMissedBioIsTold(bio: String) throws {
        var script = RequestScript()
        add(&script, sector: 8, from: 0)
        script.events[0].line = script.events[0].line.replacing("253,0 R 8 + 8 [fio]", with: bio)
        let reading = try RequestReading(script, requestSize: nil)
        #expect(reading.areWhole && reading.requests.map(\.latencyNs) == [960])
        #expect(reading.requests.map(\.stoodIn) == [["arrived"]])
    }

    @Test func whatIsCutIsCounted() throws {
        var script = RequestScript()
        add(&script, sector: 8, from: 0)
        add(&script, sector: 16, from: 2000, until: 5)
        let reading = try RequestReading(script, requestSize: nil)
        #expect(reading.areWhole && reading.unjoined == ["in flight when the recording ended": 1])
    }

    /// Where both joins can be made they agree, and the figures are of the certain one.
    @Test func bothJoinsAgree() throws {
        var script = RequestScript()
        for number in 1...5 {
            let start = UInt64(number) * 5000
            let request = InventedRequest(number).with { $0.disk = 16 }
            script.add(
                request,
                "\(start + 25) dm_dispatch, \(start + 38) dm_clone, \(start + 70) iscsi_xmit, \(start + 880) iscsi_done, "
                    + "\(start + 890) scsi_end, \(start + 960) dm_done, \(start + 962) dm_verdict, \(start + 995) rq_end"
            )
            add(&script, sector: 8 * number, from: start, tag: number)
        }
        let reading = try RequestReading(script)
        #expect(reading.areWhole && reading.summary?.byPointer == 5 && reading.summary?.bySector == 0)
        #expect(reading.summary?.disagreed == 0 && reading.requests.allSatisfy { $0.joinedBy == .pointer })
    }

    /// Any events in any order: nothing is dropped, nothing traps.
    @Test(arguments: 1...6 as ClosedRange<UInt64>) func anyOrderOfEvents(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var script = RequestScript()
        for number in 0..<400 { add(&script, sector: 8 * (number % 5), from: UInt64(number) * 300, tag: number % 3) }
        var events = script.events
        for _ in 0..<(Int(seed) * 100) {
            events.swapAt(.random(in: 0..<events.count, using: &random), .random(in: 0..<events.count, using: &random))
        }
        script.events = events.filter { _ in Int.random(in: 0..<20, using: &random) > 0 }
        for text in [script.text, script.textAsAdded] {
            let reading = try RequestReading(text, requestSize: nil)
            #expect(reading.areWhole && reading.summary?.isSound == true)
        }
    }
}
