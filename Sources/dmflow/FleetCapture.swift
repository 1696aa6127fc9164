import Glibc
import Reports
import TraceCapture

/// A capture of a fleet that is being written: a directory with a file for each table.
final class FleetCapture {
    /// The file that it comes from, for messages.
    let source: String
    /// What tells it apart; known when it has been read.
    private(set) var name = ""
    /// Whether another of this name is the same capture, and not only a file of the same name.
    private(set) var isTold = false
    /// By table; none any more when all is written.
    private(set) var sinks: [String: OutputSink] = [:]
    /// In the directory of what is being written.
    private let number: Int
    private let staging: FleetStaging
    private let unwritable: (Int32) -> Failure
    private var files: [Int32] = []

    /// - Parameters:
    ///   - source: the file that it comes from.
    ///   - number: among the captures of the command.
    ///   - unwritable: says why it cannot be written.
    init(of source: String, number: Int, in staging: FleetStaging, unwritable: @escaping (Int32) -> Failure) throws {
        (self.source, self.number, self.staging, self.unwritable) = (source, number, staging, unwritable)
        staging.expect("\(number)")
        guard mkdirat(staging.descriptor, "\(number)", 0o777) == 0 else { throw unwritable(errno) }
        let directory = openat(
            staging.descriptor, "\(number)", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard directory >= 0 else { throw unwritable(errno) }
        defer { close(directory) }
        for table in FleetOutput.tables { try add(table.name, in: directory) }
    }

    deinit { for file in files { close(file) } }

    private func add(_ table: String, in directory: Int32) throws {
        let file = openat(
            directory, Self.file(of: table), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw unwritable(errno) }
        files.append(file)
        sinks[table] = OutputSink { [unwritable] bytes in
            let code = bytes.withUnsafeBytes { writeAll($0, to: file) }
            if code != 0 { throw unwritable(code) }
        }
    }

    /// All is written: makes it durable and closes its files, of which many captures have many.
    func finish(as capture: (name: String, isTold: Bool)) throws {
        (name, isTold) = capture
        sinks = [:]
        for file in files where fsync(file) != 0 { throw unwritable(errno) }
        for file in files { close(file) }
        files = []
    }

    /// Gives it its name.
    ///
    /// - Parameter captures: the directory that it moves into.
    /// - Returns: false if there is one of that name.
    func publish(in captures: Int32) throws -> Bool {
        guard renameat(staging.descriptor, "\(number)", captures, directoryName) != 0 else { return true }
        if [EEXIST, ENOTEMPTY].contains(errno) { return false }
        throw unwritable(errno)
    }

    /// Its directory's name: whatever else a file's name may have is written by its number.
    var directoryName: String {
        let bytes = name.utf8.enumerated().map { index, byte in
            switch Unicode.Scalar(byte) {
            case "a"..."z", "A"..."Z", "0"..."9", "-", "_": String(Unicode.Scalar(byte))
            case "." where index > 0: "."
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return bytes.isEmpty ? "%" : bytes.joined()
    }

    static func file(of table: String) -> String { "\(table).jsonl" }
}
