/// What was recorded, until it is in a file.
struct RecordedTrace {
    /// Of a recording that was left to the ring buffer.
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
    let window: Window?
    let costBefore: TracingCost?
    let costAfter: TracingCost?
    /// Whether there were probes in user space, whose cost is not measured.
    let hasUserProbes: Bool
    /// The functions at which trees were to begin.
    let roots: [String]
    let interrupts: Bool

    var trace: TraceDat {
        TraceDat(metadata: metadata, pageSize: pageSize, statistics: statistics, facts: facts)
    }

    private var facts: CaptureFacts {
        var facts = CaptureFacts()
        if let costBefore, let costAfter { facts.callCostNs = (costBefore.callNs, costAfter.callNs) }
        facts.ownCPUNs = timing.cpuTime
        facts.keptNs = window?.length
        facts.durationNs = timing.duration
        facts.multipathRequests = timing.requests
        (facts.roots, facts.interrupts) = (roots, interrupts)
        return facts
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
            duration: timing.duration, bytes: pages.reduce(0) { $0 + $1.size }, functions: settings.functions,
            clock: settings.clock, hasUserProbes: hasUserProbes, keep: window?.length, facts: facts)
    }
}
