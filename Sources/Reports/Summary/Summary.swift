public import GraphParser
public import TraceFormat

/// What the analyzers leave of one trace or of many: counts, exact sums and histograms, and which traces they are of.
///
/// Summaries merge: of whatever parts a trace's trees are summed up, ``merged(with:)`` makes the summary of the whole, in any order.
/// So nothing here is a percentile or a rank; a ``Report`` derives these. Times are integer nanoseconds inside functions but for those of ``requests``, and none of these
/// is the latency of a request, and all sums stick at the greatest number of 64 bits.
public struct Summary: Equatable, Sendable {
    /// The form of its JSON, ``json()``.
    public static let schema = "dmflow.summary/1"

    /// The traces, each once, in the order of their paths.
    public internal(set) var sources: [Source]
    /// What all traces have together.
    public internal(set) var counts: TraceCounts
    /// In the order of their names.
    public internal(set) var roots: [Root]
    /// In the order of their names.
    public internal(set) var layers: [Layer]
    /// In the order of their names.
    public internal(set) var functions: [FunctionTime]
    /// Requests of multipath devices; nil where nothing of the kind was recorded.
    public internal(set) var requests: RequestSummary?
    /// What happened to paths; nil where nothing was recorded that would tell.
    public internal(set) var failover: FailoverSummary?

    /// A trace that was summed up.
    public struct Source: Codable, Equatable, Sendable {
        /// As the user gave it; `-` for standard input.
        public let path: String
        /// `text` or `trace.dat`.
        public let kind: String
        /// CPUs of the traced machine; nil where the trace does not tell, as no text does.
        @NullWhenAbsent public internal(set) var machineCPUs: Int?
        /// CPUs with events, or with calls in a text; nil for a text without the CPU column.
        @NullWhenAbsent public internal(set) var cpusWithEvents: Int?
        /// What to know before believing the figures, a sentence each.
        public let notes: [String]
        /// What `dmflow capture` knew of the recording; nil for other traces.
        @NullWhenAbsent public internal(set) var recording: Report.Recording?
        /// Which machine, kernel, boot and command the trace is of, as far as it tells.
        public let identity: TraceIdentity
    }

    /// The complete calls of one function that had no recorded caller.
    public struct Root: Codable, Equatable, Sendable {
        /// The symbol with its compiler suffix.
        public let function: String
        /// The name in the source: without that suffix.
        public let baseName: String
        /// The module, or in user space the program or library; nil for code built into the kernel.
        @NullWhenAbsent public internal(set) var module: String?
        /// Whether these are calls whose callers were cut off or lost.
        public let fragment: Bool
        /// Whether the capture was to record trees at this function; nil if that is not known, and of a fragment.
        @NullWhenAbsent public internal(set) var askedFor: Bool?
        /// Durations of all the calls, in ns.
        public internal(set) var latency: Histogram
        /// How many of the calls have calls in doubt below them, or are hollow.
        public internal(set) var partialCalls: Int
        /// How many of the calls the kernel recorded without what they called. They are in `latency` and in no layer.
        public internal(set) var hollowCalls: Int
        /// Complete calls in the trees of the calls, these included.
        public internal(set) var treeCalls: Int
        /// Those below the calls that are the kernel's.
        public internal(set) var kernelCallsBelow: Int
        /// What recording those took, in ns, as an estimate; nil where any of the traces does not tell what recording a call cost.
        @NullWhenAbsent public internal(set) var tracingNs: UInt64?
        /// In the order of their names.
        public internal(set) var layers: [RootLayer]
    }

    /// What a layer has of a root's calls.
    public struct RootLayer: Codable, Equatable, Sendable {
        /// The layer's name.
        public let layer: String
        /// The layer's self time in each call of the root in which it occurred, in ns.
        public internal(set) var selfNs: Histogram
    }

    /// All complete calls of a layer's functions.
    public struct Layer: Codable, Equatable, Sendable {
        /// Its name.
        public let layer: String
        /// Complete calls.
        public internal(set) var calls: Int
        /// Time in its functions themselves.
        public internal(set) var selfNs: UInt64
        /// Time during which at least one call of the layer was on the stack.
        public internal(set) var totalNs: UInt64
    }

    /// All complete calls of a function.
    public struct FunctionTime: Codable, Equatable, Sendable {
        /// The symbol with its compiler suffix.
        public let function: String
        /// The name in the source: without that suffix.
        public let baseName: String
        /// The module, or in user space the program or library; nil for code built into the kernel.
        @NullWhenAbsent public internal(set) var module: String?
        /// The function's layer by the map that its trace was summed up with.
        public let layer: String
        /// Complete calls.
        public internal(set) var calls: Int
        /// Time in the function itself.
        public internal(set) var selfNs: UInt64
        /// The sum of the durations; a function that calls itself counts twice.
        public internal(set) var totalNs: UInt64
    }

    /// A summary of no trace: merged with another it leaves the other as it is.
    public init() { self.init(sources: [], counts: TraceCounts(), roots: [], layers: [], functions: []) }

    init(
        sources: [Source], counts: TraceCounts, roots: [Root], layers: [Layer], functions: [FunctionTime],
        requests: RequestSummary? = nil, failover: FailoverSummary? = nil
    ) {
        (self.sources, self.counts, self.roots) = (sources, counts, roots)
        (self.layers, self.functions, self.requests) = (layers, functions, requests)
        self.failover = failover
    }
}

extension Summary.Source {
    init(_ source: TraceSource) {
        self.init(
            path: source.path.asText, kind: source.kind.rawValue, machineCPUs: source.machineCPUs,
            cpusWithEvents: source.cpusWithEvents, notes: source.notes,
            recording: source.recording.map(Report.Recording.init), identity: source.identity)
    }
}
