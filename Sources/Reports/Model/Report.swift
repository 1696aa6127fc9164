public import GraphParser
import TraceFormat

/// All figures of one trace: what the renderers show and what the JSON holds.
///
/// Times are integer nanoseconds: inside functions, but for those of ``requests`` and ``paths``, which are latencies of I/O.
public struct Report: Codable, Equatable, Sendable {
    /// The form of its JSON, ``json()``.
    public static let schema = "dmflow.report/1"

    /// The trace that the figures are of, or several.
    public struct Source: Codable, Equatable, Sendable {
        /// As the user gave it; `-` for standard input; of several traces all, with commas.
        public let path: String
        /// `text` or `trace.dat`; `several` for merged summaries of both.
        public let kind: String
        /// Kernel release; nil where the trace does not tell, or several tell different ones.
        @NullWhenAbsent public internal(set) var kernel: String?
        /// Name of the trace clock; nil as with ``kernel``.
        @NullWhenAbsent public internal(set) var clock: String?
        /// CPUs of the traced machine for a trace.dat; for a text, which does not tell them, those with calls, at least 1.
        public let cpus: Int
        /// Those with events, or with calls in a text; nil for a text without the CPU column.
        @NullWhenAbsent public internal(set) var cpusWithEvents: Int?
        /// What to know before believing the figures, a sentence each.
        public let notes: [String]
        /// The first lines of a text that were not understood, for those who ask for them; absent for all others.
        public var notUnderstood: [NotUnderstood]?
        /// What `dmflow capture` knew of the recording; nil for other traces, and for several.
        @NullWhenAbsent public internal(set) var recording: Recording?
    }

    /// A line of a text that nobody understood.
    public struct NotUnderstood: Codable, Equatable, Sendable {
        /// The line's number, from 1.
        public let line: Int
        /// Its beginning, with control bytes escaped.
        public let text: String
    }

    /// What `dmflow capture` knew of the recording.
    public struct Recording: Codable, Equatable, Sendable {
        /// How long tracing was on.
        @NullWhenAbsent public internal(set) var durationNs: UInt64?
        /// How much of that was to be kept, before the end.
        @NullWhenAbsent public internal(set) var keptNs: UInt64?
        /// CPU time of the recorder.
        @NullWhenAbsent public internal(set) var recorderCpuNs: UInt64?
        /// What recording one call took before, its entry and its exit.
        @NullWhenAbsent public internal(set) var callCostBeforeNs: UInt64?
        /// The same, measured after the recording.
        @NullWhenAbsent public internal(set) var callCostAfterNs: UInt64?
        /// Reads and writes that the multipath devices completed meanwhile, as the kernel counts them.
        @NullWhenAbsent public internal(set) var multipathRequests: UInt64?
        /// Whether interrupts were recorded; else their time is in what they hit.
        @NullWhenAbsent public internal(set) var interrupts: Bool?
    }

    /// What was read, so that nothing is dropped silently.
    public struct Counts: Codable, Equatable, Sendable {
        /// Complete calls.
        public let calls: Int
        /// Calls without an exit.
        public let open: Int
        /// Exits without an entry.
        public let orphans: Int
        /// Calls during which events were lost.
        public let lossy: Int
        /// Events that the kernel says it lost, where it gave a number.
        public let lostEvents: Int
        /// Losses without a number.
        public let uncountedLosses: Int
        /// Events of other kinds, or lines of comments.
        public let comments: Int
        /// Lines or events that nobody understood.
        public let unparsedLines: Int
        /// What makes up all that was read: see `TraceCounts`.
        public let entries: Int
        /// Ends of calls.
        public let exits: Int
        /// Calls on one line of a text.
        public let leaves: Int
        /// Headers, blanks and marks of a text.
        public let structureLines: Int
        /// All lines of a text, or all events of a trace.dat.
        public let records: Int
    }

    /// min, max, mean and sum are exact, percentiles within 1 %.
    public struct Latency: Codable, Equatable, Sendable {
        /// The shortest; 0 without any.
        public let minNs: UInt64
        /// The sum divided by the number, cut to the nanosecond.
        public let meanNs: UInt64
        /// As long or longer than half of them.
        public let p50Ns: UInt64
        /// As long or longer than 90 % of them.
        public let p90Ns: UInt64
        /// As long or longer than 99 % of them.
        public let p99Ns: UInt64
        /// The longest.
        public let maxNs: UInt64
        /// All together; sticks at the greatest number.
        public let sumNs: UInt64

        init(_ histogram: Histogram) {
            let values = histogram.percentiles([0.5, 0.9, 0.99])
            minNs = histogram.count > 0 ? histogram.min : 0
            meanNs = histogram.count > 0 ? histogram.sum / UInt64(histogram.count) : 0
            p50Ns = values[0]
            p90Ns = values[1]
            p99Ns = values[2]
            maxNs = histogram.max
            sumNs = histogram.sum
        }
    }

