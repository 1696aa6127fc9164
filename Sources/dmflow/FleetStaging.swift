import Glibc
import Reports
import TraceFormat

/// Where the captures of a command are written until all are whole: a hidden directory in that of the fleet, with a directory for each.
///
/// What is in it at the end was not published, and is removed, also if a signal ends the command. That of a command that was killed is
/// known by its lock, which nobody holds any more, and is removed by the next.
final class FleetStaging {
    let descriptor: Int32
    private let name: String
    /// The fleet's directory, opened once more.
    private let place: Int32
    /// What goes if a signal ends dmflow.
    private var unfinished: [Int] = []

    private static let prefix = ".writing-"

    /// - Parameter fleet: the fleet's directory.
    /// - Throws: the errno of the call that failed.
    init(in fleet: Int32) throws(Errno) {
        Self.removeLeft(in: fleet)
        name = Self.prefix + String(UInt64.random(in: 0 ... .max), radix: 36)
        place = fcntl(fleet, F_DUPFD_CLOEXEC, 0)
        unfinished.append(Interruption.removes(RawString(name), in: place, isDirectory: true))
        descriptor = mkdirat(place, name, 0o777) == 0 ? Self.open(name, in: place) : -1
        // From here on the deinitializer cleans up.
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw Errno.last }
    }

    deinit {
        for entry in unfinished { Interruption.keep(entry) }
        if descriptor >= 0 {
            Self.remove(name, descriptor, in: place)
            close(descriptor)
        }
        close(place)
    }

    /// Names what a capture is going to have here.
    ///
    /// - Parameter capture: its directory's name.
    func expect(_ capture: String) {
        unfinished.append(Interruption.removes(RawString(capture), in: descriptor, isDirectory: true))
        for table in FleetOutput.tables {
            let file = "\(capture)/\(FleetCapture.file(of: table.name))"
            unfinished.append(Interruption.removes(RawString(file), in: descriptor))
        }
    }

    /// Removes what commands that were killed have left.
    private static func removeLeft(in place: Int32) {
        for name in names(in: place) where name.hasPrefix(prefix) {
            let descriptor = open(name, in: place)
            guard descriptor >= 0 else { continue }
            defer { close(descriptor) }
            if isLeft(descriptor) { remove(name, descriptor, in: place) }
        }
    }

    /// Whether it is this user's, nobody holds its lock, and whoever made it has had the time to take that.
    private static func isLeft(_ descriptor: Int32) -> Bool {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_uid == geteuid() else { return false }
        return status.st_mtim.tv_sec < time(nil) - 10 && flock(descriptor, LOCK_EX | LOCK_NB) == 0
    }

    /// Removes the files that captures have, and the directories if nothing else is in them.
    private static func remove(_ name: String, _ descriptor: Int32, in place: Int32) {
        for capture in names(in: descriptor) {
            let folder = open(capture, in: descriptor)
            guard folder >= 0 else { continue }
            for table in FleetOutput.tables { unlinkat(folder, FleetCapture.file(of: table.name), 0) }
            close(folder)
            unlinkat(descriptor, capture, AT_REMOVEDIR)
        }
        unlinkat(place, name, AT_REMOVEDIR)
    }

    /// All names in a directory but its own and its parent's.
    private static func names(in place: Int32) -> [String] {
        // Of its own, since reading moves on.
        let own = open(".", in: place)
        guard own >= 0, let directory = fdopendir(own) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    /// A directory and no link.
    private static func open(_ name: String, in place: Int32) -> Int32 {
        openat(place, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    }
}

/// Why a call failed.
struct Errno: Error {
    let code: Int32
    static var last: Errno { Errno(code: errno) }
}
