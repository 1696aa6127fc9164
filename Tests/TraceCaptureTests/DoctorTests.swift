import Glibc
import Testing

import enum TestSupport.Shell

@testable import TraceCapture

/// A machine laid out in a directory, on which a capture can be made and nothing is worth a note; then each thing that can be
/// wrong with it.
@Suite struct DoctorTests {
    private let directory = TemporaryDirectory()
    private let kernel: FakeKernel
    private var machine = Machine(release: "6.1.0-50-amd64", architecture: "x86_64", host: "storage1")

    init() {
        let flows = FlowCatalogue.builtin.flows
        let functions =
            flows.flatMap(\.roots).map { ($0.function, $0.module) }
            + flows.flatMap(\.probes).map { ($0.function, $0.module) }
        let names = Set(functions.map { name, module in module.map { "\(name) [\($0)]" } ?? name })
        kernel = FakeKernel(directory: "\(directory.path)/tracing", functions: names.sorted() + ["unrelated"])
        for event in flows.flatMap(\.tracepoints) { kernel.addEvent(event.directory) }
        for name in BTFFixture.names("6.1") {
            directory.write("sys/kernel/btf/\(name)", bytes: BTFFixture.bytes("6.1", name))
        }
        kernel.values["uprobe_events"] = ""
        kernel.values["kprobe_events"] = ""
        kernel.values["enabled_functions"] = ""
        machine.root = directory.path
        machine.journals = "\(directory.path)/journals"
        machine.output = directory.path
        machine.user = 0
        for (file, content) in Self.files { directory.write(file, content) }
        directory.write("proc/self/ns/x", "")
        symlink("pid:[4026531836]", "\(directory.path)/proc/self/ns/pid")
        symlink("/usr/sbin/multipathd", "\(directory.path)/proc/712/exe")
    }

    /// What a process runs, as /proc tells; nil if that may not be seen.
    private func setProgram(_ path: String?, ofProcess process: Int) {
        unlink("\(directory.path)/proc/\(process)/exe")
        if let path { symlink(path, "\(directory.path)/proc/\(process)/exe") }
    }

    private func remove(module name: String) {
        unlink("\(directory.path)/sys/module/\(name)/initstate")
        rmdir("\(directory.path)/sys/module/\(name)")
    }

    private static let files: [(String, String)] =
        ["current_tracer", "set_graph_function", "set_ftrace_filter"].map { ("tracing/\($0)", "") }
        + ["dm_mod", "dm_multipath", "dm_service_time", "scsi_mod", "sd_mod", "libiscsi", "libiscsi_tcp", "iscsi_tcp"]
        .map {
            ("sys/module/\($0)/initstate", "live\n")
        } + [
            ("sys/module/scsi_transport_iscsi/version", "2.0\n"),
            ("proc/sys/kernel/ftrace_enabled", "1\n"), ("proc/sys/kernel/kptr_restrict", "1\n"),
            ("proc/kallsyms", "ffffffff81000000 T schedule\n"), ("proc/locks", ""),
            ("proc/devices", "Character devices:\n  1 mem\n\nBlock devices:\n  8 sd\n253 device-mapper\n"),
            ("proc/meminfo", "MemTotal: 4000000 kB\nMemAvailable:    2097152 kB\n"),
            ("proc/self/mounts", "securityfs /sys/kernel/security securityfs rw 0 0\n"),
            ("proc/1/comm", "systemd\n"), ("proc/712/comm", "multipathd\n"), ("proc/modules", ""),
            ("usr/sbin/multipathd", ""), ("run/systemd/system/x", ""),
            ("sys/kernel/security/lockdown", "none [integrity] confidentiality\n"),
            ("sys/block/dm-0/dm/uuid", "mpath-360000000000000000e00000000010001\n"),
            ("sys/block/dm-0/dm/name", "mpatha\n"), ("sys/block/dm-0/slaves/sda", ""),
            ("sys/block/dm-0/slaves/sdb", ""),
            ("sys/block/dm-1/dm/uuid", "part1-mpath-360000000000000000e00000000010001\n"),
            ("sys/block/sda/device/state", "running\n"), ("sys/block/sdb/device/state", "running\n"),
            ("sys/class/iscsi_session/session1/state", "LOGGED_IN\n"),
            ("sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n"),
        ]

