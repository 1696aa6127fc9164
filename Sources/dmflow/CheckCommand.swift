import ArgumentParser
import Gate
import Reports
import TraceFormat

/// `dmflow check`: holds captures to a baseline and a policy.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Hold captures to a baseline and a policy: shape, times, budgets, losses.",
        discussion: """
            Says of each way of calling, row of times and budget whether it is worse, better, the same, or cannot be told from these \
            captures; and then how many more would decide. A capture is one sample, however many requests it has, so that it takes about \
            twelve of each side to see 10 %; record base and head in turns. The last line is the verdict.

            Exit codes: 0 passed; 1 worse, or cannot be told and the policy does not let that pass; 2 captures that cannot be \
            compared, a policy or a baseline that is none; 64 usage. make turns 1 into 2: --status FILE has the verdict.
            """
                + Examples([
                    "Captures of a change against those of before, by the rules of a file":
                        "dmflow check head-*.dat --baseline base.json --policy policy.yml",
                    "For a CI system that reads JUnit":
                        "dmflow check head-*.dat --baseline base.json --output junit=check.xml",
                    "Whether these captures and rules would see anything":
                        "dmflow check --self-test base.json --policy policy.yml",
                ]).text)

    @Argument(
        help: ArgumentHelp(
            "The captures that are looked at, as for `dmflow report`, or baselines of them.", valueName: "file"),
        completion: .file())
    var files: [String]

    @Option(
        help: ArgumentHelp("To compare with; without it, only the policy's budgets are checked.", valueName: "file"),
        completion: .file())
    var baseline: String?

    @OptionGroup var gate: GateOptions

    @Option(
        help: ArgumentHelp(
            "A file for the verdict, a word or two, for wrappers that swallow exit codes.", valueName: "file"),
        completion: .file())
    var status: String?

    @Flag(
        help:
            "Change the given captures for the worse, in several ways, and see that this policy fails each and passes them unchanged."
    )
    var selfTest = false

    @Flag(
        help:
            "Set halves of the given captures against each other, again and again: how often there is a false alarm, and what is seen."
    )
    var calibrate = false

    @Option(help: ArgumentHelp("Rounds of --calibrate.", valueName: "n"))
    var rounds = 300

    @Option(
        help: ArgumentHelp(
            "Captures a side in each round of --calibrate and --self-test; half of what there is by default.",
            valueName: "n"))
    var side: Int?

    @Option(
        help: ArgumentHelp("Where --calibrate and --self-test begin to draw; the same gives the same.", valueName: "n"))
    var seed: UInt64 = 1

    func validate() throws {
        if selfTest && calibrate {
            throw ValidationError("--self-test and --calibrate are two things; do one after the other")
        }
        if (selfTest || calibrate) && baseline != nil {
            throw ValidationError(
                "--self-test and --calibrate compare the given captures with each other; leave --baseline out")
        }
        if (selfTest || calibrate) && gate.paired {
            throw ValidationError("--self-test and --calibrate draw their own sides; leave --paired out")
        }
        if (selfTest || calibrate) && !gate.output.isEmpty {
            throw ValidationError("--self-test and --calibrate print a text of their own; leave --output out")
        }
        if let status, inputs.contains(status) {
            throw ValidationError("\(status): is read by this check; choose another file for --status")
        }
        if calibrate && status != nil { throw ValidationError("--calibrate gives no verdict; leave --status out") }
        if rounds < 1 || rounds > 1_000_000 { throw ValidationError("--rounds takes a number from 1 to 1000000") }
        if let side, side < 1 { throw ValidationError("--side takes a number from 1") }
    }

    /// What is read.
    private var inputs: [String] { files + [baseline, gate.policy].compactMap(\.self) }

    func run() throws {
        try reporting {
            // A place that cannot be written to costs no reading.
            try leave("not done", passes: false)
            let policy = try gate.readPolicy()
            let outputs = try CheckOutputs(gate.output, besides: inputs + [status].compactMap(\.self))
            let captures = try gate.files().baseline(files).captures
            if selfTest || calibrate { return try trial(captures, policy) }
            let base = try baseline.map { try gate.files().baseline([$0]).captures } ?? []
            if baseline == nil && policy.budgets.isEmpty {
                throw UsageFailure("nothing to check: name a --baseline, or a --policy with budgets")
            }
            var check = Check(base: base, head: captures, policy: policy)
            (check.isPaired, check.today) = (gate.paired, GateOptions.today)
            let result = try check.result()
            try outputs.write(result, gate.options(place: gate.policy ?? baseline), color: gate.color)
            try end(result.passes, "\(result.verdict.rawValue)")
        }
    }

    /// Arguments that are no check, such as a pattern that has matched no file: what an earlier one left is no verdict on this.
    static func leaveUndone(_ arguments: [String]) {
        guard arguments.first == configuration.commandName else { return }
        let rest = arguments.dropFirst()
        let next = rest.firstIndex(of: "--status").map { rest.index(after: $0) }.flatMap {
            $0 < rest.endIndex ? rest[$0] : nil
        }
        let joined = rest.first { $0.hasPrefix("--status=") }.map { String($0.dropFirst("--status=".count)) }
        guard let file = next ?? joined, !file.hasPrefix("-"), rest.count(where: { $0 == file }) < 2 else { return }
        try? ResultText.write("not done\nfail\n", to: file)
    }

    /// Leaves the verdict where wrappers find it.
    private func end(_ passes: Bool, _ verdict: String) throws {
        try leave(verdict, passes: passes)
        if !passes { throw ExitCode(1) }
    }

    private func leave(_ verdict: String, passes: Bool) throws {
        if let status { try ResultText.write("\(verdict)\n\(passes ? "pass" : "fail")\n", to: status) }
    }

    private func trial(_ captures: [CaptureProfile], _ policy: Policy) throws {
        var progress = Progress(of: calibrate ? "checking draws of captures" : "checking changed captures")
        defer { progress.end() }
        let style = Style.ofStandardOutput(gate.color)
        if calibrate {
            let calibration = try Calibration(captures, policy, side: side, rounds: rounds, seed: seed) {
                progress.update(done: $0, of: $1)
            }
            progress.end()
            return try emit(style.shown(calibration.text))
        }
        let test = try SelfTest(captures, policy, side: side, seed: seed, today: GateOptions.today) {
            progress.update(done: $0, of: $1)
        }
        progress.end()
        try emit(style.shown(test.text))
        try end(test.passes, test.passes ? "same" : "worse")
    }
}
