import TraceFormat

/// What sysfs tells of a path's device and of what leads to it.
struct PathReader {
    let sysfs: Sysfs

    /// - Returns: the path with what is known; its device number alone if there is no such device any more.
    func read(_ devno: String, state: String?) -> Topology.Path {
        let block = sysfs.resolved("/sys/dev/block/\(devno)")
        let name = block.flatMap { $0.split(separator: "/").last }.map { printable($0) }
        var path = Topology.Path(device: name ?? devno, devno: devno, state: state)
        guard let block else { return path }
        path.scheduler = sysfs.text("\(block)/queue/scheduler").map(Self.chosen)
        path.requestLimit = sysfs.number("\(block)/queue/nr_requests")
        if let device = sysfs.resolved("\(block)/device") { readDevice(device, into: &path) }
        return path
    }

    /// `[mq-deadline] none` → `mq-deadline`
    private static func chosen(_ text: String) -> String {
        guard let open = text.firstIndex(of: "["), let close = text[open...].firstIndex(of: "]") else { return text }
        return String(text[text.index(after: open)..<close])
    }

    private func readDevice(_ device: String, into path: inout Topology.Path) {
        path.vendor = sysfs.text("\(device)/vendor")
        path.model = sysfs.text("\(device)/model")
        path.revision = sysfs.text("\(device)/rev")
        path.deviceState = sysfs.text("\(device)/state")
        path.queueDepth = sysfs.number("\(device)/queue_depth")
        path.commandTimeoutSeconds = sysfs.number("\(device)/timeout")
        path.errorHandlerTimeoutSeconds = sysfs.number("\(device)/eh_timeout")
        let way = Way(device)
        path.hctl = way.hctl
        if let host = way["host"] {
            path.errorHandlerDeadline = sysfs.timeout("\(host.directory)/scsi_host/\(host.name)/eh_deadline")
        }
        if let session = way["session"] {
            path.transport = "iscsi"
            path.iscsi = self.session(session)
        } else if let port = way["rport-"] {
            path.transport = "fc"
            path.fibreChannel = remotePort(port)
        } else if way["end_device-"] != nil {
            path.transport = "sas"
        }
    }

    private func session(_ place: Way.Place) -> Topology.ISCSISession? {
        guard let sid = Int(place.name.dropFirst("session".count)) else { return nil }
        var session = Topology.ISCSISession(sid: sid)
        let own = "\(place.directory)/iscsi_session/\(place.name)"
        session.target = sysfs.text("\(own)/targetname")
        session.initiator = sysfs.text("\(own)/initiatorname")
        session.state = sysfs.text("\(own)/state")
        session.recoveryTimeout = sysfs.timeout("\(own)/recovery_tmo")
        session.abortTimeoutSeconds = sysfs.number("\(own)/abort_tmo")
        session.lunResetTimeoutSeconds = sysfs.number("\(own)/lu_reset_tmo")
        session.targetResetTimeoutSeconds = sysfs.number("\(own)/tgt_reset_tmo")
        // Linux makes one of them only.
        if let name = sysfs.names(place.directory, prefix: "connection").first {
            let connection = "\(place.directory)/\(name)/iscsi_connection/\(name)"
            session.portal = portal(connection)
            session.nopIntervalSeconds = sysfs.number("\(connection)/recv_tmo")
            session.nopTimeoutSeconds = sysfs.number("\(connection)/ping_tmo")
        }
        return session
    }

    /// The address in use, or where there is none at the moment, that of the login.
    private func portal(_ connection: String) -> String? {
        for prefix in ["", "persistent_"] {
            guard let address = sysfs.text("\(connection)/\(prefix)address"),
                let port = sysfs.text("\(connection)/\(prefix)port")
            else { continue }
            return address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
        }
        return nil
    }

    private func remotePort(_ place: Way.Place) -> Topology.RemotePort {
        var port = Topology.RemotePort(name: printable(place.name))
        let own = "\(place.directory)/fc_remote_ports/\(place.name)"
        port.portName = sysfs.text("\(own)/port_name")
        port.state = sysfs.text("\(own)/port_state")
        port.deviceLossTimeout = sysfs.timeout("\(own)/dev_loss_tmo")
        port.fastIOFailTimeout = sysfs.timeout("\(own)/fast_io_fail_tmo")
        return port
    }
}

/// The directories of sysfs from the root to a SCSI device: its host, what leads to it, its target.
///
/// `/sys/devices/platform/host0/session1/target0:0:0/0:0:0:1`
private struct Way {
    struct Place {
        let name: String
        let directory: String
    }

    private let parts: [Substring]

    init(_ path: String) { parts = path.split(separator: "/") }

    /// The last directory of that prefix, with a number behind it.
    subscript(prefix: String) -> Place? {
        let index = parts.lastIndex { $0.hasPrefix(prefix) && $0.dropFirst(prefix.count).first?.isNumber == true }
        return index.map { Place(name: String(parts[$0]), directory: "/" + parts[...$0].joined(separator: "/")) }
    }

    /// nil if it is no SCSI device.
    var hctl: String? {
        guard let last = parts.last else { return nil }
        let numbers = last.split(separator: ":", omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers.allSatisfy { UInt64($0) != nil } ? String(last) : nil
    }
}
