import TestSupport
import Testing

@testable import Reports

/// Points that were missed, addresses that are used again, losses, cuts: what can still be said of a request, and what is said of
/// those of which nothing can.
@Suite struct RequestFlawTests {
    // MARK: Missed points

    /// Each event of a request is missed in turn: it survives, and a longer stage stands for those around the point.
    @Test(arguments: ["light", "detail"]) func aMissedPointMakesALongerStage(flow: String) throws {
        let story = flow == "light" ? RequestAnalyzerTests.light : RequestAnalyzerTests.detail
        let events = story.split(separator: ",").map(String.init)
        for missed in events.indices {
            let name = events[missed].split(separator: " ")[1]
            var script = RequestScript()
            let left = events.indices.filter { $0 != missed }.map { events[$0] }.joined(separator: ",")
            script.add(InventedRequest(1), left)
            let reading = try RequestReading(script)
            #expect(reading.areWhole, "\(name)")
            switch name {
            case "dm_dispatch": #expect(reading.unjoined == ["its beginning was missed": 1])
            case "rq_end": #expect(reading.unjoined == ["in flight when the recording ended": 1])
            case "bio_queue": #expect(reading.requests.map(\.latencyNs) == [1060])
            default:
                let latency: UInt64 = flow == "light" ? 1070 : 1100
                #expect(reading.requests.map(\.latencyNs) == [latency], "\(name)")
                let stoodIn = name == "dm_clone" ? ["cloned"] : []
                #expect(reading.requests.map(\.stoodIn) == [stoodIn], "\(name)")
            }
        }
    }

    @Test(arguments: [
        ("scsi_dispatch_cmd_start", "path issue + scsi dispatch + libiscsi queue 43"),
        ("iscsi_xmit", "libiscsi queue + transmit + wire and target + response 980"),
        ("iscsi_done", "transmit + wire and target + response + task end 961"),
        ("scsi_end", "task end + scsi softirq + scsi completion 30"),
        ("block_rq_complete", "scsi softirq + scsi completion + clone end + dm softirq 49"),
        ("dm_done", "clone end + dm softirq + dm completion 33"), ("dm_verdict", "dm completion + dm end 10"),
        // Whose path it was is not known; that its command went over iSCSI is.
        (
            "dm_clone",
            "| -: path choice + path issue + scsi dispatch + libiscsi queue 50, transmit + wire and target + response 950"
        ),
    ]) func theStageSaysWhatStoodIn(missed: String, stage: String) throws {
        var script = RequestScript()
        let events = RequestAnalyzerTests.light.split(separator: ",")
        script.add(InventedRequest(1), events.filter { !$0.contains(missed) }.joined(separator: ","))
        let reading = try RequestReading(script)
        #expect(reading.outlines.first?.contains(stage) == true, "\(reading.outlines)")
    }

    /// The dispatch of a second try is missed: the request is the same all the same.
    @Test func aMissedSecondDispatchStandsIn() throws {
        let request = InventedRequest(1)
        var script = RequestScript()
        script.add(
            request, "0 dm_dispatch, 5 dm_clone, 20 dm_done, 22 dm_verdict error=10, 30 dm_requeue, 31 rq_requeue")
        script.add(
            request.tried(on: 16),
            "60 dm_clone, 70 iscsi_xmit, 80 iscsi_done, 85 scsi_end, 90 dm_done, 91 dm_verdict, 99 rq_end")
        let reading = try RequestReading(script)
        #expect(reading.areWhole && reading.requests.map(\.stoodIn) == [["dispatched"]])
        #expect(reading.requests[0].tries.map { $0.disk?.minor } == [0, 16])
        #expect(reading.requests[0].tries[1].rounds[0].stages[0].stage == "dm requeue")
    }

