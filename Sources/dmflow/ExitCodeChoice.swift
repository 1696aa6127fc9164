import ArgumentParser
import TraceCapture

/// Whose exit code a capture has: `--exit-code`.
enum ExitCodeChoice: String, ExpressibleByArgument, CaseIterable {
    case dmflow, command

    /// The exit code of a capture that has left its file and put tracing back.
    ///
    /// - Parameter isLossy: whether events were lost where none were to be.
    /// - Returns: nil for a plain success.
    func code(ending: CaptureSummary.Ending, command: CommandStatus?, isLossy: Bool) -> Int32? {
        if self == .command, let code = Self.code(command) { return code }
        switch ending {
        case .diskFull: return 2
        case .lossExceeded, .overheadExceeded: return 1
        default: return isLossy ? 3 : nil
        }
    }

    /// As a shell has it; nil for a command that succeeded, or still runs.
    private static func code(_ command: CommandStatus?) -> Int32? {
        switch command {
        case nil, .exited(0), .running: nil
        case .exited(let code): code
        case .killed(let signal): 128 + signal
        }
    }
}
