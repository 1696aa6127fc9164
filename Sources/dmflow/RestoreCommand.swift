import ArgumentParser
import TraceCapture
import TraceFormat

/// `dmflow restore`: puts back what a capture that was killed has left.
struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put tracing back as it was before a capture that was killed.",
        discussion: """
            A capture puts back what it has changed, however it ends; only SIGKILL and a crash keep it from doing so. What it \
            was changing stands in a journal in /run/dmflow, from which this command puts it back. Needs root.
            """
                + Examples([
                    "After a capture that was killed":
                        "dmflow restore"
                ]).text)

    func run() throws {
        try reporting {
            switch try Restoration().run() {
            case .nothingToRestore: try emit("nothing to restore\n")
            case .restored(let process, let files, let leftAlone):
                try emit("restored what process \(process) had changed: \(describe(files))\n")
                for path in leftAlone {
                    printError("\(path): not removed, as it may not be the capture's any longer; look at it")
                }
            }
        }
    }

    private func describe(_ files: [String]) -> String {
        files.isEmpty ? "no setting" : "\(files.count) files (\(printable(files.joined(separator: ", "))))"
    }
}
