import ArgumentParser
import Gate

/// `dmflow diff`: what is different between two captures, or baselines.
struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Say what is different between captures: calls, and how long things take.",
        discussion: """
            As `dmflow check`, but nothing fails: the exit code is 0 whatever is found. Of two single captures, what always differs in \
            the calls is told, and of times only that they cannot be told from chance: give several, or baselines of several.
            """
                + Examples([
                    "Two kernels":
                        "dmflow diff 6.1.json 6.12.json",
                    "All rows, also those that are the same":
                        "dmflow diff --verbose before.json after.json",
                ]).text)

    @Argument(help: ArgumentHelp("A capture or a baseline.", valueName: "base"), completion: .file())
    var base: String

    @Argument(help: ArgumentHelp("Another.", valueName: "head"), completion: .file())
    var head: String

    @OptionGroup var gate: GateOptions

    func run() throws {
        try reporting {
            let outputs = try CheckOutputs(gate.output, besides: [base, head] + [gate.policy].compactMap(\.self))
            var policy = try gate.readPolicy()
            // Budgets are no difference.
            policy.budgets = []
            let files = try gate.files()
            var check = Check(
                base: try files.baseline([base]).captures, head: try files.baseline([head]).captures, policy: policy)
            check.isPaired = gate.paired
            try outputs.write(try check.result(), gate.options(place: gate.policy ?? base), color: gate.color)
        }
    }
}
