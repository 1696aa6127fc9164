import TestSupport
import Testing

@testable import Reports

/// Traces in which something was missed at a place where a wrong figure could be made of the rest, as sure as the right ones.
@Suite struct RequestTrapTests {
    private static let done = "90 scsi_end, 91 block_rq_complete, 92 dm_done, 93 dm_verdict, 99 rq_end"

    private func script(_ stories: [(InventedRequest, String)], bios: [(time: UInt64, place: String)] = []) throws
        -> RequestReading
    {
        var script = RequestScript()
        for bio in bios { script.add("block_bio_queue", "253,0 \(bio.place) [fio]", at: bio.time, tid: 359) }
        for (request, story) in stories { script.add(request, story) }
        let reading = try RequestReading(script)
        #expect(reading.areWhole, "\(reading.outlines)")
        return reading
    }

    // MARK: The error handler

    /// SCSI's error handler sends commands of its own in the memory of the one that it has: their ends are not that one's.
    @Test func commandsOfTheErrorHandlerAreNotTheRequests() throws {
        let reading = try script(
            [
                (
                    InventedRequest(1),
                    "0 dm_dispatch, 1 dm_clone, 2 scsi_dispatch_cmd_start, 3 iscsi_xmit, 2000 scsi_timer, "
                        + "2100 scsi_end result=0x2, 2150 iscsi_xmit, 2160 iscsi_done, 2200 scsi_end result=0x0, "
                        + "2300 scsi_requeue, 2400 iscsi_xmit, 2490 iscsi_done, 2491 scsi_end, 2500 block_rq_complete, "
                        + "2600 dm_done, 2601 dm_verdict, 2602 rq_end"
                )
            ])
        #expect(reading.requests.map(\.latencyNs) == [2602] && reading.unjoined.isEmpty)
        let tries = try #require(reading.requests.first).tries
        #expect(tries.map(\.rounds.count) == [2] && tries[0].timeouts == 1)
    }

    // MARK: Bios

    /// A bio that cannot be told from another is nobody's, and is forgotten with it.
    @Test func ofTwoBiosToOnePlaceNoneIsTheRequests() throws {
        let first = InventedRequest(1)
        let reading = try script(
            [
                (first, "500 dm_dispatch, 501 dm_clone, 590 dm_done, 591 dm_verdict, 599 rq_end"),
                (first, "1500 dm_dispatch, 1501 dm_clone, 1590 dm_done, 1591 dm_verdict, 1599 rq_end"),
                (first, "3000 dm_dispatch, 3001 dm_clone, 3090 dm_done, 3091 dm_verdict, 3099 rq_end"),
            ], bios: [(0, "R 8 + 8"), (1, "R 8 + 8"), (2900, "R 8 + 8")])
        #expect(reading.requests.map(\.latencyNs) == [99, 99, 199])
        #expect(reading.requests.map(\.stoodIn) == [["arrived"], ["arrived"], []])
    }

    /// A bio that came after the kernel made the request is one that was merged with it, in front.
    @Test func aBioBehindTheRequestsMakingDidNotMakeIt() throws {
        let request = InventedRequest(1).with { ($0.queued, $0.bytes) = (RequestScript.start + 10, 8192) }
        var script = RequestScript()
        script.add("block_bio_queue", "253,0 R 8 + 8 [fio]", at: 20, tid: 359)
        script.add(request, "50 dm_dispatch, 51 dm_clone, \(Self.done)")
        let reading = try RequestReading(script, clock: "mono")
        #expect(reading.areWhole && reading.requests.map(\.startNs) == [RequestScript.start + 10])
        #expect(reading.requests[0].stoodIn == ["arrived"] && reading.requests[0].task == nil)
    }

    /// A kernel since 6.9 takes the time of a plug for all requests that are made in it, from before their bios came: the first of all bios
    /// of a request is the one that it was made of.
    @Test(arguments: [["R 8 + 16"], ["R 8 + 8", "R 16 + 8"], ["R 16 + 8", "R 8 + 8"]]) func theClockOfAPlugIsNoArrival(
        bios: [String]
    )
        throws
    {
        let request = InventedRequest(1).with { ($0.queued, $0.bytes) = (RequestScript.start + 10, 8192) }
        var script = RequestScript()
        for (index, bio) in bios.enumerated() {
            script.add("block_bio_queue", "253,0 \(bio) [fio]", at: 20 + UInt64(index), tid: 359)
        }
        script.add(request, "50 dm_dispatch, 51 dm_clone, \(Self.done)")
        let reading = try RequestReading(script, clock: "mono")
        #expect(reading.areWhole && reading.requests.map(\.startNs) == [RequestScript.start + 20])
        #expect(reading.requests[0].stoodIn == [] && reading.requests[0].task?.tid == 359)
        #expect(reading.requests[0].stages[0].stage == "wait for a request + dm queue")
    }

