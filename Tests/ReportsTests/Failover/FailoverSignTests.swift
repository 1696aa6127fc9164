import TestSupport
import Testing
import TraceFormat

@testable import Reports

/// What is told of failures that the lab does not make, on invented traces.
@Suite struct FailoverSignTests {
    private static let start = RequestScript.start

    private func texts(_ incident: Incident) -> [String] { incident.events.map(\.what) }

    // MARK: None

    @Test func nothingIsInvented() throws {
        var script = RequestScript()
        for number in 1...20 { script.read(number, on: number % 2, at: Double(number) / 10) }
        script.add("iscsi_ping conn=0x1 sid=1 asked=0x0", at: 0.5)
        script.add("console sd 0:0:0:1: [sda] Write cache: enabled", at: 0.6)
        script.add("session_unblock work=0x1 sid=1", at: 0.7)
        script.add("device_state host=0 channel=0 id=0 lun=1 state=2", at: 0.8)
        let summary = try #require(try FailoverReading(script).summary)
        #expect(summary.incidents.isEmpty && summary.strayStalls == 0)
        #expect(FailoverText(summary, style: .plain).render().hasPrefix("failover: no incident in "))
    }

    /// What only looks like a trace of the flow tells nothing.
    @Test func withoutItsEventsNothingIsSaid() throws {
        var script = RequestScript()
        script.read(1, on: 0, at: 0)
        #expect(try FailoverReading(script).summary == nil)
    }

    /// Whatever an event lacks or has besides, of each kind: alone, and while requests are under way.
    @Test(arguments: FailoverEvent.allCases.map(\.name) + RequestEvent.allCases.map(\.name))
    func eventsWithoutTheirFieldsAreNoHarm(name: String) throws {
        for fields in ["", " timer=0x1 path=8:0 error=x sid=99999999999999999999"] {
            var script = RequestScript()
            script.read(1, on: 0, at: 0)
            script.add(name, "(ffffffffc067a200)" + fields, at: 500, tid: 7)
            script.add(InventedRequest(2), "600 dm_dispatch, 700 dm_clone")
            script.add(name, "(ffffffffc067a200)" + fields, at: 800, tid: 7)
            script.read(3, on: 1, at: 1)
            let reading = try RequestReading(script)
            #expect(reading.areWhole)
            _ = try FailoverReading(script)
        }
    }

