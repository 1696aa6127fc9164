import ArgumentParser
import Glibc
import Reports
import TraceCapture

/// `dmflow doctor`: what this machine can trace, and what stands in the way.
struct DoctorCommand: ParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say what this machine can trace, what stands in the way, and what to do about it.",
        discussion: """
            Looks only, and changes nothing: no setting, no file, no mount. Without root, what cannot be found out is said to \
            be not known. The exit code is 0 when a capture can be made here, 2 when something stands in the way.
            """
                + Examples([
                    "What this machine can trace":
                        "dmflow doctor",
                    "For a program":
                        "dmflow doctor --format json",
                ]).text)

    @OptionGroup var flows: FlowOptions

    @Option(help: "Output format.")
    var format = Format.text

    @Option(help: "Colour on standard output. NO_COLOR switches auto off.")
    var color = ColorChoice.auto

    func run() throws {
        try reporting {
            let diagnosis = Doctor().examine(try flows.catalogue())
            try emit(try render(diagnosis))
            let problems = diagnosis.findings.count { $0.verdict == .problem }
            if problems > 0 {
                let count = problems == 1 ? "1 problem" : "\(problems) problems"
                throw Failure(message: "a capture cannot be made here: \(count); each is listed with what to do")
            }
        }
    }

    /// Nil if standard output is no terminal: a line is one finding then, for grep.
    private var columns: Int? { Style.terminalColumns.map { max(60, $0) } }

    private func render(_ diagnosis: Diagnosis) throws -> String {
        switch format {
        case .json: try diagnosis.json()
        case .text:
            DoctorText(style: .ofStandardOutput(color), columns: columns).render(diagnosis)
        }
    }

}
