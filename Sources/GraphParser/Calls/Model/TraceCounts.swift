import TraceFormat

/// What a reading found, so that nothing is dropped silently.
///
/// Text: `lines = leaves + entries + exits + comments + structureLines + unparsedLines`, where comments and losses count
/// lines. trace.dat: `events = entries + exits + comments + unparsedLines`. Both: `entries + inferredEntries + leaves = calls
/// + lossy + open` and `exits + leaves = calls + lossy + orphans`.
public struct TraceCounts: Codable, Equatable, Sendable {
    /// Complete calls.
    public var calls = 0
    /// Calls without a recorded exit.
    public var open = 0
    /// Exits without a recorded entry.
    public var orphans = 0
    /// Calls during which events were lost.
    public var lossy = 0

    /// Complete calls whose duration the trace does not have.
    public var untimed = 0
    /// Calls that went on on a CPU whose task the text does not name, as the name at their end tells.
    public var joinedByName = 0

    /// Events that the kernel says it lost, where it gave a number.
    public var lostEvents = 0
    /// Losses for which the kernel gave no number.
    public var uncountedLosses = 0

    /// Function entries: `f() {` lines, funcgraph_entry events, or a uprobe's in user space.
    public var entries = 0
    /// Entries that were not recorded, as `tracing_thresh` has it: each exit stands for a call.
    public var inferredEntries = 0
    /// Function exits: `}` lines, funcgraph_exit events, or a uprobe's in user space.
    public var exits = 0
    /// Calls on one line, `f();`.
    public var leaves = 0
    /// Lines of comments, or events of other kinds.
    public var comments = 0
    /// Headers, blanks, context switches, interrupt marks, loss marks.
    public var structureLines = 0
    /// Lines or events that could not be understood.
    public var unparsedLines = 0
    /// All lines of a text, or all events of a trace.dat.
    public var records = 0

    /// Counts of nothing.
    public init() {}

    /// True if any call was seen, be it only its entry or exit.
    var holdsCalls: Bool { entries + exits + leaves > 0 }

    /// A number of lost events that a kernel can have counted; nil for others.
    static func plausibleLoss(_ count: Int?) -> Int? {
        count.flatMap { (0..<Int(CPUStatistics.implausible)).contains($0) ? $0 : nil }
    }

    /// A loss of `count` events, nil where unknown.
    mutating func addLoss(_ count: Int?) {
        guard let count = Self.plausibleLoss(count) else {
            uncountedLosses += 1
            return
        }
        lostEvents = min(lostEvents, 1 << 62) + count
    }

    /// True if the trace lost events, or any call or its duration is in doubt.
    public var isInDoubt: Bool {
        open + orphans + lossy + lostEvents + uncountedLosses + unparsedLines + untimed > 0
    }
}

extension TraceCounts {
    private static var parts: [WritableKeyPath<TraceCounts, Int>] {
        [
            \.calls, \.open, \.orphans, \.lossy, \.untimed, \.joinedByName, \.lostEvents, \.uncountedLosses, \.entries,
            \.inferredEntries, \.exits, \.leaves, \.comments, \.structureLines, \.unparsedLines, \.records,
        ]
    }

    /// True if any of the counts is none, as only those can be that are read from a file.
    public var isNegative: Bool { Self.parts.contains { self[keyPath: $0] < 0 } }

    /// The counts of both together; each sticks at the greatest number.
    public static func + (left: TraceCounts, right: TraceCounts) -> TraceCounts {
        var sum = left
        for part in parts {
            let (both, overflow) = left[keyPath: part].addingReportingOverflow(right[keyPath: part])
            sum[keyPath: part] = overflow ? .max : both
        }
        return sum
    }
}
