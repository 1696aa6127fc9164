/// What a capture knows of itself, for those who read its trace: what tracing cost, and what the workload got done meanwhile.
///
/// It stands in the trace.dat among the statistics of the CPUs, where `trace-cmd report --stat` shows it, as lines `name: value`
/// behind a line `dmflow`.
struct CaptureFacts: Sendable {
    /// Nanoseconds for a call, before and after the recording.
    var callCostNs: (before: Double, after: Double)?
    /// Nanoseconds of CPU time that this process took while it recorded.
    var ownCPUNs: UInt64 = 0
    /// Nanoseconds that tracing was on.
    var durationNs: UInt64 = 0
    /// Nanoseconds before the end that were to be kept; nil for all.
    var keptNs: UInt64?
    /// Requests that the multipath devices completed meanwhile.
    var multipathRequests: UInt64?
    /// The functions at which trees were to begin, as the kernel or the program names them, in user space too.
    var roots: [String] = []
    /// Whether interrupts were recorded.
    var interrupts = true

    var text: String {
        var lines = ["dmflow:", "recorded for: \(durationNs) ns", "recorder's CPU time: \(ownCPUNs) ns"]
        if let keptNs { lines.append("kept of it: \(keptNs) ns") }
        if let callCostNs {
            lines.append("call cost before: \(Int(callCostNs.before.rounded())) ns")
            lines.append("call cost after: \(Int(callCostNs.after.rounded())) ns")
        }
        if let multipathRequests { lines.append("multipath requests: \(multipathRequests)") }
        lines.append("interrupts: \(interrupts ? "recorded" : "not recorded")")
        if !roots.isEmpty { lines.append("roots: \(roots.joined(separator: " "))") }
        return lines.joined(separator: "\n") + "\n"
    }
}
