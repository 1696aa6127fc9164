/// What no real trace exceeds; keeps invented ones from taking memory. Both readers hold to it.
enum Limits {
    /// Deeper than any kernel's shadow stack.
    static let depth = 1023
    /// More CPUs than Linux supports on any architecture.
    static let cpu = 8191
    /// Tasks whose names are kept.
    static let taskNames = 1 << 16
}
