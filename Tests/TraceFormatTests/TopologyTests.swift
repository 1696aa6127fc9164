import FoundationEssentials
import Testing

@testable import TraceFormat

@Suite struct TopologyTests {
    /// Two paths in two groups, with all that can be known.
    private static let topology: Topology = {
        var path = Topology.Path(device: "sda", devno: "8:0", state: "active")
        (path.hctl, path.vendor, path.model, path.priority) = ("2:0:0:1", "LAB", #"a "b" \ c/d"#, 50)
        (path.commandTimeoutSeconds, path.errorHandlerDeadline) = (30, .off)
        var session = Topology.ISCSISession(sid: 1)
        (session.target, session.recoveryTimeout) = ("iqn.2026-01.lab:übung", .seconds(5))
        path.iscsi = session
        var other = Topology.Path(device: "sdb", devno: "8:16", state: "active")
        other.fibreChannel = Topology.RemotePort(name: "rport-3:0-1")
        other.priority = 10
        var map = Topology.Map(name: "mpatha", device: "dm-0", devno: "253:0", sectors: 262_144)
        (map.uuid, map.features) = ("mpath-3600", ["queue_if_no_path"])
        map.groups = [path, other].enumerated().map { index, path in
            var group = Topology.Group(number: index + 1, state: "enabled", selector: "queue-length")
            group.paths = [path]
            return group
        }
        var settings = Topology.Multipathd()
        settings.pollingIntervalSeconds = 5
        return Topology(maps: [map], multipathd: settings)
    }()

    private func changed(_ change: (inout [Topology.Map]) -> Void) -> [String] {
        var topology = Self.topology
        topology.mapsAtEnd = topology.maps
        change(&topology.mapsAtEnd!)
        return topology.changes.map { change in
            let parts = [change.map, change.part, change.devno, change.property].compactMap(\.self)
            return parts.joined(separator: " ") + ": \(change.before ?? "nil") > \(change.after ?? "nil")"
        }
    }

    // MARK: Looking up

    @Test func aPathIsFoundByItsNumber() throws {
        let place = try #require(Self.topology.path("8:16"))
        #expect(place.map.name == "mpatha" && place.group == 2 && place.path.device == "sdb")
        #expect(Self.topology.path("8:1") == nil && Self.topology.map("253:0")?.name == "mpatha")
    }

    @Test func aPathThatCameIsFoundToo() {
        var topology = Topology(maps: [])
        topology.mapsAtEnd = Self.topology.maps
        #expect(topology.path("8:0")?.path.device == "sda" && topology.map("253:0")?.wwid == "3600")
    }

    @Test func whatFollowsFromWhatIsStored() {
        #expect(Self.topology.maps[0].queuesIfNoPath && Self.topology.maps[0].wwid == "3600")
        #expect(Self.topology.maps[0].groups.map(\.priority) == [50, 10])
        #expect(Topology.Map(name: "a", device: "dm-1", devno: "253:1", sectors: 0).wwid == nil)
        #expect(Topology.Group(number: 1, state: nil, selector: "a").priority == nil)
    }

    // MARK: Changes

    @Test func whatIsTheSameIsNoChange() {
        #expect(Self.topology.changes.isEmpty && changed { _ in }.isEmpty)
    }

    @Test func whatIsAnotherIsNamed() {
        #expect(changed { $0[0].groups[0].paths[0].state = "failed" } == ["mpatha sda 8:0 state: active > failed"])
        #expect(changed { $0[0].groups[1].state = "active" } == ["mpatha group 2 status: enabled > active"])
        #expect(changed { $0[0].features = [] } == ["mpatha features: queue_if_no_path > "])
        #expect(changed { $0[0].name = "lun" } == ["lun name: mpatha > lun"])
        #expect(
            changed { $0[0].groups[0].paths[0].iscsi?.recoveryTimeout = .off }
                == ["mpatha sda 8:0 recovery_tmo: 5 s > off"])
    }

