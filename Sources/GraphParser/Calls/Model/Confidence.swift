/// How far a call's record can be trusted.
public enum Confidence: UInt8, Sendable, CaseIterable {
    /// Entry and exit recorded, nothing lost between them.
    case complete
    /// Entered, but no exit recorded.
    case open
    /// Left, but no entry recorded.
    case orphan
    /// Entry and exit recorded, but events were lost in between.
    case lossy
}
