/// What says which recording a trace is of: it tells traces apart, and which of them may be set beside each other. What the trace
/// does not tell is nil.
public struct TraceIdentity: Codable, Equatable, Sendable {
    /// What recording cost.
    public struct Cost: Codable, Equatable, Sendable {
        /// Nanoseconds that recording one call took, its entry and its exit: the higher of two measurements.
        public var callNs: UInt64?
        /// Nanoseconds of CPU time that the recorder took.
        public var recorderCPUNs: UInt64?
        /// Nanoseconds that tracing was on.
        public var durationNs: UInt64?

        private enum CodingKeys: String, CodingKey {
            case callNs, durationNs
            // As in a report.
            case recorderCPUNs = "recorderCpuNs"
        }

        /// - Parameters:
        ///   - callNs: nanoseconds that recording one call took.
        ///   - recorderCPUNs: nanoseconds of CPU time that the recorder took.
        ///   - durationNs: nanoseconds that tracing was on.
        /// What is left out is not known.
        public init(callNs: UInt64? = nil, recorderCPUNs: UInt64? = nil, durationNs: UInt64? = nil) {
            (self.callNs, self.recorderCPUNs, self.durationNs) = (callNs, recorderCPUNs, durationNs)
        }
    }

    /// The machine's name.
    public var host: String?
    /// The kernel's random number of its boot.
    public var boot: String?
    /// Kernel release.
    public var kernel: String?
    /// The recorder's arguments, as ``CommandLineText`` writes them.
    public var commandLine: String?
    /// Name of the trace clock.
    public var clock: String?
    /// The flows that were asked for.
    public var flows: [String]?
    /// Name and version of the program that wrote the file.
    public var writer: String?
    /// nil if nothing of it is known.
    public var cost: Cost?
    /// When tracing was turned on: nanoseconds since 1970 by the machine's real-time clock.
    public var startNs: UInt64?
    /// The same moment on the trace clock.
    public var startOnClockNs: UInt64?

    /// All of it that is text, from whoever recorded the trace.
    package var texts: [String] { [host, boot, kernel, commandLine, clock, writer].compactMap(\.self) + (flows ?? []) }

    /// With nothing known.
    /// Nothing is known.
    public init() {}

    /// - Parameters:
    ///   - system: as the recorder stored it.
    ///   - stats: of a recording of dmflow's.
    package init(system: SystemName?, clock: String?, stats: RecordingStats?) {
        host = stats?.host ?? system?.host
        boot = stats?.bootID
        kernel = system?.release
        commandLine = stats?.commandLine
        self.clock = clock
        flows = stats?.flows
        startNs = stats?.startNs
        startOnClockNs = stats?.startOnClockNs
        let cost = Cost(
            callNs: stats?.callCostNs, recorderCPUNs: stats?.recorderCPUNs, durationNs: stats?.durationNs)
        self.cost = cost == Cost() ? nil : cost
    }
}