    @Test func whatCameAndWentIsNamedOnce() {
        #expect(
            changed { $0[0].groups.removeLast() } == [
                "mpatha group 2: queue-length > nil", "mpatha sdb 8:16: group 2 > nil",
            ])
        #expect(changed { $0 = [] } == ["mpatha: dm-0 253:0 > nil"])
        let new = Topology.Map(name: "mpathb", device: "dm-1", devno: "253:1", sectors: 8)
        #expect(changed { $0.append(new) } == ["mpathb: nil > dm-1 253:1"])
        // Another path in the same place is not the same one.
        #expect(
            changed { $0[0].groups[1].paths[0].devno = "8:32" }
                == ["mpatha sdb 8:16: group 2 > nil", "mpatha sdb 8:32: nil > group 2"])
    }

    @Test func aPathThatMovedIsTheSame() {
        #expect(
            changed { maps in
                maps[0].groups[0].paths += maps[0].groups[1].paths
                maps[0].groups[1].paths = []
            } == ["mpatha sdb 8:16 group: 2 > 1"])
    }

    @Test func whatIsToldOnceOnlyIsNoChange() {
        #expect(changed { $0[0].groups[0].paths[0].priority = nil }.isEmpty)
        #expect(changed { $0[0].noPathRetry = "queue" }.isEmpty)
    }

    // MARK: In a file

    @Test func theOptionHoldsAll() throws {
        var topology = Self.topology
        topology.mapsAtEnd = topology.maps
        topology.mapsAtEnd?[0].groups[0].paths[0].state = "failed"
        let option = try #require(topology.option)
        #expect(try Topology(option: option) == topology)
        #expect(!option.contains(0x0a))
    }

    @Test(arguments: [("5", Timeout.seconds(5)), (#""off""#, .off), (#""5""#, nil), ("5.5", nil), ("null", nil)])
    func timeoutsAreNumbersOrOff(json: String, expected: Timeout?) {
        #expect((try? JSONDecoder().decode([Timeout].self, from: Data("[\(json)]".utf8))) == expected.map { [$0] })
    }

    /// What a file says that came by mail.
    @Test(
        arguments: [
            ("", "not as"), ("{", "not as"), ("{}", "not as"), ("[]", "not as"), (#"{"maps":[{}]}"#, "not as"),
            (#"{"maps":[],"x":"a\u001b[2J"}"#, "not printable"), (#"{"maps":[],"x":"\n"}"#, "not printable"),
            ("{\"maps\":[],\"x\":\"\u{202e}\"}", "not printable"), ("{\"maps\":[]}\n", "not printable"),
            (String(repeating: "[", count: 5000), "not as"),
            (String(repeating: " ", count: Topology.maxSize + 1), "larger"),
        ])
    func whatDmflowDoesNotWriteIsBroken(json: String, reason: String) {
        let error = #expect(throws: Topology.Broken.self) { try Topology(option: Array(json.utf8)) }
        #expect(error?.reason.hasPrefix(reason) == true, "\(error?.reason ?? "")")
    }

    @Test func bytesThatAreNoTextAreBroken() {
        #expect(throws: Topology.Broken(reason: "not printable")) {
            try Topology(option: Array(#"{"maps":[],"x":""#.utf8) + [0xff, 0x22, 0x7d])
        }
        // What it does not know a newer dmflow may have written.
        #expect(throws: Never.self) { try Topology(option: Array(#"{"maps":[],"x":"\\x1b \" /"}"#.utf8)) }
    }

    @Test func pathsAndMapsHaveALimit() throws {
        var topology = Topology(maps: Self.topology.maps)
        let path = Topology.Path(device: "a", devno: "8:0", state: nil)
        topology.maps[0].groups[0].paths = [Topology.Path](repeating: path, count: Topology.maxPaths - 1)
        let option = try #require(topology.option)
        #expect(try Topology(option: option) == topology)
        topology.maps[0].groups[0].paths.append(path)
        #expect(topology.option == nil)
        let json = try JSONEncoder().encode(topology)
        #expect(throws: Topology.Broken.self) { try Topology(option: Array(json)) }
    }
}