    /// A plug is short: what comes to the same place long after the kernel made a request is another one's.
    @Test(arguments: [(20_000_010, true), (20_000_011, false)] as [(UInt64, Bool)])
    func aLaterBioIsNotOfARequestThatWaited(bio: UInt64, isIts: Bool) throws {
        let request = InventedRequest(1).with { $0.queued = RequestScript.start + 10 }
        var script = RequestScript()
        script.add("block_bio_queue", "253,0 R 8 + 8 [fio]", at: bio, tid: 359)
        script.add(
            request,
            "20000050 dm_dispatch, 20000051 dm_clone, 20000090 scsi_end, 20000092 dm_done, 20000093 dm_verdict, 20000099 rq_end"
        )
        let reading = try RequestReading(script, clock: "mono")
        #expect(reading.areWhole && reading.requests.map(\.startNs) == [RequestScript.start + (isIts ? bio : 10)])
        #expect(reading.requests[0].stoodIn == (isIts ? [] : ["arrived"]))
    }

    /// The bio of a flush has no place, and is not the one of a later request to sector 0.
    @Test func aFlushsBioIsNoReadsOfSectorZero() throws {
        let flush = InventedRequest(1).with { ($0.flags, $0.sector, $0.bytes) = (2, .max, 0) }
        let reading = try script(
            [
                (flush, "1 dm_dispatch, 2 dm_clone, 90 scsi_end, 92 dm_done, 93 dm_verdict, 99 rq_end"),
                (
                    InventedRequest(2).with { $0.sector = 0 },
                    "2400 dm_dispatch, 2401 dm_clone, 2490 scsi_end, 2492 dm_done, 2493 dm_verdict, 2499 rq_end"
                ),
            ], bios: [(0, "FF 0 + 0"), (2000, "R 0 + 8")])
        #expect(reading.requests.map(\.latencyNs) == [98, 499])
    }

    /// One that waited for a second without a request has most likely become part of another.
    @Test func anOldBioIsNotTheNextRequests() throws {
        let reading = try script(
            [
                (
                    InventedRequest(1),
                    "5000000000 dm_dispatch, 5000000010 dm_clone, 5000000020 dm_done, 5000000030 rq_end"
                )
            ],
            bios: [(0, "R 8 + 8")])
        #expect(reading.requests.map(\.latencyNs) == [30] && reading.requests[0].stoodIn.contains("arrived"))
    }

    /// One that waited for a request while another took as long has waited.
    @Test func aBioThatWaitedForAStalledRequestIsTheNexts() throws {
        let reading = try script(
            [
                (
                    InventedRequest(2),
                    "0 dm_dispatch, 1 dm_clone, 9000000000 dm_done, 9000000001 dm_verdict, 9000000002 rq_end"
                ),
                (
                    InventedRequest(1),
                    "9000000010 dm_dispatch, 9000000011 dm_clone, 9000000020 dm_done, 9000000030 rq_end"
                ),
            ], bios: [(10, "R 8 + 8")])
        #expect(reading.requests.map(\.latencyNs) == [9_000_000_002, 9_000_000_020])
        #expect(reading.requests[1].stoodIn == [], "\(reading.requests[1].stoodIn)")
    }

    // MARK: The place

    /// A completion to a place that two requests have is neither's, and says so.
    @Test func dataThatCouldBeAnothersIsNobodys() throws {
        let (first, second) = (InventedRequest(1), InventedRequest(2).with { $0.sector = 8 })
        let reading = try script([
            (first, "0 dm_dispatch"), (second, "10 dm_dispatch, 11 dm_clone"),
            (first, "20 scsi_end, 21 block_rq_complete, 22 dm_done, 23 dm_verdict, 24 rq_end"),
            (second, "90 scsi_end, 91 block_rq_complete, 92 dm_done, 93 dm_verdict, 99 rq_end"),
        ])
        #expect(reading.requests.map(\.latencyNs) == [24, 89] && reading.requests[0].untilDataNs == nil)
        #expect(reading.summary?.ambiguous == 1 && reading.requests[1].untilDataNs == 81)
    }

    // MARK: What came before the next

    /// Both its own end and the beginning of the next at its address were missed.
    @Test func theNextAtItsAddressIsNoSecondTryOfOneThatWentWell() throws {
        let request = InventedRequest(1)
        let reading = try script([
            (request, "0 dm_dispatch, 7 dm_clone, 80 dm_done, 85 dm_verdict"),
            (request, "1000 dm_clone, 1080 dm_done, 1085 dm_verdict, 1090 rq_end"),
        ])
        #expect(reading.requests.map(\.latencyNs) == [85] && reading.requests[0].tries.count == 1)
        #expect(reading.requests[0].stoodIn == ["ended"] && reading.unjoined == ["its beginning was missed": 1])
    }

