import ArgumentParser
import Gate
import Reports
import TraceFormat

/// `dmflow baseline`: captures as later ones are checked against.
struct BaselineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "baseline",
        abstract: "Distil captures into a file that later ones are checked against.",
        discussion: """
            The file has, for each capture, how its calls go and how long things took, in lines that a person can review; `dmflow check` \
            compares others with it. Baselines that are given among the files are taken over, so that captures can be added \
            without the old ones.
            """
                + Examples([
                    "From captures of one machine and load":
                        "dmflow baseline base-*.dat -o base.json",
                    "One more capture":
                        "dmflow baseline base.json new.dat -o base.json",
                ]).text)

    @Argument(
        help: ArgumentHelp("Captures, as for `dmflow report`, or baselines.", valueName: "file"), completion: .file())
    var files: [String]

    @Option(name: .shortAndLong, help: "The file to write; standard output without.", completion: .file())
    var output: String?

    @OptionGroup var layers: LayerOption

    func run() throws {
        try reporting {
            if let output, let capture = try GateFiles.capture(output, among: files) {
                throw UsageFailure(
                    "\(printable(output)): is the capture \(printable(capture)); choose another file for the baseline")
            }
            let baseline = try GateFiles(map: try layers.map()).baseline(files)
            try ResultText.write(try baseline.json(), to: output)
        }
    }
}