    private func findings() -> [Finding] { Doctor(Examination(machine, files: kernel)).examine().findings }

    private func finding(_ subject: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> Finding {
        let found = findings().filter { $0.subject == subject }
        #expect(found.count == 1, sourceLocation: sourceLocation)
        return try #require(found.first, sourceLocation: sourceLocation)
    }

    @Test func nothingIsWorthANoteOnAWellMachine() {
        // TCP's structures are not among the types that are kept for tests.
        let inKernel = FlowCatalogue(
            flows: FlowCatalogue.builtin.flows.filter { $0.user == nil && $0.name != "requests-detail" })
        let diagnosis = Doctor(Examination(machine, files: kernel)).examine(inKernel)
        #expect(diagnosis.canCapture && diagnosis.host == "storage1")
        #expect(diagnosis.findings.filter { $0.verdict != .ok || $0.remedy != nil } == [])
        #expect(Set(diagnosis.findings.map(\.group)) == Set(CheckGroup.all))
    }

    /// A group of checks is a file and a line in the registry.
    @Test func aGroupThatIsAddedIsShownLikeTheOthers() throws {
        let doctor = Doctor(Examination(machine, files: kernel), groups: CheckGroup.all + [.weather])
        let diagnosis = doctor.examine()
        #expect(diagnosis.groups.last?.title == "Weather" && diagnosis.groups.count == CheckGroup.all.count + 1)
        #expect(diagnosis.findings.last == CheckGroup.weather.note("clouds", "storage1 is in one"))
        #expect(try diagnosis.json().contains(#""group" : "weather""#))
    }

    @Test func aFlowOfADaemonThatDoesNotRunIsNoted() throws {
        #expect(try finding("daemon").fact == "without user probes (flow 'daemon': no process runs multipathd)")
    }

    @Test func nothingIsWritten() {
        let before = kernel.snapshot
        _ = findings()
        #expect(kernel.log == [] && kernel.snapshot == before && access(machine.journals, F_OK) != 0)
    }

    @Test(
        arguments: [
            ("proc/sys/kernel/ftrace_enabled", "0\n", "tracing", .problem, "switched off", "kernel.ftrace_enabled=1"),
            ("proc/sys/kernel/kptr_restrict", "2\n", "addresses", .problem, "hidden", "kernel.kptr_restrict=1"),
            ("proc/kallsyms", "0000000000000000 T schedule\n", "addresses", .problem, "no names", "CAP_SYSLOG"),
            (
                "sys/kernel/security/lockdown", "none integrity [confidentiality]\n", "lockdown", .problem, "forbids",
                "lockdown=integrity"
            ),
            ("sys/kernel/security/lockdown", "nonsense\n", "lockdown", .note, "not known", nil),
            // What the kernel offers counts more.
            (
                "boot/config-6.1.0-50-amd64", "# CONFIG_FUNCTION_GRAPH_TRACER is not set\n", "function_graph", .ok,
                "available", nil
            ),
            ("proc/filesystems", "nodev\tproc\n", "lockdown", .ok, "integrity", nil),
            ("sys/block/sdb/device/state", "offline\n", "maps", .note, "not running: sdb", "multipath -ll"),
            ("sys/block/dm-0/dm/uuid", "LVM-x\n", "maps", .note, "no multipath device", "multipath -d"),
            ("sys/block/dm-0/dm/name", "a\u{1b}[31mb", "maps", .ok, "a\\x1b[31mb (2 paths)", nil),
            ("sys/class/iscsi_session/session2/state", "FAILED\n", "sessions", .note, "session2 is FAILED", "iscsiadm"),
            (
                "sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet\n", "clocksource", .note,
                "hpet is slow", "dmesg"
            ),
            ("proc/meminfo", "MemAvailable: 102400 kB\n", "buffer", .note, "6.2 MiB for each of 2 CPUs", "memory"),
        ] as [(String, String, String, Finding.Verdict, String, String?)])
    func theMachine(
        file: String, content: String, subject: String, verdict: Finding.Verdict, fact: String, remedy: String?
    ) throws {
        directory.write(file, content)
        let finding = try finding(subject)
        #expect(finding.verdict == verdict && finding.fact.contains(fact))
        #expect(remedy.map { finding.remedy?.contains($0) == true } ?? (finding.remedy == nil))
    }

    @Test(
        arguments: [
            ("current_tracer", "function\n", "tracer", .problem, "'function' is in use"),
            ("events/enable", "X\n", "events", .problem, "enabled by somebody else"),
            ("set_ftrace_notrace_pid", "12\n", "task filter", .problem, "limited to certain tasks"),
            ("tracing_cpumask", "1\n", "CPU mask", .problem, "mask 1"),
            ("per_cpu/cpu1/stats", "entries: 17\n", "ring buffer", .problem, "17 events"),
            ("kprobe_events", "p:kprobes/a schedule\np:kprobes/b kfree\n", "probes", .note, "2 kprobes"),
            ("uprobe_events", "p:uprobes/a /bin/sh:0x10\n", "probes", .note, "1 uprobe defined"),
            ("dynamic_events", "p:kprobes/a schedule\nf:fprobes/b kfree\n", "probes", .note, "1 fprobe defined"),
            ("instances/mine/current_tracer", "function\n", "instances", .note, "mine (tracer function)"),
            ("enabled_functions", "schedule (1)  D \n", "attached", .note, "1 called directly"),
            ("available_tracers", "function nop\n", "function_graph", .problem, "no function_graph"),
        ] as [(String, String, String, Finding.Verdict, String)])
    func tracing(file: String, content: String, subject: String, verdict: Finding.Verdict, fact: String) throws {
        kernel.values[file] = content
        let finding = try finding(subject)
        #expect(finding.verdict == verdict && finding.fact.contains(fact))
        #expect(verdict != .problem || finding.remedy != nil)
    }

    @Test func triggersAndEnabledEventsAreNamed() throws {
        kernel.lists["set_ftrace_filter"]!.triggers = ["schedule:traceoff:unlimited"]
        kernel.values["events/enable"] = "X\n"
        kernel.values["set_event"] = "sched:sched_switch\nblock:block_rq_issue\n"
        #expect(try finding("triggers").fact.contains("schedule:traceoff"))
        #expect(try finding("events").fact.hasSuffix("(sched:sched_switch, block:block_rq_issue)"))
    }

    /// Whatever stops a capture is a problem here, if only for that reason.
    @Test func theDoctorAgreesWithThePreflight() {
        for (file, content) in [
            ("available_tracers", "nop\n"), ("current_tracer", "wakeup\n"), ("tracing_cpumask", "2\n"),
        ] {
            kernel.values[file] = content
            #expect(!Doctor(Examination(machine, files: kernel)).examine().canCapture)
        }
    }

    @Test(arguments: [("6.10.3", "takes the top level"), ("6.11.0", "an instance of its own"), ("x", "not known")])
    func theWayOfACapture(release: String, fact: String) throws {
        let machine = Machine(release: release, architecture: "x86_64", host: "h")
        kernel.hasInstances = true
        let finding = Examination(machine, files: kernel).kernelFindings().first { $0.subject == "instance" }
        #expect(try #require(finding).fact.contains(fact))
    }

    // MARK: What cannot be found out

    @Test func withoutPermissionNothingOfTracingIsSaidToBeOk() throws {
        var machine = machine
        machine.user = 1000
        let hidden = FakeKernel(directory: "\(directory.path)/missing")
        let findings = Doctor(Examination(machine, files: hidden)).examine().findings
        let access = try #require(findings.first { $0.subject == "access" })
        #expect(access.verdict == .problem && access.remedy == "run as root: sudo dmflow doctor")
        let unknown = [
            "function_graph", "tracepoints", "kprobes", "uprobes", "others", "flows", "buffer", "buffer now",
            "trace clock",
        ]
        for subject in unknown {
            let finding = try #require(findings.first { $0.subject == subject })
            #expect(finding.verdict == .note && finding.fact.hasPrefix("not known: needs root"))
        }
        #expect(findings.filter { $0.group == .tracing }.map(\.subject) == ["dmflow", "others"])
    }

    @Test func withoutTracefsTheRestIsStillTold() throws {
        let diagnosis = Doctor(Examination(machine, files: nil)).examine()
        #expect(!diagnosis.canCapture)
        let problems = diagnosis.findings.filter { $0.verdict == .problem }
        #expect(problems.map(\.subject) == ["tracefs"])
        #expect(problems.first?.remedy == "mount it: mount -t tracefs nodev /sys/kernel/tracing")
        #expect(diagnosis.findings.contains { $0.fact == "not known: tracefs is not mounted" })
        #expect(diagnosis.findings.contains { $0.subject == "multipathd" && $0.verdict == .ok })
    }

    @Test(arguments: ["kprobe_events", "enabled_functions", "current_tracer", "set_ftrace_pid", "per_cpu/cpu0/stats"])
    func aFileThatCannotBeReadIsNotTakenAsGood(file: String) {
        kernel.onRead = { name throws(CaptureError) in
            if name == file { throw CaptureError(.readFailed, path: name, errno: EPERM) }
        }
        let others = findings().filter { $0.group == .tracing && $0.verdict != .ok }
        #expect(!others.isEmpty)
    }

    @Test func processesOfOthersMayBeHidden() throws {
        unlink("\(directory.path)/proc/1/comm")
        #expect(try finding("multipathd").fact == "not known: needs root")
    }

    @Test func aContainerIsNoticed() throws {
        unlink("\(directory.path)/proc/self/ns/pid")
        symlink("pid:[4026532201]", "\(directory.path)/proc/self/ns/pid")
        #expect(try finding("processes").verdict == .note)
        setProgram("/usr/bin/other", ofProcess: 712)
        #expect(try finding("multipathd").fact.contains("of this PID namespace"))
    }

    // MARK: dmflow's own captures

    @Test func aCaptureThatRunsIsToldFromOneThatWasKilled() throws {
        do {
            let journal = try #require(try Journal(in: machine.journals, create: true))
            try journal.append(.owner(.init(tracefs: kernel.directory)))
            var status = stat()
            stat(journal.path, &status)
            let place = "\(Examination.device(status.st_dev)):\(status.st_ino)"
            directory.write("proc/locks", "1: FLOCK  ADVISORY  WRITE 4711 \(place) 0 EOF\n")
            #expect(try finding("dmflow").fact.hasPrefix("a capture is running, process 4711"))
        }
        directory.write("proc/locks", "")
        kernel.values["current_tracer"] = "function_graph\n"
        let killed = try finding("dmflow")
        #expect(killed.verdict == .problem && killed.remedy == "put it back: dmflow restore")
        // What it left is not somebody else's.
        #expect(findings().filter { $0.group == .tracing }.map(\.subject) == ["dmflow", "others"])
    }

    @Test func aJournalIsNotLockedOrRemovedByLooking() throws {
        directory.write("journals/capture.journal", "")
        #expect(try finding("dmflow").verdict == .ok)
        #expect(directory.read("journals/capture.journal") == [])
        directory.write("journals/capture.journal", "nonsense\n")
        #expect(try finding("dmflow").verdict == .problem)
    }

    // MARK: Modules and flows

    private static let dmModules = ["dm_mod", "dm_multipath", "dm_service_time"]

    @Test func modulesThatAreNotLoadedAreToBeLoaded() throws {
        Self.dmModules.forEach(remove)
        let modules = "lib/modules/\(machine.release)/modules"
        directory.write(
            "\(modules).dep", "kernel/drivers/md/dm-mod.ko:\ndm-multipath.ko.xz: dm-mod.ko\ndm-service-time.ko:\n")
        #expect(try finding("device mapper").remedy == "modprobe dm_mod")
        #expect(try finding("device mapper").verdict == .problem)
        #expect(try finding("dm_multipath").remedy == "modprobe dm_multipath")
        #expect(try finding("path selector").remedy == "modprobe dm_service_time")
        directory.write("\(modules).builtin", "kernel/drivers/md/dm-mod.ko\n")
        directory.write("\(modules).dep", "kernel/drivers/md/dm-service-time.ko:\n")
        #expect(try finding("device mapper").fact == "dm_mod built in")
        #expect(try finding("dm_multipath").fact.contains("not for this kernel"))
        #expect(try finding("dm_multipath").remedy == nil)
    }

    @Test func aContainerLoadsNoModules() throws {
        Self.dmModules.forEach(remove)
        unlink("\(directory.path)/proc/self/ns/pid")
        symlink("pid:[4026532201]", "\(directory.path)/proc/self/ns/pid")
        #expect(
            try finding("dm_multipath").remedy == "load them on the host: this container has no modules of its kernel")
        directory.write("lib/modules/\(machine.release)/modules.dep", "dm-multipath.ko:\n")
        #expect(try finding("dm_multipath").remedy == "on the host: modprobe dm_multipath")
    }

