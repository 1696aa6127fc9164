import Foundation

/// The dmflow that was built with the tests.
enum Program {
    struct Result {
        let status: Int32
        let output: String
        let errors: String
    }

    /// - Parameters:
    ///   - piped: `input`, of less than a pipe holds, comes from one and not from a file.
    ///   - output: a file for standard output; collected in the result by default.
    static func run(
        _ arguments: [String], input: [UInt8] = [], piped: Bool = false, output: String? = nil,
        environment: [String: String] = [:]
    ) throws -> Result {
        try run(binary, arguments, input: input, piped: piped, output: output, environment: environment)
    }

    /// Runs what is in a script as `$DMFLOW`: for arguments that are no text, and for what a shell opens.
    static func run(script: String, environment: [String: String] = [:]) throws -> Result {
        let environment = environment.merging(["DMFLOW": binary.path]) { $1 }
        return try run(URL(fileURLWithPath: "/bin/bash"), ["-c", script], environment: environment)
    }

    private static func run(
        _ executable: URL, _ arguments: [String], input: [UInt8] = [], piped: Bool = false, output: String? = nil,
        environment: [String: String]
    ) throws -> Result {
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.environment = ["PATH": "/usr/bin:/bin"].merging(environment) { $1 }
        // Files, not pipes: a pipe fills while nobody reads.
        let files = try (0..<3).map { _ in try scratchFile() }
        defer { for file in files { try? FileManager.default.removeItem(at: file) } }
        try Data(input).write(to: files[0])
        let outputURL = output.map { URL(fileURLWithPath: $0) } ?? files[1]
        let pipe = Pipe()
        if piped {
            try pipe.fileHandleForWriting.write(contentsOf: input)
            try pipe.fileHandleForWriting.close()
        }
        process.standardInput = piped ? pipe.fileHandleForReading : try FileHandle(forReadingFrom: files[0])
        process.standardOutput = try FileHandle(forWritingTo: outputURL)
        process.standardError = try FileHandle(forWritingTo: files[2])
        try process.run()
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus, output: try String(contentsOf: files[1], encoding: .utf8),
            errors: try String(contentsOf: files[2], encoding: .utf8))
    }

    private static func scratchFile() throws -> URL {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("dmflow-run-\(UUID().uuidString)")
        try Data().write(to: url)
        return url
    }

    /// Beside the test bundle, whose path the test runner has among its arguments.
    static let binary: URL = {
        let bundle = CommandLine.arguments.first { $0.contains(".xctest") } ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("dmflow")
    }()
}
