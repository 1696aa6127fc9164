import Glibc
import TraceFormat

/// `O_PATH` of open(2), a place in the file system and not its content, which Swift does not import.
let pathOnly: Int32 = 0o10000000

/// The file of a capture that was killed, under the temporary name that it had.
///
/// Its path stands in a journal. The directory may be one that others write to, so by now the name may be anything: it is removed
/// only if it can be what a capture has put there.
enum LeftFile {
    enum Outcome: Equatable { case removed, notThere, leftAlone }

    /// A name that no file has yet, hidden beside the file that is to be.
    static func temporaryName(for name: RawString) -> RawString {
        let suffix = String(UInt64.random(in: 0 ... .max), radix: 36)
        // Not longer than names may be.
        return RawString(bytes: [dot] + name.bytes.prefix(200) + [dot] + Array(suffix.utf8))
    }

    private static let dot = UInt8(ascii: ".")

    /// Whether it is one of `temporaryName`'s.
    static func isTemporaryName(_ name: RawString) -> Bool {
        let bytes = name.bytes
        guard bytes.first == dot, let last = bytes.lastIndex(of: dot), last > 1 else { return false }
        let suffix = bytes[(last + 1)...]
        let isPlain = suffix.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        }
        // As long as the largest number of 64 bits.
        return (1...13).contains(suffix.count) && isPlain
    }

    /// Removes the file, if it is one that this user's capture can have made where no link leads.
    ///
    /// - Parameter path: from the root on.
    static func remove(_ path: RawString) -> Outcome {
        let (place, name) = path.parts
        guard path.bytes.first == UInt8(ascii: "/"), isTemporaryName(name) else { return .leftAlone }
        guard let number = place.withCString({ place in retrying { open(place, pathOnly | O_DIRECTORY | O_CLOEXEC) } })
        else { return errno == ENOENT ? .notThere : .leftAlone }
        let directory = Descriptor(number)
        // The path was one without links and dots. Where it leads elsewhere now, somebody has put a link there.
        let slash = [UInt8(ascii: "/")]
        guard let actual = linkTarget("/proc/self/fd/\(number)"),
            actual.bytes == slash ? place.bytes == slash : actual.bytes + slash == place.bytes
        else { return .leftAlone }
        var status = stat()
        return name.withCString { name in
            guard fstatat(directory.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
                return errno == ENOENT ? .notThere : .leftAlone
            }
            let isOurs = status.st_mode & S_IFMT == S_IFREG && status.st_uid == geteuid() && status.st_nlink == 1
            guard isOurs, unlinkat(directory.number, name, 0) == 0 else { return .leftAlone }
            return .removed
        }
    }
}