    /// A kernel that was updated and not booted yet has no files of its modules, and modprobe would find none.
    @Test func withoutFilesOfModulesNobodyIsSentToModprobe() throws {
        Self.dmModules.forEach(remove)
        for subject in ["device mapper", "dm_multipath", "path selector"] {
            let remedy = try #require(try finding(subject).remedy)
            #expect(remedy.contains("/lib/modules/6.1.0-50-amd64 has no modules of the running kernel"))
        }
        #expect(try finding("dm_multipath").fact.hasPrefix("dm_multipath not installed"))
        #expect(!findings().contains { $0.remedy?.contains("modprobe") == true })
    }

    /// Some distributions have modules in packages of their own.
    @Test func aModuleThatIsNotInstalledIsToldFromOneThatDoesNotExist() throws {
        Self.dmModules.forEach(remove)
        directory.write("lib/modules/\(machine.release)/modules.dep", "kernel/drivers/md/dm-mod.ko:\n")
        directory.write(
            "boot/config-\(machine.release)",
            "CONFIG_BLK_DEV_DM=m\nCONFIG_DM_MULTIPATH=m\n# CONFIG_DM_MULTIPATH_ST is not set\n")
        #expect(try finding("dm_multipath").fact.contains("dm_multipath not installed"))
        #expect(try finding("dm_multipath").remedy?.contains("kernel-modules-extra") == true)
        #expect(try finding("path selector").fact == "none is for this kernel")
        #expect(try finding("path selector").remedy == nil)
    }

