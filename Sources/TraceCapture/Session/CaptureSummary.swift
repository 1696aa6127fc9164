public import TraceFormat

/// What a capture yielded.
public struct CaptureSummary: Sendable {
    /// Why it ended.
    public enum Ending: Equatable, Sendable {
        /// The command ended.
        case commandEnded
        /// The time was over.
        case durationPassed
        /// By a signal of this number: Ctrl-C, SIGTERM, SIGHUP.
        case signal(Int32)
        /// As much was recorded as was asked for.
        case sizeReached
        /// The first of the functions that end the capture was called.
        case stopFunctionCalled(String)
        /// The part of the events that was lost.
        case lossExceeded(Double)
        /// The part of a CPU's time that tracing took.
        case overheadExceeded(Double)
        /// The disk had no room for more.
        case diskFull
        /// Whoever watched wanted no more.
        case notWanted
    }

    /// What one CPU contributed.
    public struct CPU: Equatable, Sendable {
        /// Its number.
        public let cpu: Int
        /// Events that were read, all of which are in the file unless only the end is kept.
        public let events: UInt64
        /// Events that happened and are not in the file.
        public let lost: UInt64
        /// How long before the end what is kept begins, in nanoseconds, if the capture keeps only the end.
        public let heldNs: UInt64?
        /// Older events, which made room for newer ones in such a capture.
        public let overwritten: UInt64
        /// Bytes of pages that were read and that the disk had no room for.
        public let dropped: Int
    }

    /// The path of the file that was written; nil if the capture was watched, and not kept.
    public internal(set) var output: RawString?
    /// Why it ended.
    public internal(set) var ending: Ending
    /// What is not as it was before, although the trace was made.
    public internal(set) var notRestored: CaptureError?
    /// How the command ended, if there was one.
    public let command: CommandStatus?
    /// One for each CPU with a ring buffer.
    public let cpus: [CPU]
    /// Nanoseconds during which tracing was on.
    public let duration: UInt64
    /// Size of the recorded pages.
    public let bytes: Int
    /// What was armed of each kind, and what the kernel refused.
    let armed: [Armed]
    /// Name of the trace clock.
    public let clock: String
    /// What was recorded besides whose cost is not measured, in words.
    public let unmeasuredCosts: [String]
    /// Calls that kernel probes were passed over for, by their events: they are not in the file, nor among the lost.
    public let missed: [(event: String, count: UInt64)]
    /// Nanoseconds before the end that were to be kept; nil for all.
    public let keep: UInt64?
    /// CPU time that dmflow took while it recorded, in nanoseconds.
    public let ownCPUNs: UInt64
    /// Nanoseconds that tracing a call cost, before and after the recording; nil if it could not be measured.
    public let callCostNs: (before: Double, after: Double)?

    /// Functions of the kernel that could be recorded in trees of calls.
    public var functions: Int { armed.reduce(0) { $0 + $1.functions } }
    /// How many things of each kind were recorded besides, such as `2 tracepoints`.
    public var besides: [String] { armed.filter { $0.functions == 0 && $0.count > 0 }.map(\.description) }
    /// How many things the kernel has, and did not take.
    public var refused: Int { armed.reduce(0) { $0 + $1.refused.count } }

    /// Events that were read, on all CPUs.
    public var events: UInt64 { cpus.reduce(0) { $0 + $1.events } }
    /// Events that happened and are not in the file, on all CPUs.
    public var lost: UInt64 { cpus.reduce(0) { $0 + $1.lost } }

    /// The part of a CPU's time that tracing took, on whichever CPU it was highest; nil if it is not known.
    public var overhead: Double? {
        guard let callCostNs, duration > 0 else { return nil }
        let busiest = cpus.map { $0.events &+ $0.lost &+ $0.overwritten }.max() ?? 0
        return Double(busiest) / 2 * max(callCostNs.before, callCostNs.after) / Double(duration)
    }
}
