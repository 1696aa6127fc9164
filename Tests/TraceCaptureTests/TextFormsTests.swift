import Testing
import TraceFormat

@testable import TraceCapture

/// The small texts that the kernel shows and the user writes.
@Suite struct TextFormsTests {
    @Test(
        arguments: [
            ("1408\n", 1408, nil), ("7 (expanded: 1408)\n", 7, 1408), ("X\n", nil, nil), ("", nil, nil),
        ] as [(String, Int?, Int?)])
    func bufferSizes(text: String, kilobytes: Int?, expanded: Int?) {
        let size = BufferSize(text: text)
        #expect(size.kilobytes == kilobytes)
        #expect(size.expanded == expanded)
    }

    @Test(
        arguments: [
            (16384, 2, 8_000_000, 16384), (16384, 64, 1_000_000, 1953), (16384, 256, 100_000, 64),
            (16, 2, 8_000_000, 16),
            (16384, 2, nil, 16384),
        ] as [(Int, Int, Int?, Int)])
    func buffersAreBoundedByMemory(requested: Int, cpus: Int, available: Int?, affordable: Int) {
        #expect(
            BufferSize.affordable(requested: requested, cpus: cpus, availableKilobytes: available) == affordable)
    }

    @Test func availableMemory() {
        let meminfo = "MemTotal:       24000000 kB\nMemFree:         1 kB\nMemAvailable:   23000000 kB\n"
        #expect(BufferSize.availableMemory(meminfo: meminfo) == 23_000_000)
        #expect(BufferSize.availableMemory(meminfo: "MemTotal: 24000000 kB\n") == nil)
    }

    @Test func statistics() {
        let text = """
            entries: 5
            overrun: 12
            commit overrun: 3
            bytes: 9916
            oldest event ts:    45.123456
            now ts:    53.256478
            dropped events: 4
            read events: 6734
            """
        let statistics = CPUStatistics(cpu: 1, text: text)
        #expect(statistics.entries == 5)
        #expect(statistics.lost == 19)
        #expect(statistics.read == 6734)
    }

    @Test(
        arguments: [
            ("sysfs /sys sysfs rw 0 0\ntracefs /sys/kernel/tracing tracefs rw 0 0\n", "/sys/kernel/tracing"),
            ("debugfs /sys/kernel/debug debugfs rw 0 0\n", "/sys/kernel/debug/tracing"),
            ("debugfs /d debugfs rw 0 0\nx /mnt/my\\040trace tracefs rw 0 0\n", "/mnt/my trace"),
            ("sysfs /sys/kernel/tracefs sysfs rw 0 0\n", nil),
        ] as [(String, String?)])
    func mounts(text: String, directory: String?) {
        #expect(TracefsMount.candidates(in: text).first == directory)
    }

    @Test func onlyCodeSymbolsAreKept() {
        let kallsyms = "0000 A fixed\nf1 T _stext\nf2 t local\nf3 D data\nf4 W weak\nf5 t dm_get\t[dm_mod]"
        let kept = CodeSymbols(kallsyms: Array(kallsyms.utf8)).text
        #expect(
            String(decoding: kept, as: UTF8.self) == "f1 T _stext\nf2 t local\nf4 W weak\nf5 t dm_get\t[dm_mod]\n")
    }

    @Test(
        arguments: [
            (0, CommandStatus.exited(0)), (0x0100, .exited(1)), (0x7f00, .exited(127)), (15, .killed(signal: 15)),
            (0x80 | 11, .killed(signal: 11)),
        ] as [(Int32, CommandStatus)])
    func exitStatuses(waitStatus: Int32, status: CommandStatus) {
        #expect(CommandStatus(waitStatus: waitStatus) == status)
    }

    @Test func anErrorSaysWhatWhereAndWhatToDo() {
        let error = CaptureError(.recordingFailed, path: "/data/trace.dat", errno: 28)
        #expect(
            error.description == "cannot write the trace: /data/trace.dat (No space left on device); free space there, "
                + "or choose another place with -o; nothing was kept")
    }

    @Test func severalFailedChecksAreALineEach() {
        let error = CaptureError(.preflight([CaptureError(.tracefsNotMounted), CaptureError(.eventsEnabled)]))
        #expect(error.description.split(separator: "\n").count == 2)
    }
}
