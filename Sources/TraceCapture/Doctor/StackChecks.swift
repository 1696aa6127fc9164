/// The modules, devices and processes of multipath. A capture needs none but dm_mod; what is missing is said, since it may be
/// what somebody wants to see.
extension Examination {
    private var stack: Finding.Group { .stack }

    func stackFindings() -> [Finding] {
        [
            dmModule,
            modules("dm_multipath", ["dm_multipath"], "multipath maps cannot be made"),
            selector,
            modules("SCSI disks", ["scsi_mod", "sd_mod"], "there are no SCSI disks"),
            modules(
                "iSCSI", ["libiscsi", "iscsi_tcp", "scsi_transport_iscsi"],
                "Fibre Channel and others do not need it"),
            maps, daemon, sessions,
        ]
    }

    // MARK: Modules

    private var dmModule: Finding {
        switch modules.state(of: "dm_mod") {
        case .loaded: stack.ok("device mapper", "dm_mod loaded")
        case .builtIn: stack.ok("device mapper", "dm_mod built in")
        case .notLoaded:
            stack.problem("device mapper", "dm_mod is not loaded, so no flow of dm exists", remedy: "modprobe dm_mod")
        case .absent:
            stack.problem(
                "device mapper", "this kernel has no dm_mod", remedy: "use a kernel with CONFIG_BLK_DEV_DM")
        }
    }

    private func modules(_ subject: String, _ names: [String], _ meaning: String) -> Finding {
        let states = names.map { ($0, modules.state(of: $0)) }
        func those(_ state: KernelModules.State) -> [String] { states.filter { $0.1 == state }.map(\.0) }
        let parts = [
            (those(.loaded), "loaded"), (those(.builtIn), "built in"), (those(.notLoaded), "not loaded"),
            (those(.absent), "not for this kernel"),
        ]
        let fact = parts.filter { !$0.0.isEmpty }.map { "\($0.0.joined(separator: ", ")) \($0.1)" }.joined(
            separator: "; ")
        if those(.notLoaded).isEmpty && those(.absent).isEmpty { return stack.ok(subject, fact) }
        let remedy = those(.notLoaded).isEmpty ? nil : "modprobe -a \(those(.notLoaded).joined(separator: " "))"
        return stack.note(subject, "\(fact): \(meaning)", remedy: remedy)
    }

    private static let selectors = [
        "dm_service_time", "dm_queue_length", "dm_round_robin", "dm_historical_service_time", "dm_io_affinity",
    ]

    private var selector: Finding {
        let present = Self.selectors.filter { [.loaded, .builtIn].contains(modules.state(of: $0)) }
        if present.isEmpty {
            return stack.note("path selector", "none is loaded", remedy: "modprobe \(Self.selectors[0])")
        }
        return stack.ok("path selector", present.joined(separator: ", "))
    }

    // MARK: Devices

    private var maps: Finding {
        let devices = machine.names("/sys/block").filter { device in
            device.hasPrefix("dm-") && machine.text("/sys/block/\(device)/dm/uuid")?.hasPrefix("mpath-") == true
        }
        if devices.isEmpty {
            return stack.note("maps", "no multipath device", remedy: "multipath -d -v3 says why")
        }
        var isWell = true
        let list = devices.map { device in
            let paths = machine.names("/sys/block/\(device)/slaves")
            let down = paths.filter { path in
                // Disks of others than SCSI have none.
                machine.text("/sys/block/\(path)/device/state").map { $0 != "running" && $0 != "live" } ?? false
            }
            isWell = isWell && paths.count > 1 && down.isEmpty
            let state = down.isEmpty ? "" : ", not running: \(down.joined(separator: " "))"
            let name = machine.text("/sys/block/\(device)/dm/name") ?? device
            return "\(name) (\(paths.count) path\(paths.count == 1 ? "" : "s")\(state))"
        }
        let fact = "\(list.count) multipath device\(list.count == 1 ? "" : "s"): \(KernelFacts.listing(list))"
        return isWell ? stack.ok("maps", fact) : stack.note("maps", fact, remedy: "multipath -ll shows the paths")
    }

    private var daemon: Finding {
        // Not all kernels show everybody's processes to everybody.
        guard machine.text("/proc/1/comm") != nil else { return stack.unknown("multipathd", "needs root") }
        let process = machine.names("/proc").first { name in
            Int32(name) != nil && machine.text("/proc/\(name)/comm") == "multipathd"
        }
        if let process { return stack.ok("multipathd", "running, process \(process)") }
        if machine.isInFirstPIDNamespace == false {
            return stack.unknown("multipathd", "only processes of this PID namespace can be seen")
        }
        return stack.note("multipathd", "not running", remedy: "systemctl start multipathd")
    }

    private var sessions: Finding {
        let directory = "/sys/class/iscsi_session"
        let sessions = machine.names(directory)
        if sessions.isEmpty { return stack.note("sessions", "no iSCSI session; Fibre Channel and others have none") }
        let states = sessions.map { machine.text("\(directory)/\($0)/state") ?? "?" }
        let down = zip(sessions, states).filter { $0.1 != "LOGGED_IN" }.map { "\($0.0) is \($0.1)" }
        let count = "\(sessions.count) iSCSI session\(sessions.count == 1 ? "" : "s")"
        if down.isEmpty { return stack.ok("sessions", "\(count), logged in") }
        return stack.note(
            "sessions", "\(count); \(KernelFacts.listing(down))", remedy: "iscsiadm -m session -P 1 says more")
    }
}
