/// What no real trace exceeds; keeps invented ones from taking memory. Both readers hold to it.
enum Limits {
    /// Deeper than any kernel's shadow stack.
    static let depth = 1023
    /// More CPUs than Linux supports on any architecture.
    static let cpu = 8191
    /// Tasks whose names are kept.
    static let taskNames = 1 << 16
    /// Functions that are told apart. A kernel has more, but no trace of its calls names half as many.
    static let functions = 1 << 15
    /// Bytes of all names of functions, and of all of tasks.
    static let nameBytes = 8 << 20
    /// Tasks that may have calls open at once; those seen longest ago are then taken for over.
    static let tasks = 1 << 16
}
