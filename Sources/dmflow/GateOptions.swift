import ArgumentParser
import Gate
import Glibc
import Reports
import TraceCapture
import TraceFormat

/// What `check` and `diff` have in common.
struct GateOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What captures are held to, YAML; see dmflow-policy(5). Without one, the rules that dmflow brings.",
            valueName: "file"),
        completion: .file())
    var policy: String?

    @Flag(help: "The first capture of base and the first of head are a pair, as they were recorded, and so on.")
    var paired = false

    @Option(
        help: ArgumentHelp(
            "An output of this format, to a file or, without one, to standard output. Can be given again.\n\(CheckOutputs.help)",
            valueName: "format[=file]"),
        completion: .list(CheckOutputs.names))
    var output: [String] = []

    @Flag(help: "List what is the same, too.")
    var verbose = false

    @Option(help: "Colour: on terminals only, for a pager that shows it, or none.")
    var color = ColorChoice.auto

    @OptionGroup var layers: LayerOption

    func files() throws -> GateFiles { GateFiles(map: try layers.map()) }

    /// - Parameter place: the file that tools are to blame; they want it relative to where they run.
    func options(place: String?) -> CheckOptions {
        var place = place ?? "dmflow"
        if let here = getcwd(nil, 0) {
            defer { free(here) }
            let directory = String(cString: here) + "/"
            if place.hasPrefix(directory) { place.removeFirst(directory.count) }
        }
        return CheckOptions(showsAll: verbose, place: printable(place))
    }

    /// The policy of the file, or the one that dmflow brings.
    func readPolicy() throws -> Policy {
        guard let policy else { return Policy() }
        let directory = policy.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        return try Policy(TextFile.bytes(policy), path: printable(policy), flows: Self.flows) { file in
            // Beside the policy.
            try TextFile.read(file.hasPrefix("/") || directory.isEmpty ? file : "\(directory)/\(file)")
        }
    }

    private static var flows: [String: [String]] {
        Dictionary(FlowCatalogue.builtin.flows.map { ($0.name, $0.roots.map(\.function)) }) { first, _ in first }
            .filter { !$0.value.isEmpty }
    }

    /// Today, in UTC: `2026-11-27`.
    static var today: String {
        var (now, parts) = (time(nil), tm())
        gmtime_r(&now, &parts)
        func digits(_ number: Int32, _ count: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        return "\(digits(parts.tm_year + 1900, 4))-\(digits(parts.tm_mon + 1, 2))-\(digits(parts.tm_mday, 2))"
    }
}
