import Glibc
import TraceFormat

/// The journal's file, held so that nobody but its owner can have had a hand in it.
///
/// What stands in it is written into the kernel's settings by root. So it is opened without following links and without waiting,
/// and read from the open file; whoever else could write to it, or open it and hold its lock, is a reason to refuse it.
struct JournalFile {
    static let name: RawString = "capture.journal"
    /// The most that is read, in bytes. The largest entries are lists of functions, 2 MB where somebody filters all of a kernel's.
    static let maxSize = 64 << 20

    let directory: Descriptor
    let file: Descriptor

    /// - Returns: nil if there is none and none is to be made.
    /// - Throws: `.journalNotSafe`, `.journalNotUsable`.
    init?(in path: String, create: Bool) throws(CaptureError) {
        while true {
            if create, mkdir(path, 0o700) != 0, errno != EEXIST {
                throw CaptureError(.journalNotUsable, path: path, errno: errno)
            }
            guard let directory = try Self.directory(path, create: create) else { return nil }
            if let file = try Self.file(in: directory, path: path, create: create) {
                (self.directory, self.file) = (directory, file)
                return
            }
            // Somebody has removed the directory, since their journal was empty.
            if !create { return nil }
        }
    }

    private static func directory(_ path: String, create: Bool) throws(CaptureError) -> Descriptor? {
        guard let number = retrying({ open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }) else {
            switch errno {
            case ENOENT where !create: return nil
            case ENOTDIR, ELOOP: throw CaptureError(.journalNotSafe("it is no directory"), path: path)
            default: throw CaptureError(.journalNotUsable, path: path, errno: errno)
            }
        }
        let directory = Descriptor(number)
        try check(directory, is: S_IFDIR, closedTo: S_IWGRP | S_IWOTH, path: path)
        return directory
    }

    /// - Returns: nil if there is no file, and none can be made since the directory is gone.
    private static func file(
        in directory: Descriptor, path: String, create: Bool
    ) throws(CaptureError) -> Descriptor? {
        let path = "\(path)/\(name)"
        let flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_APPEND | (create ? O_CREAT : 0)
        let opened = name.withCString { name in retrying { openat(directory.number, name, flags, 0o600) } }
        guard let opened else {
            switch errno {
            case ENOENT: return nil
            case ELOOP, EISDIR, ENXIO, ENODEV: throw CaptureError(.journalNotSafe("it is no file"), path: path)
            default: throw CaptureError(.journalNotUsable, path: path, errno: errno)
            }
        }
        let file = Descriptor(opened)
        // Whoever can open it for reading can hold its lock.
        try check(file, is: S_IFREG, closedTo: S_IRWXG | S_IRWXO, path: path)
        return file
    }

    private static func check(
        _ descriptor: Descriptor, is type: mode_t, closedTo bits: mode_t, path: String
    ) throws(CaptureError) {
        var status = stat()
        guard fstat(descriptor.number, &status) == 0 else {
            throw CaptureError(.journalNotUsable, path: path, errno: errno)
        }
        let isDirectory = type == S_IFDIR
        let flaw: String? =
            if status.st_mode & S_IFMT != type {
                isDirectory ? "it is no directory" : "it is no file"
            } else if status.st_uid != geteuid() {
                "it belongs to user \(status.st_uid)"
            } else if status.st_mode & bits != 0 {
                isDirectory ? "others may write to it" : "others may open it"
            } else if !isDirectory && status.st_nlink > 1 {
                "it has another name besides"
            } else {
                nil
            }
        if let flaw { throw CaptureError(.journalNotSafe(flaw), path: path) }
    }

    /// Locks it for as long as it is open.
    ///
    /// - Returns: false if another process has done so.
    /// - Throws: `.journalNotUsable`.
    func lock(path: String) throws(CaptureError) -> Bool {
        if retrying({ flock(file.number, LOCK_EX | LOCK_NB) }) != nil { return true }
        if errno == EWOULDBLOCK { return false }
        throw CaptureError(.journalNotUsable, path: path, errno: errno)
    }

    /// Whether it still has its name: it may have been removed before it was locked.
    var isNamed: Bool {
        var (ours, named) = (stat(), stat())
        return Self.name.withCString { fstatat(directory.number, $0, &named, AT_SYMLINK_NOFOLLOW) } == 0
            && fstat(file.number, &ours) == 0 && ours.st_ino == named.st_ino && ours.st_dev == named.st_dev
    }

    func content(path: String) throws(CaptureError) -> [UInt8] {
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            guard let count = retrying({ pread(file.number, &chunk, chunk.count, off_t(content.count)) }) else {
                throw CaptureError(.readFailed, path: path, errno: errno)
            }
            if count == 0 { return content }
            if count > Self.maxSize - content.count { throw CaptureError(.readFailed, path: path, errno: EFBIG) }
            content.append(contentsOf: chunk[..<count])
        }
    }

    func remove() {
        _ = Self.name.withCString { unlinkat(directory.number, $0, 0) }
    }
}
