public import TraceFormat

/// A trace that is being recorded: what a reader has to know before its first page.
public struct WatchedTrace: Sendable {
    /// Where tracefs is.
    public let path: String
    /// `events/header_page`
    public let headerPage: [UInt8]
    /// The format files of all events that can come, by their systems; function_graph's are in the system `ftrace`.
    public let formats: [(system: String, format: [UInt8])]
    /// Lines of /proc/kallsyms; empty if no functions are recorded.
    public let symbols: [UInt8]
    /// `pid comm` lines, of the tasks that were known at the start.
    public let commandLines: [UInt8]
    /// The CPUs that have a ring buffer, each once.
    public let cpus: [Int]
    /// Bytes of a ring buffer's page.
    public let pageSize: Int
    /// What is known of the recording before its first event.
    public private(set) var facts: RecordingStats
    /// Which recording it is.
    public var identity: TraceIdentity { TraceIdentity(system: system, clock: clock, stats: facts) }
    /// The multipath maps at the start; nil if this machine has none.
    public let topology: Topology?
    private let system: SystemName
    private let clock: String

    init(
        path: String, metadata: TraceMetadata, cpus: [Int], pageSize: Int, facts: RecordingStats, topology: Topology?
    ) {
        (self.path, self.cpus, self.pageSize, self.facts, self.topology) = (path, cpus, pageSize, facts, topology)
        headerPage = metadata.headerPage
        formats =
            metadata.ftraceFormats.map { ("ftrace", $0) }
            + metadata.events.flatMap { system in system.formats.map { (system.name, $0) } }
        (symbols, commandLines) = (metadata.symbols, metadata.commandLines)
        (system, clock) = (metadata.system, metadata.clock)
    }

    /// Tracing is on.
    mutating func begin(at moment: TraceStart) {
        facts.startNs = moment.realTime
        facts.startOnClockNs = clock == "mono" ? moment.monotonic : nil
    }
}
