import Foundation

/// Programs of the machine.
public enum Shell {
    /// What a shell's command prints to standard output.
    public static func output(_ command: String, input: [UInt8]) throws -> [UInt8] {
        let source = try TemporaryFile(input)
        let target = try TemporaryFile([])
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", "set -o pipefail; \(command)"]
        process.standardInput = try FileHandle(forReadingFrom: URL(filePath: source.path))
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: target.path))
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failed(command: command, status: process.terminationStatus) }
        return try Array(Data(contentsOf: URL(filePath: target.path)))
    }

    struct Failed: Error {
        let command: String
        let status: Int32
    }
}
