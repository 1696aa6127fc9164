import TestSupport
import Testing

@testable import Reports

/// Failures of which a wrong thing could be said, as sure as a right one.
@Suite struct FailoverTrapTests {
    private func parts(_ incident: Incident) -> [StallOwner: UInt64] {
        Dictionary(uniqueKeysWithValues: incident.stalls[0].parts.map { ($0.owner, $0.ns) })
    }

    private func fails(_ script: inout RequestScript, _ disk: Int, at seconds: Double, left: Int) {
        script.add("path_event type=0 path=\"8:\(16 * disk)\" valid=\(left)", at: seconds)
    }

    private func isBack(_ script: inout RequestScript, _ disk: Int, at seconds: Double, left: Int) {
        script.add("path_event type=1 path=\"8:\(16 * disk)\" valid=\(left)", at: seconds)
    }

    /// The initiator gives the command more time: no error handler has it.
    @Test func aTimerThatBeginsAgainIsNoErrorHandler() throws {
        var script = RequestScript()
        script.add(
            InventedRequest(1),
            "0 dm_dispatch, 1 dm_clone, 2 scsi_dispatch_cmd_start host_no=0 lun=1, 3 iscsi_xmit, "
                + "30000000000 scsi_timer, 54000000000 iscsi_done, 54000000001 scsi_end, 54000000002 dm_done, "
                + "54000000003 dm_verdict, 54000000004 rq_end")
        script.add("scsi_dispatch_cmd_timeout host_no=0 channel=0 id=0 lun=1", at: 30.000000001, tid: 21)
        script.add("iscsi_timer verdict=1", at: 30.000000002, tid: 21)
        let incidents = try FailoverReading(script).incidents
        #expect(incidents.count == 1 && incidents[0].kind == .commandTimeout)
        #expect(incidents[0].stalls.allSatisfy { $0.parts.allSatisfy { $0.owner != .errorHandler } })
        #expect(incidents[0].events.contains { $0.what.contains("more time") })
    }

    /// No other path was there when the timer ran out: a shorter one would have saved nothing.
    @Test func nothingIsSavedWhereNoPathWas() throws {
        var script = RequestScript()
        let request = InventedRequest(2)
        script.add(
            request,
            "1000000000 dm_dispatch, 1000000001 dm_clone, 1000000002 iscsi_xmit, 2000000010 scsi_end result=0xe0000, "
                + "2000000020 scsi_requeue, 7000000010 scsi_end result=0xf0000, 7000000020 dm_done, "
                + "7000000030 dm_verdict error=10, 7000000040 dm_requeue, 7000000050 rq_requeue")
        script.add(
            request.tried(on: 16),
            "20000000060 dm_dispatch, 20000000061 dm_clone, 20000000062 iscsi_xmit, 20000000070 iscsi_done, "
                + "20000000071 scsi_end, 20000000072 dm_done, 20000000073 dm_verdict, 20000000074 rq_end")
        script.add("conn_failure conn=0x1 sid=1 error=1020", at: 2)
        script.add("session_block work=0x1 sid=1", at: 2)
        fails(&script, 1, at: 3, left: 1)
        script.add("session_timeout work=0x1 sid=1", at: 7)
        fails(&script, 0, at: 7.00000003, left: 0)
        isBack(&script, 1, at: 20, left: 1)
        let incident = try #require(try FailoverReading(script).incidents.first)
        #expect(incident.stalls.first?.tries == ["sda", "sdb"] && parts(incident)[.noPath] ?? 0 > 12_000_000_000)
        #expect(incident.advice.isEmpty)
    }

    /// The last answer that was seen is not the last one that there was, where only pings were.
    @Test func anIdlePathStoppedAnsweringBetweenPings() throws {
        var script = RequestScript()
        script.read(1, on: 1, at: 0)
        for ping in stride(from: 2.0, through: 100, by: 2) { script.add("iscsi_ping sid=2 asked=0x0", at: ping) }
        // Tried again while the question is out.
        script.add("iscsi_ping sid=2 asked=0x0", at: 100.9)
        script.add("conn_failure conn=0x1 sid=2 error=1022", at: 103)
        let incident = try #require(try FailoverReading(script).incidents.first)
        #expect(incident.sentence.hasPrefix("sdb (portal 10.0.0.2) stopped answering by 203"), "\(incident.sentence)")
        #expect(incident.timers.map(\.timer) == ["ping_tmo"] && incident.timers[0].observedNs == 3_000_000_000)
        #expect(incident.startNs >= RequestScript.start + 98_000_000_000)
    }

