import TestSupport
import Testing
import TraceFormat

@testable import TraceCapture

/// device-mapper as dmsetup(8) printed it, for one map.
struct PrintedTables: DeviceMapperTables {
    let table: String
    let status: String

    /// - Parameter fixture: with what it printed of mpatha.
    init(_ fixture: TopologyFixture) throws {
        (table, status) = (try fixture.text("table.txt"), try fixture.text("status.txt"))
    }

    init(table: String, status: String) { (self.table, self.status) = (table, status) }

    func targets(major: UInt32, minor: UInt32, table: Bool) -> [DeviceMapperTarget]? {
        // START LENGTH TYPE PARAMETERS
        (table ? self.table : status).split(separator: "\n").map { line in
            let words = line.split(separator: " ", maxSplits: 3)
            return DeviceMapperTarget(
                length: UInt64(words[1])!, type: String(words[2]), parameters: words.count > 3 ? String(words[3]) : "")
        }
    }
}

extension TopologyReader {
    /// Reads what the lab's machine told.
    init(_ fixture: TopologyFixture) throws {
        let tables = try PrintedTables(fixture)
        let answers = [
            "show paths raw format %D|%p|%T": try fixture.text("paths.txt"),
            "show maps raw format %w|%Q|%F": try fixture.text("maps.txt"),
            "show config local": try fixture.text("config.txt"),
        ]
        self.init(
            sysfs: Sysfs(root: fixture.root), deviceMapper: { tables },
            multipathd: {
                // Its files are there as long as it is.
                withExtendedLifetime(fixture) { MultipathdAnswers { answers[$0] } }
            })
    }
}

@Suite struct TopologyReaderTests {
    @Test(arguments: ["5.10", "6.1"]) func theLabsMapIsReadWhole(kernel: String) throws {
        let topology = try TopologyReader(TopologyFixture(kernel)).read()
        let map = try #require(topology.maps.first)
        #expect(topology.maps.count == 1 && map.name == "mpatha" && map.device == "dm-0")
        #expect(map.wwid == "360000000000000000e00000000010001" && map.sectors == 262_144)
        #expect(map.features == [] && map.hardwareHandler == [] && !map.queuesIfNoPath && !map.isReadOnly)
        #expect(map.groups.map(\.selector) == ["queue-length"] && map.groups[0].state == "active")
        #expect(map.groups[0].paths.count == 2 && map.groups[0].priority == 1)
        #expect(topology.multipathd?.pollingIntervalSeconds == 2)
        for path in map.groups[0].paths {
            #expect(path.device.hasPrefix("sd") && topology.path(path.devno)?.map.name == "mpatha")
            #expect((path.vendor, path.model, path.revision) == ("LAB", "SHARED", "0001"))
            #expect((path.state, path.deviceState, path.checkerState) == ("active", "running", "ready"))
            #expect(path.hctl?.hasSuffix(":0:0:1") == true && path.scheduler == "mq-deadline")
            #expect(path.queueDepth == 32 && path.requestLimit ?? 0 > 0 && path.selectorArguments == ["1"])
            #expect(path.commandTimeoutSeconds == 30 && path.errorHandlerTimeoutSeconds == 10)
            #expect(path.errorHandlerDeadline == .off && path.transport == "iscsi")
            let session = try #require(path.iscsi)
            #expect(session.target == "iqn.2026-01.lab:multipath" && session.state == "LOGGED_IN")
            // multipathd's fast_io_fail_tmo; iscsid had set 120.
            #expect(session.recoveryTimeout == .seconds(5))
            #expect(session.nopIntervalSeconds == 5 && session.nopTimeoutSeconds == 5)
            #expect(session.abortTimeoutSeconds == 15 && session.lunResetTimeoutSeconds == 30)
        }
        #expect(Set(map.groups[0].paths.compactMap(\.iscsi?.portal)) == ["127.0.0.1:3260", "127.0.0.2:3260"])
        #expect(Set(map.groups[0].paths.compactMap(\.iscsi?.sid)).count == 2)
    }

