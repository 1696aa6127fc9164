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

    /// - Returns: false if the very capture is there already.
    /// - Throws: ``Failure`` if it is among those of the same command, or one is there of which nobody knows whether it is the same.
    func isNew(_ capture: FleetCapture, beside others: [FleetCapture]) throws -> Bool {
        if let other = others.first(where: { $0.name == capture.name }) {
            throw Failure(
                message:
                    "\(capture.source): is capture \(capture.name), as is \(other.source); give it once, or rename "
                    + "the file if it only has the other's name")
        }
        var status = stat()
        if fstatat(captures, capture.directoryName, &status, AT_SYMLINK_NOFOLLOW) != 0 { return true }
        return try isToStay(capture)
    }

    /// Gives a capture its name.
    ///
    /// - Returns: false if another command was faster.
    /// - Throws: as ``isNew(_:beside:)``.
    func publish(_ capture: FleetCapture) throws -> Bool {
        try capture.publish(in: captures) ? true : isToStay(capture)
    }

    /// What is to be said where there is one of that name.
    private func isToStay(_ capture: FleetCapture) throws -> Bool {
        let name = "captures/\(capture.directoryName)"
        guard capture.isTold else {
            throw Failure(
                message:
                    "\(capture.source): does not tell its capture, and another \(capture.name) is in \(path) already; rename the "
                    + "file, or remove \(name) there first")
        }
        printError(
            "\(capture.source): its capture is in \(path) already, and stays as it is; remove \(name) there to have it written anew"
        )
        return false
    }

    /// Writes the engine's files, each in place of one that is there.
    func write(_ files: [(path: String, text: String)]) throws {
        let queries = try Self.directory("queries", in: descriptor, path)
        defer { close(queries) }
        for file in files {
            let parts = file.path.split(separator: "/")
            // By the open directory: its name may be another's by now.
            let directory = parts.count > 1 ? queries : descriptor
            let result = try ResultFile("/proc/self/fd/\(directory)/\(parts.last!)", called: "\(path)/\(file.path)")
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

    private static func unwritable(_ path: String, _ code: Int32) -> Failure {
        Failure(
            message:
                "\(path): cannot be written: \(String(cString: strerror(code))); check the directory, or choose another"
        )
    }
}
