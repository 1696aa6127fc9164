/// In which form this kernel takes the probes that requests are joined by, and from where it is known where their fields are.
struct RequestProbes {
    /// What tells where members of structures are.
    private enum Offsets {
        case types
        /// The kernel's types lack those of modules; a table has some that a capture proves.
        case proven
        case typesOfKernelOnly
        case none
    }

    private let kernel: TracedKernel

    init(_ kernel: TracedKernel) { self.kernel = kernel }

    /// Whether there are such probes here at all.
    var isAvailable: Bool { kernel.files.exists(KernelProbes.list) }
    /// Whether their fields are what a reader needs to join by pointers.
    var isWhole: Bool { isAvailable && [.types, .proven].contains(offsets) }

    var description: String {
        guard isAvailable else {
            return
                "this kernel has no kprobe events: requests are recorded by tracepoints alone, which have no pointers, and "
                + "joined by device and sector as far as that goes"
        }
        return "\(form), \(fields)"
    }

    private var form: String {
        if kernel.takesFprobes { return "fprobes" }
        let arguments = kernel.namesArguments ? "" : " with registers for arguments"
        return "kprobes\(arguments), since this kernel has no fprobe events"
    }

    private var fields: String {
        switch offsets {
        case .types: "with fields by the kernel's own types (BTF)"
        case .proven:
            "with fields by the kernel's types (BTF), and for modules without types by offsets that a capture proves first"
        case .typesOfKernelOnly: "with fields by the kernel's types (BTF); modules have none"
        case .none: "with arguments alone: this kernel hands out no types (CONFIG_DEBUG_INFO_BTF)"
        }
    }

    private var offsets: Offsets {
        guard (try? kernel.resolver.access(to: "request.__sector", module: nil)) != nil else { return .none }
        // The one module that all have.
        if (try? kernel.resolver.access(to: "pgpath.path.dev->name", module: "dm_multipath")) != nil { return .types }
        do throws(FieldError) {
            _ = try kernel.resolver.access(to: "iscsi_task.sc", module: "libiscsi")
            return .types
        } catch {
            if case .notProven = error.problem { return .proven }
            return .typesOfKernelOnly
        }
    }
}
