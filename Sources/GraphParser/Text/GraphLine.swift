/// One line of function_graph text, taken apart but not yet interpreted.
enum TextLine {
    case graph(GraphLine)
    /// Another event printed between the calls; `isClosed` is false if its text goes on in the next lines.
    case comment(isClosed: Bool)
    case taskSwitch(cpu: Int, from: Int32, to: Int32)
    case loss(cpu: Int, count: Int?)
    /// `# tracer: NAME`
    case tracer(Range<Int>)
    /// Blank lines, rulers, column headers, interrupt arrows, overruns.
    case structure
    case unparsed
}

/// A line that enters or leaves a function. Columns that the trace was printed without are nil.
struct GraphLine {
    /// `f() {` is an entry, `f();` a leaf, `}` and `} /* f */` an exit.
    var kind = GraphEvent.Kind.entry
    /// ns, from the microseconds of funcgraph-abstime.
    var timestamp: UInt64?
    var cpu: Int?
    var tid: Int32?
    /// Where the task's name stands, cut to 7 bytes by the kernel; empty without the task column.
    var comm = 0..<0
    /// ns, from the microseconds of the duration column.
    var duration: UInt64?
    var precision = GraphEvent.Precision.nanosecond
    /// Where the bar behind the duration stands; negative without that column.
    var bar = -1
    /// Half the indentation.
    var depth = 0
    /// Where `name` or `name [module]` stands in the line; empty for a bare `}`.
    var name = 0..<0
}
