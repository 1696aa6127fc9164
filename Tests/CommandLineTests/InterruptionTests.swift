import Foundation
import TestSupport
import Testing

@testable import dmflow

@Suite(.serialized) struct InterruptionTests {
    /// For perl: threads of the tests have signals blocked, which children inherit. A shell without job control has its own ignore SIGINT,
    /// too: `set -m`.
    static let unblock = "use POSIX; POSIX::sigprocmask(SIG_SETMASK, POSIX::SigSet->new()); exec @ARGV"

    /// A trace that does not end is waited for; then the signal comes.
    @Test(arguments: [SIGINT, SIGTERM, SIGHUP]) func nothingHalfIsLeft(number: Int32) throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("dmflow-\(UUID().uuidString)")
            .path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let script = """
            mkfifo \(directory)/in
            perl -e "$unblock" "$DMFLOW" report \(directory)/in --output json=\(directory)/r.json --output tree=\(directory)/r.tree &
            process=$!
            exec 3> \(directory)/in
            head -c 20000 \(Fixtures.path("6.1/io.txt")) >&3
            kill -\(number) $process
            wait $process
            echo "ended with $?"
            rm \(directory)/in
            ls -A \(directory)
            """
        let result = try Program.run(script: "set -m\n" + script, environment: ["unblock": Self.unblock])
        #expect(result.output == "ended with \(128 + number)\n", "\(result.errors)")
    }

    /// As on a file system that has no files without a name.
    @Test func filesThatAreNotFinishedGo() throws {
        let file = "/tmp/dmflow-unfinished-\(UUID().uuidString)"
        try Data().write(to: URL(filePath: file))
        let kept = Interruption.removes(.init("/no/such"))
        let entry = Interruption.removes(.init(file))
        Interruption.removeAll()
        #expect(!FileManager.default.fileExists(atPath: file))
        try Data().write(to: URL(filePath: file))
        Interruption.keep(entry)
        Interruption.keep(kept)
        Interruption.removeAll()
        #expect(FileManager.default.fileExists(atPath: file))
        unlink(file)
    }

    /// However many there are, what is in a directory goes before the directory.
    @Test func whatIsNamedLaterGoesFirst() throws {
        let directory = "/tmp/dmflow-unfinished-\(UUID().uuidString)"
        mkdir(directory, 0o700)
        var entries = [Interruption.removes(.init(directory), isDirectory: true)]
        for number in 0..<200 {
            try Data().write(to: URL(filePath: "\(directory)/\(number)"))
            entries.append(Interruption.removes(.init("\(directory)/\(number)")))
        }
        Interruption.removeAll()
        #expect(!FileManager.default.fileExists(atPath: directory))
        for entry in entries { Interruption.keep(entry) }
    }
}
