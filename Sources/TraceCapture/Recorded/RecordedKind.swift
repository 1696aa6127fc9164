/// What a flow records of one kind: what it names, found on this kernel, and armed.
///
/// All else walks over the kinds in `recordedKinds`: what `dmflow flows` lists, what a capture says and arms, the formats that go
/// into the file, what the doctor looks at. Whatever arming changes goes through `TracefsState`, which writes it to the journal
/// first and puts it back.
protocol RecordedKind: SendableMetatype {
    /// For counts: `tracepoint`, whose plural has an s.
    static var noun: String { get }
    /// What is said behind the cost of tracing, if there are some and what they cost is no part of it.
    static var unmeasuredCost: String? { get }

    /// Looks up what the flow names of this kind. What the kernel does not have is missing, not an error.
    ///
    /// - Returns: nil if the flow names nothing of the kind.
    /// - Throws: why a capture that was asked for the flow cannot be what somebody expects: a program that does not run.
    init?(_ flow: Flow, on kernel: TracedKernel) throws(CaptureError)

    /// The flow's name, or that of a root that was asked for by itself.
    var flow: String { get }
    /// The names that the flow has of this kind, for errors.
    var wanted: [String] { get }
    /// What is recorded, as `dmflow flows` lists it.
    var recorded: [String] { get }
    /// What a capture says of it before it begins.
    var lines: [String] { get }
    /// The functions at which trees begin, as readers of the trace see them.
    var treeRoots: [String] { get }
    /// Events of other groups than dmflow's, whose formats a reader needs.
    var events: [Flow.Tracepoint] { get }

    /// What is not recorded as it stands in the flow, and why.
    func unrecorded(on kernel: TracedKernel) -> [Unrecorded]

    /// Names of threads, by their numbers, that tell more than the kernel's.
    func threadNames() -> [Int32: String]

    /// Sets up the recording of all that the flows have of this kind. What several have is armed once.
    static func arm(
        _ things: [Self], _ arming: borrowing Arming, state: inout TracefsState
    ) throws(CaptureError) -> Armed

    /// What the doctor says of the kind on a machine.
    static func findings(_ examination: Examination) -> [Finding]
}

/// In the order in which they are armed. The graph is first, since what it costs is measured before anything else is on.
let recordedKinds: [any RecordedKind.Type] = [
    GraphRoots.self, Tracepoints.self, KernelProbes.self, UserProbes.self,
]

extension RecordedKind {
    static var unmeasuredCost: String? { nil }
    var treeRoots: [String] { [] }
    var events: [Flow.Tracepoint] { [] }
    func threadNames() -> [Int32: String] { [:] }
}

/// What arming needs to know besides the things themselves.
struct Arming {
    let options: CaptureOptions
    let kernel: TracedKernel
    /// Whether the graph has interrupts.
    let interrupts: Bool
    /// A function that is traced besides, to measure with.
    let costFunction: AvailableFunctions.Function?
    /// Receives what a user should know, a line at a time.
    let report: (String) -> Void

    /// Which functions the graph may have, as a file tells of it.
    var scopeNames: [String] {
        options.allFunctions
            ? ["*"] : TraceScope.storageStack(noise: options.noise, interrupts: interrupts).names
    }
}

/// What came of arming one kind.
struct Armed: Equatable, Sendable {
    /// Something that the kernel has but did not take.
    struct Refusal: Equatable, Sendable {
        let name: String
        let reason: String
    }

    let noun: String
    /// How many are recorded.
    var count = 0
    var refused: [Refusal] = []
    /// Functions that call the graph tracer.
    var functions = 0

    /// As a trace names it: `kernel-probe`.
    var kind: String { noun.split(separator: " ").joined(separator: "-") }

    /// `2 tracepoints`
    var description: String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}
