/// What `buffer_size_kb` shows: kilobytes for one CPU.
struct BufferSize: Equatable {
    /// The size now; nil for `X`, which stands for sizes that differ between CPUs.
    let kilobytes: Int?
    /// The size on first use, on a machine that has not traced since boot: `7 (expanded: 1408)`.
    let expanded: Int?

    init(text: String) {
        let fields = text.split(whereSeparator: { " ():\n".contains($0) })
        kilobytes = fields.first.flatMap { Int($0) }
        expanded = fields.count > 2 && fields[1] == "expanded" ? Int(fields[2]) : nil
    }

    /// How large each CPU's buffer may be: what was asked for, unless all of them together would take more than an
    /// eighth of the memory that is free.
    ///
    /// - Returns: kilobytes for one CPU, at least 64.
    static func affordable(requested: Int, cpus: Int, availableKilobytes: Int?) -> Int {
        guard let availableKilobytes else { return requested }
        return min(requested, max(64, availableKilobytes / 8 / max(1, cpus)))
    }

    /// The line `MemAvailable` of /proc/meminfo (Linux 3.14), in kilobytes.
    static func availableMemory(meminfo: String) -> Int? {
        guard let line = meminfo.lines.first(where: { $0.hasPrefix("MemAvailable:") }) else { return nil }
        return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    }
}
