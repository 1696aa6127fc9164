import Foundation
import TestSupport
import Testing

@testable import dmflow

@Suite struct InterruptionTests {
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
        // Threads of the tests have signals blocked, which children inherit; and a shell without job control has its own ignore SIGINT.
        let unblock = "use POSIX; POSIX::sigprocmask(SIG_SETMASK, POSIX::SigSet->new()); exec @ARGV"
        let result = try Program.run(script: "set -m\n" + script, environment: ["unblock": unblock])
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
}
