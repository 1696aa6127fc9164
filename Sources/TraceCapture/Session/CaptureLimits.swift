/// When a capture ends by itself, before its command does or somebody ends it.
public struct CaptureLimits: Sendable {
    /// Nanoseconds.
    public var duration: UInt64?
    /// Bytes of recorded pages. Recording stops at the first look at which there are more.
    public var bytes: Int?
    /// The part of all events that may be lost, from 0 to 1.
    public var lost: Double?
    /// The part of a CPU's time that tracing may take, from 0 to 1, on whichever CPU it is highest, over the last second.
    public var overhead: Double?
    /// Functions of the kernel, the first call of which ends the capture.
    public var stopFunctions: [String] = []
    /// Nanoseconds that are still recorded after that call.
    public var stopDelay: UInt64 = 0

    /// None: the capture ends with its command or by a signal.
    public init() {}
}
