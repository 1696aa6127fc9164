import Foundation
import GraphParser
import Reports
import TestSupport
import Testing

/// Checks what `Lab/lab run e2e` brought back from the guest: real captures on odd tracefs settings. `make e2e` runs both.
@Suite(.enabled(if: LabResults.directory != nil, "make e2e sets DMFLOW_E2E_RESULTS"))
struct EndToEndTests {
    let results = LabResults()

    static let captures = [
        "create-load", "io", "requests", "sigint", "sigterm", "failing-command", "last", "stop-at", "recorder",
        "forced",
        "planted-link",
        "as-user",
        "bytes", "moved", "daemon", "stripped",
    ]
    static let refusals = ["full-disk", "other-tracer", "not-root", "no-such-root", "not-mounted"]

    // MARK: The flows

    @Test func sixtyFourDirectReadsGiveSixtyFourRoots() throws {
        let report = try results.report("io")
        let root = try #require(report.roots.first { $0.function == "dm_mq_queue_rq" })
        #expect(root.calls == 64)
        #expect(root.module == "dm_mod")
        for layer in ["dm", "scsi", "libiscsi"] {
            #expect(root.layers.first { $0.layer == layer }?.selfNs ?? 0 > 0, "\(layer) has no time")
        }
    }

    /// Each read is a request, from its bio to its end, on one of two paths that have names.
    @Test func sixtyFourDirectReadsAreSixtyFourRequests() throws {
        let report = try results.report("requests")
        let requests = try #require(report.requests)
        #expect(requests.seen == 64 && requests.joined == 64 && requests.by == "pointer" && requests.unjoined.isEmpty)
        let stages = requests.stages.reduce(0 as UInt64) { $0 + $1.latency.sumNs }
        #expect(stages == requests.latency.sumNs)
        for layer in ["block", "dm", "libiscsi", "target", "irq"] {
            #expect(requests.layers.contains { $0.layer == layer && $0.latency.sumNs > 0 }, "\(layer) has no time")
        }
        let paths = try #require(report.paths)
        #expect(paths.map(\.tries).reduce(0, +) == 64 && paths.count == 2)
        for path in paths {
            #expect(
                path.map == "mpatha" && path.device?.hasPrefix("sd") == true && path.portal?.hasSuffix(":3260") == true)
        }
        #expect(requests.untilData.count == 64 && requests.untilData.maxNs <= requests.latency.maxNs)
    }

    @Test func creationAndTableLoadAreBothRoots() throws {
        let report = try results.report("create-load")
        let calls = Dictionary(uniqueKeysWithValues: report.roots.map { ($0.function, $0.calls) })
        #expect(calls["dev_create"] == 1)
        #expect(calls["table_load"] == 1)
        #expect(report.layers.contains { $0.layer == "dm" && $0.selfNs > 0 })
    }

    @Test(arguments: captures) func nothingIsInDoubtAndTheKernelIsNamed(capture: String) throws {
        let report = try results.report(capture)
        #expect(report.source.kind == "trace.dat")
        #expect(report.source.kernel?.hasPrefix("6.1.") == true)
        #expect(report.counts.unparsedLines == 0)
        #expect(report.counts.lostEvents == 0 && report.counts.uncountedLosses == 0)
    }

    // MARK: The daemon

    /// A path that is added is one tree, from the daemon's uevent to the ioctl in the kernel.
    @Test(arguments: [
        (
            "daemon",
            ["uev_trigger", "uev_add_path", "ev_add_path", "domap", "dm_task_run", "dm_ctl_ioctl", "dev_create"]
        ),
        ("stripped", ["domap", "dm_task_run", "dm_ctl_ioctl"]),
    ]) func aPathThatIsAddedIsOneTree(capture: String, way: [String]) throws {
        let trace = try RecordedTrace(path: results.path("\(capture).dat"))
        let ways = trace.trees.flatMap { tree in
            tree.nodes.indices.filter { trace.names[tree.nodes[$0].call.function].name == way.last }
                .map { (tree.root.tid, callers(of: $0, in: tree, trace.names)) }
        }
        let found = ways.filter { isWay(way, in: $0.1) }
        #expect(!found.isEmpty, "\(ways.map(\.1))")
        #expect(found.allSatisfy { $0.0.flatMap { trace.names.comms[$0] } == "multipathd[uevqloop]" })
    }

    /// The names of the calls around a node, outermost first, and its own.
    private func callers(of node: Int, in tree: CallTree, _ names: TraceNames) -> [String] {
        var callers: [String] = []
        var level = tree.nodes[node].level + 1
        for index in (0...node).reversed() where tree.nodes[index].level < level {
            level = tree.nodes[index].level
            callers.append(names[tree.nodes[index].call.function].name)
        }
        return callers.reversed()
    }

    /// Whether the calls of the way are among these, in their order.
    private func isWay(_ way: [String], in callers: [String]) -> Bool {
        var rest = way[...]
        for caller in callers where caller == rest.first { rest.removeFirst() }
        return rest.isEmpty
    }

    @Test func theThreadsOfTheDaemonAreNamedByWhatTheyRun() throws {
        let names = try RecordedTrace(path: results.path("daemon.dat")).names.comms.values
        for thread in ["ueventloop", "uevqloop", "checkerloop", "uxlsnrloop"] {
            #expect(names.contains("multipathd[\(thread)]"))
        }
    }

    @Test func whatIsNotVisibleOfAStrippedDaemonIsSaid() throws {
        let said = try results.text("stripped.stderr")
        #expect(said.contains("dmflow: multipathd is stripped: "))
        #expect(said.contains("uev_trigger [multipathd]"))
        #expect(try results.text("daemon.stderr").contains("dmflow: multipathd: all "))
    }

    // MARK: The files

    @Test(arguments: captures) func traceCmdCountsTheSameEvents(capture: String) throws {
        let counts = try results.report(capture).counts
        let theirs = try results.text("\(capture).tracecmd.counts")
        #expect(theirs == "entries \(counts.entries)\nexits \(counts.exits)\nlines \(counts.records)\n")
        #expect(counts.entries > 0)
    }

    @Test(arguments: captures) func selfTimesAddUpInEveryCompleteTree(capture: String) throws {
        let trace = try RecordedTrace(path: results.path("\(capture).dat"))
        let complete = trace.trees.filter(\.isComplete)
        #expect(!complete.isEmpty)
        for tree in complete {
            #expect(tree.nodes.reduce(0) { $0 + $1.call.selfNs } == tree.root.duration)
        }
    }

    /// A capture of 900 events was 2.4 MB, nearly all of it symbols of what never ran.
    @Test(arguments: ["io", "create-load", "failing-command"])
    func aTraceHasTheSymbolsThatTraceCmdNeedsAndFewOthers(capture: String) throws {
        let report = try results.report(capture)
        let theirs = Set(try results.text("\(capture).tracecmd.functions").split(separator: "\n").map(String.init))
        #expect(theirs.count > 10 && theirs.allSatisfy { !$0.hasPrefix("0x") }, "\(theirs)")
        #expect(Set(report.functions.map(\.function)).isSubset(of: theirs))
        // A page of 4 KiB holds some 80 events; each CPU may have one that is hardly filled.
        let pages = (report.counts.records / 60 + 4) * 4096
        let size = try FileManager.default.attributesOfItem(atPath: results.path("\(capture).dat"))[.size] as? Int
        #expect(try #require(size) < pages + (192 << 10))
    }

    // MARK: How captures end

    @Test(arguments: captures) func capturesSucceedAndLeaveTheirFile(capture: String) throws {
        #expect(try results.text("\(capture).exit") == "0\n")
        #expect(try results.text("\(capture).ls") == "trace.dat\n")
        #expect(try results.text("\(capture).stderr").contains("lost events: cpu0 0, cpu1 0"))
    }

    @Test func aCommandThatFailedIsSaid() throws {
        #expect(try results.text("failing-command.stderr").contains("exited with 3"))
    }

    @Test func aFullDiskIsARefusal() throws {
        #expect(try results.text("full-disk.stderr").contains("No space left"))
    }

    @Test func whatWasRecordedUntilTheDiskWasFullCanBeRead() throws {
        #expect(try results.text("disk-fills.exit") == "2\n")
        #expect(try results.text("disk-fills.stderr").contains("ended: the disk is full"))
        let report = try results.report("disk-fills")
        #expect(report.roots.first { $0.function == "dm_mq_queue_rq" }?.calls ?? 0 > 0)
    }

    @Test func onlyTheLastSecondIsKept() throws {
        let report = try results.report("last")
        let recorded = try #require(report.source.recording?.durationNs)
        #expect(recorded > 3_900_000_000)
        let trace = try RecordedTrace(path: results.path("last.dat"))
        let times = trace.trees.compactMap(\.root.start)
        // A page may begin a little before.
        #expect(try #require(times.max()) - #require(times.min()) < 2_000_000_000)
        #expect(times.count > 4)
    }

    @Test func theFirstFailedPathEndsTheCaptureThatWaitsForIt() throws {
        #expect(try results.text("stop-at.stderr").contains("ended: fail_path [dm_multipath] was called"))
        #expect(try results.report("stop-at").roots.contains { $0.function == "fail_path" })
    }

    /// What the flight recorder kept tells the failover that ended it.
    @Test func theFlightRecorderTellsTheFailover() throws {
        #expect(try results.text("recorder.stderr").contains("ended: fail_path [dm_multipath] was called"))
        let incident = try #require(try results.report("recorder").failover?.incidents.first)
        #expect(
            incident.kind == .offline && incident.maps == ["mpatha"] && incident.goesOn && incident.startTimeNs != nil)
        #expect(incident.stalls.allSatisfy { stall in stall.parts.reduce(0) { $0 + $1.ns } == stall.ns })
        #expect(incident.events.contains { $0.layer == "kernel log" && $0.what.contains("Failing path") })
    }

    @Test func whomItDisturbsAForcedCaptureSays() throws {
        let said = try results.text("forced.stderr")
        #expect(said.contains("forced although the tracer 'function' is in use"))
        #expect(said.contains("forced although trace events are enabled"))
        #expect(try results.report("forced").roots.first { $0.function == "dm_mq_queue_rq" }?.calls == 16)
    }

    // MARK: What tracing costs

    /// Where trees are recorded.
    @Test(arguments: captures.filter { $0 != "recorder" }) func whatACallCostsIsMeasuredBeforeAndAfter(capture: String)
        throws
    {
        let recording = try #require(try results.report(capture).source.recording)
        #expect(recording.callCostBeforeNs ?? 0 > 0)
        #expect(recording.callCostAfterNs ?? 0 > 0)
        #expect(recording.recorderCpuNs != nil)
    }

    @Test func theRateOfTheWorkloadIsKnown() throws {
        #expect(try results.report("io").source.recording?.multipathRequests ?? 0 >= 64)
    }

    @Test func whatIsLeftOutIsSaid() throws {
        #expect(
            try results.text("io.stderr").contains(
                "not recorded: locks, allocator; --noise locks,allocator records them"))
    }

    @Test func aKilledCaptureIsNoticedAndPutBack() throws {
        #expect(try results.text("killed.exit") == "0\n")
        #expect(try results.text("killed.ls") == "")
        let said = try results.text("killed.stderr").split(separator: "\n").filter {
            $0.contains("apture") || $0.contains("restore")
        }
        #expect(
            said.contains {
                $0.hasPrefix("dmflow: a capture was killed (process ") && $0.hasSuffix("put it back: dmflow restore")
            })
        #expect(said.contains { $0.hasPrefix("restored what process ") && $0.contains("set_ftrace_filter") })
        #expect(said.last == "nothing to restore")
    }

    // MARK: What others may have put in the way

    @Test func aPlantedLinkIsReplacedItselfAndThatIsSaid() throws {
        #expect(
            try results.text("planted-link.stderr").contains(
                "trace.dat: the link that was there is replaced; /tmp/precious, which it pointed to, is as it was"))
    }

    @Test func asWhomTheCommandRunsIsSaid() throws {
        #expect(try results.text("as-user.stderr").contains("'bash' runs as nobody"))
        #expect(try results.text("as-user.stderr").contains("'bash' exited with 7"))
        #expect(try results.text("io.stderr").contains("'dd' runs as root"))
    }

    @Test func tracefsIsPutBackWhereItIsByThen() throws {
        let said = try results.text("moved.stderr")
        #expect(
            said.contains("tracefs is mounted read-only: /run/moved; mount it again: mount -o remount,rw /run/moved"))
        #expect(said.contains("restored what process "))
    }

    /// Not one of the commands waits, follows, or does what the journal says.
    @Test func aHostileJournalIsRefusedByAll() throws {
        #expect(try results.text("hostile-journal.exit") == "0\n")
        let said = try results.text("hostile-journal.stderr").split(separator: "\n")
        let tries = said.filter { $0.hasPrefix("hostile ") }
        #expect(tries.count == 21 && tries.allSatisfy { $0.hasSuffix(" 2") }, "\(tries)")
        let refused = said.filter { $0.contains("the journal of what captures change may be somebody else's: ") }
        #expect(refused.count >= 20, "\(said)")
        #expect(said.contains { $0.hasPrefix("dmflow: /tmp/precious: not removed") })
    }

    @Test(arguments: refusals) func refusalsAreOneLineAndLeaveNoFile(refusal: String) throws {
        try expectRefusal(refusal)
    }

    @Test func aTracefsThatIsNotMountedStaysUnmounted() throws {
        #expect(try results.text("not-mounted.mounts").isEmpty)
    }

    @Test(arguments: captures + refusals + ["disk-fills", "killed", "hostile-journal"]) func tracefsIsAsItWas(
        name: String
    ) throws {
        #expect(try results.text("tracefs-\(name).diff") == "")
    }

    /// The settings to put back are none that a kernel starts with.
    @Test func theSettingsBeforeWereOdd() throws {
        let before = try results.text("tracefs.before")
        for odd in ["max_graph_depth:7", "tracing_on:0", "[global]", "dm_get_md", "options/sleep-time:0"] {
            #expect(before.contains(odd), "\(odd)")
        }
    }

    private func expectRefusal(_ name: String) throws {
        #expect(try results.text("\(name).exit") == "2\n")
        #expect(try results.text("\(name).ls") == "")
        let lines = try results.text("\(name).stderr").split(separator: "\n")
        #expect(lines.last?.hasPrefix("dmflow: ") == true)
    }
}

/// The directory that the lab filled.
struct LabResults {
    static let directory = ProcessInfo.processInfo.environment["DMFLOW_E2E_RESULTS"]

    func path(_ name: String) -> String { "\(Self.directory ?? "")/\(name)" }

    func text(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }

    func report(_ name: String) throws -> Report {
        try JSONDecoder().decode(Report.self, from: Data(contentsOf: URL(fileURLWithPath: path("\(name).json"))))
    }
}
