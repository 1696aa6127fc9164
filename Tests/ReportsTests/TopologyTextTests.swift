import GraphParser
import Reports
import TestSupport
import Testing
import TraceFormat

@Suite struct TopologyTextTests {
    private func render(_ topology: Topology) -> [String] {
        TopologyText(topology, style: .plain).render().split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
    }

    /// The capture began behind `multipath -ll`, in the same guest.
    @Test(arguments: ["5.10", "6.1"]) func mapsAreAsMultipathShowsThem(kernel: String) throws {
        let topology = try #require(Fixtures.reading("\(kernel)/topology.dat").source.topology)
        let expected = try TopologyFixture(kernel).text("multipath-ll.txt")
        #expect(render(topology).prefix { !$0.isEmpty }.joined(separator: "\n") + "\n" == expected)
        var atEnd = topology
        atEnd.maps = try #require(topology.mapsAtEnd)
        let failed = try TopologyFixture(kernel, afterFailure: true).text("multipath-ll.txt")
        #expect(render(atEnd).prefix { !$0.isEmpty }.joined(separator: "\n") + "\n" == failed)
    }

    /// - Returns: what the output wrote of a file, and what the file tells.
    private func output(of path: String) throws -> (text: String, topology: Topology?) {
        var written: [UInt8] = []
        let format = try #require(OutputRegistry.builtin.format(named: "topology"))
        let pass = OutputPass([.init(format, to: OutputSink { written += $0 })], map: .builtin)
        let reading = try TraceFile.read(path, into: pass.analyzers)
        try pass.finish(source: reading.source, counts: reading.counts)
        return (String(decoding: written, as: UTF8.self), reading.source.topology)
    }

    @Test(arguments: ["5.10", "6.1"]) func theOutputShowsTimersAndWhatFailed(kernel: String) throws {
        let (text, topology) = try output(of: Fixtures.path("\(kernel)/topology.dat"))
        let failed = try #require(topology?.changes.first)
        for line in [
            ": scheduler mq-deadline, queue_depth 32, nr_requests ", "; timeout 30 s, eh_timeout 10 s, eh_deadline off",
            "iqn.2026-01.lab:multipath", "127.0.0.1:3260", "LOGGED_IN",
            "; recovery_tmo 5 s, recv_tmo 5 s, ping_tmo 5 s, abort_tmo 15 s", "multipathd: polling_interval 2 s",
            "mpatha \(failed.part ?? "") (\(failed.devno ?? "")): state was active, is failed",
        ] {
            #expect(text.contains(line), "\(line) in:\n\(text)")
        }
    }

    @Test(arguments: ["6.1/io.dat", "6.1/io.txt"]) func whereThereIsNoneThatIsSaid(fixture: String) throws {
        let (text, topology) = try output(of: Fixtures.path(fixture))
        #expect(topology == nil && text.hasPrefix("no multipath maps: "))
    }

    /// As a capture without the graph writes it.
    @Test func aTraceOfEventsAloneIsOne() throws {
        let file = try TemporaryFile(
            Array("  fio-12  [000]  5.000001: block_rq_issue: 8,0 R 4096 () 0 + 8 [fio]\n".utf8))
        #expect(try output(of: file.path).text.hasPrefix("no multipath maps: "))
    }

    // MARK: Invented

    private func path(_ device: String, _ devno: String, _ hctl: String, priority: Int) -> Topology.Path {
        var path = Topology.Path(device: device, devno: devno, state: "active")
        (path.hctl, path.priority, path.checkerState, path.deviceState) = (hctl, priority, "ready", "running")
        (path.vendor, path.model) = ("NETAPP", "LUN C-Mode")
        return path
    }

    /// As multipath-tools show an ALUA array.
    private var array: Topology {
        var map = Topology.Map(name: "3600a098", device: "dm-12", devno: "253:12", sectors: 11 << 30)
        (map.uuid, map.features, map.hardwareHandler) = ("mpath-3600a098", ["queue_if_no_path"], ["alua"])
        (map.noPathRetry, map.failback, map.isReadOnly) = ("queue", "immediate", true)
        var (first, second) = (
            Topology.Group(number: 1, state: "active", selector: "service-time"),
            Topology.Group(number: 2, state: "enabled", selector: "service-time")
        )
        first.paths = [path("sda", "8:0", "1:0:0:1", priority: 50), path("sdab", "65:176", "10:0:0:1", priority: 50)]
        second.paths = [path("sdc", "8:32", "2:0:0:1", priority: 10)]
        second.paths[0].checkerState = nil
        second.paths[0].state = nil
        var port = Topology.RemotePort(name: "rport-2:0-3")
        (port.portName, port.state, port.fastIOFailTimeout) = ("0x21", "Online", .seconds(5))
        second.paths[0].fibreChannel = port
        map.groups = [first, second]
        return Topology(maps: [map])
    }

    @Test func groupsAreBranches() {
        let expected = """
            3600a098 dm-12 NETAPP,LUN C-Mode
            size=5.5T features='1 queue_if_no_path' hwhandler='1 alua' wp=ro no_path_retry=queue failback=immediate
            |-+- policy='service-time 0' prio=50 status=active
            | |- 1:0:0:1  sda  8:0    active ready running
            | `- 10:0:0:1 sdab 65:176 active ready running
            `-+- policy='service-time 0' prio=10 status=enabled
              `- 2:0:0:1  sdc  8:32   undef  undef running

            what leads to them
              fc rport-2:0-3: port 0x21, port state Online; fast_io_fail_tmo 5 s; sdc

            """
        #expect(TopologyText(array, style: .plain).render() == expected)
    }

    @Test(arguments: [(1, "0.0K"), (2, "1.0K"), (20, "10K"), (262_144, "128M"), (1 << 32, "2.0T"), (.max, "8388608P")])
    func sizesHaveMultipathsUnits(sectors: UInt64, text: String) {
        let map = Topology.Map(name: "a", device: "dm-0", devno: "253:0", sectors: sectors)
        let line = render(Topology(maps: [map]))[1]
        #expect(line.hasPrefix("size=\(text) "), "\(line)")
    }

    @Test func whatCameAndWentIsSaid() {
        var topology = array
        topology.mapsAtEnd = array.maps
        topology.mapsAtEnd?[0].groups[0].paths.removeLast()
        topology.mapsAtEnd?.append(Topology.Map(name: "new", device: "dm-13", devno: "253:13", sectors: 8))
        let lines = render(topology)
        #expect(lines.contains("new dm-13"))
        #expect(lines.suffix(4) == ["at the end of the recording", "  3600a098 sdab (65:176): gone", "  new: new", ""])
    }
}
