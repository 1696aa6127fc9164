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
    public var limits = CaptureLimits()
    /// Keep only the last nanoseconds before the end, as far as the ring buffer holds them; nil to keep all.
    public var keep: UInt64?
    /// The ring buffer of one CPU.
    public var bufferKilobytes = 16 * 1024
    public var output: RawString
    /// Whom the file is given to; nil for whoever captures.
    public var owner: Account?
    /// A command to run while tracing, with its arguments; the capture ends when it does. Empty for none.
    public var command: [RawString] = []
    /// Whom the command is run as; nil for whoever captures.
    public var user: Account?

    public init(flows: [String], output: RawString) {
        self.flows = flows
        self.output = output
    }

    /// Reads a duration such as `500ms`, `10s` or `2m`.
    ///
    /// - Returns: nanoseconds, more than zero.
    /// - Throws: `.badDuration`.
    public static func nanoseconds(_ text: String) throws(CaptureError) -> UInt64 {
        let units: [(suffix: String, nanoseconds: Double)] = [
            ("ms", 1e6), ("us", 1e3), ("s", 1e9), ("m", 60e9), ("h", 3600e9),
        ]
        guard let unit = units.first(where: { text.hasSuffix($0.suffix) }),
            let number = Double(text.dropLast(unit.suffix.count)),
            // 4e18 ns are 126 years, and fit.
            number.isFinite, number * unit.nanoseconds >= 1, number * unit.nanoseconds < 4e18
        else { throw CaptureError(.badDuration(text)) }
        return UInt64((number * unit.nanoseconds).rounded())
    }
}
