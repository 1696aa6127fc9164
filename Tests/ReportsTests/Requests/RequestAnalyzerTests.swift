import TestSupport
import Testing

@testable import Reports

/// Invented stories of requests, each with the stages that it must have.
@Suite struct RequestAnalyzerTests {
    /// What a request that went straight through comes by, light and in detail, at times that tell all stages apart.
    static let light =
        "0 dm_dispatch, 7 dm_clone, 20 scsi_dispatch_cmd_start, 50 iscsi_xmit, 1000 iscsi_done, 1011 scsi_end, "
        + "1030 block_rq_complete, 1060 dm_done, 1063 dm_verdict, 1070 rq_end"
    static let detail =
        "0 bio_queue, 40 dm_dispatch, 47 dm_clone, 60 scsi_queue, 65 scsi_dispatch_cmd_start, 67 iscsi_queue, "
        + "100 iscsi_xmit, 130 iscsi_sent, 900 iscsi_header, 950 iscsi_done, 960 scsi_end, 1000 scsi_complete, "
        + "1030 block_rq_complete, 1035 bio_end, 1040 clone_end, 1090 dm_done, 1092 dm_verdict, 1100 rq_end"

    private func read(
        _ request: InventedRequest, _ story: String, requestSize: UInt64? = InventedRequest.requestSize,
        clock: String? = nil
    ) throws -> RequestReading {
        var script = RequestScript()
        script.add(request, story)
        let reading = try RequestReading(script, requestSize: requestSize, clock: clock)
        #expect(reading.areWhole)
        return reading
    }

    // MARK: Straight through

