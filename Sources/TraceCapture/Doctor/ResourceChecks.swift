import Glibc
import TraceFormat

extension CheckGroup {
    static let resources = CheckGroup("resources", title: "Resources") { $0.resourceFindings() }
}

/// What a capture takes of the machine, and how exact its clock is.
extension Examination {
    private var resources: CheckGroup { .resources }

    func resourceFindings() -> [Finding] { [buffer, presentBuffer, traceClock, clocksource, space] }

    // MARK: Memory

    private var buffer: Finding {
        guard unreadable == nil, let files, let cpus = try? files.cpus().count else {
            return resources.unknown("buffer", unreadable ?? "no CPU has a ring buffer")
        }
        let memory = machine.text("/proc/meminfo").flatMap { BufferSize.availableMemory(meminfo: $0) }
        let requested = CaptureOptions(flows: [], output: RawString(machine.output)).bufferKilobytes
        let size = BufferSize.affordable(requested: requested, cpus: cpus, availableKilobytes: memory)
        let available = memory.map { "of \(KernelText.size(kilobytes: $0)) available" } ?? "available memory not known"
        let fact =
            "\(KernelText.size(kilobytes: size)) for each of \(cpus) CPUs, "
            + "\(KernelText.size(kilobytes: size * cpus)) in all, \(available)"
        if size >= requested { return resources.ok("buffer", fact) }
        return resources.note(
            "buffer", "\(fact); \(KernelText.size(kilobytes: requested)) are usual, and less may lose events",
            remedy: "free memory, or record fewer flows at a time")
    }

    private var presentBuffer: Finding {
        guard let text = text("buffer_size_kb") else {
            return resources.unknown("buffer now", unreadable ?? "buffer_size_kb cannot be read")
        }
        let size = BufferSize(text: text)
        let now =
            size.kilobytes.map { "\(KernelText.size(kilobytes: $0)) for each CPU" } ?? "sizes differ between CPUs"
        let first = size.expanded.map { ", \(KernelText.size(kilobytes: $0)) from the first use on" } ?? ""
        return resources.ok("buffer now", now + first)
    }

    // MARK: Time

    private var traceClock: Finding {
        guard let text = text("trace_clock") else {
            return resources.unknown("trace clock", unreadable ?? "trace_clock cannot be read")
        }
        let now = KernelText.chosen(in: text) ?? "not known"
        if KernelText.choices(in: text).contains("mono") {
            return resources.ok("trace clock", "mono is offered, and taken by a capture; now \(now)")
        }
        return resources.note(
            "trace clock", "mono is not offered: times cannot be compared with those of user space; now \(now)")
    }

    private var clocksource: Finding {
        let directory = "/sys/devices/system/clocksource/clocksource0"
        guard let current = machine.text("\(directory)/current_clocksource") else {
            return resources.unknown("clocksource", "\(directory) cannot be read")
        }
        guard KernelText.isSlow(clocksource: current) else { return resources.ok("clocksource", current) }
        let offered = machine.text("\(directory)/available_clocksource").map(KernelText.choices) ?? []
        return resources.note(
            "clocksource",
            "\(current) is slow to read: each traced call costs microseconds more, and durations hold them",
            remedy: offered.contains("tsc")
                ? "echo tsc > \(directory)/current_clocksource" : "dmesg | grep -i tsc says why tsc is not used")
    }

    // MARK: Disk

    private var space: Finding {
        var status = statvfs()
        guard statvfs(machine.output, &status) == 0 else {
            return resources.unknown("disk", "the current directory: \(String(cString: strerror(errno)))")
        }
        // Some file systems claim nearly all that fits into 64 bits.
        let kilobytes = Int(min(Double(status.f_bavail) * Double(status.f_frsize) / 1024, 1e15))
        let fact = "\(KernelText.size(kilobytes: kilobytes)) free in the current directory"
        if access(machine.output, W_OK) != 0 {
            return resources.note("disk", "the current directory cannot be written to", remedy: "name another with -o")
        }
        if kilobytes >= 1024 * 1024 { return resources.ok("disk", fact) }
        return resources.note(
            "disk", "\(fact); a busy flow fills that in minutes", remedy: "name another place with -o")
    }
}
