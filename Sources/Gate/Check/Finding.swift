/// One thing that a check says.
public struct Finding: Equatable, Sendable {
    /// What kind of thing was looked at.
    public enum Rule: String, Codable, CaseIterable, Sendable {
        /// A function that was not called in this way, and now is.
        case newCall = "new-call"
        /// A function that was called in this way, and no longer is.
        case vanishedCall = "vanished-call"
        /// A function that is called more or less often by each call of its caller.
        case fanOut = "fan-out"
        /// A layer that calls another more or less often.
        case crossing
        /// A new lock, allocation or sleep below a function that is declared fast.
        case fastPath = "fast-path"
        /// Calls of a root for each request.
        case callsPerRequest = "calls-per-request"
        /// A path or a stage that is new, or gone.
        case row
        /// How long something takes.
        case time
        /// A bound of the policy.
        case budget
        /// That there was anything to look at.
        case coverage
        /// Something that was lost, or is in doubt.
        case loss
    }

    /// What kind of thing was looked at.
    public var rule: Rule
    /// What it is about: a row, a way of calling, a budget. The same from check to check.
    public var subject: String
    /// What is said of it.
    public var verdict: Verdict
    /// The same in words, a line.
    public var message: String
    /// The change with its bounds; nil where it is none of numbers.
    public var effect: Effect?
    /// How many more captures a side would decide, or boots or pairs, see ``unit``; nil where that is not the question.
    public var moreCaptures: Int?
    /// What counts as one sample: `capture`, `boot` or `pair`.
    public var unit = "capture"
    /// The functions from the root to where it is; empty where it is no call.
    public var way: [String] = []
    /// The comment of a budget's owner.
    public var comment: String?

    /// What would decide it, in words; nil where that is not the question.
    var remedy: String? {
        guard let moreCaptures else { return nil }
        if moreCaptures > Self.mostUseful {
            return
                "these \(unit)s are too unlike each other to decide it; a quieter machine would help more than more of them"
        }
        return "some \(moreCaptures) more \(unit)s a side would decide"
    }

    /// More than anybody would record.
    private static let mostUseful = 100

    /// How large a change is.
    public struct Effect: Codable, Equatable, Sendable {
        /// What it was in base: ns of a row, calls of a caller's call.
        public var base: Double
        /// What it is in head, as estimated.
        public var head: Double
        /// The change, as a part of base; of counts, as a number.
        public var change: Double
        /// What it is above, but for the false alarms that the policy allows; nil where the captures are too few.
        public var low: Double?
        /// What it is below, likewise.
        public var high: Double?
        /// Of a time that was compared with what all rows have in common: the change by itself; nil elsewhere.
        public var absolute: Double?
        /// What matters: the tolerance.
        public var tolerance: Double
    }

    init(
        _ rule: Rule, _ subject: String, _ verdict: Verdict, _ message: String, effect: Effect? = nil,
        moreCaptures: Int? = nil, way: [String] = []
    ) {
        (self.rule, self.subject, self.verdict, self.message) = (rule, subject, verdict, message)
        (self.effect, self.moreCaptures, self.way) = (effect, moreCaptures, way)
    }
}