    @Test(arguments: ["5.10", "6.1"]) func aFailedPathIsAChange(kernel: String) throws {
        let before = try TopologyReader(TopologyFixture(kernel)).read()
        let after = try TopologyReader(TopologyFixture(kernel, afterFailure: true)).read()
        let topology = try #require(Topology.recorded(start: before, end: after) { Issue.record("\($0)") })
        let changes = topology.changes
        #expect(Set(changes.map(\.property)) == ["state", "device state", "checker"])
        #expect(Set(changes.map(\.part)).count == 1 && changes.allSatisfy { $0.devno != nil && $0.map == "mpatha" })
        let state = changes.first { $0.property == "state" }
        #expect(state?.before == "active" && state?.after == "failed")
        #expect(topology.maps == before.maps && topology.mapsAtEnd == after.maps)
    }

    // MARK: What cannot be read

    private let fixture = try! TopologyFixture("6.1")

    private func read(_ table: String, _ status: String) throws -> Topology {
        var reader = try TopologyReader(fixture)
        reader.deviceMapper = { PrintedTables(table: table, status: status) }
        return reader.read()
    }

    @Test func otherTargetsAreNoMaps() throws {
        #expect(try read("0 8 linear 8:0 0", "0 8 linear ").maps.isEmpty)
        #expect(
            try read("0 8 multipath 0 0 0 0\n8 8 linear 8:0 0", "0 8 multipath 2 0 0 0 0 0\n8 8 linear").maps.isEmpty)
        // A table that is no multipath's is not looked at if the state tells.
        #expect(try read("0 8 multipath 0 0 0 0", "0 8 crypt ").maps.isEmpty)
    }

    @Test func aTableThatWasJustChangedHasNoStates() throws {
        let map = try #require(
            read("0 8 multipath 0 0 1 1 a 0 1 0 8:0", "0 8 multipath 2 0 0 0 2 1 A 0 0 0 E 0 0 0").maps.first)
        #expect(map.groups[0].state == nil && map.groups[0].paths[0].state == nil)
    }

    @Test func aPathWhoseDeviceIsGoneHasItsNumber() throws {
        let map = try #require(
            read("0 8 multipath 0 0 1 1 a 0 1 0 65:0", "0 8 multipath 2 0 0 0 1 1 A 0 1 0 65:0 F 3").maps.first)
        #expect(map.groups[0].paths == [.init(device: "65:0", devno: "65:0", state: "failed")])
    }

    @Test func devicesOfOtherProgramsAreNotAsked() throws {
        struct Never: DeviceMapperTables {
            func targets(major: UInt32, minor: UInt32, table: Bool) -> [DeviceMapperTarget]? {
                Issue.record("asked")
                return nil
            }
        }
        var reader = try TopologyReader(fixture)
        reader.deviceMapper = { Never() }
        try fixture.write("/sys/devices/virtual/block/dm-0/dm/uuid", "CRYPT-LUKS2-0123")
        #expect(reader.read() == Topology(maps: []))
    }

    @Test func withoutTheDaemonTheKernelsPartIsThere() throws {
        var reader = try TopologyReader(fixture)
        reader.multipathd = { nil }
        let topology = reader.read()
        let path = try #require(topology.maps.first?.groups.first?.paths.first)
        #expect(topology.multipathd == nil && path.checkerState == nil && path.priority == nil)
        #expect(path.state == "active" && path.iscsi?.recoveryTimeout == .seconds(5))
        // A daemon that did not answer once has changed nothing.
        let whole = try TopologyReader(fixture).read()
        #expect(Topology.recorded(start: whole, end: topology) { _ in }?.mapsAtEnd == nil)
    }

    @Test func whatTheKernelTellsIsEscapedAndBounded() throws {
        let path = try #require(try TopologyReader(fixture).read().maps.first?.groups.first?.paths.first)
        let device = try #require(fixture.device(of: path.devno))
        try fixture.write("\(device)/vendor", "a\u{1b}[2Jb")
        try fixture.write("\(device)/model", String(repeating: "x", count: 100_000))
        try fixture.write("\(device)/queue_depth", "many")
        let read = try #require(try TopologyReader(fixture).read().path(path.devno)?.path)
        #expect(read.vendor == #"a\x1b[2Jb"# && read.model?.count == 1024 && read.queueDepth == nil)
    }

    // MARK: Fibre Channel

    /// Invented: the lab has none.
    @Test(arguments: [("30", "5", Timeout.seconds(30), Timeout.seconds(5)), ("4294967295", "off", .off, .off)])
    func aRemotePortHasItsTimers(loss: String, fail: String, lossTimeout: Timeout, failTimeout: Timeout) throws {
        let host = "/sys/devices/pci0000:00/0000:00:03.0/host7"
        let remote = "\(host)/rport-7:0-3"
        let device = "\(remote)/target7:0:0/7:0:0:2"
        try fixture.write("\(device)/block/sdx/dev", "65:112")
        try fixture.link("/sys/dev/block/65:112", to: "../..\(device.dropFirst(4))/block/sdx")
        try fixture.link("\(device)/block/sdx/device", to: "../../../7:0:0:2")
        try fixture.write("\(remote)/fc_remote_ports/rport-7:0-3/port_name", "0x2100000000000001")
        try fixture.write("\(remote)/fc_remote_ports/rport-7:0-3/port_state", "Online")
        try fixture.write("\(remote)/fc_remote_ports/rport-7:0-3/dev_loss_tmo", loss)
        try fixture.write("\(remote)/fc_remote_ports/rport-7:0-3/fast_io_fail_tmo", fail)
        try fixture.write("\(host)/scsi_host/host7/eh_deadline", "20")
        let path = PathReader(sysfs: Sysfs(root: fixture.root)).read("65:112", state: "active")
        #expect(path.device == "sdx" && path.hctl == "7:0:0:2" && path.transport == "fc" && path.iscsi == nil)
        #expect(path.errorHandlerDeadline == .seconds(20))
        let port = try #require(path.fibreChannel)
        #expect(port.name == "rport-7:0-3" && port.portName == "0x2100000000000001" && port.state == "Online")
        #expect(port.deviceLossTimeout == lossTimeout && port.fastIOFailTimeout == failTimeout)
    }

    // MARK: What is stored

    @Test func whatCouldNotBeReadIsSaid() throws {
        var lines: [String] = []
        #expect(Topology.recorded(start: nil, end: nil) { lines.append($0) } == nil)
        #expect(lines.count == 1 && lines[0].contains("too long"))
        let none = Topology(maps: [])
        #expect(Topology.recorded(start: none, end: none) { Issue.record("\($0)") } == nil)
        let whole = try TopologyReader(fixture).read()
        #expect(Topology.recorded(start: nil, end: whole) { Issue.record("\($0)") } == whole)
        #expect(Topology.recorded(start: whole, end: nil) { Issue.record("\($0)") } == whole)
        #expect(Topology.recorded(start: whole, end: whole) { Issue.record("\($0)") } == whole)
        let came = Topology.recorded(start: none, end: whole) { Issue.record("\($0)") }
        #expect(came?.maps == [] && came?.mapsAtEnd == whole.maps && came?.multipathd == whole.multipathd)
        let went = Topology.recorded(start: whole, end: none) { Issue.record("\($0)") }
        #expect(went?.maps == whole.maps && went?.mapsAtEnd == [])
    }

    @Test func moreThanAFileHoldsIsSaidToo() throws {
        var whole = try TopologyReader(fixture).read()
        let path = whole.maps[0].groups[0].paths[0]
        whole.maps[0].groups[0].paths = [Topology.Path](repeating: path, count: Topology.maxPaths + 1)
        var lines: [String] = []
        #expect(Topology.recorded(start: whole, end: nil) { lines.append($0) } == nil)
        #expect(lines.count == 1 && lines[0].contains("4096 paths"))
    }
}
