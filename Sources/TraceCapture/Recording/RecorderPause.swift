/// How long a recorder looks away from a kernel that wakes it for little: longer each time, until it was worth it.
struct RecorderPause {
    private(set) var milliseconds = 0
    private let maxMilliseconds: Int
    /// Bytes for which it is worth to be woken.
    private let worthwhile: Int

    private static let minMilliseconds = 5

    /// While the longest pause passes, 160 MB/s get into the buffer without loss, unless it is very small.
    ///
    /// - Parameters:
    ///   - bufferSize: bytes that the CPU's ring buffer holds.
    ///   - move: bytes that one call moves.
    init(bufferSize: Int, move: Int) {
        maxMilliseconds = min(100, max(Self.minMilliseconds, 100 * bufferSize / (16 << 20)))
        worthwhile = min(move, bufferSize / 8)
    }

    /// - Parameters:
    ///   - forPages: whether the kernel woke it, rather than the clock.
    ///   - bytes: that were moved.
    mutating func woken(forPages: Bool, bytes: Int) {
        milliseconds =
            forPages && bytes < worthwhile ? min(max(milliseconds * 2, Self.minMilliseconds), maxMilliseconds) : 0
    }
}