    /// Without a list of them: by the configuration, or by a function that it alone has.
    @Test func whatIsBuiltInIsToldWithoutTheModulesFiles() throws {
        Self.dmModules.forEach(remove)
        directory.write("boot/config-\(machine.release)", "CONFIG_BLK_DEV_DM=y\nCONFIG_DM_MULTIPATH=m\n")
        #expect(try finding("device mapper").fact == "dm_mod built in")
        #expect(try finding("dm_multipath").verdict == .note)
        directory.write("proc/kallsyms", "f1 t multipath_ctr\nf2 t st_select_path\t[dm_service_time]\n")
        #expect(try finding("dm_multipath").fact == "dm_multipath built in")
        #expect(try finding("path selector").verdict == .note)
    }

    @Test func aKernelWithoutModulesHasWhatIsBuiltIn() throws {
        Self.dmModules.forEach(remove)
        unlink("\(directory.path)/proc/modules")
        #expect(try finding("device mapper").fact == "this kernel was built without dm_mod")
        #expect(try finding("dm_multipath").remedy == nil)
        for device in ["dm-0", "dm-1"] { unlink("\(directory.path)/sys/block/\(device)/dm/uuid") }
        let maps = try finding("maps")
        #expect(maps.fact == "no multipath device, without dm_mod and dm_multipath" && maps.remedy == nil)
    }