    @Test func oneRequestLight() throws {
        let reading = try read(InventedRequest(1), Self.light)
        #expect(
            reading.outlines == [
                "1 read at 8 | 8:0: path choice 7, path issue + scsi dispatch 13, libiscsi queue 30, "
                    + "transmit + wire and target + response 950, task end 11, scsi softirq + scsi completion 19, "
                    + "clone end + dm softirq 30, dm completion 3, dm end 7"
            ])
        let request = try #require(reading.requests.first)
        #expect(request.latencyNs == 1070 && request.untilDataNs == 1030 && request.startNs == RequestScript.start)
        #expect(request.bytes == 4096 && request.device?.description == "253,0" && request.task == nil)
        #expect(request.joinedBy == .pointer && request.stages.first?.tid == 55)
        #expect(reading.summary?.latency.sum == 1070 && reading.summary?.untilData.sum == 1030)
        #expect(reading.summary?.paths.map(\.facts.hctl) == ["2:0:0:0"])
        #expect(reading.summary?.paths.map(\.latency.sum) == [1056])
    }

    @Test func oneRequestInDetail() throws {
        let reading = try read(InventedRequest(1), Self.detail)
        #expect(
            reading.outlines == [
                "1 read at 8 | 8:0: dm queue 40, path choice 7, path issue 13, scsi dispatch 5, libiscsi queue 35, "
                    + "transmit 30, wire and target 770, response 50, task end 10, scsi softirq 40, scsi completion 30, "
                    + "clone end 10, dm softirq 50, dm completion 2, dm end 8"
            ])
        let request = try #require(reading.requests.first)
        #expect(request.latencyNs == 1100 && request.untilDataNs == 1030 && request.task?.tid == 359)
        #expect(request.task?.name == "task359")
    }

    /// The kernel's own time of the request can be set beside events only if they have the same clock.
    @Test(arguments: [("mono", 40), ("local", 0), (nil, 0)] as [(String?, UInt64)])
    func theKernelsTimeOfArrivalCountsOnItsOwnClock(clock: String?, before: UInt64) throws {
        let request = InventedRequest(1).with { $0.queued = RequestScript.start - 40 }
        let reading = try read(request, Self.light, clock: clock)
        #expect(reading.requests.map(\.latencyNs) == [1070 + before])
        #expect(reading.requests[0].stages[0].stage == (before > 0 ? "dm queue" : "path choice"))
    }

    /// A time of arrival behind the dispatch is none.
    @Test func anArrivalBehindTheDispatchIsNone() throws {
        let request = InventedRequest(1).with { $0.queued = RequestScript.start + 1 }
        #expect(try read(request, Self.light, clock: "mono").requests.map(\.latencyNs) == [1070])
    }

    @Test func aFlushHasNoPlaceAndNoData() throws {
        let request = InventedRequest(1).with { ($0.flags, $0.bytes, $0.sector) = (2, 0, .max) }
        let reading = try read(request, Self.light)
        let flush = try #require(reading.requests.first)
        #expect(flush.operation == "flush" && flush.sector == nil && flush.bytes == 0 && flush.untilDataNs == nil)
        #expect(flush.outline.contains("scsi softirq + scsi completion + clone end + dm softirq 49"))
        #expect(reading.summary?.sizes.map(\.upToBytes) == [0] && reading.summary?.untilData.count == 0)
    }

    // MARK: Several

    @Test func interleavedRequestsKeepTheirOwn() throws {
        var script = RequestScript()
        script.add(InventedRequest(1), InventedRequest.detail, every: 10)
        let other = InventedRequest(2).with {
            ($0.cpu, $0.tids, $0.disk, $0.flags) = (1, [360, 56, 10, 22], 16, 1)
        }
        script.add(other, InventedRequest.detail, from: 5, every: 10)
        let reading = try RequestReading(script)
        #expect(reading.areWhole && reading.requests.map(\.latencyNs) == [170, 170])
        #expect(reading.requests.map { $0.stages.map(\.ns) }.allSatisfy { $0 == reading.requests[0].stages.map(\.ns) })
        #expect(reading.requests.map { $0.tries[0].disk?.minor } == [0, 16])
        #expect(reading.requests.map(\.operation) == ["read", "write"])
        #expect(reading.summary?.overTime.intervals.map(\.maxDepth) == [2])
    }

    /// The kernel hands a freed request out again at once.
    @Test func addressesAreUsedAgainAtOnce() throws {
        var script = RequestScript()
        for number in 0..<5 {
            let request = InventedRequest(1).with { $0.sector = UInt64(8 * number) }
            script.add(request, InventedRequest.detail, from: UInt64(number) * 171, every: 10)
        }
        let reading = try RequestReading(script)
        #expect(reading.areWhole && reading.unjoined.isEmpty && reading.summary?.stoodIn.isEmpty == true)
        #expect(
            reading.requests.map(\.sector) == [0, 8, 16, 24, 32] && Set(reading.requests.map(\.latencyNs)) == [170])
        #expect(reading.requests.map(\.id) == [1, 2, 3, 4, 5])
    }

    // MARK: Tries and rounds

    /// As ../shared/requests/f1-retry.txt: the first path is offline and refuses, the second takes it.
    @Test func aRequestIsTriedOnAnotherPath() throws {
        let (first, second) = (InventedRequest(1), InventedRequest(1).tried(on: 16))
        var script = RequestScript()
        script.add(
            first,
            "0 bio_queue, 220 dm_dispatch, 280 dm_clone, 327 scsi_queue, 1268 dm_done, 1273 dm_verdict error=10, "
                + "1850 dm_requeue, 1918 rq_requeue")
        script.add(
            second,
            "2193 dm_dispatch, 2215 dm_clone, 2233 scsi_queue, 2277 iscsi_queue, 2383 iscsi_xmit, 8154 iscsi_done, "
                + "8169 scsi_end, 8225 scsi_complete, 8271 block_rq_complete, 8326 clone_end, 8338 dm_done, 8342 dm_verdict, "
                + "8360 rq_end")
        let reading = try RequestReading(script)
        #expect(reading.areWhole)
        #expect(
            reading.outlines == [
                "1 read at 8 | 8:0 I/O error: dm queue 220, path choice 60, path issue 47, path refused 941, dm completion 5, "
                    + "dm end 577 | 8:16: dm requeue 343, path choice 22, path issue 18, scsi dispatch 44, "
                    + "libiscsi queue 106, transmit + wire and target + response 5771, task end 15, scsi softirq 56, "
                    + "scsi completion 46, clone end 55, dm softirq 12, dm completion 4, dm end 18"
            ])
        let summary = try #require(reading.summary)
        #expect(summary.retried == 1 && summary.failed == 0 && summary.busyDispatches == 0)
        #expect(summary.paths.map(\.tries) == [1, 1] && summary.paths.map(\.failed) == [1, 0])
        // Of the path that failed there is no latency; that of the other begins at its clone.
        #expect(summary.paths.map(\.latency.sum) == [0, 8342 - 2215])
    }

    /// As ../shared/requests/f2-conn.story: one clone whose command SCSI sends four times, each with a task of its own.
    @Test func scsiSendsACommandAgain() throws {
        var script = RequestScript()
        let request = InventedRequest(1)
        script.add(request, "0 dm_dispatch, 5 dm_clone")
        for (round, result) in ["0xe0000", "0xc0000", "0x2", "0x0"].enumerated() {
            let start = 10 + 1000 * round
            let again = request.with {
                $0.task += UInt64(round) * 64
                $0.tag += UInt32(round)
            }
            script.add(
                again,
                "\(start) scsi_queue, \(start + 10) iscsi_queue, \(start + 30) iscsi_xmit, \(start + 500) iscsi_done, "
                    + "\(start + 510) scsi_end result=\(result), \(start + 550) scsi_complete")
            if round < 3 { script.add(again, "\(start + 600) scsi_requeue") }
        }
        script.add(request, "3600 block_rq_complete, 3610 clone_end, 3620 dm_done, 3622 dm_verdict, 3630 rq_end")
        let reading = try RequestReading(script)
        #expect(reading.areWhole)
        let way =
            "scsi dispatch 10, libiscsi queue 20, transmit + wire and target + response 470, task end 10, scsi softirq 40"
        let again = " / scsi retry 400, \(way)"
        #expect(
            reading.outlines == [
                "1 read at 8 | 8:0: path choice 5, path issue 5, \(way), scsi completion 50\(again), scsi completion 50"
                    + "\(again), scsi completion 50\(again), scsi completion 40, clone end 10, dm softirq 10, "
                    + "dm completion 2, dm end 8"
            ])
        let summary = try #require(reading.summary)
        #expect(summary.paths.map(\.retries) == [3] && summary.paths.map(\.tries) == [1] && summary.retried == 0)
        #expect(summary.failed == 0 && reading.requests[0].tries[0].error == nil)
    }

    /// Without a path that has room dm is given the request again and again; that is one stage, however often.
    @Test func dispatchesInVainAreOneStage() throws {
        let reading = try read(
            InventedRequest(1),
            "0 dm_dispatch, 100 dm_dispatch, 250 dm_dispatch, 260 dm_clone, 300 iscsi_xmit, 400 iscsi_done, 410 scsi_end, "
                + "420 dm_done, 421 dm_verdict, 430 rq_end")
        #expect(
            reading.outlines == [
                "1 read at 8 | 8:0: wait for a path 250, path choice 10, path issue + scsi dispatch + libiscsi queue 40, "
                    + "transmit + wire and target + response 100, task end 10, "
                    + "scsi softirq + scsi completion + clone end + dm softirq 10, dm completion 1, dm end 9"
            ])
        #expect(reading.summary?.busyDispatches == 2 && reading.summary?.stoodIn.isEmpty == true)
    }

    /// The path does not take the clone, which is given up, and the next one has its address.
    @Test func aRejectedCloneIsATryOfItsOwn() throws {
        let request = InventedRequest(1)
        var script = RequestScript()
        script.add(request, "0 dm_dispatch, 5 dm_clone, 8 scsi_queue, 100 dm_dispatch, 200 dm_dispatch")
        script.add(
            request.with { $0.disk = 16 },
            "210 dm_clone, 220 scsi_queue, 230 iscsi_queue, 300 iscsi_xmit, 400 iscsi_done, 410 scsi_end, 420 dm_done, "
                + "421 dm_verdict, 430 rq_end")
        let reading = try RequestReading(script)
        #expect(reading.areWhole)
        #expect(
            reading.requests[0].outline.hasPrefix(
                "1 read at 8 | 8:0 busy: path choice 5, path issue 3 | 8:16: wait for a path 92, wait for a path 100, "
                    + "path choice 10, path issue 10, "))
        #expect(reading.requests[0].tries.map(\.isRejected) == [true, false])
        let summary = try #require(reading.summary)
        #expect(summary.busyDispatches == 2 && summary.retried == 0)
        #expect(summary.paths.map(\.rejected) == [1, 0] && summary.paths.map(\.tries) == [0, 1])
    }

    /// A target asks for a write's data in bursts.
    @Test func aWritesDataGoesInBursts() throws {
        let write = InventedRequest(1).with { ($0.flags, $0.bytes) = (1, 262144) }
        let begin = "0 dm_dispatch, 5 dm_clone, "
        let end = ", 900 iscsi_done, 910 scsi_end, 920 dm_done, 921 dm_verdict, 930 rq_end"
        let detail = try read(
            write,
            begin + "20 iscsi_xmit, 30 iscsi_sent, 200 iscsi_response opcode=0x31, 205 iscsi_header, 250 iscsi_xmit, "
                + "300 iscsi_sent, 850 iscsi_response" + end)
        #expect(
            detail.outlines[0].contains(
                "transmit 10, wire and target 175, libiscsi queue 45, transmit 50, wire and target 550, response 50, task end 10"
            ))
        let light = try read(write, begin + "20 iscsi_xmit, 250 iscsi_xmit" + end)
        #expect(
            light.outlines[0].contains(
                "transmit + wire and target (R2T) 230, transmit + wire and target + response 650, task end 10"))
        // A read's command that did not fit into the socket is sent on.
        let read = try self.read(InventedRequest(1), begin + "20 iscsi_xmit, 250 iscsi_xmit" + end)
        #expect(read.outlines[0].contains("transmit + wire and target + response 880"))
        for reading in [detail, light, read] { #expect(reading.requests[0].tries[0].rounds.count == 1) }
    }

    @Test func aResponseCanComeBeforeTheTransmitReturns() throws {
        let reading = try read(
            InventedRequest(1),
            "0 dm_dispatch, 5 dm_clone, 20 iscsi_xmit, 60 iscsi_header, 65 iscsi_done, 70 scsi_end, 75 iscsi_sent, "
                + "100 scsi_complete, 110 block_rq_complete, 115 clone_end, 120 dm_done, 121 dm_verdict, 130 rq_end")
        #expect(
            reading.outlines[0].contains("transmit + wire and target 40, response 5, task end 5, scsi softirq 30, "))
    }

    /// The return of a transmit says nothing of who has the request's place in memory by then.
    @Test func aLateReturnOfATransmitIsNoOthers() throws {
        let (first, second) = (InventedRequest(1), InventedRequest(2).with { $0.tids = [1, 2, 3, 4] })
        var script = RequestScript()
        script.add(
            first,
            "0 dm_dispatch, 5 dm_clone, 20 iscsi_xmit, 65 iscsi_done, 70 scsi_end, 120 dm_done, 121 dm_verdict, 130 rq_end"
        )
        script.add(second, "140 dm_dispatch, 145 dm_clone, 160 iscsi_xmit")
        script.add(first, "170 iscsi_sent")
        script.add(second, "180 iscsi_sent, 300 iscsi_done, 310 scsi_end, 320 dm_done, 321 dm_verdict, 330 rq_end")
        let reading = try RequestReading(script)
        #expect(reading.areWhole && reading.outlines.count == 2)
        #expect(reading.outlines[1].contains("transmit 20, wire and target + response 120, task end 10"))
    }

    @Test func aTimerThatRanOutIsTheTrys() throws {
        let reading = try read(
            InventedRequest(1),
            "0 dm_dispatch, 5 dm_clone, 20 iscsi_xmit, 30 scsi_timer, 40 scsi_timer, 65 iscsi_done, 70 scsi_end result=0x30000, "
                + "120 dm_done, 121 dm_verdict error=4, 130 rq_end error=4")
        #expect(reading.outlines[0].hasPrefix("1 read at 8 transport error | 8:0 transport error (timeout) timer 2: "))
        #expect(reading.summary?.failed == 1 && reading.summary?.paths.map(\.failed) == [1])
    }

    /// The path checker's commands have a command that is no clone's, the initiator's NOPs none.
    @Test func commandsOfOthersAreNoRequests() throws {
        let (request, checker) = (InventedRequest(1), InventedRequest(7))
        var script = RequestScript()
        script.add(request, Self.light)
        script.add(
            checker,
            "10 iscsi_xmit sc=0x0, 15 iscsi_done sc=0x0, 51 scsi_dispatch_cmd_start, 52 iscsi_xmit, 60 iscsi_done, 62 scsi_end, "
                + "64 scsi_complete, 70 rq_end")
        let reading = try RequestReading(script)
        #expect(reading.outlines == (try read(request, Self.light).outlines) && reading.unjoined.isEmpty)
        #expect(reading.summary?.otherCommands == 1 && reading.summary?.seen == 1)
    }

    // MARK: What the trace does not tell

    /// How far a command is behind its request is seen where both are recorded; until then commands are nobody's.
    @Test func theSizeOfARequestIsLearned() throws {
        var script = RequestScript()
        for number in 1...2 {
            script.add(InventedRequest(number), InventedRequest.detail, from: UInt64(number) * 1000, every: 10)
        }
        let (told, learned) = (try RequestReading(script), try RequestReading(script, requestSize: nil))
        #expect(learned.areWhole && learned.outlines == told.outlines)
        #expect(learned.summary?.otherCommands == 0)
    }

    /// dm's part is told without it, as is the command's where it is recorded as such.
    @Test func withoutTheSizeCommandsAreNotJoined() throws {
        let reading = try read(InventedRequest(1), Self.light, requestSize: nil)
        #expect(
            reading.outlines == [
                "1 read at 8 | 8:0: path choice 7, path issue + scsi dispatch 13, transport and target + scsi softirq + "
                    + "scsi completion + clone end + dm softirq 1040, dm completion 3, dm end 7"
            ])
    }

    @Test func withoutTimesThereIsNothingToTell() throws {
        let text =
            " 0)   a-7   |               |  f() {\n"
            + " 0)   a-7   |               |    /* dm_dispatch: (0) rq=0x1 sector=8 bytes=4096 flags=0x0 */\n"
            + " 0)   a-7   |               |    /* rq_end: (0) rq=0x1 error=0 */\n"
            + " 0)   a-7   |   2.000 us    |  }\n"
        let reading = try RequestReading(text)
        #expect(reading.requests.isEmpty && reading.summary == nil)
    }

    @Test func aTraceWithoutRequestsHasNoFigures() throws {
        var script = RequestScript()
        script.add(InventedRequest(1), "0 bio_queue, 10 iscsi_xmit sc=0x0, 20 rq_end")
        #expect(try RequestReading(script).summary == nil)
    }
}
