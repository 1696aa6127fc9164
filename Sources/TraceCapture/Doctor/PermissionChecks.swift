extension CheckGroup {
    static let permission = CheckGroup("permission", title: "Permission", decides: true) { $0.permissionFindings() }
}

extension Examination {
    private var permission: CheckGroup { .permission }

    func permissionFindings() -> [Finding] { [tracefs, accessRights, processes] }

    private var tracefs: Finding {
        if let files { return permission.ok("tracefs", files.directory) }
        if machine.knows(fileSystem: "tracefs") == false, machine.knows(fileSystem: "debugfs") == false {
            return permission.problem(
                "tracefs", "this kernel was built without it", remedy: "use a kernel with CONFIG_FTRACE=y")
        }
        return permission.problem("tracefs", failures.first ?? CaptureError(.tracefsNotMounted))
    }

    private var accessRights: Finding {
        if files == nil { return permission.unknown("access", unreadable ?? "needs root") }
        if let failure = self.failure(where: { $0 == .tracefsReadOnly }) {
            return permission.problem("access", failure)
        }
        let failure = self.failure { $0 == .notPermitted }
        if let failure, machine.user != 0 {
            return permission.problem("access", failure.fact, remedy: "run as root: sudo dmflow doctor")
        }
        if let failure { return permission.problem("access", failure) }
        return permission.ok("access", "user \(machine.user) may read and write it")
    }

    private var processes: Finding {
        switch machine.isInFirstPIDNamespace {
        case true?: permission.ok("processes", "numbered as the kernel does")
        case false?:
            permission.note(
                "processes",
                "in a PID namespace (a container): traces have the host's process IDs, not those seen here",
                remedy: "run on the host")
        case nil: permission.unknown("processes", "/proc/self/ns/pid cannot be read")
        }
    }
}
