import Testing

@testable import TraceCapture

/// What the doctor reads out of the kernel's texts.
@Suite struct KernelFactsTests {
    @Test(arguments: [
        ("none [integrity] confidentiality", "integrity"), ("[none] integrity confidentiality\n", "none"),
        ("local [global] mono", "global"), ("local global", nil), ("[]", nil), ("", nil),
    ]) func theChoiceStandsInBrackets(text: String, chosen: String?) {
        #expect(KernelText.chosen(in: text) == chosen)
    }

    @Test func choicesAreWithoutBrackets() {
        #expect(KernelText.choices(in: "local [global] mono\n") == ["local", "global", "mono"])
    }

    @Test(arguments: [
        ("tsc", false), ("arch_sys_counter", false), ("kvm-clock", false), ("hpet", true), ("acpi_pm", true),
        ("refined-jiffies", true),
    ]) func clocksources(name: String, isSlow: Bool) {
        #expect(KernelText.isSlow(clocksource: name) == isSlow)
    }

    @Test(arguments: [
        ("0000000000000000 T schedule\n0000000000000000 t dev_create\t[dm_mod]\n", false),
        ("0000000000000000 A fixed_percpu_data\nffffffff81000000 T _text\n", true), ("", false),
        ("0000000000000000 T face\n", false),
    ]) func addressesOfZeroAreHidden(kallsyms: String, shown: Bool) {
        #expect(KernelText.showsAddresses(kallsyms: Array(kallsyms.utf8)) == shown)
    }

    @Test(
        arguments: [
            ("1: FLOCK  ADVISORY  WRITE 712 00:1a:1105 0 EOF\n", 712),
            ("1: FLOCK  ADVISORY  WRITE 5 00:1b:1105 0 EOF\n2: FLOCK  ADVISORY  WRITE 6 00:1a:1106 0 EOF\n", nil),
            ("1: POSIX  ADVISORY  WRITE 712 00:1a:1105 0 EOF\n", nil),
            // Somebody who waits for it.
            ("1: -> FLOCK  ADVISORY  WRITE 713 00:1a:1105 0 EOF\n", nil), ("1: FLOCK\n", nil), ("", nil),
        ] as [(String, Int32?)]) func whoHoldsALock(locks: String, process: Int32?)
    {
        #expect(KernelText.lockHolder(in: locks, device: "00:1a", inode: 1105) == process)
    }

    @Test(
        arguments: [(0x1a, "00:1a"), (0xfe03, "fe:03"), (0x10305, "103:05"), (0x100_00aa, "00:10aa")]
            as [(UInt, String)])
    func devicesAreWrittenAsInProcLocks(number: UInt, text: String) {
        #expect(Examination.device(number) == text)
    }

    @Test(arguments: [
        (0, "0 KiB"), (1023, "1023 KiB"), (1408, "1.3 MiB"), (16384, "16 MiB"), (1024 * 1024, "1 GiB"),
        (1024 * 1024 - 1, "1023.9 MiB"), (5_033_000, "4.7 GiB"),
    ]) func sizesAreRoundedDown(kilobytes: Int, text: String) {
        #expect(KernelText.size(kilobytes: kilobytes) == text)
    }

    @Test func longListsAreCutAndSaySo() {
        #expect(KernelText.listing(["a", "b"], limit: 2) == "a, b")
        #expect(KernelText.listing(["a", "b", "c", "d"], limit: 2) == "a, b and 2 more")
    }

    @Test(arguments: [
        ("6.1.0-50-amd64", 6, 1), ("4.18.0-553.el8.x86_64", 4, 18), ("7.3", 7, 3), ("6.11-rc4", 6, 11),
        ("6.12+deb13", 6, 12),
    ]) func releases(text: String, major: Int, minor: Int) {
        #expect(KernelRelease(text) == KernelRelease(major: major, minor: minor))
    }

    @Test(arguments: ["", "6", "six.one", "6.x"]) func noReleases(text: String) {
        #expect(KernelRelease(text) == nil)
    }

    @Test func releasesAreOrderedByNumber() {
        #expect(KernelRelease(major: 6, minor: 9) < .graphInInstances)
        #expect(KernelRelease(major: 7, minor: 0) > .graphInInstances)
    }

    @Test func optionsOfTheKernel() {
        let configuration = KernelConfiguration(
            text: Array("# CONFIG_A is not set\nCONFIG_B=y\nCONFIG_C=m\nCONFIG_D=\"y\"\nCONFIG_E=0\n".utf8))
        #expect(["A", "B", "C", "D", "E", "F"].filter { configuration.has("CONFIG_\($0)") } == ["B", "C"])
    }

    @Test func attachedFunctionsAndTheirKinds() {
        // As Linux 6.1 and 6.12 show them.
        let text = """
            schedule (1) R                 \ttramp: 0xffffffffc0a0 (kprobe_ftrace_handler+0x0/0x1d0) ->kprobe_ftrace_handler
            dev_create [dm_mod] (2)     I D   \ttramp: ftrace_regs_caller (call_direct_funcs+0x0/0x20)
            \tdirect-->bpf_trampoline_6442+0x0/0x1000
            kfree (1)             D   M
            """
        let functions = AttachedFunctions(text: text)
        #expect([functions.count, functions.direct, functions.replaced] == [3, 2, 1])
        #expect(AttachedFunctions(text: "").count == 0)
    }

    @Test(arguments: [
        ("dm_mod", true), ("sd_mod", true), ("dm_multipath", true), ("dm", false), ("multipath", false), ("xfs", false),
    ]) func modulesOfTheKernel(name: String, isListed: Bool) {
        let text =
            "kernel/drivers/md/dm-mod.ko.xz:\nkernel/drivers/scsi/sd_mod.ko: kernel/drivers/md/xfs.ko\ndm-multipath.ko:\n"
        #expect(KernelText.modules(list: Array(text.utf8)).contains(name) == isListed)
    }

    @Test(arguments: [
        ("tracefs /sys/kernel/tracing tracefs rw 0 0\n", true, "/sys/kernel/tracing"),
        // The kernel would mount tracefs there on a look.
        ("debugfs /sys/kernel/debug debugfs rw 0 0\n", true, nil),
        ("debugfs /sys/kernel/debug debugfs rw 0 0\n", false, "/sys/kernel/debug/tracing"),
        ("debugfs /d debugfs rw 0 0\nnodev /d/tracing tracefs rw 0 0\n", true, "/d/tracing"),
    ]) func aLookMustNotMount(mounts: String, hasTracefs: Bool, directory: String?) {
        #expect(Examination.tracingDirectory(mounts: mounts, hasTracefs: hasTracefs) == directory)
    }
}
