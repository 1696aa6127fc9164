import CLinux
import Glibc
import TraceFormat

/// A file that appears under its name only when it is whole.
///
/// Until `commit()` it has a temporary name in the same directory, which is removed if that is never reached. It is
/// created before tracing begins, so that a place that cannot be written to is found before the machine is touched.
///
/// Others may be able to write to the directory. So the directory is held open, and what has the name in it is replaced itself: a
/// link there may be somebody's who wants another file replaced.
struct OutputFile: ~Copyable {
    /// What had the name until then.
    enum Replaced: Equatable {
        case file
        /// What it pointed to is as it was.
        case link(to: RawString)

        func description(_ path: RawString) -> String {
            switch self {
            case .file: "\(path): the file that was there is replaced"
            case .link(let target):
                "\(path): the link that was there is replaced; \(target), which it pointed to, is as it was"
            }
        }
    }

    let descriptor: Int32
    /// As it was asked for.
    let path: RawString
    let directory: Descriptor
    private let name: RawString
    private let temporaryName: RawString
    private var committed = false

    /// - Parameter announce: gets the temporary path, from the root on, before there is such a file; what it throws is thrown on.
    /// - Throws: `.outputNotAFile` for a directory or device, also behind a link; `.outputNotWritable`.
    init(path: RawString, announce: (RawString) throws(CaptureError) -> Void = { _ in }) throws(CaptureError) {
        let (place, name) = path.parts
        if name.bytes.isEmpty || name == "." || name == ".." {
            throw CaptureError(.outputNotAFile, path: path.description)
        }
        let directory = try Descriptor(directory: place.bytes.isEmpty ? "." : place)
        guard let absolute = linkTarget("/proc/self/fd/\(directory.number)") else {
            throw CaptureError(.outputNotWritable, path: path.description, errno: errno)
        }
        guard Self.isReplaceable(name, in: directory) else {
            throw CaptureError(.outputNotAFile, path: path.description)
        }
        let temporaryName = LeftFile.temporaryName(for: name)
        try announce(RawString(bytes: absolute.bytes + Array("/".utf8) + temporaryName.bytes))
        // For its owner only: a trace tells what every process on the machine did.
        let created = temporaryName.withCString { name in
            retrying { openat(directory.number, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600) }
        }
        guard let created else { throw CaptureError(.outputNotWritable, path: path.description, errno: errno) }
        descriptor = created
        (self.path, self.directory, self.name, self.temporaryName) = (path, directory, name, temporaryName)
    }

    deinit {
        close(descriptor)
        if !committed { _ = temporaryName.withCString { unlinkat(directory.number, $0, 0) } }
    }

    /// Sets space aside, so that a disk that fills up meanwhile has room for it. Where the file system cannot, nothing is.
    ///
    /// - Throws: `.spaceMissing`.
    func reserve(_ bytes: Int) throws(CaptureError) {
        if retrying({ dmflow_reserve(descriptor, 0, off_t(bytes)) }) == nil, errno != EOPNOTSUPP {
            throw CaptureError(.spaceMissing(bytes: bytes), path: path.description, errno: errno)
        }
    }

    /// Makes the file somebody's. It is the open file that is given, whatever has its name by now.
    ///
    /// - Returns: 0, or the errno of the call that failed.
    func give(to owner: Account) -> Int32 {
        retrying { fchown(descriptor, owner.user, owner.group) } == nil ? errno : 0
    }

    /// Makes the content durable and gives the file its name, in place of a file or link that has it already.
    ///
    /// - Returns: what had the name; nil if nothing had.
    mutating func commit() throws(CaptureError) -> Replaced? {
        let replaced = Self.status(name, in: directory).flatMap { status in
            status.st_mode & S_IFMT == S_IFLNK
                ? .link(to: name.withCString { linkTarget($0, in: directory.number) } ?? "?") : Replaced.file
        }
        let renamed = temporaryName.withCString { from in
            name.withCString { to in
                fsync(descriptor) == 0 && renameat(directory.number, from, directory.number, to) == 0
            }
        }
        guard renamed else { throw CaptureError(.recordingFailed, path: path.description, errno: errno) }
        committed = true
        return replaced
    }

    private static func status(_ name: RawString, in directory: Descriptor, followed: Bool = false) -> stat? {
        var status = stat()
        let flags = followed ? 0 : AT_SYMLINK_NOFOLLOW
        return name.withCString { fstatat(directory.number, $0, &status, flags) } == 0 ? status : nil
    }

    /// Nothing, a file, or a link to either: /dev/stdout is a link, too, which nobody wants replaced.
    private static func isReplaceable(_ name: RawString, in directory: Descriptor) -> Bool {
        guard let itself = status(name, in: directory) else { return true }
        switch itself.st_mode & S_IFMT {
        case S_IFREG: return true
        case S_IFLNK: return status(name, in: directory, followed: true).map { $0.st_mode & S_IFMT == S_IFREG } ?? true
        default: return false
        }
    }
}
