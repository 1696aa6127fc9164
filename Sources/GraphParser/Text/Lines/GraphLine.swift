/// One line of a text, taken apart but not yet interpreted. All ranges are positions in that line.
enum TextLine {
    case graph(GraphLine)
    case comment(CommentLine)
    case taskSwitch(cpu: Int, from: TaskName, to: TaskName)
    case loss(cpu: Int, count: Int?)
    /// So many calls of the task were not recorded so far, since it had no room for them.
    case overruns(UInt64)
    /// A line of a header; with the first one behind calls another trace begins.
    case header(HeaderLine)
    /// The line that `dmflow tree` puts before a tree, with the task that it names, and whether the tree's caller was cut off.
    case treeTitle(TaskName?, isFragment: Bool)
    /// A call's entry or exit, printed in a form that has no durations or no depths.
    case rawEvent
    /// Blank lines, rulers, stack traces, interrupt arrows, overruns.
    case structure
    /// Begins as an event's line does, but the rest of it is not understood: lines are damaged, or cut.
    case damaged
    case unparsed
}

/// A line of the header that the kernel prints before a trace.
enum HeaderLine {
    /// `# tracer: NAME`
    case tracer(Range<Int>)
    /// The kernel's release, from the title of the latency format.
    case release(Range<Int>)
    /// How many events the ring buffers hold, and how many were written to them.
    case entries(kept: UInt64, written: UInt64)
    /// The kernel says that ftrace stopped itself.
    case corrupted
    /// The names of columns, legends, and what else says nothing of its own.
    case other
}

/// `comm-123`, a task's name as the text has it and its thread ID.
struct TaskName {
    let comm: Range<Int>
    let tid: Int32
}

/// A line that enters or leaves a function. Columns that the trace was printed without are nil.
struct GraphLine {
    /// `f() {` is an entry, `f();` a leaf, `}` and `} /* f */` an exit.
    var kind = GraphEvent.Kind.entry
    /// ns, from the microseconds of funcgraph-abstime or of the latency tracers' time since the trace began.
    var timestamp: UInt64?
    var cpu: Int?
    var tid: Int32?
    /// Where the task's name stands, cut to 7 bytes by the kernel; empty without the task column.
    var comm = 0..<0
    /// Where the name of the ring buffer or file stands that `trace-cmd report` took the line from; empty if there is one.
    var source = 0..<0
    /// Where the bar behind the duration stands, be that empty; negative without the column.
    var durationBar = -1
    /// ns, from the microseconds of the duration column.
    var duration: UInt64?
    var precision = GraphEvent.Precision.nanosecond
    /// Blanks between the bar behind the duration and the body, or before the body where there is no such bar.
    var indentation = 0
    /// Half the indentation.
    var depth = 0
    /// Where `name` or `name [module]` stands in the line; empty for a bare `}`.
    var name = 0..<0
    /// `dmflow tree` says so of a call during which events were lost, or not recorded.
    var isLossy = false
    /// Printed by `trace-cmd report`, which leaves ends without names where the kernel does not.
    var isReport = false

    var hasDurationColumn: Bool { durationBar >= 0 }

    /// False for a line of a trace that was printed with context-info off: nothing but indentation and body.
    var hasColumns: Bool { hasDurationColumn || cpu != nil || tid != nil || timestamp != nil }
}

/// Another event, printed between the calls.
struct CommentLine {
    enum End {
        /// With this line.
        case closed
        /// With the line that ends in `*/`.
        case open
        /// Before the next line that is an event: the text has no end mark.
        case beforeNextEvent
    }

    /// Time, CPU and task of the event; nothing else of it has a meaning.
    var columns = GraphLine()
    /// Where the event's text stands, without the marks around it; it may go on in the next lines.
    var text = 0..<0
    var end = End.closed
}
