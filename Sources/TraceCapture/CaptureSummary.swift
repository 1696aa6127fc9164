/// What a capture yielded.
public struct CaptureSummary: Sendable {
    /// Why it ended.
    public enum Ending: Equatable, Sendable {
        case commandEnded
        case durationPassed
        case signal(Int32)
    }

    /// What one CPU contributed.
    public struct CPU: Equatable, Sendable {
        public let cpu: Int
        /// Events in the file.
        public let events: UInt64
        /// Events that happened and are not in the file.
        public let lost: UInt64
    }

    public let output: String
    public let ending: Ending
    /// How the command ended, if there was one.
    public let command: CommandStatus?
    public let cpus: [CPU]
    /// Nanoseconds during which tracing was on.
    public let duration: UInt64
    /// Size of the recorded pages.
    public let bytes: Int
    /// Functions that could be recorded.
    public let functions: Int
    public let clock: String

    public var events: UInt64 { cpus.reduce(0) { $0 + $1.events } }
    public var lost: UInt64 { cpus.reduce(0) { $0 + $1.lost } }
}
