import Glibc
import Reports
import TraceCapture
import TraceFormat

/// The directory of a fleet: `captures/NAME/TABLE.jsonl`, and the engine's files beside them.
///
/// A capture appears in it when all captures of a command are whole: nobody who loads meanwhile finds half of one, and the same capture
/// cannot be there twice. Others may write to the directory: all is made anew, and nothing is opened that was there.
final class FleetDirectory {
    private let path: String
    private let descriptor: Int32
    private let captures: Int32
    private let staging: FleetStaging
    private var count = 0

    /// Opens it; makes it if it is not there.
    ///
    /// - Throws: ``Failure``.
    init(_ path: String) throws {
        self.path = path
        let raw = RawString(path)
        if raw.withCString({ mkdir($0, 0o777) }) != 0, errno != EEXIST { throw Self.unwritable(path, errno) }
        let descriptor = raw.withCString { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw Self.unwritable(path, errno) }
        self.descriptor = descriptor
        do {
            captures = try Self.directory("captures", in: descriptor, path)
        } catch {
            close(descriptor)
            throw error
        }
        do { staging = try FleetStaging(in: descriptor) } catch {
            close(captures)
            close(descriptor)
            throw Self.unwritable(path, error.code)
        }
    }

    deinit {
        close(captures)
        close(descriptor)
    }

    /// A capture that is to be written.
    ///
    /// - Parameter source: the file that it comes from, for messages.
    func newCapture(of source: String) throws -> FleetCapture {
        count += 1
        return try FleetCapture(of: source, number: count, in: staging) { [path] in Self.unwritable(path, $0) }
    }

    /// - Throws: ``Failure`` if the capture is there already, or among those of the same command.
    func check(_ capture: FleetCapture, beside others: [FleetCapture]) throws {
        if let other = others.first(where: { $0.name == capture.name }) {
            throw Failure(
                message:
                    "\(capture.source): is capture \(capture.name), as is \(other.source); give it once, or rename "
                    + "the file if it only has the other's name")
        }
        var status = stat()
        let isFree = fstatat(captures, capture.directoryName, &status, AT_SYMLINK_NOFOLLOW) != 0
        if !isFree { throw isThere(capture) }
    }

    /// Gives a capture its name.
    func publish(_ capture: FleetCapture) throws {
        // Another command may have been faster.
        guard try capture.publish(in: captures) else { throw isThere(capture) }
    }

    /// Writes the engine's files, each in place of one that is there.
    func write(_ files: [(path: String, text: String)]) throws {
        let queries = try Self.directory("queries", in: descriptor, path)
        defer { close(queries) }
        for file in files {
            let parts = file.path.split(separator: "/")
            // By the open directory: its name may be another's by now.
            let directory = parts.count > 1 ? queries : descriptor
            let result = try ResultFile("/proc/self/fd/\(directory)/\(parts.last!)")
            try result.write(Array(file.text.utf8))
            try result.finish()
        }
    }

    /// Opens a directory in another, made if it is not there; a link is none.
    private static func directory(_ name: String, in place: Int32, _ path: String) throws -> Int32 {
        if mkdirat(place, name, 0o777) != 0, errno != EEXIST { throw unwritable("\(path)/\(name)", errno) }
        let descriptor = openat(place, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw unwritable("\(path)/\(name)", errno) }
        return descriptor
    }

    private func isThere(_ capture: FleetCapture) -> Failure {
        Failure(
            message: "\(capture.source): its capture \(capture.name) is in \(path) already; leave it out, or remove "
                + "captures/\(capture.directoryName) there first")
    }

    private static func unwritable(_ path: String, _ code: Int32) -> Failure {
        Failure(
            message:
                "\(path): cannot be written: \(String(cString: strerror(code))); check the directory, or choose another"
        )
    }
}
