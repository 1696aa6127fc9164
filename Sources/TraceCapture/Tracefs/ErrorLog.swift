/// Why the kernel refused what was written, in its words: `error_log` (Linux 5.2).
enum ErrorLog {
    static let file = "error_log"

    /// - Returns: the latest reason for which a line was refused; nil if the kernel has told none.
    static func reason(for line: String, in files: any TracingFiles) -> String? {
        guard files.exists(file), let text = try? files.read(file) else { return nil }
        // `[  102.12] trace_kprobe: error: Invalid argument name`, `  Command: p:dmflow/x …`, and a mark below what is wrong.
        var (reason, found): (String?, String?)
        for entry in text.lines {
            if entry.hasPrefix("["), let error = entry.firstRange(of: "error: ") {
                reason = entry[error.upperBound...].trimmed
            } else if entry.trimmed == "Command: \(line)" {
                found = reason
            }
        }
        return found
    }
}
