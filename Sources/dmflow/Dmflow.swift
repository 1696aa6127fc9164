import ArgumentParser

@main
struct Dmflow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dmflow",
        abstract: "Trace how work flows through Linux native multipath, and see where the time went.",
        discussion: """
            Exit codes: 0 done; 1 a check failed; 2 the input or the machine does not allow it; 3 done, but events were \
            lost or calls are in doubt, where --strict asks for none; 64 usage.
            """,
        version: "0.1.0",
        subcommands: [
            DoctorCommand.self, CaptureCommand.self, FlowsCommand.self, RestoreCommand.self, ReportCommand.self,
            TreeCommand.self,
        ])

    static func main() { main(RawArguments.encoded) }
}
