public import TraceFormat

/// What is known of a trace before its first event.
public struct TraceContext: Sendable {
    /// The file as the user gave it; `-` for standard input, a place for what is being recorded.
    public let path: String
    /// Text or trace.dat.
    public let kind: TraceSource.Kind
    /// The names of functions and tasks: those of the whole trace when it has been read, until then those met so far.
    public let names: TraceNames
    /// Which recording it is of, as far as the trace tells before its end.
    public let identity: TraceIdentity
    /// What dmflow knew of the recording, if it made it.
    public let recording: RecordingStats?
    /// The multipath maps of the recorded machine; nil if the trace does not hold them.
    public let topology: Topology?
    private let types: EventTypes

    init(
        path: String, kind: TraceSource.Kind, names: TraceNames, types: EventTypes,
        identity: TraceIdentity = TraceIdentity(),
        recording: RecordingStats? = nil, topology: Topology? = nil
    ) {
        self.path = path
        self.kind = kind
        self.names = names
        self.types = types
        self.identity = identity
        self.recording = recording
        self.topology = topology
    }

    /// A field of the events of one name, for reading it in each of them.
    ///
    /// A trace.dat describes its events' fields. A text has what the kernel printed of them: fields of events whose print form is
    /// known (`PrintForm`), and of others those printed as `field=value`.
    ///
    /// - Parameters:
    ///   - name: as in the event's format, e.g. `nr_sector`.
    ///   - event: e.g. `block_rq_issue`.
    /// - Returns: nil if no such event or field can be in the trace, or if the analyzers' interest does not name the event.
    public func field(_ name: String, of event: String) -> EventField? { types.field(name, of: event) }
}
