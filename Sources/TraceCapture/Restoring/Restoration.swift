import Glibc

/// Puts back what a capture left changed that was killed.
public struct Restoration {
    /// What there was to put back.
    public enum Outcome: Equatable, Sendable {
        /// No capture was killed.
        case nothingToRestore
        /// What the capture with this process ID had changed is as it was; the names of the files, and unfinished traces that
        /// were left alone, since by now they may be somebody else's files.
        case restored(process: Int32, files: [String], leftAlone: [String] = [])
    }

    private let directory: String
    private let openFiles: (String) throws(CaptureError) -> any TracingFiles

    /// For this machine's journals, in `/run/dmflow`.
    public init() {
        self.init(journals: Journal.defaultDirectory) { directory throws(CaptureError) in
            // Where it was may not be tracefs any longer, nor ever have been.
            try Tracefs(directory: TracefsMount.writable(preferring: directory).directory)
        }
    }

    /// - Parameter journals: the directory of the journal.
    init(journals: String, openFiles: @escaping (String) throws(CaptureError) -> any TracingFiles) {
        directory = journals
        self.openFiles = openFiles
    }

    /// Can be repeated when it was interrupted.
    ///
    /// - Throws: `.captureRunning`; `.notRestored` if some files could not be put back, with the others done and the journal
    ///   kept.
    public func run() throws(CaptureError) -> Outcome {
        // Nobody but SIGKILL ends it halfway.
        let signals = SignalWatch()
        defer { _ = signals }
        guard let journal = try Journal(in: directory, create: false), let owner = journal.owner else {
            return .nothingToRestore
        }
        // What an earlier boot had changed is gone with it.
        let changed = owner.isOfThisBoot ? try restore(journal, owner) : []
        let leftAlone = journal.entries.compactMap { entry in
            if case .temporaryFile(let path) = entry, LeftFile.remove(path) == .leftAlone {
                path.description
            } else {
                nil
            }
        }
        try journal.clear()
        return .restored(process: owner.process, files: changed, leftAlone: leftAlone)
    }

    /// - Returns: the names of what was changed.
    private func restore(_ journal: Journal, _ owner: Journal.Owner) throws(CaptureError) -> [String] {
        if !journal.hasChanges { return [] }
        let files = try openFiles(owner.tracefs)
        var state = journal.state(of: files)
        let changed = state.changed
        guard files.exists("current_tracer") else { throw CaptureError(.tracefsNotMounted, path: files.directory) }
        let usedTopLevel = state.usedTopLevelBuffer
        if usedTopLevel { try files.setTracing(on: false) }
        var failed = state.restore()
        if usedTopLevel {
            do { try files.write("trace", "") } catch { failed.append("trace") }
        }
        if !failed.isEmpty { throw CaptureError(.notRestored(failed), path: files.directory) }
        return changed
    }
}
