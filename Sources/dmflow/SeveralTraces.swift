import Glibc
import GraphParser
import Reports
import TraceFormat

/// Traces, and summaries of traces, that are reported as one.
struct SeveralTraces {
    private let files: [String]
    private let reading: ReadingOptions
    /// Which of the files are summaries.
    private let areSummaries: [Bool]

    /// A summary that is larger than any set of traces has.
    private static let limit = 256 << 20

    /// - Throws: ``UsageFailure`` if a file is there twice, ``Failure`` if one cannot be read.
    init(_ files: [String], reading: ReadingOptions) throws {
        (self.files, self.reading) = (files, reading)
        var places: [Place: String] = [:]
        for file in files {
            guard let place = Place(of: file) else { continue }
            if let first = places.updateValue(file, forKey: place) {
                throw UsageFailure(
                    first == file
                        ? "\(file): is given twice, and would count twice; give it once"
                        : "\(file): is the same file as \(first), and would count twice; give one of them")
            }
        }
        areSummaries = try files.map { try $0 != "-" && TextFile.beginsWith("{", $0) }
    }

    /// A file, whatever path leads there.
    private struct Place: Hashable {
        let device: dev_t
        let number: ino_t

        init?(of file: String) {
            var status = stat()
            let code = file == "-" ? fstat(STDIN_FILENO, &status) : RawString(file).withCString { stat($0, &status) }
            if code != 0 { return nil }
            (device, number) = (status.st_dev, status.st_ino)
        }
    }

    /// Else it is one trace, of which there is more to tell than a summary has.
    var areMerged: Bool { files.count > 1 || areSummaries[0] }

    /// - Throws: ``UsageFailure`` if an output can be made of one trace only.
    func check(_ choices: [OutputChoice]) throws {
        let single = choices.map(\.format).filter { !$0.takesSeveralTraces }.map(\.name)
        guard let first = single.first else { return }
        let able = OutputRegistry.builtin.formats.filter(\.takesSeveralTraces).map(\.name).joined(separator: ", ")
        throw UsageFailure(
            files.count > 1
                ? "\(first) is of one trace; give one file, or of several ask for \(able)"
                : "\(files[0]): is a summary, which has nothing for \(first); give the trace, or ask for \(able)")
    }

    /// Reads one after the other, and writes the outputs of all together.
    ///
    /// - Returns: whether anything is in doubt.
    func report(to targets: OutputTargets, map: LayerMap) throws -> Bool {
        var traces = MergedTraces()
        for (index, file) in files.enumerated() {
            let summary: Summary
            if areSummaries[index] {
                summary = try Summary(json: try TextFile.bytes(file, limit: Self.limit), path: printable(file))
            } else {
                let (pass, kept) = MergedTraces.pass(map: map)
                let trace = try reading.read(
                    file, into: pass.analyzers, place: "\(index + 1) of \(files.count)")
                try pass.finish(source: trace.source, counts: trace.counts)
                summary = kept()
            }
            if let twin = traces.add(summary, path: file) {
                throw Failure(
                    message: "\(file): has the same capture as \(twin), which would count twice; leave one of them out")
            }
        }
        let report = Report(traces.summary)
        try Pager.tolerating {
            try traces.write(report, to: targets.outputs)
            try targets.finish()
        }
        return traces.summary.counts.isInDoubt || report.isInDoubt
    }
}