    // MARK: The configuration

    /// The kernel's own counts more than the distribution's of the same release.
    @Test(arguments: [nil, "y", "n"]) func theKernelsOwnConfigurationIsRead(own: String?) throws {
        let kernel = FakeKernel(directory: "\(directory.path)/missing")
        directory.write("lib/modules/\(machine.release)/config", "CONFIG_FUNCTION_TRACER=y\n")
        if let own {
            let options = ["FUNCTION_TRACER", "FUNCTION_GRAPH_TRACER", "DYNAMIC_FTRACE"].map { "CONFIG_\($0)=\(own)\n" }
            let compressed = try Shell.output("gzip -c", input: Array(options.joined().utf8))
            directory.write("proc/config.gz", bytes: compressed)
        }
        let findings = Examination(machine, files: kernel).kernelFindings()
        let finding = try #require(findings.first { $0.subject == "function_graph" })
        let lacking = own == nil ? "CONFIG_FUNCTION_GRAPH_TRACER, CONFIG_DYNAMIC_FTRACE" : "CONFIG_FUNCTION_TRACER"
        #expect(finding.verdict == (own == "y" ? .note : .problem))
        #expect(finding.fact.contains(own == "y" ? "the kernel was built with it" : "built without \(lacking)"))
    }

    /// It is a stranger's bytes as any other file.
    @Test(arguments: [[], [0x1f, 0x8b, 8], Array("CONFIG_BLK_DEV_DM=y\n".utf8)] as [[UInt8]])
    func aConfigurationThatIsNoneIsPassedOver(bytes: [UInt8]) {
        directory.write("proc/config.gz", bytes: bytes)
        #expect(machine.configuration() == nil)
        directory.write("boot/config-\(machine.release)", "CONFIG_A=y\n")
        #expect(machine.configuration()?.has("CONFIG_A") == true)
    }

