/// What a gate holds captures to. Without a file: the values here.
public struct Policy: Equatable, Sendable {
    /// How times are compared.
    public struct Time: Equatable, Sendable {
        /// Whether they are.
        public var isCompared = true
        /// The smallest slowdown that must not pass, as a part: 0.1 for 10 %.
        public var tolerance = 0.1
        /// The same of all rows together, which is the machine's own speed more often than the stack's.
        public var speedTolerance = 0.25
        /// What is less than this does not matter, in ns.
        public var floorNs = 500.0
        /// A row with fewer times in a capture is not compared.
        public var leastCount = 30
        /// How often, in all rows of a check together, chance alone may be taken for a slowdown.
        public var falseAlarms = 0.005
        /// Which figures of a row.
        public var figures: [Figure] = [.p50]
        /// Names of rows, with `*` and `?`.
        public var rows = ["root *", "requests", "stage *", "path *"]
        /// Names of rows that are not compared.
        public var ignored = ["path *, stage *"]
        /// Whether head may have been recorded behind base.
        public var anyOrder = false

        /// As it is by default.
        public init() {}
    }

    /// How the calls' shape is compared.
    public struct Shape: Equatable, Sendable {
        /// Whether it is.
        public var isCompared = true
        /// A change in the number of calls of a caller's call that is less than this, and less than the tolerance of times, does not matter
        /// where the number varies by itself.
        public var floor = 0.05
        /// A caller with fewer calls on a side tells nothing exact.
        public var leastCalls = 20
        /// Functions whose calls are not looked at, with `*` and `?`.
        public var ignored: [String] = []
        /// Functions below which there must be no new lock, allocation or sleep at all.
        public var fast: [String] = []
        /// Names of one function, and functions that are inlined.
        ///
        /// Those that dmflow brings are added where captures are of several kernels.
        public var aliases = Aliases()

        /// As it is by default.
        public init() {}
    }

    /// How times are compared.
    public var time = Time()
    /// How the calls' shape is compared.
    public var shape = Shape()
    /// Whether a check passes where the captures do not tell.
    public var passesCannotTell = false
    /// Bounds that captures have to keep, whatever the baseline does.
    public var budgets: [Budget] = []
    /// Which functions take locks, allocate or sleep.
    public var classes = CallClasses.builtin
    /// Where it is from, for messages; empty for the built-in one.
    public var path = ""

    /// As it is by default.
    public init() {}

    /// Whether a check by it fails where something was lost.
    var looksAtLosses: Bool {
        shape.isCompared || budgets.contains { $0.isOfCounts || $0.bound == .nothingLost }
    }
}