    /// `queue_if_no_path_timeout_secs` of the module dm_multipath is over.
    @Test func queueingThatTimesOutIsTold() throws {
        var script = RequestScript()
        script.add("path_event type=0 path=\"8:0\" valid=1", at: 1)
        script.add("path_event type=0 path=\"8:16\" valid=0", at: 2)
        script.add("no_path_timeout timer=0xffff888000000000", at: 5)
        script.add("session_unblock work=0x1 sid=1", at: 5.5)
        let incident = try #require(
            try FailoverReading(script, topology: FailoverReading.paths(queues: true)).incidents.first)
        #expect(texts(incident).contains { $0.contains("queue_if_no_path") }, "\(texts(incident))")
    }

    /// SCSI tries again, which is no failure of a path.
    @Test func aCommandThatIsSentAgainIsNoIncident() throws {
        var script = RequestScript()
        script.add(
            InventedRequest(1),
            "0 dm_dispatch, 1 dm_clone, 2 iscsi_xmit, 10 iscsi_done, 11 scsi_end, 12 scsi_requeue, 2000012 iscsi_xmit, "
                + "2000020 iscsi_done, 2000021 scsi_end, 2000022 dm_done, 2000023 dm_verdict, 2000024 rq_end")
        script.add("path_event type=1 path=\"8:0\" valid=2", at: 1)
        let summary = try #require(try FailoverReading(script).summary)
        #expect(summary.incidents.isEmpty && summary.strayStalls == 1 && summary.longestStrayNs == 2_000_024)
        #expect(
            FailoverText(summary, style: .plain).render().contains(
                "1 request stood still with nothing else the matter, 2.000 ms"))
    }

    // MARK: Sessions

    /// A command on sdb is out when the session fails, and goes another way when recovery_tmo is over.
    private func cut(named: Bool = true) -> RequestScript {
        var script = RequestScript()
        script.read(1, on: 1, at: 0)
        let request = InventedRequest(2).with { $0.disk = 16 }
        script.add(
            request,
            "1000000000 dm_dispatch, 1000000001 dm_clone, 1000000002 scsi_dispatch_cmd_start host_no=1 lun=1, "
                + "1000000003 iscsi_xmit, 5000000010 scsi_end result=0xe0000, 5000000020 scsi_requeue, "
                + "10000000010 scsi_end result=0xf0000, 10000000020 dm_done, 10000000030 dm_verdict error=10, "
                + "10000000040 dm_requeue, 10000000050 rq_requeue")
        script.add(
            request.tried(on: 0),
            "10000000060 dm_dispatch, 10000000061 dm_clone, 10000000062 iscsi_xmit, 10000000070 iscsi_done, "
                + "10000000071 scsi_end, 10000000072 dm_done, 10000000073 dm_verdict, 10000000074 rq_end")
        let sid = named ? " sid=2" : ""
        script.add("iscsi_ping conn=0x1 sid=2 asked=0x0", at: 2)
        script.add("conn_failure conn=0x1\(sid) error=1022", at: 5)
        script.add("console connection2:0: detected conn error (1022)", at: 5.001)
        script.add("session_block work=0x1\(sid)", at: 5.002)
        script.add("session_timeout work=0x1\(sid)", at: 10)
        script.add("path_event type=0 path=\"8:16\" valid=1", at: 10.0001)
        script.add("session_unblock work=0x1\(sid)", at: 14)
        script.add("mp_message argc=2 command=\"reinstate_path\" argument=\"8:16\"", at: 16)
        script.add("path_reinstated path=\"8:16\"", at: 16.0001)
        script.add("path_event type=1 path=\"8:16\" valid=2", at: 16.0002)
        return script
    }

    @Test(arguments: [true, false]) func aCutHasItsOwners(named: Bool) throws {
        let incident = try #require(try FailoverReading(cut(named: named)).incidents.first)
        #expect(incident.kind == .pingTimeout && incident.maps == ["mpatha"] && incident.paths.map(\.name) == ["sdb"])
        #expect(!incident.goesOn && !incident.beganBefore && incident.stalled == 1 && incident.failed == 0)
        let stall = try #require(incident.stalls.first)
        #expect(stall.ns == 9_000_000_074 && stall.tries == ["sdb", "sda"])
        let parts = Dictionary(uniqueKeysWithValues: stall.parts.map { ($0.owner, $0.ns) })
        #expect(parts[.pingWait] == 4_000_000_000)
        #expect(parts[.session] == 4_999_999_990 && parts[.requeue] == 20)
        #expect(stall.parts.reduce(0) { $0 + $1.ns } == stall.ns)
        // The settings in force, against what was seen.
        let timers = Dictionary(uniqueKeysWithValues: incident.timers.map { ($0.timer, $0) })
        #expect(timers["ping_tmo"]?.predictedNs == 3_000_000_000 && timers["ping_tmo"]?.observedNs == 3_000_000_000)
        #expect(timers["recovery_tmo"]?.predictedNs == 5_000_000_000)
        #expect(timers["recovery_tmo"]?.observedNs == 4_998_000_000 && timers["recovery_tmo"]?.ranOut == true)
        #expect(timers["polling_interval"]?.observedNs == 2_000_100_000)
        #expect(incident.advice.first?.savedNs == 3_998_000_000)
        #expect(incident.sentence.hasSuffix("; then sda took over."))
    }

    /// The session is back before recovery_tmo is over: the command goes on where it was.
    @Test func aSessionThatIsBackInTimeFailsNothing() throws {
        var script = RequestScript()
        let request = InventedRequest(2).with { $0.disk = 16 }
        script.add(
            request,
            "1000000000 dm_dispatch, 1000000001 dm_clone, 1000000003 iscsi_xmit, 1500000000 scsi_end result=0xe0000, "
                + "1500000001 scsi_requeue, 3000000010 iscsi_xmit, 3000000020 iscsi_done, 3000000021 scsi_end, "
                + "3000000022 dm_done, 3000000023 dm_verdict, 3000000024 rq_end")
        script.add("conn_failure conn=0x1 sid=2 error=1020", at: 1.4)
        script.add("session_block work=0x1 sid=2", at: 1.41)
        script.add("session_unblock work=0x1 sid=2", at: 3)
        let incident = try #require(try FailoverReading(script).incidents.first)
        #expect(incident.kind == .connection && incident.paths.map(\.failures) == [0] && !incident.goesOn)
        #expect(incident.timers.map(\.timer) == ["recovery_tmo"] && incident.timers[0].ranOut == false)
        #expect(incident.advice.isEmpty)
        let parts = Dictionary(uniqueKeysWithValues: incident.stalls[0].parts.map { ($0.owner, $0.ns) })
        #expect(parts[.session] == 1_599_999_999 && parts[.retry] == 10 && parts[.unanswered] == 400_000_000)
        #expect(parts[.path] == 15)
    }

    // MARK: Paths

    @Test func aPathThatFailsOnlyForIOIsToldApart() throws {
        var script = RequestScript()
        for round in 0..<3 {
            script.add("path_event type=0 path=\"8:0\" valid=1", at: Double(4 * round))
            script.add("path_event type=1 path=\"8:0\" valid=2", at: Double(4 * round) + 2)
        }
        let incident = try #require(try FailoverReading(script).incidents.first)
        #expect(incident.kind == .pathFailed && incident.paths[0].failures == 3)
        #expect(incident.remarks.contains { $0.hasPrefix("the checker says ok while I/O fails: 2 times") })
        #expect(incident.remarks.contains("flapping: dm failed sda 3 times"))
    }

    /// Twenty seconds apart it is the same trouble, later it is another.
    @Test(arguments: [(20.0, 1), (20.1, 2)]) func whatComesBackSoonIsOneIncident(gap: Double, incidents: Int) throws {
        var script = RequestScript()
        for time in [0, 1 + gap] {
            script.add("path_event type=0 path=\"8:0\" valid=1", at: time)
            script.add("path_event type=1 path=\"8:0\" valid=2", at: time + 1)
        }
        #expect(try FailoverReading(script).incidents.count == incidents)
    }

    @Test func mapsHaveIncidentsOfTheirOwn() throws {
        var script = RequestScript()
        script.add("path_event type=0 path=\"8:0\" valid=1", at: 1)
        script.add("path_event type=0 path=\"8:32\" valid=1", at: 1.5)
        script.add("path_event type=0 path=\"8:16\" valid=0", at: 2)
        script.add("path_event type=1 path=\"8:32\" valid=2", at: 3)
        let incidents = try FailoverReading(script).incidents
        #expect(incidents.map(\.maps) == [["mpatha"], ["mpathb"]] && incidents.map(\.goesOn) == [true, false])
        #expect(incidents.map(\.kind) == [.noPath, .pathFailed])
        #expect(incidents[0].remarks.contains("it went on when the recording ended"))
        #expect(
            incidents[0].remarks.contains { $0.hasPrefix("mpatha had no path for 1.000 s until the recording ended") })
    }

    @Test func whatWasFailedBeforeIsSaid() throws {
        var script = RequestScript()
        script.read(1, on: 1, at: 0)
        script.add("path_event type=1 path=\"8:0\" valid=2", at: 2)
        let incident = try #require(
            try FailoverReading(script, topology: FailoverReading.paths(states: ["sda": "failed"])).incidents.first)
        #expect(incident.beganBefore && !incident.goesOn && incident.paths.map(\.failures) == [0])
        #expect(incident.sentence.hasPrefix("sda (portal 10.0.0.1) was in trouble when the recording began"))
    }

    /// A request that waits for any path, and still does when the recording ends.
    @Test func waitingGoesOnAtTheEnd() throws {
        var script = RequestScript()
        script.add("path_event type=0 path=\"8:0\" valid=1", at: 1)
        script.add("path_event type=0 path=\"8:16\" valid=0", at: 1)
        for number in 0..<40 {
            script.add(InventedRequest(1), "\(1_100_000_000 + number * 100_000_000) dm_dispatch")
        }
        script.add("device_state host=0 channel=0 id=0 lun=1 state=2", at: 4)
        script.add("mp_message argc=1 command=\"fail_if_no_path\" argument=(fault)", at: 6)
        let incident = try #require(
            try FailoverReading(script, topology: FailoverReading.paths(queues: true)).incidents.first)
        #expect(incident.kind == .noPath && incident.goesOn && incident.unfinished == 1)
        let stall = try #require(incident.stalls.first)
        #expect(stall.isUnfinished && stall.ns == 4_900_000_000 && stall.parts.map(\.owner) == [.noPath])
        #expect(incident.remarks.contains { $0.contains("while requests waited, until they were to fail") })
    }

    @Test(arguments: [
        (2, 0x04, 0x0a, "ALUA: the port group is in transition"), (2, 0x04, 0x0b, "ALUA: the port group is in standby"),
        (2, 0x04, 0x0c, "ALUA: the port group is unavailable"),
        (6, 0x2a, 0x06, "ALUA: the port group's state has changed"),
    ]) func portGroupsAreToldOf(key: UInt64, code: UInt64, qualifier: UInt64, remark: String) throws {
        for isDescriptor in [true, false] {
            let sense = isDescriptor ? 0x72 | key << 8 | code << 16 | qualifier << 24 : 0x70 | key << 16
            var script = RequestScript()
            script.add("pg_init path=\"8:0\"", at: 1)
            script.add("pg_init_done path=\"8:0\" error=9", at: 1.1)
            script.add(
                "scsi_sense sc=0x1 host=0 channel=0 id=0 lun=1 sense=\(sense) code=\(isDescriptor ? 0 : code | qualifier << 8)",
                at: 1.2)
            let incident = try #require(try FailoverReading(script).incidents.first)
            #expect(incident.kind == (qualifier == 0x0a ? .alua : .pathGroup) && incident.remarks == [remark])
            #expect(texts(incident).contains("initialising the path group failed: retry"))
        }
    }

    /// What waits for the hardware handler is told apart; that it took long is an incident, that it is quick is none.
    @Test(arguments: [(0.099, 0), (0.1, 1)]) func aSlowPathGroupOwnsItsTime(seconds: Double, incidents: Int) throws {
        var script = RequestScript()
        let end = UInt64(seconds * 1e9)
        script.add("pg_init path=\"8:0\"", at: 0)
        script.add("pg_init_done path=\"8:0\" error=0", at: seconds)
        script.add(
            InventedRequest(1),
            "10 dm_dispatch, 20 dm_requeue, 30 rq_requeue, \(end + 100) dm_dispatch, \(end + 200) dm_clone, "
                + "\(end + 300) iscsi_xmit, \(end + 400) iscsi_done, \(end + 500) scsi_end, \(end + 600) dm_done, "
                + "\(end + 700) dm_verdict, \(end + 800) rq_end")
        let found = try FailoverReading(script).incidents
        #expect(found.count == incidents)
        guard let incident = found.first else { return }
        let parts = Dictionary(uniqueKeysWithValues: incident.stalls[0].parts.map { ($0.owner, $0.ns) })
        #expect(incident.kind == .pathGroup && parts[.groupInit] == end - 20 && parts[.requeue] == 100)
    }

    // MARK: The error handler

    @Test func aTimerAndTheHandlerShareTheTime() throws {
        var script = RequestScript()
        script.add(
            InventedRequest(1),
            "0 dm_dispatch, 1 dm_clone, 2 scsi_dispatch_cmd_start host_no=0 lun=1, 2000000000 scsi_timer, "
                + "2500000000 scsi_requeue, 2500000010 scsi_dispatch_cmd_start host_no=0 lun=1, 2500000500 scsi_end, "
                + "2500000501 dm_done, 2500000502 dm_verdict, 2500000503 rq_end")
        script.add("scsi_dispatch_cmd_timeout host_no=0 channel=0 id=0 lun=1", at: 2)
        script.add("eh_abort work=0x1 host=0 channel=0 id=0 lun=1", at: 2.01)
        script.add("eh_queued sc=0x1 host=0 channel=0 id=0 lun=1", at: 2.1)
        script.add("eh_over list=0x1", at: 2.4)
        let incident = try #require(try FailoverReading(script).incidents.first)
        #expect(incident.kind == .errorHandler && !incident.goesOn)
        let parts = Dictionary(uniqueKeysWithValues: incident.stalls[0].parts.map { ($0.owner, $0.ns) })
        #expect(parts[.commandTimer] == 1_999_999_998 && parts[.retry] == 10 && parts[.errorHandler] == 500_000_000)
        #expect(incident.stalls[0].parts.reduce(0) { $0 + $1.ns } == 2_500_000_503)
    }

    // MARK: multipathd

    @Test func aThreadThatIsStuckIsNamed() throws {
        var script = RequestScript()
        script.add("device_state host=0 channel=0 id=0 lun=1 state=6", at: 0)
        script.add("path_event type=0 path=\"8:0\" valid=1", at: 0.1)
        let away =
            "prev_comm=multipathd prev_pid=500 prev_prio=120 prev_state=D ==> next_comm=swapper/0 next_pid=0 next_prio=120"
        let back =
            "prev_comm=swapper/0 prev_pid=0 prev_prio=120 prev_state=R ==> next_comm=multipathd next_pid=500 next_prio=120"
        script.add("sched_switch \(away)", at: 1)
        script.add("sched_switch \(back)", at: 4)
        script.add("sched_switch \(away)", at: 4.1)
        script.add("sched_switch \(back)", at: 4.5)
        let incident = try #require(try FailoverReading(script).incidents.first)
        #expect(
            texts(incident).filter { $0.contains("stuck") } == [
                "a thread of multipathd is stuck in the kernel for 3.000 s"
            ])
    }

    // MARK: All of it

    /// The pieces in which events come make no difference.
    @Test(arguments: [1, 2, 3, 7, 1000]) func batchesOfAnySizeGiveTheSame(size: Int) throws {
        let script = cut()
        let (whole, pieces) = (
            try FailoverReading(script).incidents, try FailoverReading(script, batch: size).incidents
        )
        #expect(!whole.isEmpty && whole.map { $0.with(source: "") } == pieces.map { $0.with(source: "") })
    }

    /// Hostile times and counts end in no overflow, and in no endless list.
    @Test func manyEventsAreCountedAndNotKept() throws {
        var script = RequestScript()
        script.add("path_event type=0 path=\"8:0\" valid=1", at: 0)
        for number in 0..<3000 {
            script.add("console sd 0:0:0:1: [sda] message \(number)", at: 0.001 * Double(number))
        }
        let incident = try #require(try FailoverReading(script).incidents.first)
        #expect(incident.events.count == 512 && incident.furtherEvents > 2000)
    }
}

extension Incident {
    func with(source: String) -> Incident {
        var copy = self
        copy.source = source
        return copy
    }
}
