import ArgumentParser
import Glibc
import TraceFormat

@main
struct Dmflow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dmflow",
        abstract: "Trace how work flows through Linux native multipath, and see where the time went.",
        discussion: """
            Exit codes: 0 done; 1 a check failed; 2 the input or the machine does not allow it; 3 done, but events were \
            lost, or calls, requests or failovers are in doubt, where --strict asks for none; 64 usage.
            """
                + Examples([
                    "Whether this machine can be traced":
                        "dmflow doctor",
                    "Half a minute of a busy host":
                        "dmflow capture --light --duration 30s -o io.dat",
                    "Where the time went":
                        "dmflow report io.dat",
                    "What held requests up":
                        "dmflow failover io.dat",
                ]).text,
        version: Version.text,
        subcommands: [
            DoctorCommand.self, CaptureCommand.self, LiveCommand.self, FlowsCommand.self, RestoreCommand.self,
            ReportCommand.self, RequestsCommand.self, FailoverCommand.self, TreeCommand.self, BrowseCommand.self,
            BaselineCommand.self, CheckCommand.self, DiffCommand.self, ExportCommand.self,
        ])

    @Flag(name: .customShort("V"), help: "Show the version, as --version does.")
    var showsVersion = false

    func run() throws {
        throw showsVersion ? CleanExit.message(Self.configuration.version) : CleanExit.helpRequest(self)
    }

    static func main() {
        openStandardStreams()
        let arguments = RawArguments.encoded
        do {
            var command = try parseAsRoot(arguments)
            try command.run()
        } catch {
            leave(with: error, arguments)
        }
    }

    /// Whoever starts the program with standard streams closed must not find messages in the files that are opened next.
    private static func openStandardStreams() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest number that is free. Only for reading, so that what cannot be written is told.
            guard open("/dev/null", O_RDONLY) == descriptor else { return }
        }
    }

    /// Says why, and ends with the code of the error.
    private static func leave(with error: any Error, _ arguments: [String]) -> Never {
        // What it has to say it has said.
        if let code = error as? ExitCode { exit(withError: code) }
        let code = exitCode(for: error)
        if code == .validationFailure { CheckCommand.leaveUndone(arguments) }
        if code == .validationFailure, let hint = UsageHint(arguments: arguments).line {
            printError(hint)
        } else if code == .success {
            print(fullMessage(for: error))
        } else {
            let text = ParserMessage(fullMessage(for: error), about: arguments).printable
            _ = text.withCString { write(STDERR_FILENO, $0, strlen($0)) }
        }
        exit(withError: code)
    }
}
