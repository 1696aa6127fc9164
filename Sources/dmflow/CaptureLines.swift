import Reports
import TraceCapture

/// What a capture says when it is over.
struct CaptureLines {
    private let summary: CaptureSummary
    private let options: CaptureOptions

    init(_ summary: CaptureSummary, _ options: CaptureOptions) { (self.summary, self.options) = (summary, options) }

    var lines: [String] {
        [ending, ofCommand, recorded, owner, held, dropped, lost, missed, cost].compactMap { $0 }
    }

    /// Only where it is not what was asked for at the command line.
    private var ending: String? {
        switch summary.ending {
        case .commandEnded, .durationPassed, .signal, .notWanted: nil
        case .sizeReached: "ended: --max-size is reached"
        case .stopFunctionCalled(let function): "ended: \(function) was called"
        case .lossExceeded(let share): "ended: \(percent(share)) of the events were lost, more than --max-loss"
        case .overheadExceeded(let share): "ended: tracing took \(percent(share)) of a CPU, more than --max-overhead"
        case .diskFull: "ended: the disk is full; what was recorded until then is in the file"
        }
    }

    private var ofCommand: String? {
        guard let command = options.command.first, let status = summary.command else { return nil }
        switch status {
        case .exited(0): return nil
        case .exited(let code): return "'\(command)' exited with \(code)\(kept)"
        case .killed(let signal): return "'\(command)' was killed by signal \(signal)\(kept)"
        case .running: return "'\(command)' still runs"
        }
    }

    private var kept: String { summary.output == nil ? "" : "; the trace is kept" }

    private var recorded: String {
        let nothing = summary.bytes == 0 ? "; nothing was recorded: did the flow happen?" : ""
        // How many of the events that were read are in what is kept is not known.
        let events = summary.keep == nil ? "\(summary.events) events, " : ""
        return (summary.output.map { "\($0): " } ?? "") + "\(events)\(summary.bytes) bytes of pages, "
            + "\(milliseconds(summary.duration)) ms, \(what), clock \(summary.clock)" + nothing
    }

    /// What was armed, and what the kernel did not take.
    private var what: String {
        let functions = summary.functions > 0 || summary.besides.isEmpty ? ["\(summary.functions) functions"] : []
        let refused = summary.refused > 0 ? ["\(summary.refused) refused"] : []
        return (functions + summary.besides + refused).joined(separator: ", ")
    }

    /// Under sudo(8), whoever wants to read it is not who may.
    private var owner: String? {
        guard options.owner == nil, let user = Account.behindSudo, let output = summary.output else { return nil }
        return "\(output) is for root only; --owner \(user) gives it to \(user)"
    }

    /// What is kept of each CPU where that is less than was asked for.
    private var held: String? {
        guard let keep = summary.keep else { return nil }
        let short = summary.cpus.compactMap { cpu -> String? in
            guard let held = cpu.heldNs, held < keep, cpu.overwritten > 0 else { return nil }
            return "cpu\(cpu.cpu) \(milliseconds(held)) ms"
        }
        if short.isEmpty { return nil }
        return "the ring buffer held less than the last \(milliseconds(keep)) ms: \(short.joined(separator: ", ")); "
            + "a larger --buffer-size holds more"
    }

    private var dropped: String? {
        let dropped = summary.cpus.filter { $0.dropped > 0 }.map { "cpu\($0.cpu) \($0.dropped)" }
        if dropped.isEmpty { return nil }
        return "bytes of pages that the disk had no room for: \(dropped.joined(separator: ", "))"
    }

    private var lost: String {
        let lost = summary.cpus.map { "cpu\($0.cpu) \($0.lost)" }.joined(separator: ", ")
        let helps = summary.lost > 0 && summary.ending != .diskFull
        return "lost events: \(lost)" + (helps ? "; a larger --buffer-size loses fewer" : "")
    }

    /// Calls that kernel probes did not see, which count for no CPU.
    private var missed: String? {
        if summary.missed.isEmpty { return nil }
        let list = summary.missed.map { "\($0.event) \($0.count)" }.joined(separator: ", ")
        return "calls that the kernel passed its probes over for: \(list)"
    }

    private var cost: String? {
        let own = "dmflow itself took \(milliseconds(summary.ownCPUNs)) ms of CPU time"
        guard let cost = summary.callCostNs, let overhead = summary.overhead else { return own }
        return
            "tracing cost about \(percent(overhead)) of the busiest CPU: \(Int(cost.before.rounded())) ns a call before, "
            + "\(Int(cost.after.rounded())) ns after"
            + summary.unmeasuredCosts.map { ", without \($0)" }.joined() + "; \(own)"
    }

    private func milliseconds(_ nanoseconds: UInt64) -> UInt64 { (nanoseconds + 500_000) / 1_000_000 }

    private func percent(_ share: Double) -> String {
        let tenths = Int((share * 1000).rounded())
        return "\(tenths / 10).\(tenths % 10) %"
    }
}
