import TraceFormat

/// What was recorded, until it is in a file.
struct RecordedTrace {
    /// What stays of a recording that was left to the ring buffer.
    struct Window {
        /// Nanoseconds that were asked for.
        let length: UInt64
        /// Nanoseconds before the end at which the first page of each CPU begins.
        let heldNs: [Int: UInt64]
    }

    let pages: [RingBufferRecording.Pages]
    let pageSize: Int
    let metadata: TraceMetadata
    let before: [CPUStatistics]
    let statistics: [CPUStatistics]
    let timing: CaptureRun.Timing
    let settings: CaptureSettings.Applied
    let armed: [Armed]
    /// Calls that kernel probes were passed over for, by their events.
    let missed: [(event: String, count: UInt64)]
    let window: Window?
    let costBefore: TracingCost?
    let costAfter: TracingCost?
    /// What was recorded besides whose cost is not measured, in words.
    let unmeasuredCosts: [String]
    /// The functions at which trees were to begin.
    let roots: [String]
    let flows: [String]
    /// Whether interrupts were recorded; nil without a graph.
    let interrupts: Bool?
    /// Which functions could be recorded at all; nil without a graph.
    let scope: [String]?
    /// The capture's own arguments; empty if they are not known.
    let commandLine: [RawString]
    /// Bytes of the kernel's `struct request`; nil if it is not known, or no use.
    let requestSize: UInt64?
    /// nil if the machine has no multipath map.
    let topology: Topology?

    var trace: TraceDat {
        TraceDat(metadata: metadata, pageSize: pageSize, statistics: statistics, stats: stats, topology: topology)
    }

    /// What readers of the file are told of its recording.
    private var stats: RecordingStats {
        var stats = RecordingStats()
        stats.durationNs = timing.duration
        stats.recorderCPUNs = timing.cpuTime
        stats.keptNs = window?.length
        if let callCostNs {
            stats.callCostBeforeNs = UInt64(callCostNs.before.rounded())
            stats.callCostAfterNs = UInt64(callCostNs.after.rounded())
        }
        stats.multipathRequests = timing.requests
        (stats.roots, stats.interrupts, stats.scope) = (Set(roots), interrupts, scope)
        stats.startNs = timing.start
        stats.startOnClockNs = settings.clock == "mono" ? timing.started : nil
        stats.host = metadata.system.host
        stats.bootID = metadata.bootID
        stats.commandLine = commandLine.isEmpty ? nil : CommandLineText.text(commandLine)
        stats.flows = flows
        stats.kinds = armed.map { one in
            .init(kind: one.kind, armed: one.count, refused: one.refused.count)
        }
        stats.missedByProbes =
            missed.isEmpty ? nil : Dictionary(missed.map { ($0.event, $0.count) }) { first, _ in first }
        stats.requestSize = requestSize
        return stats
    }

    /// Nanoseconds that tracing a call cost; nil if it could not be measured both times.
    private var callCostNs: (before: Double, after: Double)? {
        guard let costBefore, let costAfter else { return nil }
        return (costBefore.callNs, costAfter.callNs)
    }

    func summary(output: RawString) -> CaptureSummary {
        let cpus = zip(before, statistics).map { before, after in
            // What the buffer had no room for is older than the window; all else was to be kept.
            let overwritten = window == nil ? 0 : after.growth(of: \.overrun, since: before)
            let lost = after.growth(of: \.lost, since: before)
            return CaptureSummary.CPU(
                cpu: after.cpu, events: after.growth(of: \.read, since: before),
                lost: lost - min(overwritten, lost) &+ after.entries, heldNs: window?.heldNs[after.cpu],
                overwritten: overwritten, dropped: pages.first { $0.cpu == after.cpu }?.dropped ?? 0)
        }
        return CaptureSummary(
            output: output, ending: timing.ending, command: timing.workload?.status(), cpus: cpus,
            duration: timing.duration, bytes: pages.reduce(0) { $0 + $1.size }, armed: armed,
            clock: settings.clock, unmeasuredCosts: unmeasuredCosts, missed: missed, keep: window?.length,
            ownCPUNs: timing.cpuTime, callCostNs: callCostNs)
    }
}