    /// Two incidents that come to share a path are one.
    @Test func whatTurnsOutToBeOneIsOne() throws {
        var script = RequestScript()
        fails(&script, 0, at: 1, left: 1)
        fails(&script, 2, at: 2, left: 1)
        var topology = FailoverReading.paths()
        // Both maps have a disk of one session.
        topology.maps[1].groups[0].paths[1].iscsi?.sid = 2
        script.add("conn_failure conn=0x1 sid=2 error=1020", at: 3)
        let incidents = try FailoverReading(script, topology: topology).incidents
        #expect(incidents.count == 1 && incidents[0].maps == ["mpatha", "mpathb"])
        #expect(incidents[0].kind == .connection && incidents[0].paths.count == 4)
        // Named are those that lost it.
        #expect(incidents[0].sentence.hasPrefix("sdb (portal 10.0.0.2) and sdd (portal 10.0.0.4) lost the connection"))
    }

    /// Only the map that had no path is said to have had none.
    @Test func onlyWhoHadNoPathIsNamed() throws {
        var script = RequestScript()
        var topology = FailoverReading.paths()
        topology.maps[1].groups[0].paths[1].iscsi?.sid = 2
        script.add("conn_failure conn=0x1 sid=2 error=1020", at: 1)
        fails(&script, 1, at: 2, left: 1)
        fails(&script, 0, at: 3, left: 0)
        let incident = try #require(try FailoverReading(script, topology: topology).incidents.first)
        #expect(incident.kind == .noPath && incident.sentence.hasPrefix("mpatha was left without a path"))
    }

    @Test func whatMultipathdFailsIsNotIOThatFails() throws {
        var script = RequestScript()
        for round in 0..<3 {
            let time = Double(3 * round)
            script.add("mp_message argc=2 command=\"fail_path\" argument=\"8:0\"", at: time)
            fails(&script, 0, at: time + 0.001, left: 1)
            isBack(&script, 0, at: time + 1, left: 2)
        }
        let incident = try #require(try FailoverReading(script).incidents.first)
        #expect(incident.kind == .daemon && incident.sentence.hasPrefix("multipathd failed sda"))
        #expect(!incident.remarks.contains { $0.hasPrefix("the checker says ok") })
        #expect(incident.events.count { $0.what.hasSuffix("sends dm the message fail_path") } == 3)
    }

    /// One map's messages are not put to another.
    @Test func aMessageForOneOfSeveralMapsHasNoTimer() throws {
        var script = RequestScript()
        var topology = FailoverReading.paths(queues: true)
        for map in 0...1 { topology.maps[map].noPathRetry = "4" }
        for disk in 0...3 { fails(&script, disk, at: Double(disk), left: disk % 2 == 0 ? 1 : 0) }
        script.add("mp_message argc=1 command=\"fail_if_no_path\" argument=(fault)", at: 20)
        let both = try FailoverReading(script, topology: topology).incidents
        #expect(both.count == 2 && both.allSatisfy { $0.timers.isEmpty })
        isBack(&script, 2, at: 21, left: 1)
        script.add("mp_message argc=1 command=\"fail_if_no_path\" argument=(fault)", at: 22)
        let one = try #require(try FailoverReading(script, topology: topology).incidents.first)
        #expect(one.timers.map(\.timer) == ["no_path_retry"] && one.timers[0].observedNs == 21_000_000_000)
        #expect(one.remarks.contains { $0.contains("waited, until they were to fail") })
    }

