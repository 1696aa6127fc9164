import Glibc
import Reports
import TraceCapture
import TraceFormat

/// Where the outputs of a command go: opened before the trace is read, so that a place that cannot be written to costs no reading.
struct OutputTargets {
    private let targets: [any OutputTarget]
    /// In the order in which they were asked for.
    let outputs: [OutputPass.Output]

    /// Whether anything is printed while the trace is read.
    let isPrinting: Bool

    /// - Parameters:
    ///   - traces: the files that are read; `-` for standard input.
    ///   - options: of an output to standard output, with the style for it.
    /// - Throws: ``Failure``; ``UsageFailure`` if two go to the same file, or one to a trace's.
    init(_ choices: [OutputChoice], traces: [String], color: ColorChoice, options: OutputOptions) throws {
        let places = choices.map(\.file)
        targets = try places.map { try Self.open($0, traces: traces) }
        let files = targets.compactMap { $0 as? ResultFile }
        if let path = Self.doubled(files) {
            throw UsageFailure("\(path): two outputs would go to this file; give each one of its own")
        }
        // Who stops reading a pipe must not leave a part of a file behind.
        if !files.isEmpty { signal(SIGPIPE, SIG_IGN) }
        outputs = zip(choices, targets).map { choice, target in
            var options = options
            if choice.file != nil { options.style = .ofOutput(color, isTerminal: target.isTerminal) }
            return OutputPass.Output(
                choice.format, options: options,
                to: OutputSink(size: target.isTerminal ? 1 : 64 << 10, to: target.write))
        }
        isPrinting = choices.contains { $0.file == nil && !$0.format.needsSummary }
    }

    private static func open(_ file: String?, traces: [String]) throws -> any OutputTarget {
        guard let file else { return StandardOutput() }
        guard !traces.contains(where: { isSame(file, $0) }) else {
            throw UsageFailure("\(file): is the trace itself; choose another file for the output")
        }
        return NamedDevice.isOne(file) ? try NamedDevice(file) : try ResultFile(file)
    }

    /// The path of a file that is there twice, perhaps by another path.
    private static func doubled(_ files: [ResultFile]) -> String? {
        var places: Set<OutputFile.Place> = []
        return files.first { !places.insert($0.place).inserted }?.path
    }

    /// All has been written: files get their names.
    ///
    /// - Throws: ``Failure``, which says what has got its name already: names are given one after the other.
    func finish() throws {
        var finished: [String] = []
        for target in targets {
            do { try target.finish() } catch let failure as Failure {
                guard !finished.isEmpty else { throw failure }
                throw Failure(message: failure.message + "; written: " + finished.joined(separator: ", "))
            }
            if let file = target as? ResultFile { finished.append(file.path) }
        }
    }

    /// Whether an output would replace an input.
    static func isSame(_ file: String, _ trace: String) -> Bool {
        var (output, input) = (stat(), stat())
        guard RawString(file).withCString({ stat($0, &output) }) == 0, output.st_mode & S_IFMT == S_IFREG else {
            return false
        }
        let isThere =
            trace == "-" ? fstat(STDIN_FILENO, &input) == 0 : RawString(trace).withCString({ stat($0, &input) }) == 0
        return isThere && (output.st_dev, output.st_ino) == (input.st_dev, input.st_ino)
    }
}
