public import TraceFormat

/// What to capture, and where to.
public struct CaptureOptions: Sendable {
    /// Names in the flow catalogue.
    public var flows: [String]
    /// Functions to trace besides.
    public var roots: [String] = []
    /// Record every function of the kernel below the roots, not the storage stack only. Expensive.
    public var allFunctions = false
    /// What else of the storage stack to record; off by default.
    public var noise: [TraceNoise] = []
    /// Record interrupts that hit what is traced; nil to do so where the kernel can without harm to the trees.
    public var interrupts: Bool?
    /// Take over a tracer, events or a task filter that somebody else has set up, and put them back afterwards.
    public var force = false
    /// How many levels of calls are recorded; nil for all.
    public var depth: Int?
    /// When it ends by itself.
    public var limits = CaptureLimits()
    /// Keep only the last nanoseconds before the end, as far as the ring buffer holds them; nil to keep all.
    public var keep: UInt64?
    /// The ring buffer of one CPU.
    public var bufferKilobytes = 16 * 1024
    /// The path of the file to write. A capture that is watched writes none.
    public var output: RawString
    /// Whom the file is given to; nil for whoever captures.
    public var owner: Account?
    /// The recorder's own arguments, for the trace to tell how it was made; empty to leave them out.
    public var commandLine: [RawString] = []
    /// A command to run while tracing, with its arguments; the capture ends when it does. Empty for none.
    public var command: [RawString] = []
    /// Whom the command is run as; nil for whoever captures.
    public var user: Account?

    /// - Parameters:
    ///   - flows: names of the catalogue.
    ///   - output: the path of the file to write.
    public init(flows: [String], output: RawString = "trace.dat") {
        self.flows = flows
        self.output = output
    }
}