    /// A request whose try failed, and whose end was missed, failed as its try did.
    @Test func anEndThatWasMissedHasTheTrysError() throws {
        let request = InventedRequest(1)
        let reading = try script([
            (request, "0 dm_dispatch, 7 dm_clone, 80 dm_done, 85 dm_verdict error=10"),
            (
                request.with { $0.sector = 800 },
                "1000 dm_dispatch, 1007 dm_clone, 1080 dm_done, 1085 dm_verdict, 1090 rq_end"
            ),
        ])
        #expect(reading.requests.map(\.error) == ["I/O error", nil])
    }

    /// That a command was put back is missed; that it ended, and another came for the same request, tells.
    @Test func aMissedVerdictIsAnUnknownError() throws {
        let request = InventedRequest(1)
        let reading = try script([
            (request, "0 dm_dispatch, 5 dm_clone, 20 dm_done, 30 dm_requeue, 31 rq_requeue"),
            (request.tried(on: 16), "60 dm_dispatch, 65 dm_clone, 90 dm_done, 91 dm_verdict, 99 rq_end"),
        ])
        #expect(reading.requests.map { $0.tries.map(\.error) } == [["unknown error", nil]])
        #expect(reading.requests[0].stoodIn == ["verdict"] && reading.requests[0].error == nil)
    }

    /// dm never says how it went: what the request ended with is what its try did.
    @Test func aFailedRequestsTryFailed() throws {
        let reading = try script([(InventedRequest(1), "0 dm_dispatch, 7 dm_clone, 80 dm_done, 90 rq_end error=10")])
        #expect(reading.requests.map { $0.tries.map(\.error) } == [["I/O error"]])
        #expect(reading.requests[0].error == "I/O error" && reading.requests[0].stoodIn == ["verdict"])
        #expect(reading.summary?.failed == 1)
    }

    /// Of a merged request, the kernel says that the first half is complete; the second fails.
    @Test func aPartOfTheDataIsNotTheData() throws {
        let request = InventedRequest(1).with { $0.bytes = 8192 }
        var script = RequestScript()
        script.add(
            request, "0 dm_dispatch, 7 dm_clone, 80 scsi_end, 92 dm_done, 93 dm_verdict error=7, 99 rq_end error=7")
        script.add("block_rq_complete", "253,0 R () 8 + 8 [0]", at: 85, tid: request.tids[3])
        let reading = try RequestReading(script)
        #expect(reading.areWhole && reading.requests.map(\.untilDataNs) == [nil])
    }

    // MARK: Losses