    @Test func whatTheErrorHandlerDropsWasNotLost() throws {
        var script = RequestScript()
        script.add("eh_queued sc=0x1 host=0 channel=0 id=0 lun=1", at: 1)
        script.add("conn_failure conn=0x1 sid=1 error=1021", at: 2)
        script.add("session_block work=0x1 sid=1", at: 2.1)
        let incident = try #require(try FailoverReading(script).incidents.first)
        #expect(incident.kind == .errorHandler && incident.sentence.contains("error handler busy"))
    }

    /// Half a minute in vain on a path is no way that every request takes.
    @Test func timeOnAPathThatFailedHasAnOwner() throws {
        var script = RequestScript()
        let request = InventedRequest(2)
        script.add(
            request,
            "1000000000 dm_dispatch, 1000000001 dm_clone, 1000000002 scsi_dispatch_cmd_start host_no=0 lun=1, "
                + "31000000002 scsi_end result=0xf0000, 31000000010 dm_done, 31000000020 dm_verdict error=4, "
                + "31000000030 dm_requeue, 31000000040 rq_requeue")
        script.add(
            request.tried(on: 16),
            "31000000060 dm_dispatch, 31000000061 dm_clone, 31000000070 scsi_end, 31000000072 dm_done, "
                + "31000000073 dm_verdict, 31000000074 rq_end")
        script.add("device_state host=0 channel=0 id=0 lun=1 state=8", at: 3)
        fails(&script, 0, at: 31.000000021, left: 1)
        let incident = try #require(try FailoverReading(script).incidents.first)
        #expect(parts(incident)[.unanswered] == 30_000_000_002)
        #expect(incident.events.contains { $0.what == "the disk's state is blocked now" })
    }

    /// Another map has the number now.
    @Test func aNumberThatIsUsedAgainIsAnothersDisk() throws {
        var script = RequestScript()
        for number in 1...5 { script.read(number, on: 1, at: Double(number), map: 1) }
        fails(&script, 1, at: 7, left: 1)
        let incident = try #require(try FailoverReading(script).incidents.first)
        #expect(incident.maps == ["mpathb"] && incident.paths.map(\.portal) == [nil])
    }

    /// A disk that is gone for good is in no trouble, and what serves I/O is a path.
    @Test func whatIsRemovedEndsIt() throws {
        var script = RequestScript()
        script.add("conn_failure conn=0x1 sid=1 error=1020", at: 1)
        fails(&script, 0, at: 2, left: 1)
        script.add("device_state host=0 channel=0 id=0 lun=1 state=3", at: 3)
        script.read(1, on: 1, at: 9)
        let incident = try #require(try FailoverReading(script).incidents.first)
        #expect(!incident.goesOn && incident.endNs == RequestScript.start + 3_000_000_000)
        fails(&script, 1, at: 10, left: 0)
        script.read(2, on: 4, at: 12)
        let other = try #require(try FailoverReading(script).incidents.first)
        #expect(other.remarks.contains { $0.hasPrefix("mpatha had no path for 2.00") })
    }

    /// Sent, and never answered, while nothing else tells of it.
    @Test func whatHangsAtTheEndIsTold() throws {
        var script = RequestScript()
        script.add("iscsi_ping sid=1 asked=0x0", at: 0)
        script.add(InventedRequest(1), "0 dm_dispatch, 1 dm_clone, 2 iscsi_xmit")
        script.read(2, on: 1, at: 25)
        let summary = try #require(try FailoverReading(script).summary)
        #expect(summary.incidents.isEmpty && summary.strayStalls == 1)
        #expect(FailoverText(summary, style: .plain).render().contains("1 request stood still"))
    }

    /// Charts of old incidents are kept though what they were made of is dropped.
    @Test func anOldIncidentHasItsChart() throws {
        var script = RequestScript()
        for number in 1...3000 { script.read(number, on: number % 2, at: Double(number) / 10) }
        fails(&script, 0, at: 5, left: 1)
        isBack(&script, 0, at: 8, left: 2)
        let incident = try #require(try FailoverReading(script).incidents.first)
        let chart = try #require(incident.throughput)
        #expect(chart.startNs < RequestScript.start + 5_000_000_000 && chart.paths.map(\.path) == ["sda", "sdb"])
    }
}
