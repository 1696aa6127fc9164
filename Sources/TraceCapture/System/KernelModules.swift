/// What is known of the kernel's modules, from whatever there is: a machine may have neither their files nor its configuration.
struct KernelModules: Sendable {
    enum State: Equatable, Sendable {
        case loaded, builtIn
        /// Its file is there.
        case notLoaded
        /// A module of this kernel, whose file is not there.
        case notInstalled
        /// This kernel was built without it.
        case absent
    }

    /// The option that builds it, and a function that it alone has.
    private static let signs: [String: (option: String, function: String)] = [
        "dm_mod": ("BLK_DEV_DM", "dm_create"), "dm_multipath": ("DM_MULTIPATH", "multipath_ctr"),
        "dm_service_time": ("DM_MULTIPATH_ST", "st_select_path"),
        "dm_queue_length": ("DM_MULTIPATH_QL", "ql_select_path"),
        "dm_round_robin": ("DM_MULTIPATH", "rr_select_path"),
        "dm_historical_service_time": ("DM_MULTIPATH_HST", "hst_select_path"),
        "dm_io_affinity": ("DM_MULTIPATH_IOA", "ioa_select_path"), "scsi_mod": ("SCSI", "scsi_host_alloc"),
        "sd_mod": ("BLK_DEV_SD", "sd_probe"), "libiscsi": ("ISCSI_TCP", "iscsi_queuecommand"),
        "iscsi_tcp": ("ISCSI_TCP", "iscsi_sw_tcp_session_create"),
        "scsi_transport_iscsi": ("SCSI_ISCSI_ATTRS", "iscsi_create_session"),
    ]

    private let machine: Machine
    private let configuration: KernelConfiguration?
    /// By the lists of the kernel's distribution; nil where there are none.
    private let builtIn: Set<String>?
    private let loadable: Set<String>?
    /// Those of the functions in ``signs`` that are in the kernel itself.
    private let builtInFunctions: Set<String>

    /// - Parameters:
    ///   - symbols: of /proc/kallsyms.
    ///   - configuration: that the kernel was built with.
    init(_ machine: Machine = Machine(), symbols: [UInt8] = [], configuration: KernelConfiguration? = nil) {
        self.machine = machine
        self.configuration = configuration
        let lists = "/lib/modules/\(machine.release)/modules"
        builtIn = machine.bytes("\(lists).builtin").map(KernelText.modules)
        loadable = machine.bytes("\(lists).dep").map(KernelText.modules)
        builtInFunctions = KernelText.builtIn(Set(Self.signs.values.map(\.function)), kallsyms: symbols)
    }

    func state(of name: String) -> State {
        // What is built in has a directory only if it has parameters or a version, and never this file.
        if machine.exists("/sys/module/\(name)/initstate") { return .loaded }
        if builtIn?.contains(name) == true || machine.exists("/sys/module/\(name)") { return .builtIn }
        let sign = Self.signs[name]
        if let sign, builtInFunctions.contains(sign.function) { return .builtIn }
        let setting = sign.flatMap { sign in configuration.map { $0.setting("CONFIG_\(sign.option)") } }
        if setting == .builtIn { return .builtIn }
        if loadable?.contains(name) == true { return .notLoaded }
        if setting == .off || !machine.exists("/proc/modules") { return .absent }
        // Where it is not known to be a module of this kernel, a list without it tells that it is none.
        return setting == .module || loadable == nil ? .notInstalled : .absent
    }

    /// What to do so that these are there; nil if nothing can be done, or needs to be.
    func remedy(for names: [String]) -> String? {
        let states = names.map { ($0, state(of: $0)) }
        let toLoad = states.filter { $0.1 == .notLoaded }.map(\.0)
        if !toLoad.isEmpty {
            let command = "modprobe \(toLoad.count > 1 ? "-a " : "")\(toLoad.joined(separator: " "))"
            return machine.isInFirstPIDNamespace == false ? "on the host: \(command)" : command
        }
        guard states.contains(where: { $0.1 == .notInstalled }) else { return nil }
        if loadable != nil { return "install the rest of this kernel's modules, such as kernel-modules-extra" }
        return machine.isInFirstPIDNamespace == false
            ? "load them on the host: this container has no modules of its kernel"
            : "/lib/modules/\(machine.release) has no modules of the running kernel: boot one that is installed, or install them"
    }
}