    /// Who was under way when events were lost is counted once, whatever else is seen of it.
    @Test func whatALossCutIsCountedOnce() throws {
        var script = RequestScript()
        script.add(InventedRequest(1), "0 dm_dispatch, 7 dm_clone")
        script.add(InventedRequest(2), "1 dm_dispatch, 8 dm_clone")
        script.add(InventedRequest(1), "100 dm_done, 101 dm_verdict, 102 rq_end")
        script.add(InventedRequest(2), "110 dm_done, 111 dm_verdict, 112 rq_end")
        // One that nobody saw before is another.
        script.add(InventedRequest(3), "120 dm_done, 121 dm_verdict, 122 rq_end")
        script.add(InventedRequest(1), InventedRequest.light, from: 200, every: 10)
        let text = script.text.replacing(
            "task21-21 [000] 100.000000100", with: "CPU:0 [LOST 5 EVENTS]\ntask21-21 [000] 100.000000100")
        let reading = try RequestReading(text)
        #expect(reading.areWhole && reading.requests.map(\.latencyNs) == [90], "\(reading.outlines)")
        #expect(
            reading.unjoined == ["events were lost meanwhile": 2, "in flight when the recording began": 1])
    }

    /// One that dm is given again behind the loss is no other: the kernel tells when it was made, or its place does.
    @Test(
        arguments: [(100_000_000_001, 100_000_000_001, 1), (100_000_000_001, 100_000_000_200, 2), (nil, nil, 1)]
            as [(UInt64?, UInt64?, Int)])
    func whatALossCutIsNotBegunAgain(made: UInt64?, then: UInt64?, count: Int) throws {
        let cut = InventedRequest(1).with { $0.queued = made }
        var script = RequestScript()
        script.add(cut, "10 dm_dispatch, 20 dm_clone")
        script.add(InventedRequest(2), "100 dm_dispatch")
        let again = cut.with { $0.queued = then }
        script.add(again, "210 dm_dispatch, 220 dm_clone, 290 scsi_end, 292 dm_done, 293 dm_verdict, 299 rq_end")
        let text = script.text.replacing(
            "task55-55 [000] 100.000000100", with: "CPU:0 [LOST 5 EVENTS]\ntask55-55 [000] 100.000000100")
        let reading = try RequestReading(text)
        #expect(
            reading.areWhole && reading.requests.count == count - 1
                && reading.unjoined["events were lost meanwhile"] == 1)
    }

    /// The rest of a bio that was split comes at its old address, and came with all of it, which nobody saw.
    @Test func theRestOfABioDoesNotComeAnew() throws {
        let first = InventedRequest(1)
        var script = RequestScript()
        // That bios are announced is known.
        script.add("block_bio_queue", "253,0 R 800 + 8 [task359]", at: 0, tid: 359)
        script.add(first.with { ($0.sector, $0.bio) = (800, 0xffff_8884_0000_1800) }, "1 bio_queue")
        script.add(first, "50 bio_queue")
        script.add(
            first.with { $0.sector = 808 },
            "60 dm_dispatch biotail=\(first.bio), 70 dm_clone, 90 scsi_end, 92 dm_done, 93 dm_verdict, 99 rq_end")
        let reading = try RequestReading(script)
        #expect(reading.requests.map(\.latencyNs) == [39] && reading.requests.map(\.stoodIn) == [["arrived"]])
    }

    // MARK: Idle tasks

    /// Completions in the idle tasks of two CPUs at once, to one place.
    @Test func eachCPUHasAnIdleTask() throws {
        let first = InventedRequest(1).with { $0.tids[3] = 0 }
        let second = InventedRequest(2).with { ($0.sector, $0.tids[3], $0.cpu) = (8, 0, 1) }
        var script = RequestScript()
        for request in [first, second] {
            script.add(
                request,
                "0 dm_dispatch, 7 dm_clone, 10 scsi_dispatch_cmd_start, 20 iscsi_xmit, 70 iscsi_done, 75 scsi_end")
        }
        script.add(second, "85 block_rq_complete, 89 dm_done, 90 dm_verdict, 91 rq_end")
        script.add(first, "88 block_rq_complete, 92 dm_done, 93 dm_verdict, 94 rq_end")
        let reading = try RequestReading(script)
        #expect(reading.areWhole && reading.requests.map(\.latencyNs) == [91, 94])
        // Each that completes is the one that its thread just had.
        for request in reading.requests {
            #expect(request.untilDataNs == nil || request.untilDataNs == (request.latencyNs == 91 ? 85 : 88))
        }
    }

    // MARK: Orders that the kernel does not have

    /// Points whose order contradicts a request's course belong to two of them: none is told of either.
    @Test(arguments: ["0 dm_dispatch, 7 dm_clone, 8 dm_verdict, 9 iscsi_done, 10 dm_done, 11 rq_end"])
    func pointsOutOfOrderAreNoRequest(story: String) throws {
        let reading = try script([(InventedRequest(1), story)])
        #expect(reading.requests.isEmpty && reading.unjoined == ["points out of order": 1])
    }

    // MARK: Bounds

    /// However often something is tried again, a request is of bounded size, and the next of its address is itself again.
    @Test(arguments: [(10, true), (5000, false)]) func roundsWithoutEndAreNotFollowed(rounds: Int, isKept: Bool) throws
    {
        let request = InventedRequest(1)
        var script = RequestScript()
        script.add(request, "0 dm_dispatch, 5 dm_clone")
        for round in 1...rounds {
            let time = UInt64(round * 100)
            script.add(request, "\(time) iscsi_xmit, \(time + 10) iscsi_done, \(time + 15) scsi_requeue")
        }
        let end = UInt64(rounds * 100 + 100)
        script.add(request, "\(end) dm_done, \(end + 1) dm_verdict, \(end + 2) rq_end")
        script.add(request.with { $0.sector = 80 }, InventedRequest.light, from: end + 100, every: 10)
        let reading = try RequestReading(script)
        #expect(reading.areWhole && reading.requests.map(\.latencyNs) == (isKept ? [end + 2, 90] : [90]))
        #expect(reading.unjoined == (isKept ? [:] : ["more points than are kept of a request": 1]))
    }

    /// Without addresses, requests to one place wait in a line that has an end; those beyond are counted.
    @Test(arguments: [(1024, 0), (1025, 1)]) func aLineOfOnePlaceHasAnEnd(count: Int, beyond: Int) throws {
        var script = RequestScript()
        for number in 0..<UInt64(count) {
            script.add("block_rq_issue", "253,0 R 4096 () 8 + 8 [fio]", at: 2 * number, tid: 1)
            script.add("block_rq_remap", "8,0 R 8 + 8 <- (253,0) 8 1", at: 2 * number + 1, tid: 1)
        }
        let reading = try RequestReading(script)
        #expect(reading.areWhole && reading.requests.isEmpty)
        #expect(reading.unjoined["too many at once"] ?? 0 == beyond, "\(reading.unjoined)")
    }
}