    // MARK: The daemon

    @Test func theDaemonIsKnownByItsProgram() throws {
        directory.write("proc/712/comm", "uevqloop\n")
        #expect(try finding("multipathd").fact == "running, process 712")
        setProgram("/usr/sbin/multipathd (deleted)", ofProcess: 712)
        #expect(try finding("multipathd").fact == "running, process 712")
        // The name alone is anybody's.
        directory.write("proc/712/comm", "multipathd\n")
        setProgram("/usr/bin/python3", ofProcess: 712)
        #expect(try finding("multipathd").fact == "not running")
        #expect(try finding("multipathd").remedy == "systemctl start multipathd")
        setProgram(nil, ofProcess: 712)
        #expect(
            try finding("multipathd").fact == "not known: process 712 has the name, but root alone sees its program")
        directory.write("proc/712/comm", "other\n")
        #expect(try finding("multipathd").fact == "not running")
    }

    @Test func aProgramWithALongPathIsSeenWhole() throws {
        setProgram("/opt/" + String(repeating: "a", count: 300) + "/multipathd", ofProcess: 712)
        #expect(try finding("multipathd").fact == "running, process 712")
    }

    @Test func nobodyIsSentToStartWhatIsNotInstalled() throws {
        setProgram("/usr/bin/other", ofProcess: 712)
        unlink("\(directory.path)/run/systemd/system/x")
        rmdir("\(directory.path)/run/systemd/system")
        #expect(try finding("multipathd").remedy == "multipathd")
        unlink("\(directory.path)/usr/sbin/multipathd")
        #expect(try finding("multipathd").remedy == "install multipath-tools or device-mapper-multipath")
    }

    // MARK: As a whole

    @Test func aKernelWithoutTracefsIsNotToBeMounted() throws {
        directory.write("proc/filesystems", "nodev\tproc\n\text4\n")
        let findings = Doctor(Examination(machine, files: nil)).examine().findings
        let tracefs = try #require(findings.first { $0.subject == "tracefs" })
        #expect(tracefs.verdict == .problem && tracefs.fact == "this kernel was built without it")
        #expect(!findings.contains { $0.remedy?.contains("mount -t tracefs") == true })
    }

    /// What is not known may stand in the way.
    @Test func certaintyIsNotClaimedWhereSomethingIsHidden() throws {
        #expect(Doctor(Examination(machine, files: kernel)).examine().isCertain)
        directory.write("proc/kallsyms", "0000000000000000 T schedule\n")
        var user = machine
        user.user = 1000
        let diagnosis = Doctor(Examination(user, files: kernel)).examine()
        #expect(diagnosis.canCapture && !diagnosis.isCertain)
    }

    @Test func whatIsMissingOfFlowsIsSummedUp() throws {
        let functions = ["dev_create [dm_mod]", "table_load [dm_mod]", "dm_mq_queue_rq [dm_mod]", "device_add_disk"]
        let kernel = FakeKernel(directory: kernel.directory, functions: functions)
        let findings = Examination(machine, files: kernel).flowFindings(.builtin)
        func fact(_ subject: String) -> String? { findings.first { $0.subject == subject }?.fact }
        #expect(
            fact("by default") == "create, load, io, requests: dev_create, table_load, dm_mq_queue_rq, 1 kernel probe")
        #expect(fact("flows")?.contains(" 3 whole, 2 in part, ") == true)
        #expect(fact("uevent") == "without dev_uevent (not in this kernel, or inlined)")
        #expect(fact("not at all")?.hasPrefix("requests-detail, submit, complete") == true)
        #expect(fact("probes of requests")?.hasPrefix("kprobes with registers for arguments, ") == true)
        #expect(fact("scope") == "4 of 4 functions would call the tracer")
        #expect(findings.allSatisfy { $0.verdict != .problem })
    }

    /// What a kernel lacks, and how the doctor says in which form requests' probes are then.
    static let forms: [(lacks: [String], readme: String, begin: String, verdict: Finding.Verdict)] = [
        (
            [], "f[:[<group>/][<event>]] <func-name>[%return] $arg<N>",
            "fprobes, with fields by the kernel's own types", .ok
        ),
        ([], "$arg<N>", "kprobes, since this kernel has no fprobe events, with fields by the kernel's own types", .ok),
        (
            ["modules"], "$arg<N>",
            "kprobes, since this kernel has no fprobe events, with fields by the kernel's types (BTF); modules", .note
        ),
        (
            ["vmlinux"], "",
            "kprobes with registers for arguments, since this kernel has no fprobe events, with arguments alone", .note
        ),
        (["kprobe_events"], "", "this kernel has no kprobe events: requests are recorded by tracepoints alone", .note),
    ]

    @Test(arguments: forms) func theFormOfRequestsProbesIsSaid(
        lacks: [String], readme: String, begin: String, verdict: Finding.Verdict
    ) throws {
        kernel.values["README"] = readme
        kernel.values["dynamic_events"] = ""
        for name in lacks {
            kernel.values[name] = nil
            for file in BTFFixture.names("6.1") where name == "vmlinux" || name == "modules" && file != "vmlinux" {
                unlink("\(directory.path)/sys/kernel/btf/\(file)")
            }
        }
        let finding = try finding("probes of requests")
        #expect(finding.fact.hasPrefix(begin) && finding.verdict == verdict)
        #expect(try self.finding("busy host").fact.contains("--light"))
    }

    @Test func aKernelWhoseModulesHaveNoTypesProvesOffsets() throws {
        for name in BTFFixture.names("6.1") { unlink("\(directory.path)/sys/kernel/btf/\(name)") }
        directory.write("sys/kernel/btf/vmlinux", bytes: BTFFixture.bytes("5.10", "vmlinux"))
        var old = Machine(release: "5.10.0-32-amd64", architecture: "x86_64", host: "storage1")
        (old.root, old.journals, old.output, old.user) = (machine.root, machine.journals, machine.output, 0)
        let found = Doctor(Examination(old, files: kernel)).examine().findings
        let finding = try #require(found.first { $0.subject == "probes of requests" })
        #expect(finding.verdict == .ok && finding.fact.contains("by offsets that a capture proves first"))
    }

    @Test func aKernelWithoutTheDefaultFlowsIsAProblem() throws {
        let kernel = FakeKernel(directory: kernel.directory, functions: ["schedule"])
        let findings = Examination(machine, files: kernel).flowFindings(.builtin)
        let finding = try #require(findings.first { $0.subject == "by default" })
        #expect(finding.verdict == .problem && finding.remedy == "dmflow flows says what this kernel has")
    }
}

extension CheckGroup {
    fileprivate static let weather = CheckGroup("weather", title: "Weather") { [$0.clouds] }
}

extension Examination {
    fileprivate var clouds: Finding { CheckGroup.weather.note("clouds", "\(machine.host) is in one") }
}
