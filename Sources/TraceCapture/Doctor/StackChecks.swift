extension CheckGroup {
    static let stack = CheckGroup("stack", title: "Stack") { $0.stackFindings() }
}

/// The modules, devices and processes of multipath. A capture needs none but dm_mod; what is missing is said, since it may be
/// what somebody wants to see.
extension Examination {
    private var stack: CheckGroup { .stack }

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
            stack.problem(
                "device mapper", "dm_mod is not loaded, so no flow of dm exists",
                remedy: modules.remedy(for: ["dm_mod"]) ?? "modprobe dm_mod")
        case .notInstalled:
            stack.problem(
                "device mapper", "dm_mod is neither loaded nor installed, so no flow of dm exists",
                remedy: modules.remedy(for: ["dm_mod"]) ?? "install it")
        case .absent:
            stack.problem(
                "device mapper", "this kernel was built without dm_mod", remedy: "use a kernel with CONFIG_BLK_DEV_DM")
        }
    }

    private func modules(_ subject: String, _ names: [String], _ meaning: String) -> Finding {
        let states = names.map { ($0, modules.state(of: $0)) }
        func those(_ state: KernelModules.State) -> [String] { states.filter { $0.1 == state }.map(\.0) }
        let parts = [
            (those(.loaded), "loaded"), (those(.builtIn), "built in"), (those(.notLoaded), "not loaded"),
            (those(.notInstalled), "not installed"), (those(.absent), "not for this kernel"),
        ]
        let fact = parts.filter { !$0.0.isEmpty }.map { "\($0.0.joined(separator: ", ")) \($0.1)" }.joined(
            separator: "; ")
        if states.allSatisfy({ Self.present.contains($0.1) }) { return stack.ok(subject, fact) }
        return stack.note(subject, "\(fact): \(meaning)", remedy: modules.remedy(for: names))
    }

    private static let present: [KernelModules.State] = [.loaded, .builtIn]

    private static let selectors = [
        "dm_service_time", "dm_queue_length", "dm_round_robin", "dm_historical_service_time", "dm_io_affinity",
    ]

    private var selector: Finding {
        let present = Self.selectors.filter { Self.present.contains(modules.state(of: $0)) }
        if !present.isEmpty { return stack.ok("path selector", present.joined(separator: ", ")) }
        let first = Self.selectors.first { modules.state(of: $0) == .notLoaded } ?? Self.selectors[0]
        let fact = modules.state(of: first) == .absent ? "none is for this kernel" : "none is loaded"
        return stack.note("path selector", fact, remedy: modules.remedy(for: [first]))
    }

    // MARK: Devices

    private var maps: Finding {
        let devices = machine.names("/sys/block").filter { device in
            device.hasPrefix("dm-") && machine.text("/sys/block/\(device)/dm/uuid")?.hasPrefix("mpath-") == true
        }
        if devices.isEmpty {
            let lacking = ["dm_mod", "dm_multipath"].filter { !Self.present.contains(modules.state(of: $0)) }
            if !lacking.isEmpty {
                return stack.note("maps", "no multipath device, without \(lacking.joined(separator: " and "))")
            }
            return stack.note("maps", "no multipath device", remedy: hasDaemon ? "multipath -d -v3 says why" : nil)
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
        let fact = "\(list.count) multipath device\(list.count == 1 ? "" : "s"): \(KernelText.listing(list))"
        return isWell ? stack.ok("maps", fact) : stack.note("maps", fact, remedy: "multipath -ll shows the paths")
    }

    private var daemon: Finding {
        // Not all kernels show everybody's processes to everybody.
        guard machine.text("/proc/1/comm") != nil else { return stack.unknown("multipathd", "needs root") }
        let processes = machine.names("/proc").filter { Int32($0) != nil }
        // By its program: anybody can take the name, and a thread of the daemon has another.
        if let process = processes.first(where: { program(of: $0) == Self.daemonName }) {
            return stack.ok("multipathd", "running, process \(process)")
        }
        let namesake = processes.first { process in
            program(of: process) == nil && machine.text("/proc/\(process)/comm") == Self.daemonName
        }
        if let namesake {
            return stack.unknown("multipathd", "process \(namesake) has the name, but root alone sees its program")
        }
        if machine.isInFirstPIDNamespace == false {
            return stack.unknown("multipathd", "only processes of this PID namespace can be seen")
        }
        guard hasDaemon else {
            return stack.note(
                "multipathd", "not running, and not installed where packages have it",
                remedy: "install multipath-tools or device-mapper-multipath")
        }
        let isSystemd = machine.exists("/run/systemd/system")
        return stack.note("multipathd", "not running", remedy: isSystemd ? "systemctl start multipathd" : "multipathd")
    }

    private static let daemonName = "multipathd"

    private var hasDaemon: Bool {
        ["/sbin", "/usr/sbin", "/usr/bin"].contains { machine.exists("\($0)/\(Self.daemonName)") }
    }

    /// The base name of what a process runs; nil if that may not be seen, or it is a thread of the kernel.
    private func program(of process: String) -> String? {
        machine.link("/proc/\(process)/exe").map(MappedFile.baseName)
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
            "sessions", "\(count); \(KernelText.listing(down))", remedy: "iscsiadm -m session -P 1 says more")
    }
}