    /// That dm put the request back is missed; that it is given the same request again tells.
    @Test(arguments: [5, nil] as [UInt64?]) func aMissedRequeueStandsIn(queued: UInt64?) throws {
        let request = InventedRequest(1).with { $0.queued = queued }
        var script = RequestScript()
        script.add(request, "0 dm_dispatch, 5 dm_clone, 20 dm_done, 22 dm_verdict error=10")
        script.add(
            request.tried(on: 16),
            "50 dm_dispatch, 60 dm_clone, 70 iscsi_xmit, 80 iscsi_done, 85 scsi_end, 90 dm_done, 91 dm_verdict, 99 rq_end"
        )
        let reading = try RequestReading(script)
        #expect(reading.areWhole)
        guard queued != nil else {
            // Without the kernel's time of the request nothing tells it from another one to the same place.
            return #expect(
                reading.requests.isEmpty && reading.unjoined == ["its address was used again before it ended": 2])
        }
        #expect(reading.requests.map(\.latencyNs) == [99] && reading.requests.map(\.stoodIn) == [["requeued"]])
    }

    // MARK: Ends that were missed

    /// An address is used again without its request having ended: what is known of the first depends on how far it was seen.
    @Test(
        arguments: [true, false],
        [
            ("dm_verdict", nil), ("dm_done", "its end was missed"), ("scsi_end", "its end was missed"),
            ("iscsi_xmit", "its end was missed"),
        ] as [(String, String?)])
    func anAddressIsUsedAgainBeforeTheEnd(tellsWhenMade: Bool, last: (String, flaw: String?)) throws {
        let events = RequestAnalyzerTests.light.split(separator: ",").map(String.init)
        let seen = events[...events.firstIndex { $0.contains(last.0) }!]
        let first = InventedRequest(1).with { $0.queued = tellsWhenMade ? 1 : nil }
        var script = RequestScript()
        script.add(first, seen.joined(separator: ","))
        // To the same place, too: nothing but its time of arrival, or how far the first was, tells them apart.
        let second = first.with { $0.queued = tellsWhenMade ? 2 : nil }
        script.add(second, InventedRequest.light, from: 5000, every: 10)
        let reading = try RequestReading(script)
        #expect(reading.areWhole && reading.requests.last?.latencyNs == 90 && reading.requests.last?.tries.count == 1)
        if let flaw = last.flaw {
            #expect(reading.requests.count == 1 && reading.unjoined == [flaw: 1])
        } else {
            #expect(reading.requests.map(\.stoodIn) == [["ended"], []] && reading.unjoined.isEmpty)
        }
    }

    /// Nothing but the place tells a second dispatch of one request from another request.
    @Test func anotherPlaceIsAnotherRequest() throws {
        var script = RequestScript()
        script.add(InventedRequest(1), "0 dm_dispatch, 5 dm_clone")
        script.add(InventedRequest(1).with { $0.sector = 800 }, InventedRequest.light, from: 100, every: 10)
        let reading = try RequestReading(script)
        #expect(reading.areWhole && reading.requests.map(\.sector) == [800])
        #expect(reading.unjoined == ["its end was missed": 1])
    }

    // MARK: Losses and cuts

    @Test func whatWasUnderWayWhenEventsWereLostIsNotTold() throws {
        var before = RequestScript()
        before.add(InventedRequest(1), InventedRequest.light, every: 10)
        before.add(InventedRequest(2), "200 dm_dispatch, 205 dm_clone")
        var after = RequestScript()
        after.add(
            InventedRequest(2), "300 iscsi_xmit, 310 iscsi_done, 320 scsi_end, 330 dm_done, 331 dm_verdict, 340 rq_end")
        after.add(InventedRequest(3), InventedRequest.light, from: 400, every: 10)
        let text = before.text + "CPU:0 [5 EVENTS DROPPED]\n" + after.text.dropFirst("cpus=4\n".count)
        let reading = try RequestReading(text)
        #expect(reading.areWhole && reading.requests.map(\.sector) == [8, 24])
        #expect(reading.unjoined["events were lost meanwhile"] == 1)
    }

    @Test func whatTheRecordingCutsIsCounted() throws {
        var script = RequestScript()
        script.add(InventedRequest(1), "0 iscsi_done, 10 scsi_end, 20 dm_done, 21 dm_verdict, 30 rq_end")
        script.add(InventedRequest(2), InventedRequest.light, from: 100, every: 10)
        script.add(InventedRequest(3), "300 dm_dispatch, 310 dm_clone, 320 iscsi_xmit")
        let reading = try RequestReading(script)
        #expect(reading.areWhole && reading.requests.map(\.sector) == [16] && reading.summary?.seen == 3)
        #expect(
            reading.unjoined == ["in flight when the recording began": 1, "in flight when the recording ended": 1])
    }

    @Test func timesThatGoBackAreNoLatency() throws {
        var script = RequestScript()
        script.add(
            InventedRequest(1), "100 dm_dispatch, 105 dm_clone, 50 iscsi_xmit, 120 dm_done, 121 dm_verdict, 130 rq_end")
        script.add(InventedRequest(2), InventedRequest.light, from: 200, every: 10)
        let reading = try RequestReading(script.textAsAdded)
        #expect(reading.areWhole && reading.requests.map(\.sector) == [16])
        #expect(reading.unjoined == ["times go back": 1])
    }

    // MARK: Hostile pointers

    /// One address for everything, the same event again and again, clones of two: nothing is dropped, nothing traps.
    @Test(arguments: 1...6 as ClosedRange<UInt64>) func pointersThatRepeat(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let names = Array(Set(InventedRequest.detail + ["dm_requeue", "rq_requeue", "scsi_requeue", "scsi_timer"]))
            .sorted()
        var script = RequestScript()
        for step in 0..<3000 {
            let few = UInt64(seed)
            let request = InventedRequest(0).with {
                $0.request = .random(in: 0...few, using: &random) * 272
                $0.clone = .random(in: 0...few, using: &random) * 272
                $0.task = .random(in: 0...few, using: &random)
                $0.tag = .random(in: 0...2, using: &random)
                $0.sector = .random(in: 0...2, using: &random)
                $0.flags = .random(in: 0...2, using: &random)
                $0.queued = seed % 2 == 0 ? .random(in: 0...2, using: &random) : nil
            }
            script.add(request, names.randomElement(using: &random)!, at: UInt64(step) / 2)
        }
        let reading = try RequestReading(script)
        for request in reading.requests where !request.isWhole { Issue.record("\(request)") }
        #expect(reading.areWhole && reading.summary?.seen ?? 0 > 50)
        #expect(reading.summary?.isSound == true)
    }

    /// Numbers at the ends of their ranges are read as they are, or are none.
    @Test(arguments: [
        "sector=18446744073709551615", "sector=-1", "bytes=4294967295", "bytes=-1", "flags=0xffffffff", "rq=0x0",
        "queued=18446744073709551615", "major=4096", "minor=1048576", "major=", "bio=", "sector=", "bytes=", "rq=",
    ]) func extremesInFields(change: String) throws {
        var script = RequestScript()
        script.add(
            InventedRequest(1),
            "0 dm_dispatch \(change), 5 dm_clone, 20 iscsi_xmit, 90 dm_done, 91 dm_verdict, 99 rq_end")
        for clock in ["mono", nil] {
            let reading = try RequestReading(script, clock: clock)
            #expect(reading.areWhole && reading.summary?.isSound == true)
            #expect(reading.summary?.seen == 1, "\(reading.unjoined)")
        }
    }

    // MARK: Too many

    @Test func requestsBeyondTheLimitAreCountedAndNotFollowed() throws {
        var ended: [UInt64] = []
        var join = PointerJoin { ended.append($0.sector) }
        join.table = RequestTable(capacity: 3)
        for number in 0..<5 {
            try join.dispatched(dispatch(number), .init(time: UInt64(number), cpu: 0, tid: 1))
        }
        #expect(join.table.count == 3)
        for number in 0..<5 {
            try join.cloned(
                UInt64(2000 + number), of: UInt64(1000 + number), disk: nil, .init(time: 10, cpu: 0, tid: 1))
        }
        for number in 0..<5 { join.dmDone(UInt64(1000 + number), .init(time: 15, cpu: 0, tid: 1)) }
        try join.ended(1000, error: 0, .init(time: 20, cpu: 0, tid: 1))
        // Each once, whatever else comes of it.
        #expect(join.unknown == [.tooMany: 2])
        // There is room again.
        try join.dispatched(dispatch(9), .init(time: 30, cpu: 0, tid: 1))
        try join.finish()
        #expect(ended == [0, 1, 2, 9] && join.table.count == 0)
    }

    private func dispatch(_ number: Int) -> PointerJoin.Dispatch {
        .init(
            request: UInt64(1000 + number), device: nil, sector: UInt64(number), bytes: 512, flags: 0, made: 0)
    }
}
