import Dispatch
import Synchronization
import TraceFormat

/// Reads the multipath maps of this machine, with their paths: some ten small files of sysfs for each path, two calls of
/// device-mapper's for each map, three questions to multipathd.
struct TopologyReader {
    var sysfs = Sysfs()
    /// Opened when there is a device that it may know.
    var deviceMapper: () -> (any DeviceMapperTables)? = { DeviceMapper() }
    var multipathd: () -> MultipathdAnswers? = {
        MultipathdSocket(deadline: monotonicNanoseconds() + patience.multipathd).map { MultipathdAnswers($0) }
    }

    /// Nanoseconds. A daemon that looks at paths that do not answer takes longer; the rest is a matter of milliseconds, unless a
    /// driver is stuck.
    private static let patience = (multipathd: UInt64(1_500_000_000), all: 3_000_000_000)

    /// Reads it on a thread of its own: whatever hangs there, a capture does not.
    ///
    /// - Returns: nil if that took too long. Without maps, one without any.
    static func readInTime() -> Topology? {
        let result = Result()
        let isDone = DispatchSemaphore(value: 0)
        // A thread that is made here has the signals blocked that are blocked here.
        DispatchQueue.global().async {
            result.topology.withLock { $0 = TopologyReader().read() }
            isDone.signal()
        }
        guard isDone.wait(timeout: .now() + .nanoseconds(patience.all)) == .success else { return nil }
        return result.topology.withLock { $0 }
    }

    private final class Result: Sendable {
        let topology = Mutex<Topology?>(nil)
    }

    func read() -> Topology {
        var maps: [Topology.Map] = []
        // In the order of their numbers: dm-2 before dm-10.
        let devices = sysfs.names("/sys/block", prefix: "dm-").filter(mayBeMultipath)
            .sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
        guard !devices.isEmpty, let deviceMapper = deviceMapper() else { return Topology(maps: []) }
        for device in devices {
            if let map = map(device, deviceMapper) { maps.append(map) }
        }
        guard !maps.isEmpty else { return Topology(maps: []) }
        let answers = multipathd()
        for map in maps.indices { answers?.add(to: &maps[map]) }
        return Topology(maps: maps, multipathd: answers?.settings)
    }

    /// Other programs' devices have UUIDs of their own (`LVM-…`, `CRYPT-…`), and are not asked. Without one it can be a map that
    /// somebody made by hand.
    private func mayBeMultipath(_ device: String) -> Bool {
        sysfs.text("/sys/block/\(device)/dm/uuid").map { $0.hasPrefix("mpath-") } ?? true
    }

    private func map(_ device: String, _ deviceMapper: any DeviceMapperTables) -> Topology.Map? {
        let directory = "/sys/block/\(device)"
        guard let devno = sysfs.text("\(directory)/dev"), let name = sysfs.text("\(directory)/dm/name") else {
            return nil
        }
        let numbers = devno.split(separator: ":").compactMap { UInt32($0) }
        guard numbers.count == 2,
            // First the state: a table can hold what is secret, such as another target's keys.
            let state = Self.multipath(deviceMapper.targets(major: numbers[0], minor: numbers[1], table: false)),
            let target = Self.multipath(deviceMapper.targets(major: numbers[0], minor: numbers[1], table: true)),
            let table = MultipathTable(target.parameters)
        else { return nil }
        var map = Topology.Map(name: name, device: device, devno: devno, sectors: target.length)
        map.uuid = sysfs.text("\(directory)/dm/uuid")
        map.isReadOnly = sysfs.number("\(directory)/ro") == 1
        map.isSuspended = sysfs.number("\(directory)/dm/suspended") == 1
        (map.queueMode, map.features, map.hardwareHandler) = (table.queueMode, table.features, table.hardwareHandler)
        map.groups = groups(table, MultipathStatus(state.parameters))
        return map
    }

    /// nil unless all of the device is one multipath target.
    private static func multipath(_ targets: [DeviceMapperTarget]?) -> DeviceMapperTarget? {
        guard let targets, targets.count == 1, targets[0].type == "multipath" else { return nil }
        return targets[0]
    }

    private func groups(_ table: MultipathTable, _ status: MultipathStatus?) -> [Topology.Group] {
        let paths = PathReader(sysfs: sysfs)
        let states = status.flatMap { $0.groups.count == table.groups.count ? $0.groups : nil }
        return table.groups.enumerated().map { index, group in
            var read = Topology.Group(number: index + 1, state: states?[index], selector: group.selector)
            read.selectorArguments = group.arguments
            read.paths = group.paths.map { one in
                var path = paths.read(one.devno, state: status?.paths[one.devno])
                path.selectorArguments = one.arguments
                return path
            }
            return read
        }
    }
}

extension MultipathdAnswers {
    /// What it tells of a map and its paths.
    fileprivate func add(to map: inout Topology.Map) {
        let own = map.wwid.flatMap { maps[$0] }
        (map.noPathRetry, map.failback) = (own?.noPathRetry, own?.failback)
        for group in map.groups.indices {
            for path in map.groups[group].paths.indices {
                let own = paths[map.groups[group].paths[path].devno]
                map.groups[group].paths[path].checkerState = own?.checkerState
                map.groups[group].paths[path].priority = own?.priority
            }
        }
    }
}

extension Topology {
    /// What a file holds of a recording's topology: that of the start, and that of the end if something is different.
    ///
    /// - Parameters:
    ///   - start: nil if it could not be read in time; then that of the end stands for both.
    ///   - report: receives why there is none, if there should be one.
    /// - Returns: nil if there was no map.
    static func recorded(start: Topology?, end: Topology?, report: (String) -> Void) -> Topology? {
        guard var topology = start ?? end else {
            report("warning: reading the multipath maps took too long; the trace does not tell of them")
            return nil
        }
        topology.mapsAtEnd = end?.maps
        if topology.multipathd == nil { topology.multipathd = end?.multipathd }
        if topology.changes.isEmpty { topology.mapsAtEnd = nil }
        if topology.maps.isEmpty && topology.mapsAtEnd == nil { return nil }
        guard topology.option == nil else { return topology }
        report(
            "warning: more than \(maxPaths) paths, or \(maxSize >> 20) MiB to say of them; the trace does not tell of them"
        )
        return nil
    }
}
