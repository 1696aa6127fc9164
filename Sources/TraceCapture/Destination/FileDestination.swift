import Glibc
import TraceFormat

/// A trace.dat: pages go to unnamed files beside it, and it is put together when tracing is over.
final class FileDestination: CaptureDestination {
    private let options: CaptureOptions
    private var output: OutputFile
    private let report: (String) -> Void

    /// Makes the file, and sets space for its header aside.
    ///
    /// - Parameter journal: is told of the file before there is one.
    init(
        _ options: CaptureOptions, symbolFile: String, journal: Journal, report: @escaping (String) -> Void
    ) throws(CaptureError) {
        (self.options, self.report) = (options, report)
        output = try OutputFile(path: options.output) { path throws(CaptureError) in
            try journal.append(.temporaryFile(path))
        }
        try output.reserve(try TraceMetadata.expectedSize(symbolFile: symbolFile))
    }

    func open(
        _ setup: RecordingSetup, ended: @escaping @Sendable () -> Void
    ) throws(CaptureError) -> any PageRecording {
        try RingBufferRecording(
            setup.own, cpus: setup.cpus, pageSize: setup.pageSize, bufferSize: setup.bufferSize,
            directory: output.directory, failed: ended)
    }

    func complete(_ recorded: RecordedTrace, interrupted: () -> Bool) throws(CaptureError) -> Bool {
        guard let kept = recorded.kept else { return true }
        let isWhole = try recorded.trace(kept).write(to: output, pages: kept.pages, interrupted: interrupted)
        give()
        if let replaced = try output.commit() { report(replaced.description(options.output)) }
        return isWhole
    }

    private func give() {
        guard let owner = options.owner, case let code = output.give(to: owner), code != 0 else { return }
        report(
            "warning: \(options.output) cannot be given to \(owner.name) (\(String(cString: strerror(code)))); it is kept, "
                + "for this user only")
    }
}
