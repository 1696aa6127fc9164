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

    /// Pages for a file, and what readers of it need.
    struct Kept {
        let pages: [RingBufferRecording.Pages]
        let metadata: TraceMetadata
    }

    /// nil where the pages were handed on.
    let kept: Kept?
    /// Of all pages.
    let bytes: Int
    let pageSize: Int
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
    /// What was known before the first event.
    let facts: RecordingStats
    /// nil if the machine has no multipath map.
    let topology: Topology?

    func trace(_ kept: Kept) -> TraceDat {
        TraceDat(metadata: kept.metadata, pageSize: pageSize, statistics: statistics, stats: stats, topology: topology)
    }

    /// What readers of the file are told of its recording.
    private var stats: RecordingStats {
        var stats = facts
        stats.durationNs = timing.duration
        stats.recorderCPUNs = timing.cpuTime
        stats.keptNs = window?.length
        if let callCostNs {
            stats.callCostBeforeNs = UInt64(callCostNs.before.rounded())
            stats.callCostAfterNs = UInt64(callCostNs.after.rounded())
        }
        stats.multipathRequests = timing.requests
        stats.startNs = timing.begin.realTime
        stats.startOnClockNs = settings.clock == "mono" ? timing.begin.monotonic : nil
        stats.missedByProbes =
            missed.isEmpty ? nil : Dictionary(missed.map { ($0.event, $0.count) }) { first, _ in first }
        return stats
    }

    /// Nanoseconds that tracing a call cost; nil if it could not be measured both times.
    private var callCostNs: (before: Double, after: Double)? {
        guard let costBefore, let costAfter else { return nil }
        return (costBefore.callNs, costAfter.callNs)
    }

    func summary() -> CaptureSummary {
        let cpus = zip(before, statistics).map { before, after in
            // What the buffer had no room for is older than the window; all else was to be kept.
            let overwritten = window == nil ? 0 : after.growth(of: \.overrun, since: before)
            let lost = after.growth(of: \.lost, since: before)
            return CaptureSummary.CPU(
                cpu: after.cpu, events: after.growth(of: \.read, since: before),
                lost: lost - min(overwritten, lost) &+ after.entries, heldNs: window?.heldNs[after.cpu],
                overwritten: overwritten, dropped: kept?.pages.first { $0.cpu == after.cpu }?.dropped ?? 0)
        }
        return CaptureSummary(
            ending: timing.ending, command: timing.workload?.status(), cpus: cpus,
            duration: timing.duration, bytes: bytes, armed: armed,
            clock: settings.clock, unmeasuredCosts: unmeasuredCosts, missed: missed, keep: window?.length,
            ownCPUNs: timing.cpuTime, callCostNs: callCostNs)
    }
}