    /// The complete calls of one function that had no recorded caller: nobody called them, or of a fragment, the caller was lost.
    public struct Root: Codable, Equatable, Sendable {
        /// The symbol with its compiler suffix.
        public let function: String
        /// The module, or in user space the program or library; nil for code built into the kernel.
        @NullWhenAbsent public internal(set) var module: String?
        /// Whether the capture was to record trees at this function; null if that is not known, and of a fragment. An interrupt, or what a task does
        /// besides, can stand without a caller, too.
        @NullWhenAbsent public internal(set) var askedFor: Bool?
        /// Whether these are calls whose callers were cut off or lost: they stand deeper than any root does.
        public let fragment: Bool
        /// How many.
        public let calls: Int
        /// How many of the calls have calls in doubt below them, whose time is in their callers' self time, or are hollow.
        public let partialCalls: Int
        /// How many of the calls the kernel recorded without what they called, since an interrupt hit their entry. They are in
        /// `latency` and in no layer.
        public let hollowCalls: Int
        /// Complete calls in the trees of `calls`, these included.
        public let treeCalls: Int
        /// What recording the kernel's calls below took, as an estimate: their number with what recording one cost. It is part of
        /// `latency.sumNs`. What probes in user space took is not known.
        @NullWhenAbsent public internal(set) var tracingNs: UInt64?
        /// Durations of the calls.
        public let latency: Latency
        /// Largest self time first.
        public let layers: [RootLayer]
        /// The part of `latency.sumNs` that lies in hollow calls, and in calls without a recorded entry: it belongs to no layer here.
        public let unattributedNs: UInt64
    }

    /// What a layer has of a root.
    public struct RootLayer: Codable, Equatable, Sendable {
        /// Its name.
        public let layer: String
        /// Time in its functions themselves, in all calls of the root.
        public let selfNs: UInt64
        /// The layer's self time in each call of the root; 0 where the layer did not occur.
        public let latency: Latency
    }

    /// All complete calls of a layer's functions.
    public struct Layer: Codable, Equatable, Sendable {
        /// Its name.
        public let layer: String
        /// Complete calls.
        public let calls: Int
        /// Time in its functions themselves.
        public let selfNs: UInt64
        /// Time during which at least one call of the layer was on the stack.
        public let totalNs: UInt64
    }

    /// All complete calls of a function.
    public struct FunctionTime: Codable, Equatable, Sendable {
        /// The symbol with its compiler suffix.
        public let function: String
        /// The module, or in user space the program or library; nil for code built into the kernel.
        @NullWhenAbsent public internal(set) var module: String?
        /// Its layer.
        public let layer: String
        /// Complete calls.
        public let calls: Int
        /// Time in the function itself.
        public let selfNs: UInt64
        /// The sum of the durations; a function that calls itself counts twice.
        public let totalNs: UInt64
    }

    /// The form's name, `dmflow.report/1`, unless it was read from another version's JSON.
    public let schema: String
    /// What the figures are of.
    public private(set) var source: Source
    /// Counts of what was read.
    public let counts: Counts
    /// Those that were asked for first, and then most time first.
    public let roots: [Root]
    /// Most self time first.
    public let layers: [Layer]
    /// Most self time first.
    public let functions: [FunctionTime]
    /// Requests of multipath devices; nil where nothing of the kind was recorded.
    public private(set) var requests: Requests?
    /// The paths that they were tried on, in the order of their maps and names; nil as ``requests``.
    public private(set) var paths: [Path]?
    /// What happened to paths; nil where nothing was recorded that would tell.
    public private(set) var failover: Failover?

    /// The report with the first lines that were not understood.
    public func withNotUnderstood(_ lines: [NotUnderstoodLine]) -> Report {
        var report = self
        report.source.notUnderstood = lines.map { NotUnderstood(line: $0.number, text: $0.text) }
        return report
    }
}

extension Report.Recording {
    init(_ stats: RecordingStats) {
        self.init(
            durationNs: stats.durationNs, keptNs: stats.keptNs, recorderCpuNs: stats.recorderCPUNs,
            callCostBeforeNs: stats.callCostBeforeNs,
            callCostAfterNs: stats.callCostAfterNs, multipathRequests: stats.multipathRequests,
            interrupts: stats.interrupts)
    }
}

extension Report.Counts {
    init(_ counts: TraceCounts) {
        self.init(
            calls: counts.calls, open: counts.open, orphans: counts.orphans, lossy: counts.lossy,
            lostEvents: counts.lostEvents, uncountedLosses: counts.uncountedLosses, comments: counts.comments,
            unparsedLines: counts.unparsedLines, entries: counts.entries, exits: counts.exits,
            leaves: counts.leaves, structureLines: counts.structureLines, records: counts.records)
    }
}
